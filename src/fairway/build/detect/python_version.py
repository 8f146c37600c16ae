"""Which Python an app wants: what its files name, else what pyproject.toml says it works with, the best of those first.

Others that it allows as well are kept, for a host that can't have the first.
"""

import re

from fairway.build.detect import node_version, python_packages
from fairway.build.detect.python_packages import Packages
from fairway.build.detect.tree import Tree
from fairway.domain.detection import Runtime

# The best first. 3.11 stands before 3.13 because Fairway can make an image of it on a host without a registry.
VERSIONS = ("3.12", "3.11", "3.13", "3.10", "3.14", "3.9", "3.8")
MOST_OTHERS = 2


def find(tree: Tree, packages: Packages) -> Runtime:
    """The Python version: .python-version, runtime.txt, .tool-versions, Pipfile, mise, then `requires-python`."""
    allowed = satisfying(wanted) if (wanted := requirement(packages)) else ()
    for file, pattern in (
        (".python-version", r"^(?:python-|cpython-)?(\d+\.\d+(?:\.\d+)?)"),
        ("runtime.txt", r"^python-(\d+\.\d+(?:\.\d+)?)"),
        (".tool-versions", r"^python\s+(\d+\.\d+(?:\.\d+)?)"),
        ("Pipfile", r"^python_(?:full_)?version\s*=\s*['\"](\d+\.\d+(?:\.\d+)?)"),
    ):
        text = (tree.read(file) or b"").decode("utf-8-sig", "replace")
        if found := re.search(pattern, text, re.MULTILINE):
            others = tuple(other for other in allowed if other != found[1] and found[1].count(".") == 1)
            return Runtime(language="python", version=found[1], where=file, others=others[:MOST_OTHERS])
    for text, file in node_version.tools(tree, "python"):
        if found := re.match(r"\d+\.\d+(?:\.\d+)?$", text):
            return Runtime(language="python", version=found[0], where=file)
    if allowed:
        return runtime(allowed, "pyproject.toml")
    return runtime(VERSIONS, "the default: no file names a version")


def requirement(packages: Packages) -> str | None:
    """The versions that pyproject.toml says it works with, in its own words."""
    tool = python_packages.table(packages.project, "tool")
    poetry = python_packages.table(python_packages.table(tool, "poetry"), "dependencies")
    wanted = python_packages.table(packages.project, "project").get("requires-python") or poetry.get("python")
    return wanted if isinstance(wanted, str) else None


def runtime(allowed: tuple[str, ...], where: str) -> Runtime:
    """The first of the allowed versions, with the next ones as others."""
    return Runtime(language="python", version=allowed[0], where=where, others=allowed[1 : 1 + MOST_OTHERS])


def satisfying(wanted: str) -> tuple[str, ...]:
    """Those of VERSIONS that `>=3.10,<3.13` and its like allow."""
    tests = re.findall(r"(>=|<=|>|<|==|~=|\^|~|!=)\s*(\d{1,9})\.(\d{1,9})(\.\d+)?", wanted)
    return tuple(
        version
        for version in VERSIONS
        if all(
            holds(sign, int(version.partition(".")[2]), int(number), patch)
            if major == "3"
            else holds_for_all(sign, int(major))
            for sign, major, number, patch in tests
        )
    )


def holds_for_all(sign: str, major: int) -> bool:
    """Whether a condition on another major version (`<4.0`, `>=2.7`) allows Python 3."""
    return sign in ("<", "<=", "!=") if major > 3 else sign in (">", ">=", "!=")


def holds(sign: str, minor: int, number: int, patch: str) -> bool:
    """Whether one condition allows 3.`minor`, in its newest patch."""
    match sign:
        case ">=" | "^":
            return minor >= number
        case ">":
            return minor > number or (minor == number and bool(patch))
        case "<":
            return minor < number
        case "<=":
            return minor < number or (minor == number and not patch)
        case "!=":
            return minor != number or bool(patch)
        case "~=":
            return minor == number if patch else minor >= number
        case _:
            return minor == number
