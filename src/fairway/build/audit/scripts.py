"""The rule about the scripts of package.json that `fairway run ENVIRONMENT` looks for, and how they are added."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from fairway.build.audit import files
from fairway.build.detect import entry, package_json
from fairway.build.detect.tree import Tree
from fairway.domain.app import App, Environment
from fairway.domain.audit import Finding
from fairway.domain.detection import Detection

BASES = ("start:production", "start:prod", "start")
"""The scripts that another environment's may be made from, the best first."""
SCRIPTS = re.compile(r'"scripts"\s*:\s*(?=\{)')
MARK = "\ufeff"


def missing(tree: Tree, found: Detection, app: App) -> Iterator[Finding]:
    """The environments that have no script of their own, where there are several."""
    for each in unscripted(tree, found, app):
        what = f"it has no script {each.script}, which fairway run {each.name} looks for"
        yield Finding(rule="missing-script", file=place(app), line=0, what=what)


def unscripted(tree: Tree, found: Detection, app: App) -> tuple[Environment, ...]:
    """Those environments. None when the app lies in another folder than the one in which `fairway run` looks."""
    scripts = read(tree, app)
    if len(app.environments) < 2 or not scripts or found.directory != app.build.directory:
        return ()
    # As `fairway run` chooses: the script, else the command of fairway.toml, which then says what runs.
    return tuple(each for each in app.environments if each.script not in scripts and not each.first.command)


def place(app: App) -> str:
    """The package.json in which `fairway run` looks."""
    return "package.json" if app.build.directory == "." else f"{app.build.directory}/package.json"


def read(tree: Tree, app: App) -> Mapping[str, str]:
    """Its scripts; none when there is no such file, or it can't be read."""
    try:
        package = package_json.read(tree, place(app))
    except ValueError:
        return {}
    return {} if package is None else package.scripts


def proposals(scripts: Mapping[str, str], wanted: Sequence[str]) -> dict[str, str]:
    """The scripts of `wanted` that are not there, as they would be: the one for production, or start. None when a copy
    would not do the same: its own pre and post scripts would not run, or it migrates the database. Nor of what is for
    development, such as nodemon."""
    base = next((name for name in BASES if scripts.get(name)), None)
    if base is None or f"pre{base}" in scripts or f"post{base}" in scripts or files.MIGRATES.search(scripts[base]):
        return {}
    if not entry.DEVELOPMENT.isdisjoint(scripts[base].split()):
        return {}
    return {name: scripts[base] for name in wanted if name not in scripts}


def with_scripts(content: bytes, added: Mapping[str, str]) -> bytes | None:
    """The package.json with these scripts behind its last one, every other byte as it was. None when that can't be: the
    result is read again, and must say the same and the new scripts."""
    try:
        text = content.decode("utf-8")
        before = json.loads(text.removeprefix(MARK))
        for match in SCRIPTS.finditer(text):
            _, end = json.JSONDecoder().raw_decode(text, match.end())
            after = insert(text, match.end() + 1, end - 1, added)
            if json.loads(after.removeprefix(MARK)) == expected(before, added):
                return after.encode("utf-8")
    except (ValueError, RecursionError):
        # Not JSON, not UTF-8, or half a surrogate: a person mends it.
        return None
    return None


def expected(document: object, added: Mapping[str, str]) -> object:
    """What package.json says with the scripts; None when it has none at all."""
    if not isinstance(document, dict) or not isinstance(document.get("scripts"), dict):
        return None
    return {**document, "scripts": {**document["scripts"], **added}}


def insert(text: str, start: int, end: int, added: Mapping[str, str]) -> str:
    """The text with members behind the last one of the object whose inside is text[start:end], in its own form."""
    body = text[start:end]
    kept = body.rstrip()
    line = re.search(r"(\r?\n[ \t]*)(?=\"[^\r\n]*\Z)", kept)
    gap = line[1] if line else " " if ", " in kept or body != body.strip() else ""
    colon = ": " if '": ' in kept or not re.search(r'":\S', kept) else ":"
    members = "".join(f",{gap}{quote(name)}{colon}{quote(value)}" for name, value in added.items())
    return text[:start] + kept + members + body[len(kept) :] + text[end:]


def quote(text: str) -> str:
    """A JSON text."""
    return json.dumps(text, ensure_ascii=False)
