"""The lines of requirements: which packages they name, what their extras bring, and the files that they include."""

import re
from collections.abc import Mapping

from fairway.build.detect.tree import Tree

NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
WITH_SERVER = re.compile(
    r"^[ \t]*(?:fastapi|litestar|starlite)\[[^\]\n]*\b(?:standard|all)\b", re.MULTILINE | re.IGNORECASE
)
WITH_C = re.compile(r"^[ \t]*psycopg\[[^\]\n]*\bc\b", re.MULTILINE | re.IGNORECASE)
INCLUDE = re.compile(r"^[ \t]*(?:-r|--requirement|-c|--constraint)[ =]?\s*(\S+)", re.MULTILINE)
MOST_INCLUDES = 20


def listed_in(text: str) -> frozenset[str]:
    """The names in the text of requirements."""
    return frozenset(normal(found[1]) for line in text.splitlines() if (found := NAME.match(line))) | brought(text)


def brought(text: str) -> frozenset[str]:
    """What an extra brings: the server of `fastapi[standard]` and `litestar[standard]`, psycopg's module in C."""
    extras = ((WITH_SERVER, "uvicorn"), (WITH_C, "psycopg-c"))
    return frozenset(name for pattern, name in extras if pattern.search(text))


def with_extras(listed: Mapping[str, object]) -> str:
    """A table of dependencies (`psycopg = {extras = ["c"]}`) as lines of requirements."""
    extras = ((name, value.get("extras")) for name, value in listed.items() if isinstance(value, dict))
    return "\n".join(f"{name}[{','.join(map(str, each))}]" for name, each in extras if isinstance(each, list))


def read_included(tree: Tree, path: str) -> tuple[tuple[str, ...], str]:
    """A requirements file with those that it includes: their paths, and all their text."""
    seen: list[str] = []
    texts: list[str] = []
    waiting = [path]
    while waiting and len(seen) < MOST_INCLUDES:
        current = waiting.pop(0)
        content = tree.read(current)
        if current in seen or content is None:
            continue
        seen.append(current)
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
        texts.append(text)
        folder = current.rpartition("/")[0]
        waiting.extend(f"{folder}/{name}".lstrip("/") if folder else name for name in INCLUDE.findall(text))
    return tuple(seen), "\n".join(texts)


def normal(name: str) -> str:
    """A package's name as the registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
