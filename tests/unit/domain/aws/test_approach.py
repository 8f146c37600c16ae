"""What a stack's state allows."""

import pytest

from fairway.domain.aws import approach
from fairway.domain.aws.approach import Approach
from fairway.domain.aws.stack import APP_TAG, SeenStack, StackEvent
from fairway.errors import Conflict


def see(status: str, **tags: str) -> SeenStack:
    """A stack in a state."""
    return SeenStack(name="fairway-shop-network", id="arn", status=status, tags=tags or {APP_TAG: "shop"})


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("REVIEW_IN_PROGRESS", Approach.MAKE),
        ("CREATE_IN_PROGRESS", Approach.WAIT),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Approach.WAIT),
        ("UPDATE_ROLLBACK_IN_PROGRESS", Approach.WAIT),
        ("DELETE_IN_PROGRESS", Approach.WAIT),
        ("CREATE_FAILED", Approach.REMAKE),
        ("ROLLBACK_COMPLETE", Approach.REMAKE),
        ("ROLLBACK_FAILED", Approach.REMAKE),
        ("UPDATE_ROLLBACK_FAILED", Approach.RECOVER),
        ("DELETE_FAILED", Approach.STUCK),
        ("CREATE_COMPLETE", Approach.CHANGE),
        ("UPDATE_COMPLETE", Approach.CHANGE),
        ("UPDATE_ROLLBACK_COMPLETE", Approach.CHANGE),
        ("IMPORT_COMPLETE", Approach.CHANGE),
    ],
)
def test_each_state_has_one_next_step(status: str, expected: Approach) -> None:
    assert approach.decide(see(status)) is expected


def test_none_is_made() -> None:
    assert approach.decide(None) is Approach.MAKE
    assert not approach.exists(None)
    assert approach.exists(see("UPDATE_COMPLETE"))


def test_a_stack_without_the_app_s_tag_is_not_touched() -> None:
    approach.require_own(see("CREATE_COMPLETE"), "shop")
    with pytest.raises(Conflict, match="is taken") as raised:
        approach.require_own(see("CREATE_COMPLETE", **{APP_TAG: "blog"}), "shop")
    with pytest.raises(Conflict, match="is taken"):
        approach.require_own(see("CREATE_COMPLETE", team="a"), "shop")

    assert "belongs to the app blog" in raised.value.why


def test_what_a_deletion_left_is_what_was_skipped_last_and_holds_data() -> None:
    def event(logical: str, kind: str, status: str) -> StackEvent:
        return StackEvent(id=logical + status, at=0.0, stack="s", logical=logical, type=kind, status=status)

    secret, group = "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup"
    events = [
        event("Made", secret, "CREATE_COMPLETE"),
        event("Kept", secret, "DELETE_SKIPPED"),
        event("Logs", group, "DELETE_SKIPPED"),
        event("Again", secret, "DELETE_SKIPPED"),
        event("Again", secret, "DELETE_COMPLETE"),
    ]

    assert [each.logical for each in approach.kept(events)] == ["Kept"]
