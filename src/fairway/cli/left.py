"""What the actions of an execution left: a list of files, and each of them as it is."""

import sys

from fairway.cli import here, output
from fairway.errors import UsageError
from fairway.wire import words


def print_all(place: here.Place, number: int, *, as_json: bool) -> None:
    """List the files of an execution."""
    found = place.client.get(place.path("executions", number, "artifacts"))
    if output.answer_json(as_json, found):
        return
    rows = [[output.clean(each["name"]), words.size(each["size"])] for each in found["artifacts"]]
    output.put_table(("artifact", "size"), rows, empty=f"the actions of execution {number} left no files")


def print_one(place: here.Place, number: int, name: str, *, as_json: bool) -> None:
    """Print one file's bytes. Raises NotFound; UsageError with --json, of which a file is no document."""
    if as_json:
        raise UsageError("--artifact prints a file, and --json prints one document", hint="leave one of them out")
    content = place.client.content(place.path("executions", number, "artifacts", *name.split("/")))
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
