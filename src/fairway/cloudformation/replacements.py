"""Which changed property makes CloudFormation replace a resource.

`replacements.json` is made by `scripts/replacements.py` from CloudFormation's own schemas of resource types (their
`createOnlyProperties` and `conditionalCreateOnlyProperties`) and is never written by hand.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from fairway.domain.aws.stack import Replacement


@cache
def _types() -> Mapping[str, Mapping[str, list[str]]]:
    text = resources.files("fairway.cloudformation").joinpath("replacements.json").read_text(encoding="utf-8")
    types: Mapping[str, Mapping[str, list[str]]] = json.loads(text)["types"]
    return types


def knows(kind: str) -> bool:
    """Whether the table has a type (`AWS::RDS::DBInstance`)."""
    return kind in _types()


def of_change(kind: str, name: str, before: Any, after: Any) -> Replacement:
    """What a changed property does to its resource; a value is None when it is not there.

    A type that the table does not have is CONDITIONAL: nothing is known of it.
    """
    if not knows(kind):
        return Replacement.CONDITIONAL
    found = Replacement.NO
    for answer, paths in ((Replacement.YES, _types()[kind]["always"]), (Replacement.CONDITIONAL, perhaps(kind))):
        for path in paths:
            first, *rest = path.split("/")
            if first == name and (met := _differ(before, after, rest, answer)) is not Replacement.NO:
                found = met if found is not Replacement.YES else found
    return found


def perhaps(kind: str) -> list[str]:
    """The paths whose change may replace a resource."""
    return _types()[kind]["perhaps"]


def of_reference(kind: str, name: str) -> Replacement:
    """What it does to a resource that a property refers to one which is replaced: whether its value then differs is
    known only when that is done."""
    if not knows(kind):
        return Replacement.CONDITIONAL
    paths = (*_types()[kind]["always"], *perhaps(kind))
    return Replacement.CONDITIONAL if any(path.split("/")[0] == name for path in paths) else Replacement.NO


def _differ(before: Any, after: Any, path: list[str], answer: Replacement) -> Replacement:
    """`answer` when the two values differ at the path below them; CONDITIONAL when a function stands in the way."""
    if before == after:
        return Replacement.NO
    if not path:
        return answer
    if _is_function(before) or _is_function(after):
        return Replacement.CONDITIONAL
    one, other = (each.get(path[0]) if isinstance(each, dict) else None for each in (before, after))
    return _differ(one, other, path[1:], answer)


def _is_function(value: Any) -> bool:
    """`{"Ref": …}` and `{"Fn::…": …}`."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))
