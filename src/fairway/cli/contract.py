"""The contract on the command line: read from the work tree, compared with an env file or the server, shown.

What git ignores is no part of the app: a .env that lies here is not in the commit, and gives nothing its value there.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fairway.cli import git, here, output
from fairway.domain import fulfilment, known
from fairway.domain.app import App, Environment
from fairway.domain.contract import Contract, Need, Variable
from fairway.domain.detection import Detection
from fairway.domain.flaws import Flaw
from fairway.domain.fulfilment import Finding
from fairway.wire import words

if TYPE_CHECKING:
    from fairway.build.detect.tree import Tree

FEW = 4
"""Variables that are named in a line."""
NEEDS = {"required": "required", "unknown": "may be", "optional": "no"}


class Listed:
    """The files of a work tree that git does not ignore."""

    def __init__(self, top: Path) -> None:
        from fairway.build.detect import tree

        self._all = tree.Directory(top)
        self._listed = frozenset(git.listed_files(top))

    def read(self, path: str) -> bytes | None:
        """The file's content; None when there is none, or git ignores it."""
        return self._all.read(path) if path in self._listed else None

    def files(self) -> tuple[str, ...]:
        """Their paths, sorted."""
        return tuple(path for path in self._all.files() if path in self._listed)


def listed(top: Path) -> "Tree":
    """The files that the app is made of: those that git does not ignore, all of them where there is no repository."""
    from fairway.build.detect import tree

    return tree.Directory(top) if git.top_level(top) is None else Listed(top)


def read(folder: Path, app: App, found: Detection | None = None) -> Contract:
    """The contract of the files in a folder. `found` is what detection said of them, if that is known."""
    from fairway.build import contracts

    top = git.top_level(folder)
    return contracts.read(folder, app, found) if top is None else contracts.read_tree(Listed(top), app, found)


def compare_file(contract: Contract, environment: Environment, values: Mapping[str, str]) -> tuple[Finding, ...]:
    """The findings for the values of an env file."""
    from fairway.environment import examine

    flaws = examine.judge(values, fulfilment.expected(contract))
    return fulfilment.compare(contract, {**flaws, **dict.fromkeys(environment.given)}, environment.contract)


def compare_server(contract: Contract, environment: Environment, place: here.Place) -> tuple[Finding, ...]:
    """The findings for what the server has. The values stay there: it is told what they should be."""
    from fairway.wire import contract as shapes

    body = shapes.ExamineRequest.of(fulfilment.expected(contract)).model_dump(mode="json")
    answer = place.client.post(place.path("environments", environment.name, "variables", "examine"), body)
    flaws = {name: None if flaw is None else Flaw(flaw) for name, flaw in answer["variables"].items()}
    return fulfilment.compare(contract, {**flaws, **dict.fromkeys(environment.given)}, environment.contract)


def to_set(found: Contract, app: App) -> tuple[Variable, ...]:
    """The variables that a user sets: without those that Fairway, or a database of its own, gives the tasks."""
    given = {name for environment in app.environments for name in environment.given}
    return tuple(each for each in found.variables if each.name not in given and not known.is_given(each.name))


def summary(variables: Sequence[Variable], partial: str = "") -> str:
    """`14 variables, 2 of them required: STRIPE_KEY (src/pay.ts:12), SESSION_SECRET (src/app.ts:30)`. `partial` is why
    there may be more."""
    required = [each for each in variables if each.need is Need.REQUIRED]
    if required:
        much, names = f"{len(required)} of them required", [f"{each.name} ({each.where})" for each in required]
    else:
        much, names = "none of them required", [each.name for each in variables]
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    unread = f"; not all was read: {partial}" if partial else ""
    return f"{words.count(len(variables), 'variable')}, {much}: {', '.join(names[:FEW])}{more}{unread}"


def show(document: dict[str, Any]) -> None:
    """Print the table of a contract, then what else is to be known."""
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
