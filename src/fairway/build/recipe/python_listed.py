"""Programs that print, as requirements for pip, what a file lists that pip itself does not read.

They are run by the image's own Python in the build, on one line each, because they stand in a RUN instruction.
"""

TOML = (
    'import importlib, sys; toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) '
    'else "pip._vendor.tomli"); '
)
"""Before 3.11 Python can't read TOML by itself; the pip that is always there can."""

PROJECT = (
    TOML + 'p = toml.load(open("pyproject.toml", "rb")); '
    'print("\\n".join(p.get("project", {}).get("dependencies", [])))'
)
"""pyproject.toml's dependencies, without the project itself: its sources are not there yet."""

ENTRY = (
    'v = lambda d: "" if d.get("git") or d.get("version") == "*" else d.get("version", ""); '
    'e = lambda d: "[" + ",".join(d["extras"]) + "]" if d.get("extras") else ""; '
    'g = lambda d: " @ git+" + d["git"] + ("@" + d["ref"] if d.get("ref") else "") if d.get("git") else ""; '
    'm = lambda d: "; " + d["markers"] if d.get("markers") else ""; '
    "line = lambda n, d: n + e(d) + g(d) + v(d) + m(d); "
)
"""An entry of pipenv's as a requirement: name, extras, git repository, version, markers."""

LOCKED = (
    "import json; " + ENTRY + 'p = json.load(open("Pipfile.lock"))["default"]; '
    'h = all(d.get("hashes") for d in p.values()); '
    'print("\\n".join(line(n, d) + "".join(" --hash=" + x for x in (d["hashes"] if h else ())) for n, d in p.items()))'
)
"""Pipfile.lock's packages, with their hashes when every one has some: pip wants all or none."""

PIPFILE = (
    TOML + ENTRY + 'p = toml.load(open("Pipfile", "rb")).get("packages", {}); '
    'print("\\n".join(line(n, d if isinstance(d, dict) else {"version": d}) for n, d in p.items()))'
)
"""Pipfile's packages."""

POETRY = (
    "from pathlib import Path; from poetry.core.factory import Factory; "
    'p = Factory().create_poetry(Path(".")).package; '
    'print("\\n".join(d.to_pep_508() for d in p.{} if not d.is_optional()))'
)
"""What poetry's own table lists, without a lock file: `requires`, or `all_requires` with the groups."""
POETRY_MAIN, POETRY_ALL = POETRY.format("requires"), POETRY.format("all_requires")

PDM = (
    TOML + 'p = toml.load(open("pdm.lock", "rb")).get("package", []); '
    'm = lambda d: "; " + d["marker"] if d.get("marker") else ""; '
    'print("\\n".join(d["name"] + "==" + d["version"] + m(d) for d in p '
    'if not {"extras", "git", "url", "path"} & set(d)))'
)
"""pdm.lock's versions, as constraints: an older one notes neither which group a package is of nor for which system."""
