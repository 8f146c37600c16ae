"""The variables that the package manager's settings read: the password of a company's own registry.

A build has no variables. One that the install needs is a secret of the build, which fairway.toml names.
"""

import posixpath
import re

from fairway.build.detect.tree import Tree
from fairway.domain.detection import Problem

FILES = (".npmrc", ".yarnrc.yml", ".yarnrc")
READ = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<default>:?-[^}]{0,1000}|\?)?\}")
COMMENT = re.compile(r"^\s*[#;]")


def problems(context: Tree) -> tuple[Problem, ...]:
    """The problem of each variable that has no default and that fairway.toml names no secret for."""
    named = (context.read("fairway.toml") or b"").decode("utf-8", "replace")
    secrets = re.search(r"^[ \t]*secrets\s*=\s*\[([^\]]*)\]", named, re.MULTILINE)
    found: dict[str, str] = {}
    for path in FILES:
        for number, line in enumerate((context.read(path) or b"").decode("utf-8", "replace").splitlines(), start=1):
            for match in READ.finditer("" if COMMENT.match(line) else line):
                if not match["default"] and not (secrets and f'"{match["name"]}"' in secrets[1]):
                    found.setdefault(match["name"], f"{path}:{number}")
    return tuple(
        Problem(
            what=f"{posixpath.basename(where.partition(':')[0])} reads {name}, and a build has no variables",
            why="packages of the registry that it is the password of can't be fetched without it",
            fix=f'[build] secrets = ["{name}"] in fairway.toml, and fairway env set --service build {name}',
            where=where,
        )
        for name, where in found.items()
    )
