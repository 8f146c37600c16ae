"""The whole text of a migration command, with the scripts of package.json that it runs."""

import json
import re
from collections.abc import Mapping, Sequence

from fairway.migrate.tools import ledger

RUNS = re.compile(
    r"\b(?:npm\s+(?:run|run-script|exec)|yarn(?:\s+run)?|pnpm(?:\s+run)?|bun\s+run)\s+(?:--\s+|-\S+\s+)*([\w:./@-]+)"
)
DEPTH = 5


def expand(command: Sequence[str], scripts: Mapping[str, str], depth: int = DEPTH) -> str:
    """The command as text; behind it the scripts that it runs, and those that these run."""
    text = " ".join(command)
    found = [text]
    for name in dict.fromkeys(match[1] for match in RUNS.finditer(text)) if depth else ():
        around = (f"pre{name}", name, f"post{name}")
        found += [expand([scripts[each]], scripts, depth - 1) for each in around if each in scripts]
    return "\n".join(found)


def package(content: bytes) -> tuple[Mapping[str, str], Sequence[str]]:
    """Scripts, and the names of all dependencies; none of a file that is no package.json."""
    try:
        document = json.loads(ledger.text(content))
    except (ValueError, RecursionError):
        return {}, ()
    if not isinstance(document, dict):
        return {}, ()
    names = [name for key in ("dependencies", "devDependencies") for name in texts(document.get(key))]
    return texts(document.get("scripts")), names


def texts(value: object) -> Mapping[str, str]:
    """The texts of an object, whatever else it holds."""
    return {str(key): text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}
