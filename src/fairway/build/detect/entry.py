"""The start command of a Node.js app: what a person would type to run it in production, without the package manager.

In order: Procfile's `web`, the `start` script, a script named for production, what a development `start` wraps, a pm2
file, `main`, a file with a usual name. A development server (nodemon, `next dev`) never goes live when there is
anything better.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from fairway.build.detect import (
    frameworks,
    medusa,
    needs,
    numbers,
    nx,
    pages,
    pm2,
    procfile,
    rendered,
    shell,
    start_script,
    typescript,
    unwrap,
    wrappers,
)
from fairway.build.detect.entry_files import Entry, from_files, script_text
from fairway.build.detect.package_json import Package
from fairway.build.detect.shell import Command
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Manager, Start

PRODUCTION = (
    "start:prod",
    "start:production",
    "start-prod",
    "prod",
    "production",
    "start:server",
    "serve:prod",
    "server",
    "serve",
)
FOR_PRODUCTION = PRODUCTION[:5]
DEVELOPMENT = frozenset(
    {
        "nodemon", "ts-node-dev", "tsnd", "vite", "webpack-dev-server", "react-scripts", "ng", "gulp", "grunt",
        "concurrently", "run-p", "turbo", "nx", "lerna", "docker", "docker-compose", "jest", "mocha", "node-dev",
        "supervisor", "sls", "serverless", "wrangler", "workerd", "vercel", "netlify", "sam", "sst", "func", "firebase"
    }
)  # fmt: skip
DEVELOPED = frozenset(
    {"next", "nest", "nuxt", "nuxi", "nitro", "nitropack", "strapi", "astro", "vinxi", "remix", "react-router"}
)
"""Programs whose `dev` is for development, while others of their words serve."""
NITRO = frozenset({"nuxt", "nuxi", "nitro", "nitropack"})
NITRO_SINCE = 3
"""Nuxt's major version from which on it is Nitro's."""
NITRO_SERVER = ".output/server/index.mjs"
"""What Nitro's builds and those on top of it (Nuxt from 3 on) leave to be started; it reads PORT."""


def find(tree: Tree, package: Package, manager: Manager) -> Entry | None:
    """The app's start command, or None when nothing says how it starts."""
    scripts = unwrap.Scripts(
        scripts=package.scripts,
        pm2=lambda path: pm2.command(tree, path),
        listed=lambda words: start_script.body(tree, words),
        hooks=manager in (Manager.NPM, Manager.YARN),
    )
    fallback: Entry | None = None
    for text, where in candidates(tree, package):
        try:
            entry = conclude(tree, package, unwrap.expand(text, scripts), text, where)
        except ValueError:
            continue
        if entry is None:
            continue
        if not is_development(entry.commands[-1]):
            return alone(entry, fallback)
        fallback = fallback or entry
    # What lies in src of a page is for browsers, and node can't run it.
    page = fallback is not None and pages.shown_by(fallback.commands[-1])
    if page and frameworks.name(package) is None:
        return fallback
    found = from_files(tree, package)
    return alone(found, fallback) if found else fallback


def alone(entry: Entry, before: Entry | None) -> Entry:
    """The entry, with a note when a command that runs several processes at once stood before it: it starts one."""
    if before is None or before.commands[-1].program not in unwrap.PARALLEL:
        return entry
    several = f'"{shell.quote_words(before.commands[-1])}" ({before.start.where}) runs several processes'
    note = f'{several}, of which this one is started: each further one is a service, [services.worker] command = ["…"]'
    return replace(entry, notes=(*entry.notes, note))


def candidates(tree: Tree, package: Package) -> Iterator[tuple[str, str]]:
    """The commands that may start the app, the best first, each with its place."""
    if web := procfile.web(tree):
        yield web.command, web.where
    ordinary = ("start", *PRODUCTION)
    first = [name for name in ordinary if name in package.scripts]
    start = package.scripts.get("start", "")
    if "start" in first and first[1:] and (compiles_itself(start) or (first[1] in FOR_PRODUCTION and chooses(start))):
        first = [*first[1:], "start"]
    for name in first:
        yield f"npm run {name}", package.where(name)
    if path := pm2.find(tree):
        yield f"pm2 start {path}", path
    # `dev` may start several at once (`run-p dev:*`): then the server's own script is the one that counts.
    for name in ("dev", "start:dev", "develop", "dev:server", "dev:api", "dev:backend", "server:dev", "api:dev"):
        if name in package.scripts:
            yield f"npm run {name}", package.where(name)


def compiles_itself(text: str) -> bool:
    """Whether a script is `nest start`, whatever is set before it: it compiles and needs the CLI, which Nest's own
    `start:prod` does not."""
    return bool(re.match(r"((npx|cross-env|\w+=\S*)\s+)*nest start\b", text.strip()))


def chooses(text: str) -> bool:
    """Whether a script decides by a construct of the shell what it starts (`if [ "$NODE_ENV" = … ]; then …; fi`): the
    script for production is what it would choose, and gets the signals itself."""
    return any(shell.construct(command) for command in needs.parse(text))


def conclude(tree: Tree, package: Package, commands: tuple[Command, ...], text: str, where: str) -> Entry | None:
    """The entry of a command chain: leading build commands go into the build, a development server is replaced by what
    it serves."""
    if not commands or not commands[-1].words:
        return None
    built: list[str] = []
    while len(commands) > 1 and commands[0].operator == "&&" and needs.builds(commands[0]):
        built.append(commands[0].render())
        commands = commands[1:]
    commands = (*commands[:-1], for_production(tree, package, commands[-1]))
    commands = medusa.in_server(package, commands)
    notes = tuple(
        f'"{command.render()}" runs at every start ({where}): as [migrations] command it would run once a release'
        for command in commands[:-1]
        if needs.touches_database(command.render())
    )
    notes += pm2.notes(tree, script_text(package, text)) + rendered.notes(package, commands[-1])
    last = commands[-1]
    shared = any(command.operator in ("||", "|", "&") for command in commands) or shell.construct(last)
    if shared or last.program in wrappers.RUNNERS:
        notes += (f"the start command keeps its shell ({where}): stop signals go to the whole process group",)
    exec_form = unwrap.exec_form(commands, script_text(package, text))
    return Entry(
        start=Start(command=exec_form, text=text, where=where), built=tuple(built), commands=commands, notes=notes
    )


def for_production(tree: Tree, package: Package, command: Command) -> Command:
    """What a development command serves, when that is known."""
    words = command.words
    if not command.plain or not words:
        return command
    if command.program == "nest" and words[1:2] == ("start",):
        entry = next(
            (name for name in ("dist/main.js", "dist/src/main.js") if tree.read("src/main.ts") is not None), ""
        )
        compiled = typescript.output(tree, "src/main.ts") if entry else ""
        return replace(command, words=("node", compiled)) if compiled else command
    if made := nx.output(tree, package, command) or rendered.output(tree, package, command):
        return replace(command, words=("node", made))
    if command.program in NITRO and words[1:2] in ((), ("dev",), ("start",), ("preview",)) and makes_nitro(package):
        return replace(command, words=("node", NITRO_SERVER))
    if command.program in ("next", "nuxt") and words[1:2] in ((), ("dev",)):
        return replace(command, words=(words[0], "start", *words[2:]))
    if (
        command.program in ("ts-node", "node", "tsx", "babel-node")
        and command.variables.get("NODE_ENV") == "development"
    ):
        command = replace(command, variables={k: v for k, v in command.variables.items() if k != "NODE_ENV"})
    return command


def makes_nitro(package: Package) -> bool:
    """Whether the build leaves Nitro's server: Nuxt 2 is started by its own command instead."""
    version = numbers.first(package.everything.get("nuxt", ""))
    return version is None or version >= NITRO_SINCE


def is_development(command: Command) -> bool:
    """Whether the command is a development server that could not be replaced."""
    words = command.words
    return command.program in DEVELOPMENT or (command.program in DEVELOPED and "dev" in words[1:2])
