"""The servers that SvelteKit's and Astro's builds leave, where an adapter for Node.js has them make one.

Their scripts name development servers alone (`vite dev`, `astro dev`): with such an adapter the app is what the build
makes, and without one it is pages.
"""

import re

from fairway.build.detect.package_json import Package
from fairway.build.detect.shell import Command
from fairway.build.detect.tree import Tree

SVELTE = "@sveltejs/adapter-node"
ASTRO = "@astrojs/node"
OUT = re.compile(r"""\bout\s*:\s*['"](?:\./)?(?P<folder>[\w./-]+)['"]""")
STANDALONE = re.compile(r"""\bmode\s*:\s*['"]standalone['"]""")
ENTRY = "dist/server/entry.mjs"
SHOWS = frozenset({(), ("dev",), ("preview",), ("start",)})
ORIGIN = "SvelteKit refuses forms until it knows its own address: fairway env set ORIGIN=https://YOUR.DOMAIN"


def output(tree: Tree, package: Package, command: Command) -> str:
    """The file or folder that node starts in place of a development server; empty for any other command, or where no
    build makes one."""
    if command.words[1:2] not in SHOWS or not package.scripts.get("build"):
        return ""
    if command.program == "vite" and SVELTE in package.everything:
        written = OUT.search(text(tree, "svelte"))
        return written["folder"] if written else "build"
    if command.program == "astro" and ASTRO in package.everything and STANDALONE.search(text(tree, "astro")):
        return ENTRY
    return ""


def notes(package: Package, command: Command) -> tuple[str, ...]:
    """What a person should know of the server that is started."""
    return (ORIGIN,) if command.program == "node" and SVELTE in package.everything else ()


def text(tree: Tree, tool: str) -> str:
    """The tool's own file of settings."""
    files = (tree.read(f"{tool}.config.{end}") for end in ("js", "mjs", "ts", "mts"))
    return next((content.decode("utf-8", "replace") for content in files if content is not None), "")
