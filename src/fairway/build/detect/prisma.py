"""Prisma's client: from which schema it is generated, where it goes, and whether it needs engine binaries.

In a monorepo the schema is often another workspace's (`packages/db`), or the repository's own. Without its client the
app ends at the first query, so it is generated where that schema lies.
"""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from fairway.build.detect import numbers
from fairway.build.detect.monorepo import Member
from fairway.build.detect.package_json import Package
from fairway.build.detect.tree import Below, Tree

WITHOUT_ENGINES = 7
USUAL = "prisma/schema.prisma"


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What the client is made from. `directory` is the folder of the package that has the schema, relative to the build
    context; `schema` a folder with a slash or a file, relative to it, None without Prisma; `in_modules` says that the
    client goes into node_modules; `engines` that Prisma is older than version 7, which runs without them."""

    directory: str
    schema: str | None = None
    in_modules: bool = False
    engines: bool = False


def find(context: Tree, root: Package, directory: str, package: Package, used: Iterable[Member]) -> Client:
    """The client of the app in `directory`: by its own schema, else by that of a workspace that it uses, else by the
    context's."""
    for place, owner in ((directory, package), *((member.directory, member.package) for member in used)):
        if (client := of_package(context, root, place, owner)).schema:
            return client
    if directory != "." and context.read(USUAL) is not None:
        return of_package(context, root, ".", root)
    return Client(directory=directory)


def of_package(context: Tree, root: Package, directory: str, package: Package) -> Client:
    """The client of one package; without a schema when it has none, or lacks the `prisma` command."""
    tree = Below(context, directory)
    listed = {**root.everything, **package.everything}
    path = schema_file(tree, package) if "prisma" in listed else None
    if path is None:
        return Client(directory=directory)
    text = (tree.read(path) or b"").decode("utf-8", "replace")
    generator = re.search(r"generator\s+\w+\s*\{([^}]*)\}", text)
    elsewhere = bool(
        generator and re.search(r"^[ \t]*output\s*=\s*\"(?![^\"]*node_modules)", generator[1], re.MULTILINE)
    )
    folder = posixpath.dirname(path)
    major = numbers.first(listed["prisma"])
    return Client(
        directory=directory,
        schema=f"{folder}/" if folder else path,
        in_modules=not elsewhere,
        engines=major is not None and major < WITHOUT_ENGINES,
    )


def schema_file(tree: Tree, package: Package) -> str | None:
    """The schema's path: where package.json or Prisma's configuration says, the usual place, else the shallowest."""
    named = re.search(r'"schema"\s*:\s*"([^"]+)"', package.text) or re.search(
        r"""\bschema\s*:\s*(?:path\.join\()?['"]([^'"]+)['"]""",
        (tree.read("prisma.config.ts") or b"").decode("utf-8", "replace"),
    )
    candidates = [posixpath.normpath(named[1])] if named else []
    schemas = sorted(
        (path for path in tree.files() if path.endswith(".prisma")), key=lambda path: (path.count("/"), path)
    )
    return next((name for name in (*candidates, USUAL, *schemas[:1]) if name in schemas), None)
