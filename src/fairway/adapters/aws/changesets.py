"""Change sets: made, waited for, read to their end, and discarded when a run that was killed has left them."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairway.adapters.aws import described
from fairway.adapters.aws.refusals import Refused, clean
from fairway.adapters.aws.session import Session
from fairway.domain.aws import templates
from fairway.domain.aws.stack import Change, ChangeSet, SeenStack, Stack
from fairway.errors import Unavailable, UsageError
from fairway.ports.clock import Clock

OWN = re.compile(r"-[0-9a-f]{32}")
"""What follows the stack's name in the names of Fairway's change sets; others are left alone. A role that may change
one stack alone is told by it which change sets it may execute: IAM sees their names, and not whose they are."""
STALE = 3600.0
"""Seconds after which a change set that nobody has executed was left by a run that is no more. Within them somebody may
still be looking at what it would change."""
PAUSES = (0.5, 1.0, 2.0, 3.0, 5.0)
"""Seconds between two looks at a change set that is being computed; the last holds for all further ones."""
PATIENCE = 300.0
"""Seconds that CloudFormation may take to compute one."""
MISSING = ("ChangeSetNotFound", "ChangeSetNotFoundException")
WRONG_STATUS = ("InvalidChangeSetStatus", "InvalidChangeSetStatusException")
UNCHANGED = ("didn't contain changes", "No updates are to be performed")
"""What CloudFormation calls a change set without any changes, which to it is a failure."""


async def create(
    session: Session,
    stack: Stack,
    parameters: Mapping[str, str],
    *,
    now: SeenStack | None,
    role: str | None,
    url: str | None = None,
) -> str | None:
    """Begin to compute one; its ARN. None: CloudFormation says at once that nothing would change. `url` is where the
    template lies; None: it goes with the call."""
    name = f"{stack.name}-{uuid.uuid4().hex}"
    optional = {"RoleARN": role} if role else {}
    try:
        answer = await session.call(
            "cloudformation",
            "CreateChangeSet",
            known=("ValidationError",),
            StackName=stack.name,
            ChangeSetName=name,
            ClientToken=name,
            ChangeSetType="UPDATE" if now else "CREATE",
            Description="made by Fairway",
            **({"TemplateURL": url} if url else {"TemplateBody": templates.written(stack.template)}),
            Parameters=list(values(stack, parameters, now)),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Tags=[{"Key": key, "Value": value} for key, value in sorted(stack.tags.items())],
            IncludeNestedStacks=False,
            **optional,
        )
    except Refused as refused:
        if unchanged(refused.message):
            return None
        raise
    return str(answer["Id"])


async def computed(session: Session, clock: Clock, id: str) -> Mapping[str, Any]:
    """The change set once it is computed, with the changes of all its pages. Raises Unavailable after PATIENCE."""
    waited = 0.0
    for pause in pauses():
        answer = await session.call("cloudformation", "DescribeChangeSet", ChangeSetName=id)
        if answer["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            return await whole(session, id, answer)
        if waited >= PATIENCE:
            break
        await clock.sleep(pause)
        waited += pause
    raise Unavailable(
        "CloudFormation has not computed what would change",
        why=f"after {PATIENCE:g} s its change set is in {answer['Status']}",
        hint="try again; https://health.aws.amazon.com",
    )


async def whole(session: Session, id: str, first: Mapping[str, Any]) -> Mapping[str, Any]:
    """A computed change set with the changes of its further pages."""
    changes, token = list(first.get("Changes", ())), first.get("NextToken")
    while token:
        page = await session.call("cloudformation", "DescribeChangeSet", ChangeSetName=id, NextToken=token)
        changes += page.get("Changes", ())
        token = page.get("NextToken")
    return {**first, "Changes": changes}


async def remove(session: Session, id: str) -> None:
    """Delete one. One that is gone, or is being executed, is left alone."""
    try:
        await session.call("cloudformation", "DeleteChangeSet", known=(*MISSING, *WRONG_STATUS), ChangeSetName=id)
    except Refused:
        return


async def of_stack(session: Session, name: str) -> Sequence[Mapping[str, Any]]:
    """The summaries of all change sets of a stack."""
    summaries = await session.items("cloudformation", "ListChangeSets", "Summaries", StackName=name)
    return [each for each in summaries if each.get("StackName") == name]


async def remove_stale(session: Session, clock: Clock, name: str) -> None:
    """Delete Fairway's change sets of a stack that were never executed and are old."""
    for each in await of_stack(session, name):
        age = clock.now() - each["CreationTime"].timestamp()
        executed = str(each.get("ExecutionStatus", "")).startswith("EXECUTE_")
        if OWN.fullmatch(each["ChangeSetName"].removeprefix(name)) and age > STALE and not executed:
            await remove(session, each["ChangeSetId"])


def read(name: str, description: Mapping[str, Any], *, creates: bool) -> ChangeSet:
    """A computed change set as a value. Raises UsageError with CloudFormation's reason for one that failed."""
    if description["Status"] == "FAILED":
        reason = description.get("StatusReason") or ""
        if unchanged(reason):
            return ChangeSet(stack=name)
        raise UsageError(f"CloudFormation refuses what stack {name} is to become", why=clean(reason))
    return ChangeSet(
        stack=name, changes=tuple(changes(description["Changes"])), id=description["ChangeSetId"], creates=creates
    )


def changes(entries: Sequence[Mapping[str, Any]]) -> Iterator[Change]:
    """The changes of resources; CloudFormation lists its hooks beside them."""
    for entry in entries:
        if resource := entry.get("ResourceChange"):
            yield described.change(resource)


def values(stack: Stack, given: Mapping[str, str], now: SeenStack | None) -> Iterator[dict[str, Any]]:
    """The parameters of the call: what was given, and of the others those that the stack has, as they are. The rest
    have defaults, or CloudFormation says which have none."""
    for name in stack.template.get("Parameters", {}):
        if name in given:
            yield {"ParameterKey": name, "ParameterValue": given[name]}
        elif now is not None and name in now.parameters:
            yield {"ParameterKey": name, "UsePreviousValue": True}
    for name in given.keys() - stack.template.get("Parameters", {}).keys():
        raise UsageError(f"CloudFormation refuses stack {stack.name}", why=f"no such parameters: {name}")


def unchanged(reason: str) -> bool:
    """Whether CloudFormation's reason means that there is nothing to change."""
    return any(words in reason for words in UNCHANGED)


def pauses() -> Iterator[float]:
    """Seconds to wait, for ever."""
    yield from PAUSES
    while True:
        yield PAUSES[-1]
