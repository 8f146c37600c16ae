"""What a Dockerfile's build wants from outside that it won't get: files that no commit has, secrets, an SSH agent."""

import posixpath
import re

from fairway.build.detect.dockerfile_text import Instruction
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Problem

ELSEWHERE = re.compile(r"\w+://|git@")
"""What ADD fetches itself: an address is no path, and normalising would make one of it."""
SUBMODULE = re.compile(r"^[ \t]*path\s*=\s*(\S+)", re.MULTILINE)
SECRET = re.compile(r"--mount=\S{0,500}\btype=(secret|ssh)\b(?!\S{0,500}\bid=ca\b)")


def missing_copies(
    tree: Tree, path: str, instructions: tuple[Instruction, ...], *, generated: bool = False
) -> list[Problem]:
    """COPY and ADD of files that the repository does not have: they are on the author's machine alone. Paths are
    relative to the context, patterns and variables are left alone. `generated`: without this Dockerfile there would be
    one that works."""
    files = tree.files()
    known = set(files) | {folder for name in files for folder in parents(name)}
    # What lies in a submodule is fetched for the build, whether this work tree has it or not.
    fetched = tuple(SUBMODULE.findall((tree.read(".gitmodules") or b"").decode("utf-8", "replace")))
    found: list[Problem] = []
    for item in instructions:
        if item.name not in ("COPY", "ADD") or "--from=" in item.rest or "<<" in item.rest:
            continue
        words = item.exec_form or tuple(word for word in item.rest.split() if not word.startswith("--"))
        for word in words[:-1]:
            if ELSEWHERE.match(word.strip("'\"")):
                continue
            name = posixpath.normpath(word.strip("'\"").lstrip("/") or ".")
            if any(f"{name}/".startswith(f"{place}/") or f"{place}/".startswith(f"{name}/") for place in fetched):
                continue
            if name == ".env" and not committed_env(tree):
                found.append(secret_copy(path, item.line))
            elif name != "." and name not in known and not re.search(r"[*?\[$]|^\.\.", name):
                found.append(
                    Problem(
                        what=f"{path} copies {name}, which is not in the repository",
                        why="a build reads the commit, never the author's own work tree",
                        fix="commit it, or build it inside the Dockerfile"
                        + (f", or remove {path}: Fairway generates one" if generated else ""),
                        where=f"{path}:{item.line}",
                    )
                )
    return found


def committed_env(tree: Tree) -> bool:
    """Whether .env is there and no line of .gitignore keeps it out of the commit."""
    ignored = (tree.read(".gitignore") or b"").decode("utf-8", "replace").split()
    return tree.read(".env") is not None and not {".env", "/.env", ".env*", "*.env"} & set(ignored)


def secret_copy(path: str, line: int) -> Problem:
    """The problem of an image that wants a .env of the author's machine."""
    return Problem(
        what=f"{path} copies .env, which is not in the commit",
        why="a build reads the commit, and a file of secrets belongs in none",
        fix="take it out of the COPY: fairway env import .env gives the process its variables",
        where=f"{path}:{line}",
    )


def wanted_secrets(path: str, instructions: tuple[Instruction, ...]) -> list[Problem]:
    """Secrets and SSH agents that RUN instructions ask the build for: it gets none."""
    return [
        Problem(
            what=f"{path} asks the build for {'an SSH agent' if match[1] == 'ssh' else 'a secret'}",
            why="Fairway gives a build no agent, and the secrets that build.secrets in fairway.toml names",
            fix="let the step do without"
            if match[1] == "ssh"
            else 'name it: [build] secrets = ["ID"], and set it: fairway env set --service build ID',
            where=f"{path}:{item.line}",
        )
        for item in instructions
        if item.name == "RUN" and (match := SECRET.search(item.rest))
    ]


def parents(path: str) -> list[str]:
    """The directories above a path."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]
