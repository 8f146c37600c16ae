"""What can be done to a stack in each of CloudFormation's states."""

import pytest

from fairway.domain.aws import states
from fairway.domain.aws.stack import SeenStack

CHANGEABLE = {
    "CREATE_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "REVIEW_IN_PROGRESS",
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
    "UPDATE_ROLLBACK_COMPLETE",
}
DEAD = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", "UPDATE_ROLLBACK_FAILED"}
MOVING = {
    "CREATE_IN_PROGRESS",
    "DELETE_IN_PROGRESS",
    "IMPORT_IN_PROGRESS",
    "IMPORT_ROLLBACK_IN_PROGRESS",
    "ROLLBACK_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_ROLLBACK_IN_PROGRESS",
}


def stack(status: str, *, protected: bool = False) -> SeenStack:
    return SeenStack(name="fairway-shop-network", id="arn", status=status, reason="because", protected=protected)


@pytest.mark.parametrize("status", sorted(CHANGEABLE | DEAD | MOVING))
def test_a_stack_can_be_changed_when_nothing_goes_on_and_it_is_no_dead_end(status: str) -> None:
    refusal = states.why_not_changed(stack(status))

    assert (refusal is None) is (status in CHANGEABLE)


@pytest.mark.parametrize("status", sorted(DEAD | MOVING))
def test_each_dead_end_names_the_stack_the_state_and_the_way_out(status: str) -> None:
    refusal = states.why_not_changed(stack(status))

    assert refusal is not None
    assert "fairway-shop-network" in refusal.what
    assert status in refusal.what + refusal.why
    assert "aws cloudformation" in refusal.hint


@pytest.mark.parametrize("status", sorted(CHANGEABLE | DEAD | MOVING))
def test_a_stack_can_be_deleted_unless_something_else_goes_on(status: str) -> None:
    refusal = states.why_not_deleted(stack(status), keeps=False)

    assert (refusal is None) is (status not in MOVING or status == "DELETE_IN_PROGRESS")


def test_a_protected_stack_can_not_be_deleted() -> None:
    refusal = states.why_not_deleted(stack("CREATE_COMPLETE", protected=True), keeps=False)

    assert refusal is not None
    assert "termination protection" in refusal.why


def test_resources_can_be_kept_only_after_a_deletion_that_failed() -> None:
    assert states.why_not_deleted(stack("CREATE_COMPLETE"), keeps=True) is not None
    assert states.why_not_deleted(stack("DELETE_FAILED"), keeps=True) is None


@pytest.mark.parametrize("status", sorted(CHANGEABLE | DEAD | MOVING))
def test_only_a_stuck_stack_can_go_on_with_going_back(status: str) -> None:
    assert (states.why_not_recovered(stack(status)) is None) is (status == "UPDATE_ROLLBACK_FAILED")
