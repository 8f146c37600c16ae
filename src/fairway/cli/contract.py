"""The contract as the command line shows it: the variables that the code reads, as a table."""

from typing import Any

from fairway.cli import output

NEEDS = {"required": "required", "unknown": "may be", "optional": "no"}


def show(document: dict[str, Any]) -> None:
    """Print the table, then what else is to be known."""
    rows = [row(each) for each in document["variables"]]
    output.put_table(("variable", "needed", "type", "default", "read at"), rows, empty="the code reads no variables")
    if document["dynamic"]:
        output.say(f"Names that only the running app knows: {', '.join(document['dynamic'][:10])}")
    if document["partial"]:
        output.say(f"Not all was read: {document['partial']}")


def row(variable: dict[str, Any]) -> list[str]:
    """One variable."""
    places = [f"{each['file']}:{each['line']}" for each in variable["uses"]]
    more = f" and {len(places) - 2} more" if len(places) > 2 else ""
    kind = "|".join(variable["choices"]) or variable["type"] or ""
    default = variable["default"]
    return [
        output.clean(variable["name"]),
        NEEDS[variable["need"]],
        output.clean(kind)[:30],
        "" if default is None else output.clean(default)[:30] or '""',
        output.clean(", ".join(places[:2]) + more),
    ]
