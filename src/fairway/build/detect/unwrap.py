"""From `npm start` to the process itself.

A package manager as the top process ends alone on SIGTERM and leaves Node.js running, its handler never called. So the
script's own command is looked up, through scripts that call scripts, and through wrappers that only prepare the
environment (cross-env, env-cmd, nodemon, pm2). What can't be read safely stays with the shell, as it was.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from fairway.build.detect import shell
from fairway.build.detect.shell import Command
from fairway.build.detect.wrappers import RUNNERS, Pm2, unwrapped

DEEPEST = 8
MOST_COMMANDS = 2000
OWN_COMMANDS = frozenset(
    {
        "install", "i", "ci", "add", "remove", "exec", "dlx", "node", "workspace", "workspaces", "prune", "rebuild",
        "audit", "publish", "pack", "config", "cache", "link", "version", "info", "why", "up", "upgrade", "set",
        "plugin",
        "create", "init", "-v", "--version"
    }
)  # fmt: skip
QUIET = frozenset({"-s", "--silent", "--quiet", "-q", "--if-present", "--no-update-notifier", "--loglevel=error"})
PARALLEL = frozenset({"concurrently", "run-p"})
"""They start several processes at once."""
BY_SYSTEM = frozenset({"run-script-os", "run-os"})
"""They run the script of the same name that is for the system: `start:linux`, else `start:default`."""
SYSTEMS = ("linux", "darwin:linux", "nix", "default")
FORMATTERS = frozenset({"pino-pretty", "pino-colada", "bunyan"})

ShellScript = Callable[[tuple[str, ...]], str | None]
"""Says the commands of the shell script that the words start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripts:
    """The scripts that a command may call, and the readers of pm2 files and of shell scripts.

    `left` is how many commands may still be looked into: scripts that call others ten times multiply with each level.
    `hooks` is whether the package manager runs `pre…` and `post…` scripts around every script (npm and yarn 1 do).
    """

    scripts: Mapping[str, str]
    pm2: Pm2 = lambda _: None
    listed: ShellScript = lambda _: None
    hooks: bool = True
    left: Iterator[int] = field(default_factory=lambda: iter(range(MOST_COMMANDS)))


def expand(text: str, scripts: Scripts, depth: int = 0) -> tuple[Command, ...]:
    """The commands that the text really runs, wrappers and package managers removed where that is safe.

    Raises ValueError for a text that is no shell command, and for scripts that call each other without an end.
    """
    found: list[Command] = []
    commands = without_formatter(shell.parse(text))
    for command in commands:
        inner = inside(command, scripts, depth, alone=len(commands) == 1)
        found.extend(inner[:-1])
        found.append(replace(inner[-1], operator=command.operator))
    return tuple(found)


def without_formatter(commands: tuple[Command, ...]) -> tuple[Command, ...]:
    """The commands without a last one that only colours the log (`node server.js | pino-pretty`): the pipe's shell
    would get the signals in the process's place."""
    if len(commands) > 1 and commands[-2].operator == "|" and commands[-1].program in FORMATTERS:
        return (*commands[:-2], replace(commands[-2], operator=""))
    return commands


def inside(command: Command, scripts: Scripts, depth: int, *, alone: bool) -> tuple[Command, ...]:
    """What one command runs: at least one command, itself when nothing can be unwrapped. `alone`: nothing stands beside
    it, so that a script with any operators may take its place."""
    if next(scripts.left, None) is None:
        raise ValueError(f"it runs more than {MOST_COMMANDS} commands")
    if not command.plain or not command.words or depth >= DEEPEST:
        return (command,)
    if (call := called_script(command.words, scripts.scripts)) is not None:
        return run_script(command, call, scripts, depth, alone=alone)
    text = in_sequence(command.words, scripts.scripts) or scripts.listed(command.words)
    if not command.variables and text is not None:
        found = expand(text, scripts, depth + 1)
        return found if alone or chained(found) else (command,)
    if (words := unwrapped(command.words, scripts.pm2)) is not None:
        assigned = shell.read_command(" ".join(shell.quote(word) for word in words), "")
        variables = {**command.variables, **assignments(words)}
        bare = replace(command, words=words[len(assignments(words)) :], variables=variables)
        return inside(bare, scripts, depth + 1, alone=alone) if assigned.words else (command,)
    return (command,)


def in_sequence(words: tuple[str, ...], scripts: Mapping[str, str]) -> str | None:
    """What `run-s a b` and `npm-run-all a b` run, one after the other; None for anything else."""
    if words[0] not in ("run-s", "npm-run-all"):
        return None
    names = [word for word in words[1:] if word not in ("-s", "--sequential", "--silent")]
    return " && ".join(f"npm run {name}" for name in names) if names and set(names) <= set(scripts) else None


def run_script(
    command: Command, call: tuple[str, tuple[str, ...]], scripts: Scripts, depth: int, *, alone: bool
) -> tuple[Command, ...]:
    """The commands of a script with its `pre` hook, the caller's arguments after its last, the caller's variables
    before each. A `post` hook of something that goes on running would never be reached, and is left out."""
    name, arguments = call
    body = scripts.scripts[name]
    if body.strip() in BY_SYSTEM:
        body = next((text for each in SYSTEMS if (text := scripts.scripts.get(f"{name}:{each}"))), body)
    if arguments:
        body += " " + " ".join(shell.quote(argument) for argument in arguments)
    found = expand(body, scripts, depth + 1)
    before = scripts.scripts.get(f"pre{name}") if scripts.hooks else None
    if not found or not (chained(found) or (alone and not before and not command.variables)):
        return (command,)
    if before:
        first = expand(before, scripts, depth + 1)
        if not first or not chained(first):
            return (command,)
        first = (*first[:-1], replace(first[-1], operator="&&"))
        found = (*(replace(step, scripts=(f"pre{name}", *step.scripts)) for step in first), *found)
    found = tuple(replace(step, scripts=(name, *step.scripts)) for step in found)
    if not command.variables:
        return found
    if not all(step.plain for step in found):
        return (command,)
    return tuple(replace(step, variables={**command.variables, **step.variables}) for step in found)


def chained(commands: tuple[Command, ...]) -> bool:
    """Whether each command runs only after the one before it succeeded."""
    return all(command.operator in ("&&", "") for command in commands)


def called_script(words: tuple[str, ...], scripts: Mapping[str, str]) -> tuple[str, tuple[str, ...]] | None:
    """The script that `npm run NAME -- ARGUMENTS` and its like call; None when the words are no such call. Bun runs
    scripts too, and what they start may well be node."""
    if words[:2] == ("bun", "run") and words[2:3] and words[2] in scripts:
        return words[2], words[3:]
    if words[0] not in RUNNERS:
        return None
    rest = [word for word in words[1:] if word not in QUIET]
    if rest and rest[0] in ("run", "run-script"):
        rest = rest[1:]
    elif rest and (rest[0] in OWN_COMMANDS or (words[0] == "npm" and rest[0] not in ("start", "test", "stop"))):
        return None
    if not rest or rest[0] not in scripts:
        return None
    arguments = rest[1:]
    if arguments and arguments[0] == "--":
        arguments = arguments[1:]
    elif arguments and words[0] == "npm":
        return None
    return rest[0], tuple(arguments)


def assignments(words: tuple[str, ...]) -> dict[str, str]:
    """The assignments that the words begin with (after cross-env and env)."""
    found: dict[str, str] = {}
    for word in words:
        if not (assigned := shell.ASSIGNMENT.fullmatch(word)):
            break
        found[assigned[1]] = assigned[2]
    return found


def exec_form(commands: tuple[Command, ...], text: str) -> tuple[str, ...]:
    """The start command for an image: a plain list when one program is all there is, else `sh -c` with `exec` before
    the last, so that signals reach it.

    `NODE_ENV=production` is left out, since the image sets it. A chain with `||`, a pipe or a background process stays
    as it was: its shell must live on.
    """
    commands = tuple(replace(command, variables=kept(command.variables)) for command in commands)
    last = commands[-1]
    if len(commands) == 1 and last.plain and not last.variables:
        return last.words
    if any(command.operator in ("||", "|", "&") for command in commands) or not can_exec(last):
        return ("sh", "-c", text)
    before = "".join(f"{command.render()} {command.operator} " for command in commands[:-1])
    if not last.plain:
        return ("sh", "-c", f"{before}exec {last.text}")
    assigned = "".join(f"{name}={shell.quote(value)} " for name, value in last.variables.items())
    return ("sh", "-c", f"{before}{assigned}exec {' '.join(shell.quote(word) for word in last.words)}")


def kept(variables: Mapping[str, str]) -> dict[str, str]:
    """The assignments that still say something in an image with NODE_ENV=production."""
    return {name: value for name, value in variables.items() if (name, value) != ("NODE_ENV", "production")}


def can_exec(command: Command) -> bool:
    """Whether `exec` may stand before the command: it is a program, and no shell construct or assignment."""
    if command.plain:
        return bool(command.words)
    return bool(re.match(r"[A-Za-z0-9_./-]+(\s|$)", command.text)) and command.words[0] not in (
        "if", "while", "for", "until", "case", "cd", "exec", ".", "source", "{", "!",
    )  # fmt: skip
