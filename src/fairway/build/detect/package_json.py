"""A package.json, read forgivingly: real ones hold a BOM, a number where a text belongs, a list for `workspaces`."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from fairway.build.detect.tree import Tree

LONGEST_SCRIPT = 5000
"""Characters: the longest that people write have a fifth, and what looks for a tool in one tries it at each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What package.json says. `dependencies` holds the optional ones too, whose names are in `optional`; `text` is the
    file, to find lines in; `wanted` has the versions that devEngines asks for, by the name of the runtime or package
    manager."""

    name: str = ""
    main: str = ""
    module: bool = False
    scripts: Mapping[str, str] = field(default_factory=dict)
    dependencies: Mapping[str, str] = field(default_factory=dict)
    development: Mapping[str, str] = field(default_factory=dict)
    engines: Mapping[str, str] = field(default_factory=dict)
    volta: Mapping[str, str] = field(default_factory=dict)
    wanted: Mapping[str, str] = field(default_factory=dict)
    workspaces: tuple[str, ...] = ()
    manager: str = ""
    optional: frozenset[str] = frozenset()
    built: tuple[str, ...] | None = None
    text: str = ""

    @property
    def everything(self) -> Mapping[str, str]:
        """All dependencies, those for development included."""
        return {**self.development, **self.dependencies}

    def where(self, script: str, file: str = "package.json") -> str:
        """`package.json:LINE` of a script, or the file alone."""
        body = re.search(r'"scripts"\s*:', self.text)
        found = re.compile(rf'"{re.escape(script)}"\s*:').search(self.text, body.end()) if body else None
        return f"{file}:{self.text.count(chr(10), 0, found.start()) + 1}" if found else file


def read(tree: Tree, path: str = "package.json") -> Package | None:
    """The package.json at that path; None when there is none. Raises ValueError, with the line, for one that is no
    JSON object."""
    content = tree.read(path)
    return None if content is None else parse(content)


def parse(content: bytes) -> Package:
    """The package of a package.json's bytes. Raises ValueError when they are no JSON object."""
    text = content.decode("utf-8-sig")
    try:
        raw = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(raw, dict):
        raise ValueError("it holds no JSON object")
    pnpm = raw.get("pnpm") if isinstance(raw.get("pnpm"), dict) else {}
    built = pnpm.get("onlyBuiltDependencies") if pnpm else None
    return Package(
        name=read_text(raw.get("name")),
        main=read_text(raw.get("main")),
        module=raw.get("type") == "module",
        scripts={name: text for name, text in read_texts(raw.get("scripts")).items() if len(text) <= LONGEST_SCRIPT},
        dependencies={**read_texts(raw.get("optionalDependencies")), **read_texts(raw.get("dependencies"))},
        development=read_texts(raw.get("devDependencies")),
        engines=read_texts(raw.get("engines")),
        volta=read_texts(raw.get("volta")),
        wanted=read_wanted(raw.get("devEngines")),
        workspaces=read_patterns(raw.get("workspaces")),
        manager=read_text(raw.get("packageManager")),
        optional=frozenset(read_texts(raw.get("optionalDependencies"))),
        built=tuple(str(name) for name in built) if isinstance(built, list) else None,
        text=text,
    )


def read_text(value: object) -> str:
    """A text, or nothing. Half a character (`"\\ud800"` is JSON) becomes a question mark, for no file can hold it."""
    return value.encode("utf-8", "replace").decode().strip() if isinstance(value, str) else ""


def read_texts(value: object) -> dict[str, str]:
    """The texts of an object, whatever else it holds."""
    if not isinstance(value, dict):
        return {}
    return {read_text(key): read_text(item) for key, item in value.items() if isinstance(item, str)}


def read_wanted(value: object) -> dict[str, str]:
    """devEngines' runtimes and package managers, each one object or a list of them, with the versions ("*" without
    one)."""
    found: dict[str, str] = {}
    for kind in ("runtime", "packageManager"):
        entry = value.get(kind) if isinstance(value, dict) else None
        for item in entry if isinstance(entry, list) else [entry]:
            texts = read_texts(item)
            if "name" in texts:
                found.setdefault(texts["name"], texts.get("version") or "*")
    return found


def read_patterns(value: object) -> tuple[str, ...]:
    """`workspaces`, as a list or as `{"packages": [...]}`."""
    if isinstance(value, dict):
        value = value.get("packages")
    return tuple(read_text(item) for item in value if isinstance(item, str)) if isinstance(value, list) else ()
