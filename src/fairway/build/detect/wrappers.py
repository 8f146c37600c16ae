"""The programs that only prepare the environment for another one: cross-env, env-cmd, dotenv, nodemon, pm2.

Each has options of its own before the command that it starts. What can't be read safely stays as it was.
"""

import itertools
import re
from collections.abc import Callable

from fairway.build.detect import shell

RUNNERS = frozenset({"npm", "yarn", "pnpm"})
DOTENV_VALUED = frozenset({"-e", "-v", "-c"})
NODEMON_VALUED = frozenset({"-w", "--watch", "-e", "--ext", "-i", "--ignore", "--delay", "-d"})
# yarn and pnpm run a dependency's program by its bare name; a script of that name would have been found before.
PROGRAMS = frozenset(
    {
        "babel-node", "cross-env", "dotenv", "env-cmd", "medusa", "nest", "next", "nodemon", "nuxt", "pm2",
        "pm2-runtime", "strapi", "ts-node", "ts-node-dev", "tsnd", "tsx"
    }
)  # fmt: skip

Pm2 = Callable[[str], tuple[str, ...] | None]
"""Reads a pm2 file and says the command that it starts."""


def unwrapped(words: tuple[str, ...], pm2: Pm2) -> tuple[str, ...] | None:
    """The words without one wrapper, with its assignments before them; None when they begin with none. `pm2` reads a
    file of pm2's."""
    first, rest = shell.named(words[0]), words[1:]
    match first:
        case "exec" | "npx" | "cross-env" | "env":
            while first == "npx" and rest and rest[0] in ("--no-install", "--yes", "-y", "--"):
                rest = rest[1:]
            return rest if rest and not rest[0].startswith("-") else None
        case "env-cmd":
            return after_options(rest, {"-f", "--file", "-e", "--environments", "-r", "--rc-file"})
        case "dotenv":
            return of_dotenv(rest)
        case "nodemon":
            return of_nodemon(rest)
        case "ts-node-dev" | "tsnd":
            return run_file(after_options(rest, {"--watch", "--ignore-watch", "-r", "--project", "-P"}))
        case "tsx" if rest and rest[0] == "watch":
            return ("tsx", *(word for word in rest[1:] if word != "--clear-screen=false"))
        case "node":
            if rest and (program := shell.named(rest[0])) != rest[0]:
                return unwrapped((program, *rest[1:]), pm2)
            kept = tuple(word for word in rest if not re.fullmatch(r"--(watch(-path)?|inspect(-brk)?)(=.*)?", word))
            return ("node", *kept) if kept != rest else None
        case "forever":
            rest = rest[1:] if rest[:1] == ("start",) else rest
            return run_file(after_options(rest, {"-m", "-l", "-o", "-e", "-p", "-c", "--minUptime", "--uid"}))
        case "egg-scripts" if "--daemon" in rest:
            return (first, *(word for word in rest if word != "--daemon"))
        case "pm2" | "pm2-runtime":
            return unwrap_pm2(rest, pm2)
        case "yarn" | "pnpm" if rest and rest[0] == "exec":
            return rest[1:] or None
        case "yarn" if rest and rest[0] == "node":
            return rest
        case "yarn" | "pnpm" if rest and rest[0] in PROGRAMS:
            return rest
    return None


def of_dotenv(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """What dotenv-cli starts with the variables of files, which come from the environment here. It runs as a process of
    its own before the app. What `-v NAME=VALUE` sets stays; None where the options end nowhere."""
    options, command = (words[: words.index("--")], words[words.index("--") + 1 :]) if "--" in words else (words, ())
    if not command:
        command = after_options(words, DOTENV_VALUED) or ()
        options = words[: len(words) - len(command)]
    if not command or "-p" in options:
        return None
    return (*(value for option, value in itertools.pairwise(options) if option == "-v"), *command)


def of_nodemon(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """What nodemon runs again and again. After `--exec` that is a command with its own options (`babel-node --presets
    env src/index.js`), and no file for node."""
    position = 0
    while position < len(words) and words[position].startswith("-") and words[position] != "--":
        if words[position] in ("-x", "--exec"):
            return exec_option(words[position + 1 :])
        position += 2 if words[position] in NODEMON_VALUED else 1
    return run_file(after_options(words, NODEMON_VALUED))


def after_options(words: tuple[str, ...], valued: frozenset[str] | set[str]) -> tuple[str, ...] | None:
    """The words after a wrapper's own options; `valued` ones take the next word. None when nothing is left."""
    position = 0
    while position < len(words) and words[position].startswith("-"):
        position += 2 if words[position] in valued else 1
        if words[position - 1] == "--":
            break
    return words[position:] or None


def exec_option(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """nodemon's `--exec "COMMAND" [--] [FILE]`; None for a command that needs a shell."""
    if not words:
        return None
    commands = shell.parse(words[0])
    if len(commands) != 1 or not commands[0].plain or not commands[0].words or commands[0].variables:
        return None
    rest = words[2:] if words[1:2] == ("--",) else words[1:]
    return (*commands[0].words, *rest)


def run_file(words: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """A file as its interpreter's argument: `server.js` is `node server.js`, `a.ts` is `ts-node a.ts`."""
    if words is None or not re.search(r"\.[cm]?[jt]s$|^[\w./-]+$", words[0]) or words[0] in ("node", "ts-node", "tsx"):
        return words
    if len(words) > 1 and not words[1].startswith("-") and "." not in words[0]:
        return words
    return ("ts-node" if re.search(r"\.[cm]?ts$", words[0]) else "node", *words)


def unwrap_pm2(words: tuple[str, ...], read: Pm2) -> tuple[str, ...] | None:
    """What `pm2 start FILE` runs; None for anything else that pm2 does."""
    rest = words[1:] if words[:1] == ("start",) else words
    names = [word for word in rest if not word.startswith("-")]
    if not names:
        return None
    if re.search(r"(config\.[cm]?js|\.json|\.ya?ml)$", names[0]):
        return read(names[0])
    passed = rest[rest.index("--") + 1 :] if "--" in rest else ()
    if names[0] in RUNNERS:
        return (names[0], *(("run", *passed[1:]) if passed[:1] == ("run",) else passed)) if passed else None
    return ("node", names[0], *passed) if re.search(r"\.[cm]?js$|/", names[0]) else None
