"""The start of a Node.js app as its files have it: by `main`, by a usual name, or where the compiler would put it.

With it comes which of these files a build has to make first.
"""

import posixpath
import re
from dataclasses import dataclass, replace

from fairway.build.detect import shell, typescript, unwrap
from fairway.build.detect.package_json import Package
from fairway.build.detect.shell import Command
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Start

FILES = (
    "server",
    "index",
    "app",
    "main",
    "bin/www",
    "src/server",
    "src/index",
    "src/main",
    "src/app",
    "app/server",
    "app/index",
    "lib/server",
    "lib/index",
    "server/index",
    "api/index",
)
SUFFIXES = (".js", ".mjs", ".cjs", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The start command; the commands it would build with; all its commands; and what to know about it."""

    start: Start
    built: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    notes: tuple[str, ...] = ()


def script_text(package: Package, text: str) -> str:
    """The body of the script that `npm run NAME` calls; any other text as it is."""
    return package.scripts.get(text.removeprefix("npm run "), text)


def compiled(tree: Tree, package: Package, entry: Entry, buildable: bool) -> Entry:
    """The entry with `ts-node src/index.ts` replaced by `node dist/index.js`, when a build makes that file and the
    script was a development server's; started with ts-node on purpose, it stays."""
    last = entry.commands[-1]
    if buildable and (moved := moved_by_build(tree, entry)):
        return moved
    if not buildable or last.program not in ("ts-node", "tsx", "babel-node") or not last.plain:
        return entry
    if not re.search(r"nodemon|ts-node-dev|tsnd|watch", script_text(package, entry.start.text)):
        return entry
    file = next((word for word in last.words[1:] if re.search(r"\.[cm]?ts$", word)), None)
    if file is None or not (typescript.options(tree) or {}).get("outDir"):
        return entry
    commands = (*entry.commands[:-1], replace(last, words=("node", typescript.output(tree, file))))
    start = replace(entry.start, command=unwrap.exec_form(commands, entry.start.text))
    return replace(entry, start=start, commands=commands)


def moved_by_build(tree: Tree, entry: Entry) -> Entry | None:
    """`node bin/server.js`, where only bin/server.ts exists and the compiler writes build/bin/server.js (AdonisJS is
    meant to start inside its build folder); None when that is not so."""
    missing = missing_file(tree, entry)
    stem = re.sub(r"\.[cm]?js$", "", missing)
    if not missing or tree.read(f"{stem}.ts") is None or not (typescript.options(tree) or {}).get("outDir"):
        return None
    made = typescript.output(tree, f"{stem}.ts")
    last = entry.commands[-1]
    words = tuple(made if posixpath.normpath(word) == missing else word for word in last.words)
    commands = (*entry.commands[:-1], replace(last, words=words))
    start = replace(entry.start, command=unwrap.exec_form(commands, entry.start.text))
    return replace(entry, start=start, commands=commands)


def from_files(tree: Tree, package: Package) -> Entry | None:
    """The entry by `main`, or by a file with a usual name, in the sources or where the compiler would put it."""
    files = set(tree.files())
    main = posixpath.normpath(package.main) if package.main else ""
    if (
        main
        and not main.startswith("..")
        and (path := next((main + end for end in (*SUFFIXES, "/index.js") if main + end in files), ""))
    ):
        compiled = re.search(r"\.[cm]?ts$", path) and (typescript.options(tree) or {}).get("outDir")
        return plain(typescript.output(tree, path) if compiled else path, "package.json (main)")
    for stem in FILES:
        for suffix in SUFFIXES:
            if stem + suffix in files:
                return plain(stem + suffix, stem + suffix)
        if f"{stem}.ts" in files and (typescript.options(tree) or {}).get("outDir"):
            return plain(typescript.output(tree, f"{stem}.ts"), f"{stem}.ts")
    return None


def plain(path: str, where: str) -> Entry:
    """`node PATH`."""
    command = Command(words=("node", path), text=shell.quote(path))
    return Entry(start=Start(command=command.words, text=f"node {path}", where=where), commands=(command,))


def missing_file(tree: Tree, entry: Entry) -> str:
    """The file that `node FILE` names and that the repository lacks, so that a build must make it; else nothing."""
    last = entry.commands[-1]
    if not last.plain or last.program != "node" or any(command.program == "cd" for command in entry.commands):
        return ""
    position = 1
    while position < len(last.words) and last.words[position].startswith("-"):
        valued = last.words[position] in (
            "-r",
            "--require",
            "--import",
            "--loader",
            "--experimental-loader",
            "--env-file",
        )
        position += 2 if valued else 1
    if position >= len(last.words) or last.words[position - 1] in ("-e", "--eval", "-p"):
        return ""
    path = posixpath.normpath(last.words[position])
    files = set(tree.files())
    ends = ("", ".js", ".mjs", ".cjs", ".json", "/index.js", "/index.mjs", "/index.cjs")
    present = path == "." or any(path + end in files for end in ends) or path.startswith(("/", "..", "node_modules"))
    return "" if present else path
