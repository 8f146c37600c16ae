"""A stack's events tell where its last operation began, whether it is over, and what made it fail."""

from fairway.domain.aws import history
from fairway.domain.aws.stack import StackEvent

NAME = "fairway-shop-network"


def tell(*lines: str) -> list[StackEvent]:
    """Events from `LOGICAL STATUS reason`; the stack itself is `.`; one second apart."""
    events = []
    for number, line in enumerate(lines):
        logical, status, *reason = line.split(" ", 2)
        own = logical == "."
        events.append(
            StackEvent(
                id=str(number),
                at=float(number),
                stack=NAME,
                logical=NAME if own else logical,
                type=history.STACK if own else "AWS::EC2::VPC",
                status=status,
                reason=" ".join(reason),
            )
        )
    return events


MADE = tell(". CREATE_IN_PROGRESS", "Vpc CREATE_IN_PROGRESS", "Vpc CREATE_COMPLETE", ". CREATE_COMPLETE")


def test_the_last_operation_begins_with_the_stack_s_own_event_and_has_its_rollback() -> None:
    events = MADE + tell(". UPDATE_IN_PROGRESS", "Vpc UPDATE_FAILED no", ". UPDATE_ROLLBACK_IN_PROGRESS")

    assert [each.status for each in history.last_operation(events, NAME)] == [
        "UPDATE_IN_PROGRESS",
        "UPDATE_FAILED",
        "UPDATE_ROLLBACK_IN_PROGRESS",
    ]


def test_without_a_beginning_all_events_are_of_it() -> None:
    events = tell("Vpc CREATE_COMPLETE", ". CREATE_COMPLETE")

    assert history.last_operation(events, NAME) == events


def test_it_is_over_when_the_stack_itself_rests() -> None:
    assert history.ended(MADE, NAME)
    assert not history.ended(MADE[:-1], NAME)
    assert not history.ended([], NAME)
    assert not history.ended(tell(". UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"), NAME)
    assert not history.ended(tell(". UPDATE_FAILED"), NAME)
    assert history.ended(tell(". UPDATE_FAILED", ". UPDATE_ROLLBACK_COMPLETE"), NAME)


def test_the_cause_is_the_first_that_failed_by_itself() -> None:
    events = tell(
        ". CREATE_IN_PROGRESS",
        "Nat CREATE_FAILED Resource creation cancelled",
        "Vpc CREATE_FAILED The maximum number of VPCs has been reached.",
        ". ROLLBACK_IN_PROGRESS The following resource(s) failed to create: [Vpc, Nat].",
        ". ROLLBACK_FAILED",
    )

    cause = history.first_failure(events, NAME)

    assert cause is not None
    assert cause.logical == "Vpc"


def test_where_only_the_stack_failed_that_is_the_cause() -> None:
    cause = history.first_failure(tell(". CREATE_FAILED no permission"), NAME)

    assert cause is not None
    assert cause.reason == "no permission"


def test_resources_under_way_are_counted_with_their_beginnings() -> None:
    events = tell(
        ". CREATE_IN_PROGRESS",
        "Vpc CREATE_IN_PROGRESS",
        "Nat CREATE_IN_PROGRESS",
        "Vpc CREATE_COMPLETE",
        "Nat CREATE_IN_PROGRESS Resource creation Initiated",
    )

    assert history.count(events, NAME) == history.Count(done=1, busy=(("Nat", 2.0),))
