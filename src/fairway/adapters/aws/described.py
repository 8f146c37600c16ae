"""CloudFormation's descriptions as values of the domain."""

from collections.abc import Iterable, Mapping
from typing import Any

from fairway.domain.aws.stack import Action, Change, Replacement, SeenStack, StackEvent


def stack(description: Mapping[str, Any]) -> SeenStack:
    """One of DescribeStacks."""
    return SeenStack(
        name=description["StackName"],
        id=description["StackId"],
        status=description["StackStatus"],
        reason=description.get("StackStatusReason") or "",
        outputs=pairs(description.get("Outputs"), "OutputKey", "OutputValue"),
        parameters=pairs(description.get("Parameters"), "ParameterKey", "ParameterValue"),
        tags=pairs(description.get("Tags"), "Key", "Value"),
        protected=bool(description.get("EnableTerminationProtection")),
    )


def event(description: Mapping[str, Any]) -> StackEvent:
    """One of DescribeStackEvents."""
    return StackEvent(
        id=description["EventId"],
        at=description["Timestamp"].timestamp(),
        stack=description["StackName"],
        logical=description.get("LogicalResourceId") or "",
        type=description.get("ResourceType") or "",
        status=description.get("ResourceStatus") or "",
        reason=description.get("ResourceStatusReason") or "",
        physical=description.get("PhysicalResourceId") or "",
    )


def change(description: Mapping[str, Any]) -> Change:
    """One of DescribeChangeSet. What CloudFormation does not know before it tries counts as a possible replacement."""
    action = action_of(description["Action"])
    replacement = Replacement(description.get("Replacement") or "False")
    if action is Action.DYNAMIC and replacement is Replacement.NO:
        replacement = Replacement.CONDITIONAL
    return Change(
        logical=description["LogicalResourceId"],
        type=description["ResourceType"],
        action=action,
        replacement=replacement,
        properties=properties(description.get("Details") or ()),
        physical=description.get("PhysicalResourceId") or "",
    )


def action_of(word: str) -> Action:
    """What happens to the resource; a word that is new here is one that can't be foretold."""
    return Action(word) if word in {action.value for action in Action} else Action.DYNAMIC


def properties(details: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The names of what changes of a resource, each once: its properties, and attributes such as Tags."""
    targets = [detail.get("Target") or {} for detail in details]
    names = [target.get("Name") or target.get("Attribute") or "" for target in targets]
    return tuple(sorted({name for name in names if name}))


def pairs(entries: Iterable[Mapping[str, Any]] | None, key: str, value: str) -> dict[str, str]:
    """A mapping of what AWS writes as a list of two-part entries."""
    return {entry[key]: entry.get(value) or "" for entry in entries or ()}
