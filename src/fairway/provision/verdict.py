"""How an operation on a stack came out, in words: the resource's own error, what CloudFormation did about it, and the
next command."""

from collections.abc import Sequence

from fairway.domain.aws import history, reasons
from fairway.domain.aws.stack import SeenStack, StackEvent
from fairway.errors import WorkFailed

MOST = 8
"""Failures that are listed beside the first."""
AFTERWARDS = {
    "ROLLBACK_COMPLETE": "what had been made was deleted again; fairway aws up deletes the rest and makes it anew",
    "ROLLBACK_FAILED": "CloudFormation could not delete again what had been made; fairway aws up tries that",
    "CREATE_FAILED": "what had been made is still there; fairway aws up deletes it and makes it anew",
    "UPDATE_ROLLBACK_COMPLETE": "CloudFormation took all of it back: the stack is as it was before",
    "UPDATE_ROLLBACK_FAILED": "CloudFormation could not take it back either, and takes no changes before it has",
    "UPDATE_FAILED": "CloudFormation left it half changed",
    "DELETE_FAILED": "the rest of the stack is still there",
}


def failed(doing: str, name: str, seen: SeenStack | None, events: Sequence[StackEvent]) -> WorkFailed:
    """The error for a stack that came to rest otherwise than it was to. `doing` is "made", "changed", "deleted"."""
    cause = history.first_failure(events, name)
    status = seen.status if seen else "DELETE_COMPLETE"
    why = cause.reason if cause and cause.reason else (seen.reason if seen else "")
    what = f"{name} could not be {doing}"
    if cause and not history.of_itself(cause, name):
        what += f": {cause.logical} ({cause.type}) failed"
    return WorkFailed(
        what,
        why="\n".join(part for part in (why, AFTERWARDS.get(status, f"the stack is {status}")) if part),
        hint=reasons.way_out(why, otherwise=next_command(doing, status)),
        log=others(events, cause, name),
    )


def next_command(doing: str, status: str) -> str:
    """What to type when nothing more is known of the reason."""
    if status == "UPDATE_ROLLBACK_FAILED":
        return "fairway aws up --recover goes on with the rollback"
    if doing == "deleted":
        return "mend that, then the same command goes on"
    return "mend that, then fairway aws up"


def others(events: Sequence[StackEvent], cause: StackEvent | None, name: str) -> list[str]:
    """What else failed by itself, a line each."""
    found = [each for each in events if each.failed and each is not cause and not history.of_itself(each, name)]
    return [f"{each.logical} ({each.type}): {each.reason or each.status}" for each in found[:MOST]]
