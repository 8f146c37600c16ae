"""Following an execution: every change is shown, and a burst of notices costs one look."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fairway.adapters.memory.notices import MemoryNotices
from fairway.domain.events import Event
from fairway.domain.execution import Execution, ExecutionStatus, Revision, Trigger
from fairway.domain.ids import AppName, ExecutionNumber
from fairway.server import watch

SHOP = AppName("shop")
BEGUN = Execution(
    app=SHOP,
    number=ExecutionNumber(7),
    revision=Revision(commit="a" * 40, subject="Sell", branch="master", author="Ada"),
    trigger=Trigger(kind="push", by="Ada"),
    status=ExecutionStatus.IN_PROGRESS,
    stages=(),
    created_at=1000.0,
)


@dataclass
class Looked:
    """One execution, and how often it was asked for."""

    now: Execution = BEGUN
    looks: list[Execution] = field(default_factory=list)

    async def get(self, app: AppName, number: int) -> Execution:
        self.looks.append(self.now)
        return self.now


def notice(kind: str = "stage.started") -> Event:
    return Event(at=1000.0, kind=kind, text="", app=SHOP, execution=7)


async def follow(looked: Looked, notices: MemoryNotices, shown: list[ExecutionStatus]) -> Execution:
    async def show(execution: Execution) -> None:
        shown.append(execution.status)

    return await watch.execution(looked, notices, SHOP, 7, show, patience=60.0)  # type: ignore[arg-type]


async def begun(looked: Looked) -> None:
    while not looked.looks:
        await asyncio.sleep(0)


async def publish(notices: MemoryNotices, events: Sequence[Event]) -> None:
    for event in events:
        notices.publish(event)
        await asyncio.sleep(0.001)


async def test_notices_that_come_together_cost_one_look() -> None:
    looked, notices, shown = Looked(), MemoryNotices(), list[ExecutionStatus]()
    following = asyncio.create_task(follow(looked, notices, shown))
    await begun(looked)

    await publish(notices, [notice() for _ in range(20)])
    looked.now = replace(BEGUN, status=ExecutionStatus.SUCCEEDED)
    notices.publish(notice("execution.succeeded"))
    ended = await following

    assert ended.status is ExecutionStatus.SUCCEEDED
    assert len(looked.looks) == 2
    assert shown == [ExecutionStatus.IN_PROGRESS, ExecutionStatus.SUCCEEDED]
