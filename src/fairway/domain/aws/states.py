"""What can be done to a stack in the state that CloudFormation says it is in, and the way out of each dead end.

The adapters ask before they act, so that the fake and AWS refuse the same things in the same words. The rules are those
of CloudFormation's "Stack status codes" and of its answers to UpdateStack, DeleteStack and ContinueUpdateRollback.
"""

from fairway.domain.aws.stack import ChangeSet, SeenStack
from fairway.errors import Conflict, NotFound

PROPOSED = "REVIEW_IN_PROGRESS"
"""A stack that does not exist yet but for a change set that would create it."""
NEVER_MADE = frozenset({"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
"""States after a creation that failed: nothing works, and all that can be done is to delete the stack."""
UPDATING = "UPDATE_IN_PROGRESS"
"""An update is under way, and has come to no end of either kind."""
STUCK = "UPDATE_ROLLBACK_FAILED"
"""An update failed, and so did the way back from it."""
DELETE_FAILED = "DELETE_FAILED"


def why_not_changed(stack: SeenStack) -> Conflict | None:
    """Why no change of the stack can be proposed or made at present; None when one can."""
    if stack.moving:
        return busy(stack)
    if stack.status in NEVER_MADE:
        return Conflict(
            f"stack {stack.name} can only be deleted: its creation failed ({stack.status})",
            why=stack.reason or "CloudFormation took back what it had made",
            hint="fairway aws up deletes it and makes it again; by hand: " + by_hand("delete-stack", stack),
        )
    if stack.status == DELETE_FAILED:
        return Conflict(
            f"stack {stack.name} can't be changed: it was to be deleted, and that failed (DELETE_FAILED)",
            why=stack.reason,
            hint="delete it again when what stands in the way is gone: " + by_hand("delete-stack", stack),
        )
    return why_stuck(stack)


def why_stuck(stack: SeenStack) -> Conflict | None:
    """What to do about an update that could not be taken back; None for any other state."""
    if stack.status != STUCK:
        return None
    return Conflict(
        f"stack {stack.name} is stuck: an update failed, and so did going back ({STUCK})",
        why=stack.reason,
        hint="mend what the reason names, then go on with it: " + by_hand("continue-update-rollback", stack),
    )


def why_not_deleted(stack: SeenStack, *, keeps: bool) -> Conflict | None:
    """Why the stack can't be deleted at present; None when it can, or is being deleted. `keeps`: resources are to stay,
    which CloudFormation allows only after a deletion that failed."""
    if stack.status == "DELETE_IN_PROGRESS":
        return None
    if stack.moving:
        return busy(stack)
    if stack.protected:
        return Conflict(
            f"stack {stack.name} is protected against deletion",
            why="its termination protection is on",
            hint="fairway aws down --delete-data takes it off when the app's name is typed in",
        )
    if keeps and stack.status != DELETE_FAILED:
        return Conflict(
            f"no resources of stack {stack.name} can be kept yet",
            why=f"CloudFormation allows it once a deletion has failed; the stack is in {stack.status}",
            hint="delete the stack; when that fails, keep what could not be deleted",
        )
    return None


def why_not_recovered(stack: SeenStack) -> Conflict | None:
    """Why there is nothing to go on with; None when there is."""
    if stack.status == STUCK:
        return None
    if stack.moving:
        return busy(stack)
    return Conflict(
        f"stack {stack.name} has nothing to go back from",
        why=f"it is in {stack.status}; only {STUCK} can be continued",
    )


def gone(changes: ChangeSet) -> Conflict:
    """Why a change set that is no longer there can't be executed."""
    return Conflict(
        f"what was proposed for stack {changes.stack} does not hold any more",
        why="its change set is gone: the stack was changed meanwhile, or the proposal was given up",
        hint="look at what would change now: fairway aws plan",
    )


def no_stack(name: str) -> NotFound:
    """There is no stack of that name, or not any more."""
    return NotFound(f"there is no stack {name}")


def busy(stack: SeenStack) -> Conflict:
    """Somebody, perhaps an earlier command of one's own, is at work on the stack."""
    return Conflict(
        f"stack {stack.name} is being changed already",
        why=f"CloudFormation is at work on it: {stack.status}",
        hint="wait until that has ended, then try again; what happens: " + by_hand("describe-stack-events", stack),
    )


def by_hand(command: str, stack: SeenStack) -> str:
    """The command of AWS's own tool."""
    return f"aws cloudformation {command} --stack-name {stack.name}"
