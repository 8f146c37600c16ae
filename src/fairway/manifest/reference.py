"""The page of the documentation about `fairway.toml`, made from `reference.toml`, so that it can't say anything else.

A comment directly above a table or a key is its explanation. A key is explained where it comes first; the examples at
the page's end are the whole files. There are several because each of them is a valid file: an app on AWS can't have all
that one elsewhere can, and a network is either made or exists.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

HEADER = re.compile(r"\[(?P<several>\[)?(?P<table>[^\[\]]+)\]\]?")
PAIR = re.compile(r"([A-Za-z0-9_.-]+) = (.+)")
DEFAULT = re.compile(r"\s*Default: (.+)\.$")
FILES = {
    "reference.toml": "An example",
    "reference-aws.toml": "The same on AWS",
    "reference-aws-vpc.toml": "In a network that exists",
}
"""The texts in the page's order, each with its heading as an example."""
INTRODUCTION = """\
# fairway.toml

<!-- Made from src/fairway/manifest/reference*.toml by `python docs/generate.py`: change those files, not this one. -->

Only `app` is required; everything else has a default or is detected. Durations are written `"500ms"`, `"30s"`, `"5m"`,
`"1h"`; sizes `"512M"`, `"1G"` (powers of 1024). An unknown key, a wrong type or an impossible value is an error that
names the line, the key, what was expected and the nearest valid key; all of them are reported at once.

Editors that know JSON Schema can use [fairway-toml.schema.json](fairway-toml.schema.json).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A table (no `key`) or a key of it, with its explanation ("" when it is explained elsewhere). `several`: it is one
    of a list of tables."""

    table: str
    several: bool = False
    key: str = ""
    value: str = ""
    comment: str = ""


def read(file: str = "reference.toml") -> str:
    """The text of one of FILES."""
    return resources.files("fairway.manifest").joinpath(file).read_text(encoding="utf-8")


def entries(text: str) -> Iterator[Entry]:
    """The tables and keys of the text in its order, each with the comment above it."""
    table, several, comment = "", False, ""
    for line in text.splitlines():
        if line.startswith("#"):
            comment = f"{comment} {line[1:].strip()}".strip()
            continue
        if header := HEADER.fullmatch(line):
            table, several = header["table"], header["several"] is not None
            yield Entry(table=table, several=several, comment=comment)
        elif pair := PAIR.fullmatch(line):
            yield Entry(table=table, several=several, key=pair[1], value=pair[2], comment=comment)
        comment = ""


def markdown() -> str:
    """The page."""
    texts = {file: read(file) for file in FILES}
    parts = [INTRODUCTION]
    heading, in_rows = "", False
    for entry in (entry for text in texts.values() for entry in entries(text) if entry.comment):
        if not parts[1:] or entry.table != heading:
            heading, in_rows = entry.table, False
            shown = f"[[{heading}]]" if entry.several else f"[{heading}]"
            parts.append(f"\n## `{shown}`\n" if heading else "\n## The top of the file\n")
        if not entry.key:
            parts.append(f"{entry.comment}\n")
            continue
        if not in_rows:
            parts.append("| key | for example | meaning | default |\n|---|---|---|---|")
            in_rows = True
        parts.append(_row(entry))
    examples = [_example(title, texts[file]) for file, title in FILES.items()]
    return "\n".join(parts).replace("\n\n\n", "\n\n") + "\n" + "".join(examples)


def _example(title: str, text: str) -> str:
    plain = re.sub(r"(?m)^#.*\n", "", text).strip()
    return f"\n## {title}\n\n```toml\n{plain}\n```\n"


def _row(entry: Entry) -> str:
    found = DEFAULT.search(entry.comment)
    default = found[1] if found else ""
    if default == "none":
        default = ""
    meaning = DEFAULT.sub("", entry.comment)
    cells = [f"`{entry.key}`", f"`{entry.value}`", meaning, f"`{default}`" if _is_value(default) else default]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _is_value(default: str) -> bool:
    return re.fullmatch(r'"[^"]*"|[\d.]+', default) is not None
