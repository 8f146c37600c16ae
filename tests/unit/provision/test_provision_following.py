"""A stack is followed by its events, whatever its status still says."""

from collections.abc import Sequence

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.domain.aws import history
from fairway.domain.aws.stack import SeenStack, StackEvent
from fairway.errors import Conflict
from fairway.provision import following
from fairway.provision.parts import Parts
from fairway.provision.telling import Going, Moved, Told
from support.cloud_account import Cloud

NAME = "fairway-shop-network"
STACK = SeenStack(name=NAME, id="arn:1", status="CREATE_COMPLETE")


def tell(number: int, logical: str, status: str) -> StackEvent:
    """One event; the stack itself is `.`."""
    own = logical == "."
    return StackEvent(
        id=str(number),
        at=float(number),
        stack=NAME,
        logical=NAME if own else logical,
        type=history.STACK if own else "AWS::EC2::VPC",
        status=status,
    )


class Late:
    """CloudFormation as it can be: what it says comes late, and its status later than its events. Each look shows one
    more of `shown` (how many events there are to see, and the status)."""

    def __init__(self, events: Sequence[StackEvent], shown: Sequence[tuple[int, str | None]]) -> None:
        self.all = events
        self.shown = list(shown)
        self.now = self.shown[0]

    async def events(self, name: str, after: str = "") -> Sequence[StackEvent]:
        """Those that are there to see."""
        self.now = self.shown.pop(0) if len(self.shown) > 1 else self.shown[0]
        seen = self.all[: self.now[0]]
        ids = [event.id for event in seen]
        return seen[ids.index(after) + 1 if after in ids else 0 :]

    async def find(self, name: str) -> SeenStack | None:
        """The status that goes with them."""
        status = self.now[1]
        return None if status is None else SeenStack(name=NAME, id="arn:1", status=status)


def parts(late: Late, told: list[Told]) -> Parts:
    """What `follow` works with."""
    cloud = Cloud()
    return Parts(
        stacks=late,  # type: ignore[arg-type]
        account=cloud.account,
        secrets=cloud.secrets,
        pipeline=cloud.pipeline,
        clock=LoopClock(),
        tell=told.append,
    )


EARLIER = [tell(1, ".", "CREATE_IN_PROGRESS"), tell(2, "Vpc", "CREATE_COMPLETE"), tell(3, ".", "CREATE_COMPLETE")]
UPDATE = [
    tell(4, ".", "UPDATE_IN_PROGRESS"),
    tell(5, "Vpc", "UPDATE_IN_PROGRESS"),
    tell(9, "Vpc", "UPDATE_COMPLETE"),
    tell(10, ".", "UPDATE_COMPLETE"),
]


async def test_the_end_of_the_operation_before_is_not_taken_for_this_one_s() -> None:
    late = Late(
        EARLIER + UPDATE,
        [(3, "CREATE_COMPLETE"), (3, "CREATE_COMPLETE"), (5, "UPDATE_IN_PROGRESS"), (7, "UPDATE_COMPLETE")],
    )
    told: list[Told] = []
    works = parts(late, told)

    seen, events = await following.follow(works, STACK, works.clock.now() + 100, after="3")

    assert seen is not None
    assert seen.status == "UPDATE_COMPLETE"
    assert events == UPDATE
    assert [(each.event.logical, each.seconds) for each in told if isinstance(each, Moved)] == [("Vpc", 4.0)]


async def test_a_status_that_lags_behind_the_events_is_waited_for() -> None:
    late = Late(EARLIER + UPDATE, [(7, "UPDATE_IN_PROGRESS"), (7, "UPDATE_IN_PROGRESS"), (7, "UPDATE_COMPLETE")])
    works = parts(late, [])

    seen, _ = await following.follow(works, STACK, works.clock.now() + 100, after="3")

    assert seen is not None
    assert seen.status == "UPDATE_COMPLETE"


async def test_somebody_else_s_operation_is_followed_from_its_own_beginning() -> None:
    late = Late(EARLIER + UPDATE, [(5, "UPDATE_IN_PROGRESS"), (7, "UPDATE_COMPLETE")])
    told: list[Told] = []
    works = parts(late, told)

    _, events = await following.follow(works, STACK, works.clock.now() + 100)

    assert events == UPDATE
    assert [each.count.busy for each in told if isinstance(each, Going)] == [(("Vpc", 5.0),)]


async def test_a_stack_that_is_gone_is_none() -> None:
    late = Late([*EARLIER, tell(4, ".", "DELETE_IN_PROGRESS")], [(4, "DELETE_IN_PROGRESS"), (4, None)])
    works = parts(late, [])

    seen, _ = await following.follow(works, STACK, works.clock.now() + 100, after="3")

    assert seen is None


async def test_the_wait_ends_at_its_time_and_looks_less_often_as_it_lasts() -> None:
    late = Late(EARLIER + UPDATE, [(5, "UPDATE_IN_PROGRESS")])
    told: list[Told] = []
    works = parts(late, told)

    with pytest.raises(Conflict, match="not at rest"):
        await following.follow(works, STACK, works.clock.now() + 100, after="3")

    assert len(told) == 28  # 10 looks in the first 10 seconds, then one every 5
