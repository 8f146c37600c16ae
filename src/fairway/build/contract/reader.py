"""A repository's files become the contract: which variables the app reads, and which it cannot start without.

Only files are read, within bounds of size, number and time, and what was left out is said (`partial`). A file that the
start surely imports is taken at its word. In every other one nothing is required: it may never run. What tests, tools,
scripts and a front end read is not needed at run time, unless the start imports it.
"""

import posixpath
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from fairway.build.contract import documents, dotenv_safe, given, imports, nest, python, roles, roots, script
from fairway.build.contract.imports import Paths
from fairway.build.contract.indirect import Helper
from fairway.build.contract.script import Reading
from fairway.build.contract.syntax import LANGUAGES
from fairway.build.detect import dockerfile_text, package_json, source
from fairway.build.detect.tree import Tree
from fairway.domain import contract
from fairway.domain.contract import Contract, Need, Use
from fairway.domain.detection import Detection

MOST_BYTES = 512 * 1024
"""Bytes of a source file; longer ones are data or were made by a program."""
MOST_SECONDS = 20.0
MOST_USES = 20_000
SCRIPT_ENV, PYTHON_ENV = re.compile(rb"\benv\b"), re.compile(rb"\b(?:env|environ|getenv)\b")
SCRIPT = (
    *(b"convict", b"envalid", b"onfigService", b"PrismaClient", b"class-validator", b"Adonis", b"ConfigModule"),
    *(b"arkenv", b"dotenv-safe"),
)
PYTHON = (b"decouple", b"prettyconf", b"BaseSettings")
"""What a file holds that reads the environment: a word of its own, or the name of a library. The others are not
parsed."""
PROCESS = b"process"
"""What a file holds that may begin or end the app; of those that surely run it is asked which functions of other files
they call."""


@dataclass(slots=True)
class Work:
    """What is known while a repository is read."""

    known: Paths
    sources: Mapping[str, bytes]
    reached: Mapping[str, bool]
    start: frozenset[str]
    commands: tuple[str, ...]
    scripts: Mapping[str, str]
    provided: frozenset[str]
    checked: frozenset[str] = frozenset()
    held: frozenset[tuple[str, str]] = frozenset()
    called: dict[str, set[str]] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    helpers: dict[str, list[Helper]] = field(default_factory=dict)


def read(
    tree: Tree,
    found: Detection,
    commands: Iterable[str] = (),
    *,
    image: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> Contract:
    """The contract of the app that was detected. `commands` are those that fairway.toml gives the services; `image`:
    there is a service that runs the image's own one."""
    deadline = clock() + MOST_SECONDS

    def late() -> bool:
        return clock() > deadline

    sources, missed = load(tree, late)
    known = imports.paths(tree, found.directory)
    texts, package = start_texts(tree, found, commands, image=image)
    scripts = {} if package is None else package.scripts
    texts += script_texts(tree, found.directory, roots.expand(texts, scripts))
    start = find_roots(known, found.directory, texts, scripts, "" if package is None else package.main)
    if package is not None and "@adonisjs/core" in package.dependencies:
        start += adonis_roots(known, found.directory, start, sources)
    reached, followed = imports.reach(known, start, sources.get, late)
    work = Work(
        known=known,
        sources=sources,
        reached=reached,
        start=frozenset(start),
        commands=tuple(texts),
        scripts=scripts,
        provided=nest.provided_classes(sources, reached),
        checked=nest.checked_schemas(sources, reached),
        held=nest.held_classes(sources, reached),
    )
    left = read_sources(work, late)
    uses = list(settle(work, found.directory))
    uses += documents.examples(tree, found.directory, insisted(work))
    uses += documents.config(tree, found.directory)
    uses += documents.prisma(tree, found.directory, used=uses_prisma(work))
    if is_filled(work, found.directory):
        uses = [contract.weaken(use, Need.UNKNOWN, "filled-at-start") for use in uses]
    dockerfile = found.dockerfile or None
    values = {
        **dict.fromkeys(found.install.variables if found.install else (), "the image"),
        **given.find(tree, found.directory, dockerfile, [*texts, *scripts.values()]),
    }
    dynamic = [
        place
        for path, reading in work.readings.items()
        if counts(work, path, found.directory)
        for place in reading.dynamic
    ]
    why = told(missed, left, followed, len(uses))
    return contract.conclude(uses[:MOST_USES], dynamic=dynamic, partial=why, given=values)


def load(tree: Tree, late: Callable[[], bool]) -> tuple[dict[str, bytes], int]:
    """The source files that are the app's own, and how many were left out for their size or the time."""
    sources: dict[str, bytes] = {}
    missed = 0
    for path in tree.files():
        if suffix_of(path) not in LANGUAGES or roles.BUILT.search(path):
            continue
        content = None if late() else tree.read(path)
        if content is None or len(content) > MOST_BYTES:
            missed += 1
        elif b"\0" not in content[:4096]:
            sources[path] = content
    return sources, missed


def suffix_of(path: str) -> str:
    """The suffix that names a file's language. Express's `bin/www` has none, and is JavaScript."""
    own = posixpath.splitext(path)[1]
    return ".js" if not own and source.written_in(source.NODE, path) else own


def start_texts(
    tree: Tree, found: Detection, commands: Iterable[str], *, image: bool
) -> tuple[list[str], package_json.Package | None]:
    """The commands by which the app starts: those of its services, the image's own where one runs that, and the
    Dockerfile's ENTRYPOINT. Of a Dockerfile that starts nothing, what is started instead."""
    texts = [text for text in commands if text]
    if found.dockerfile is not None:
        texts += [
            " ".join(each.exec_form or (each.rest,))
            for each in dockerfile_text.last_stage(dockerfile_text.parse(tree.read(found.dockerfile) or b""))
            if each.name == "ENTRYPOINT" or (image and each.name == "CMD")
        ]
    if image and not texts and found.start is not None:
        texts = [" ".join(found.start.command)]
    try:
        package = package_json.read(tree, posixpath.normpath(posixpath.join(found.directory, "package.json")))
    except ValueError:
        package = None
    return texts, package


def script_texts(tree: Tree, directory: str, texts: Iterable[str]) -> list[str]:
    """The lines of the shell scripts and pm2 files that the commands name."""
    prefix = "" if directory == "." else f"{directory}/"
    found = []
    for name in roots.named_scripts(texts):
        if content := tree.read(f"{prefix}{name}") or tree.read(name):
            lines = content[:50_000].decode("utf-8", "replace").splitlines()
            found += [line for line in lines if not line.lstrip().startswith(("#", "//"))]
    return found


def find_roots(
    known: Paths, directory: str, texts: Iterable[str], scripts: Mapping[str, str], main: str
) -> tuple[str, ...]:
    """The files that the app starts with, as paths of the repository."""
    prefix, own = own_files(known, directory)
    return tuple(prefix + path for path in roots.find(own, texts, scripts, main))


def adonis_roots(known: Paths, directory: str, start: Iterable[str], sources: Mapping[str, bytes]) -> tuple[str, ...]:
    """The file with the rules of AdonisJS's Env. From version 6 on the start imports it in a function that AdonisJS
    calls as it boots; before, AdonisJS loads it by itself."""
    prefix, own = own_files(known, directory)
    found = roots.adonis_env(own, (path.removeprefix(prefix) for path in start))
    if found is None:
        return ()
    starter, rules = found
    left_out = rules.startswith("start/") and b"start/env" not in sources.get(prefix + starter, b"")
    return () if left_out else (prefix + rules,)


def own_files(known: Paths, directory: str) -> tuple[str, frozenset[str]]:
    """The app's folder as a prefix, and the files in it, relative to it."""
    prefix = "" if directory == "." else f"{directory}/"
    return prefix, frozenset(path[len(prefix) :] for path in known.files if path.startswith(prefix))


def read_sources(work: Work, late: Callable[[], bool]) -> int:
    """Read the files that may say something, the start's first, so that what they call is known; and once more those
    that call a function which reads the environment for others. How many the time did not reach."""
    order = [*work.reached, *(path for path in work.sources if path not in work.reached)]
    wanted = [path for path in order if path in work.sources and (path in work.start or may_read(work, path))]
    for number, path in enumerate(wanted):
        if late():
            return len(wanted) - number
        read_one(work, path, {})
    by_name = {name: found[0] for name, found in work.helpers.items() if len(found) == 1}
    if by_name:
        words = re.compile(rb"\b(?:" + b"|".join(re.escape(name.encode()) for name in sorted(by_name)) + rb")\b")
        for path in order:
            if path.endswith(".py") or path not in work.sources or not words.search(work.sources[path]):
                continue
            if late():
                return 1
            read_one(work, path, by_name)
    return 0


def may_read(work: Work, path: str) -> bool:
    """Whether a file may read the environment, hold a schema that NestJS checks it with, or tell what starts."""
    content = work.sources[path]
    python = path.endswith(".py")
    if b"env" in content and (PYTHON_ENV if python else SCRIPT_ENV).search(content):
        return True
    if any(name in content for name in (PYTHON if python else SCRIPT)):
        return True
    if work.reached.get(path) and PROCESS in content and not python:
        return True
    return b"joi" in content and any(name.encode() in content for name in work.checked)


def read_one(work: Work, path: str, imported: Mapping[str, Helper]) -> None:
    """Read one file. A broken one gives what stands around the break."""
    content, suffix = work.sources[path], suffix_of(path)
    if suffix == ".py":
        work.readings[path] = python.read(path, content, main=path in work.start and roots.is_main(path, work.commands))
        return
    called = frozenset(work.called.get(path, ()))
    reading = script.read(
        path,
        content,
        suffix,
        called=called,
        imported=imported,
        provided=work.provided,
        checked=work.checked,
        held=frozenset(name for place, name in work.held if place in ("", path)),
        main=path in work.start,
        is_local=lambda module: work.known.script(path, module) is not None,
    )
    work.readings[path] = reading
    if not imported:
        for name, helper in reading.helpers.items():
            work.helpers.setdefault(name, []).append(helper)
    if work.reached.get(path):
        for module, name in reading.starts:
            if (target := work.known.script(path, module)) is not None:
                work.called.setdefault(target, set()).add(name)


def settle(work: Work, directory: str) -> Iterable[Use]:
    """The uses with what the place of their file allows."""
    for path, reading in work.readings.items():
        sure = work.reached.get(path, False)
        role = roles.role(path)
        for use in reading.uses:
            if use.name.startswith(roles.FRONT_PREFIXES) and use.need is not Need.OPTIONAL:
                yield replace(use, need=Need.OPTIONAL, rule="front end")
            elif sure:
                yield use
            elif path in work.reached:
                yield contract.weaken(unset(use), Need.UNKNOWN, "loaded-later")
            elif role or not own(path, directory):
                if own(path, directory):
                    yield replace(unset(use), need=Need.OPTIONAL, rule=role)
            elif use.sets:
                continue
            else:
                yield contract.weaken(use, Need.UNKNOWN, "not-imported")


def is_filled(work: Work, directory: str) -> bool:
    """Whether the app's variables may come from elsewhere when it starts: a vault that the code reads, or a program
    that starts it."""
    return given.are_filled(roots.expand([*work.commands], work.scripts)) or any(
        reading.fills and counts(work, path, directory) for path, reading in work.readings.items()
    )


def unset(use: Use) -> Use:
    """The use, no longer as one that gives a value: the file may not run."""
    return replace(use, sets=False) if use.sets else use


def own(path: str, directory: str) -> bool:
    """Whether the file lies in the app's folder."""
    return directory == "." or path.startswith(f"{directory}/")


def counts(work: Work, path: str, directory: str) -> bool:
    """Whether what a file reads dynamically may be the running app's."""
    return path in work.reached or (own(path, directory) and not roles.role(path))


def insisted(work: Work) -> frozenset[str]:
    """The example files whose variables dotenv-safe asks for as the app starts."""
    found = {reading.example for path, reading in work.readings.items() if work.reached.get(path, False)}
    if any(re.search(r"(?:-r|--require|--import)[ =]dotenv-safe/config", text) for text in work.commands):
        found.add(dotenv_safe.USUAL)
    return frozenset(found - {""})


def uses_prisma(work: Work) -> bool:
    """Whether a file that the start imports makes a client of Prisma's that takes its URL from the schema."""
    return any(reading.prisma and work.reached.get(path, False) for path, reading in work.readings.items())


def told(missed: int, left: int, followed: bool, uses: int) -> str:
    """Why the contract may not be whole."""
    reasons = []
    if missed:
        reasons.append(f"{missed} source files are longer than 512 kB, or could not be read")
    if left:
        reasons.append(f"reading was stopped after {MOST_SECONDS:.0f} s")
    elif not followed:
        reasons.append("the imports were not all followed")
    if uses > MOST_USES:
        reasons.append(f"there are more than {MOST_USES} places")
    return "; ".join(reasons)
