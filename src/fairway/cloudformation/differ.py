"""What would change from one template to another, without an account: what CloudFormation would say in a change set.

Values that functions make (`Ref`, `Fn::Sub`) are compared as they are written: where only a parameter's value differs,
nothing is seen here. Which resources a condition leaves out is not known either. A property that refers to a resource
which is replaced counts as changed, since the other one has another id; so it goes on, from resource to resource.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from fairway.cloudformation import replacements
from fairway.domain.aws.stack import Action, Change, ChangeSet, Replacement

Template = Mapping[str, Any]
Resource = Mapping[str, Any]

ATTRIBUTES = ("Condition", "CreationPolicy", "DeletionPolicy", "Metadata", "UpdatePolicy", "UpdateReplacePolicy")
"""What of a resource beside its properties makes a change. DependsOn is an order, and changes nothing."""
NAMED = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}")
"""A resource's name in `Fn::Sub`. (`${!…}` is a text, and `${AWS::Region}` no resource.)"""
RANK = (Replacement.NO, Replacement.CONDITIONAL, Replacement.YES)


def diff(stack: str, before: Template | None, after: Template) -> ChangeSet:
    """The changes by logical id, in their order; `before` None: there is no stack yet, and all of `after` is new."""
    old: Mapping[str, Resource] = (before or {}).get("Resources", {})
    new: Mapping[str, Resource] = after.get("Resources", {})
    changes = {
        name: Change(logical=name, type=new[name]["Type"], action=Action.ADD) for name in new.keys() - old.keys()
    }
    for name in old.keys() - new.keys():
        changes[name] = Change(logical=name, type=old[name]["Type"], action=Action.REMOVE)
    changes |= _modified(old, new)
    return ChangeSet(stack=stack, changes=tuple(changes[name] for name in sorted(changes)), creates=before is None)


def _modified(old: Mapping[str, Resource], new: Mapping[str, Resource]) -> Mapping[str, Change]:
    """The resources that both have and that differ, by themselves or by what they refer to."""
    both = sorted(old.keys() & new.keys())
    found = {name: change for name in both if (change := _compare(name, old[name], new[name])) is not None}
    while True:
        replaced = {name for name, change in found.items() if change.replacement is not Replacement.NO}
        followed = {name: _follow(found.get(name), name, new[name], replaced - {name}) for name in both}
        news = {name: change for name, change in followed.items() if change is not None}
        if news == found:
            return found
        found = news


def _compare(name: str, before: Resource, after: Resource) -> Change | None:
    """The change of one resource by itself. A resource of another type under the same name is another resource."""
    kind: str = before["Type"]
    if after["Type"] != kind:
        return _change(name, kind, {"Type": Replacement.YES})
    found = {key: Replacement.NO for key in ATTRIBUTES if before.get(key) != after.get(key)}
    old, new = before.get("Properties", {}), after.get("Properties", {})
    for key in old.keys() | new.keys():
        if old.get(key) != new.get(key):
            found[key] = replacements.of_change(kind, key, old.get(key), new.get(key))
    return _change(name, kind, found) if found else None


def _follow(change: Change | None, name: str, resource: Resource, replaced: set[str]) -> Change | None:
    """The change, with the properties that refer to replaced resources."""
    kind: str = resource["Type"]
    found = dict.fromkeys(change.properties, Replacement.NO) if change is not None else {}
    for key, value in resource.get("Properties", {}).items():
        if key not in found and replaced & set(_references(value)):
            found[key] = replacements.of_reference(kind, key)
    if not found:
        return change
    followed = _change(name, kind if change is None else change.type, found)
    least = Replacement.NO if change is None else change.replacement
    return Change(
        logical=name,
        type=followed.type,
        action=followed.action,
        replacement=max(followed.replacement, least, key=RANK.index),
        properties=followed.properties,
    )


def _change(name: str, kind: str, found: Mapping[str, Replacement]) -> Change:
    replacement = max(found.values(), key=RANK.index)
    properties = tuple(sorted(found))
    return Change(logical=name, type=kind, action=Action.MODIFY, replacement=replacement, properties=properties)


def _references(value: Any) -> Iterator[str]:
    """The names that a value refers to. Parameters and pseudo parameters are among them, which are no resources."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key == "Ref" and isinstance(inner, str):
            yield inner
        elif key == "Fn::GetAtt":
            yield str(inner[0] if isinstance(inner, list) else inner.partition(".")[0])
        elif key == "Fn::Sub":
            yield from NAMED.findall(inner if isinstance(inner, str) else inner[0])
            yield from _references(inner)
        else:
            yield from _references(inner)
