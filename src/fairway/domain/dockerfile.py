"""Reading a Dockerfile well enough to know which images it needs, and to give its RUN instructions a private CA.

BuildKit parses Dockerfiles by itself; this is not a second parser for building. It finds where instructions begin and
end (continuation lines, comments between them, the escape directive, heredocs), what stages there are, and which
images come from outside. What it does not understand it leaves alone: BuildKit's own message is then the true one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*$")
KEYWORD = re.compile(r"\s*([A-Za-z]+)(?:\s+|$)")
HEREDOC = re.compile(r"\d*<<(-?)([^<]+)")
VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:(:?[-+])([^}]*))?\})")
STAGE = re.compile(r"(?P<base>\S+)(?:\s+[Aa][Ss]\s+(?P<name>\S+))?\s*$")
MOUNT_FROM = re.compile(r"--mount=\S*\bfrom=([^,\s]+)")
COPY_FROM = re.compile(r"--from=(\S+)")
PROCESSORS = {"x86_64": "amd64", "aarch64": "arm64", "i386": "386", "i686": "386", "armv7l": "arm"}
"""Docker's words for a machine's processor, as the kernel names it."""
LONGEST = 1000
"""Characters of a text that variables are filled into, and of each of them: where every one holds the one before it
twice, 30 lines would take all memory."""
WITH_HEREDOCS = frozenset({"RUN", "COPY", "ADD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """`keyword` in capitals, `value` its logical line without continuations; lines count from 0, `end` is exclusive."""

    keyword: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A FROM with its instructions. `base` has its arguments filled in; `name` is lower-case, "" when it has none."""

    name: str
    base: str
    instructions: tuple[Instruction, ...]


def directives(text: str) -> Mapping[str, str]:
    """The parser directives at the very top (`syntax`, `escape`, `check`), names in lower case."""
    found: dict[str, str] = {}
    for line in text.removeprefix("\ufeff").splitlines():
        match = DIRECTIVE.match(line.strip())
        if not match or match[1].lower() in found:
            break
        found[match[1].lower()] = match[2]
    return found


def parse(text: str) -> tuple[Instruction, ...]:
    """The instructions in order, ONBUILD as one of them."""
    lines = text.removeprefix("\ufeff").splitlines()
    escape = "`" if directives(text).get("escape") == "`" else "\\"
    found: list[Instruction] = []
    at = 0
    while at < len(lines):
        if is_blank(lines[at]):
            at += 1
            continue
        logical, end = join(lines, at, escape)
        match = KEYWORD.match(logical)
        keyword, value = (match[1].upper(), logical[match.end() :]) if match else ("", logical)
        end = skip_heredocs(lines, end, keyword, value)
        found.append(Instruction(keyword=keyword, value=value.strip(), start=at, end=end))
        at = end
    return tuple(found)


def is_blank(line: str) -> bool:
    """Whether the line is empty or a comment."""
    stripped = line.strip()
    return not stripped or stripped.startswith("#")


def join(lines: Sequence[str], at: int, escape: str) -> tuple[str, int]:
    """The logical line that begins at `at`, and the line after it. Comments and blank lines inside are skipped."""
    parts: list[str] = []
    while at < len(lines):
        line = lines[at]
        at += 1
        if parts and is_blank(line):
            continue
        stripped = line.rstrip()
        if not stripped.endswith(escape):
            parts.append(line)
            break
        parts.append(stripped[: -len(escape)])
    return "".join(parts), at


def skip_heredocs(lines: Sequence[str], at: int, keyword: str, value: str) -> int:
    """The line after the bodies of the heredocs that the instruction opens."""
    if keyword == "ONBUILD":
        match = KEYWORD.match(value)
        keyword = match[1].upper() if match else ""
    if keyword not in WITH_HEREDOCS or "<<" not in value:
        return at
    for word in words(value):
        if match := HEREDOC.fullmatch(word):
            end = find_terminator(lines, at, match[2].strip("\"'"), tabs=bool(match[1]))
            if end is None:
                return at
            at = end
    return at


def find_terminator(lines: Sequence[str], at: int, terminator: str, *, tabs: bool) -> int | None:
    """The line after a heredoc's last one, None when it has no end."""
    for number in range(at, len(lines)):
        if (lines[number].lstrip("\t") if tabs else lines[number]) == terminator:
            return number + 1
    return None


def words(value: str) -> Iterator[str]:
    """The words of a line, quotes kept: `echo "<<A B" <<EOF` gives `echo`, `"<<A B"` and `<<EOF`."""
    word, quote = "", ""
    for character in value:
        if not quote and character.isspace():
            if word:
                yield word
            word = ""
            continue
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        word += character
    if word:
        yield word


def substitute(text: str, values: Mapping[str, str]) -> str:
    """`$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}` filled in; an unknown one is empty, as in Docker. A
    text of more than LONGEST characters stays as it is, and no more than that of a result is kept."""
    if len(text) > LONGEST:
        return text

    def fill(match: re.Match[str]) -> str:
        name, operator, other = match[1] or match[2], match[3], match[4] or ""
        value = values[name][:LONGEST] if name in values else None
        given = bool(value) if operator and operator[0] == ":" else value is not None
        if operator and operator[-1] == "+":
            return substitute(other, values) if given else ""
        return (value or "") if given or not operator else substitute(other, values)

    return VARIABLE.sub(fill, text)[:LONGEST]


def stages(text: str, args: Mapping[str, str]) -> tuple[Stage, ...]:
    """The stages in order. `args` are the build arguments; ARGs before the first FROM give the defaults. Those of the
    platform (see `automatic`) count without an ARG."""
    values = {name: args[name] for name in automatic("") if name in args}
    found: list[Stage] = []
    for instruction in parse(text):
        if instruction.keyword == "FROM":
            value = " ".join(word for word in instruction.value.split() if not word.startswith("--"))
            match = STAGE.match(substitute(value, values))
            base, name = (match["base"], match["name"] or "") if match else ("", "")
            found.append(Stage(name=name.lower(), base=base.strip("\"'"), instructions=()))
        elif found:
            last = found[-1]
            found[-1] = Stage(name=last.name, base=last.base, instructions=(*last.instructions, instruction))
        elif instruction.keyword == "ARG":
            for word in words(instruction.value):
                name, _, default = word.partition("=")
                values[name] = args.get(name, substitute(default.strip("\"'"), values))
    return tuple(found)


def automatic(machine: str) -> dict[str, str]:
    """The arguments that BuildKit gives every FROM, for a processor as the kernel names it (`x86_64`):
    `FROM runner-${TARGETOS}-${TARGETARCH}` chooses a stage by them."""
    processor = PROCESSORS.get(machine, machine)
    return {
        f"{side}{name}": value
        for side in ("TARGET", "BUILD")
        for name, value in (("OS", "linux"), ("ARCH", processor), ("PLATFORM", f"linux/{processor}"), ("VARIANT", ""))
    }


def references(text: str, args: Mapping[str, str], target: str | None = None) -> tuple[str, ...]:
    """The images from outside that building `target` (the last stage when None) needs, in order, each once.

    Stages that the target does not use need nothing. `scratch` is none; an unknown target means every stage.
    """
    all_stages = stages(text, args)
    needed: list[str] = []
    seen: set[int] = set()
    wanted = [find_stage(all_stages, target)] if target else [len(all_stages) - 1]
    queue = [number for number in wanted if number is not None and number >= 0] or list(range(len(all_stages)))
    while queue:
        number = queue.pop(0)
        if number in seen:
            continue
        seen.add(number)
        for source in sources(all_stages[number]):
            earlier = find_stage(all_stages[:number], source)
            if earlier is not None:
                queue.append(earlier)
            elif source and source != "scratch" and "$" not in source and source not in needed:
                needed.append(source)
    return tuple(needed)


def sources(stage: Stage) -> Iterator[str]:
    """What a stage starts from, copies from and mounts from: names and numbers of stages, and images."""
    yield stage.base
    for instruction in stage.instructions:
        if instruction.keyword in ("COPY", "ADD"):
            yield from COPY_FROM.findall(instruction.value)
        elif instruction.keyword == "RUN":
            yield from MOUNT_FROM.findall(instruction.value)


def find_stage(all_stages: Sequence[Stage], name: str) -> int | None:
    """The number of the stage of that name or number, None when there is none."""
    if name.isdigit():
        return int(name) if int(name) < len(all_stages) else None
    return next((number for number, stage in enumerate(all_stages) if stage.name and stage.name == name.lower()), None)
