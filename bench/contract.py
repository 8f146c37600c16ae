"""How well, and how fast, the contract is read from code.

    python bench/contract.py

Precision and recall over the corpus in tests/corpus/contract: of the facts that were read (a variable's need, type,
default, and each of its places), how many are right; of those that are there, how many were read. Then the time for a
repository of 2,000 source files that is made here (goal: under 5 s), beside that of parsing every file of it.
"""

import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from fairway.build.contract import reader, syntax  # noqa: E402
from fairway.build.detect import detect, tree  # noqa: E402
from support import contract_corpus  # noqa: E402

FILES = 2000
READERS = 5
"""Every fifth file reads a variable: more than in any backend that was looked at."""
GOAL = 5.0


def facts(lines: list[str]) -> set[str]:
    """The single facts of a contract."""
    found = set()
    for line in lines:
        words = line.split()
        if words[0] == "dynamic":
            found |= {f"dynamic {place}" for place in words[1:]}
            continue
        name, need, kind, default, *places = words
        found |= {f"{name} need {need}", f"{name} type {kind}", f"{name} default {default}"}
        found |= {f"{name} at {place}" for place in places}
    return found


def quality() -> bool:
    """Print precision and recall; whether both are whole."""
    read, right, there, wrong_required = 0, 0, 0, 0
    cases = contract_corpus.cases()
    for case in cases:
        found, expected = facts(case.read()), facts(case.expected)
        read, there, right = read + len(found), there + len(expected), right + len(found & expected)
        wrong_required += sum(1 for each in found - expected if each.endswith(" need required"))
        for each in sorted(found ^ expected):
            print(f"  {case.name}: {'not read' if each in expected else 'wrong'}: {each}")
    print(f"corpus: {len(cases)} sources, {there} facts")
    print(f"precision {right / read:.3f}  recall {right / there:.3f}  wrongly required {wrong_required}")
    return read == right == there


def write(folder: Path) -> int:
    """A backend of 2,000 files that import one another; the bytes written."""
    (folder / "package.json").write_text('{ "name": "large", "scripts": { "start": "node dist/main.js" } }\n')
    source = folder / "src"
    source.mkdir()
    total = 0
    for number in range(FILES):
        others = (2 * number + 1, 2 * number + 2)
        lines = [f"import {{ f{other} }} from './m{other}'" for other in others if other < FILES]
        for block in range(12):
            name = f"f{number}" if block == 0 else f"f{number}_{block}"
            lines += [
                f"export async function {name}(input: Input, limit = {block}) {{",
                "  const rows = await database.query('select * from orders where id = $1', [input.id])",
                "  if (rows.length === 0) { return { status: 404, body: `no order ${input.id}` } }",
                "  return rows.slice(0, limit).map((row) => ({ ...row, total: row.price * row.count }))",
                "}",
            ]
        if number % READERS == 0:
            lines.append(f"export const url{number} = process.env.SERVICE_{number}_URL ?? 'http://localhost'")
            lines.append(f"if (!process.env.SERVICE_{number}_KEY) throw new Error('SERVICE_{number}_KEY')")
        text = "\n".join(lines) + "\n"
        total += len(text)
        (source / ("main.ts" if number == 0 else f"m{number}.ts")).write_text(text)
    return total


def speed() -> bool:
    """Print the time for the large repository; whether the goal was met."""
    with tempfile.TemporaryDirectory() as place:
        size = write(Path(place))
        began = time.perf_counter()
        files = tree.Directory(Path(place))
        found = detect.detect(files)
        detected = time.perf_counter()
        busy = time.process_time()
        contract = reader.read(files, found)
        busy = time.process_time() - busy
        done = time.perf_counter()
        parser = syntax.parser("typescript")
        for path in files.files():
            parser.parse(files.read(path) or b"")
        parsed = time.perf_counter()
    required = len(contract.required)
    print(f"{FILES} files, {size / 1e6:.1f} MB, {len(contract.variables)} variables, {required} of them required")
    print(f"contract {done - detected:.2f} s, {busy:.2f} s of them CPU  (detection before it {detected - began:.2f} s)")
    print(f"floor: parsing every file, looking at nothing, takes {parsed - done:.2f} s")
    print(f"goal {GOAL:.0f} s: {'met' if done - began < GOAL else 'missed'}")
    return done - began < GOAL and required == FILES // READERS and not contract.partial


if __name__ == "__main__":
    sys.exit(0 if all([quality(), speed()]) else 1)
