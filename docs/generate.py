"""Makes the pages of `docs/reference` that come from the code. `--check` only says which of them are out of date.

python docs/generate.py
python docs/generate.py --check
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from fairway.cli import reference as commands
from fairway.cli import rulespage
from fairway.manifest import reference, schema

FOLDER = Path(__file__).parent / "reference"


def schema_text() -> str:
    """The JSON Schema of `fairway.toml`, as a file."""
    return json.dumps(schema.json_schema(), indent=2, ensure_ascii=False) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "commands.md": commands.markdown,
    "fairway-toml.md": reference.markdown,
    "fairway-toml.schema.json": schema_text,
    "../explanation/migration-rules.md": rulespage.markdown,
}


def stale(folder: Path = FOLDER) -> list[str]:
    """The names of the pages that are not what they should be."""
    return [
        name
        for name, make in PAGES.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != make()
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` say which are stale; the exit status."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/generate.py [--check]\n")
        return 2
    names = stale()
    if arguments:
        for name in names:
            sys.stderr.write(f"docs/reference/{name} is out of date: run python docs/generate.py\n")
        return 1 if names else 0
    FOLDER.mkdir(exist_ok=True)
    for name in names:
        (FOLDER / name).write_text(PAGES[name](), encoding="utf-8")
        sys.stderr.write(f"wrote docs/reference/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
