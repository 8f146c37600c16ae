"""The build of a Node.js app: its script, and what in it must not be run.

A build sees no database: `prisma migrate reset -f && tsc` loses its first half here, and the report names it. What the
start script would build at every start (`tsc && node dist/index.js`) is built once, in the image.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fairway.build.detect import needs, shell
from fairway.build.detect.package_json import Package
from fairway.build.detect.shell import Command
from fairway.domain.detection import Problem, Step

NAMES = ("build", "build:prod", "build:production", "compile", "tsc", "heroku-postbuild", "gcp-build", "transpile")
HOOKS = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare", "dependencies")
SERVER = re.compile(r"build[:-](server|backend|api|app|node|ts|all)")
"""Scripts that make what the start needs where none has a usual name."""
AFTER = ("postinstall", "prepare")
# Programs of hooks that mean nothing inside an image: git hooks, and guards about the package manager.
POINTLESS = frozenset(
    {
        "husky", "lefthook", "simple-git-hooks", "pre-commit", "only-allow", "is-ci", "ghooks", "yorkie",
        "opencollective",
        "opencollective-postinstall", "patch-package", "echo", "true", "exit", "git", "check-node-version", "skip-ci",
        "install-app-deps", "prisma", "snyk", "snyk-protect"
    }
)  # fmt: skip
DEEPEST = 6
MOST_KEPT = 500
Opened = dict[str, tuple[list[str], list[str]]]
"""What was left of a script, and what was taken out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """The build step, or None, and the commands that were left out of it."""

    step: Step | None
    problems: tuple[Problem, ...] = ()


def find(package: Package, runner: str, started: tuple[str, ...] = ()) -> Built:
    """The app's build. `runner` calls a script (`npm run`); `started`: what the start script builds with."""
    script = name(package)
    if not script:
        command = " && ".join(started)
        return Built(step=Step(command=command, where=package.where("start")) if command else None)
    where = package.where(script)
    hooks = [hook for hook in (f"pre{script}", script, f"post{script}") if hook in package.scripts]
    left: list[str] = []
    kept = [text for hook in hooks for text in without_database(package.scripts[hook], package.scripts, left)]
    if not left:
        return Built(step=Step(command=f"{runner} {script}", where=where))
    problem = Problem(
        what=f'the "{script}" script touches a database: {", ".join(left)}',
        why="a build must never see a live database, so this part is left out of it",
        fix='take it out of the script; as a migration it belongs to the release: [migrations] command = "…"',
        where=where,
    )
    return Built(step=Step(command=" && ".join(kept), where=where) if kept else None, problems=(problem,))


def for_server(package: Package, runner: str) -> Step | None:
    """The script that is named for building the server, the first of several; None without one."""
    script = next((each for each in package.scripts if SERVER.fullmatch(each)), "")
    if any(needs.touches_database(command.render()) for command in reached(script, package.scripts)):
        return None
    return Step(command=f"{runner} {script}", where=package.where(script)) if script else None


def name(package: Package) -> str:
    """The name of the app's build script, "" without one."""
    return next((each for each in NAMES if package.scripts.get(each, "").strip()), "")


def reached(script: str, scripts: Mapping[str, str]) -> Iterator[Command]:
    """The simple commands of a script, and those of the scripts that it calls, of each script once."""
    waiting, seen = [script], {script}
    while waiting:
        name = waiting.pop(0)
        for hook in (f"pre{name}", name, f"post{name}"):
            for command in needs.parse(scripts.get(hook, "")):
                yield command
                inner = called(command.words, scripts)
                if inner and inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)


def installs(command: Command) -> bool:
    """Whether the command installs packages: those of another folder, as a rule."""
    words = [word for word in command.words if not word.startswith("-")]
    if command.program not in ("npm", "yarn", "pnpm"):
        return False
    return bool({"install", "ci", "i"} & set(words)) or words == ["yarn"]


def without_database(
    text: str, scripts: Mapping[str, str], left: list[str], above: tuple[str, ...] = (), known: Opened | None = None
) -> list[str]:
    """The commands of a script that touch no database, called scripts opened where they hold one that does; what
    touches one is added to `left`. `above` are the scripts that the text is within, `known` those that were opened."""
    known = {} if known is None else known
    kept: list[str] = []
    for command in needs.parse(text):
        inner = called(command.words, scripts) if command.plain else None
        if inner is not None and len(above) < DEEPEST and inner not in above:
            if inner not in known:
                found: list[str] = []
                known[inner] = (without_database(scripts[inner], scripts, found, (*above, inner), known), found)
            rest, found = known[inner]
            left.extend(each for each in found if each not in left)
            kept.extend(rest if found and len(kept) < MOST_KEPT else [command.render()])
        elif needs.touches_database(command.render()):
            left.append(command.render())
        else:
            kept.append(command.render())
    return kept


def called(words: tuple[str, ...], scripts: Mapping[str, str]) -> str | None:
    """The script that a command calls, when it calls one."""
    if len(words) >= 2 and words[0] in ("npm", "yarn", "pnpm"):
        rest = words[2:] if words[1] in ("run", "run-script") else words[1:]
        return rest[0] if rest and rest[0] in scripts else None
    return None


def after_copy(package: Package) -> tuple[str, ...]:
    """What the app's own install hooks do for the app, to be run once its sources are there. A hook that calls the
    build is left out: the build runs anyway."""
    built = next((each for each in NAMES if each in package.scripts), "")
    found: list[str] = []
    for hook in AFTER:
        text = package.scripts.get(hook, "")
        commands = needs.parse(text)
        if all(command.operator in ("", "&&", ";") and not conditional(command) for command in commands):
            parts = [command.render() for command in commands]
        else:
            parts = [text]
        found += [
            part for part in parts if any(does_something(each, package.scripts, built) for each in shell.simple(part))
        ]
    return tuple(part for part in found if not needs.touches_database(part))


def conditional(command: Command) -> bool:
    """Whether it decides about the commands after it (`[ -d .git ] && husky`): such a hook means something only as a
    whole."""
    return command.words[:1] in (("[",), ("test",), ("[[",))


def does_something(command: Command, scripts: Mapping[str, str], built: str) -> bool:
    """Whether a command of a hook is to be run in an image, where the script named `built` runs anyway."""
    text = command.render()
    again = bool(built) and (text == scripts.get(built) or called(command.words, scripts) == built)
    return not again and not pointless(inner(command, scripts)) and not needs.touches_database(text)


def inner(command: Command, scripts: Mapping[str, str]) -> Command:
    """The first command of the script that a command calls; itself when it calls none."""
    script = called(command.words, scripts)
    body = needs.parse(scripts[script]) if script else ()
    return body[0] if body else command


def pointless(command: Command) -> bool:
    """Whether the command means nothing inside an image (git hooks, guards, a question without its consequence), or has
    a place of its own (Prisma)."""
    return conditional(command) or any(word.rpartition("/")[2] in POINTLESS for word in command.words[:4])


def hooked(package: Package) -> bool:
    """Whether the package has install hooks of its own."""
    return any(hook in package.scripts for hook in HOOKS)
