"""Telling the forges how their commits stand, beside the executions and never in their way."""

import asyncio
import contextlib
from dataclasses import dataclass, field, replace

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.forge import MemoryStatuses
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.domain.events import Event
from fairway.domain.execution import ExecutionStatus, Trigger
from fairway.domain.ids import AppName
from fairway.domain.moves import MoveExecution
from fairway.domain.remotes import Forge
from fairway.domain.statuses import State
from fairway.errors import Unavailable, UsageError
from fairway.intake.reporting import TRIES, Reporter
from fairway.intake.sealed import TOKEN, Sealing
from fairway.ports.sources import Source
from support.pipeline_values import REVISION, define

KEY = b"k" * 32
SHOP = AppName("shop")
COMMIT = REVISION.commit


@dataclass
class Room:
    """A shop whose code lives at github.com, and a reporter that runs."""

    store: MemoryStore = field(default_factory=make_store)
    statuses: MemoryStatuses = field(default_factory=MemoryStatuses)
    notices: MemoryNotices = field(default_factory=MemoryNotices)

    def __post_init__(self) -> None:
        self.clock = LoopClock()

    def make(self) -> Reporter:
        return Reporter(
            sources=self.store.sources,
            executions=self.store.executions,
            statuses=self.statuses,
            events=self.store.events,
            notices=self.notices,
            key=KEY,
            clock=self.clock,
            url="https://deploy.example.com",
        )

    async def add(self, app: AppName) -> None:
        await self.store.apps.create(app, at=1.0)
        source = Source(
            app=app,
            url="https://github.com/acme/shop",
            forge=Forge.GITHUB,
            username="",
            token=Sealing(KEY).seal(app, TOKEN, "s3cr3t"),
            deploy_key=None,
            by="ada",
            at=self.clock.now(),
        )
        await self.store.sources.put(source)

    async def begin(self, kind: str = "webhook", app: AppName = SHOP):
        at = self.clock.now()
        made = await self.store.executions.create(app, REVISION, Trigger(kind=kind), define(["source"]), at=at)
        await self.say(app)
        return made

    async def propose(self, number: int) -> None:
        revision = replace(REVISION, commit=f"{number:e>40}", branch="", pull_request=number)
        trigger = Trigger(kind="webhook")
        await self.store.executions.create(SHOP, revision, trigger, define(["source"]), at=self.clock.now())
        await self.say(SHOP)

    async def move(self, to: ExecutionStatus) -> None:
        execution = await self.store.executions.get(SHOP, 1)
        move = MoveExecution(expected=execution.status, to=to)
        assert await self.store.executions.change(execution, [move], at=self.clock.now())
        await self.say(SHOP)

    async def say(self, app: AppName) -> None:
        self.notices.publish(Event(at=self.clock.now(), kind="execution.changed", text="", app=app))
        await self.clock.sleep(0.1)

    async def trouble(self) -> str:
        return self.reporter.trouble(await self.store.sources.get(SHOP))

    def states(self) -> list[State]:
        return [each.state for each in self.statuses.posted]

    @property
    def calls(self) -> int:
        return self.statuses.calls[COMMIT]


@pytest.fixture
async def room():
    made = Room()
    await made.add(SHOP)
    made.reporter = made.make()
    running = asyncio.get_running_loop().create_task(made.reporter.run())
    yield made
    assert not running.done()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_a_commit_is_pending_and_then_what_became_of_it(room):
    await room.begin()
    await room.move(ExecutionStatus.IN_PROGRESS)
    await room.move(ExecutionStatus.SUCCEEDED)

    assert room.states() == [State.PENDING, State.PENDING, State.SUCCESS]
    shown = room.statuses.shown[COMMIT, "fairway/shop"]
    assert shown.url == "https://deploy.example.com"


async def test_many_pull_requests_push_no_deployment_out_of_sight_and_are_told_apart(room):
    await room.begin()
    for number in range(50):
        await room.propose(number + 1)
    told = room.calls

    await room.move(ExecutionStatus.IN_PROGRESS)
    await room.clock.sleep(3600.0)

    assert room.statuses.shown[COMMIT, "fairway/shop"].description.startswith("execution 1:")
    assert room.statuses.shown["e" * 38 + "50", "fairway/shop/pull-request"].state is State.PENDING
    assert room.calls == told + 1


async def test_what_is_told_is_not_told_again(room):
    await room.begin()

    await room.clock.sleep(3600.0)

    assert room.calls == 1


async def test_a_forge_that_does_not_answer_is_asked_a_few_times_and_then_no_more(room):
    room.statuses.trouble = Unavailable("github.com can't be told", why="ConnectError")
    await room.begin()

    await room.clock.sleep(3 * 3600.0)

    (event,) = await room.store.events.list(app=SHOP)
    assert room.calls == TRIES
    assert (event.kind, event.text) == ("status.failed", "github.com can't be told: ConnectError")
    assert await room.trouble() == "github.com can't be told: ConnectError"


async def test_a_forge_that_answers_again_gets_the_newest_word(room):
    room.statuses.trouble = Unavailable("github.com can't be told")
    await room.begin()
    await room.move(ExecutionStatus.STOPPED)
    room.statuses.trouble = None

    await room.clock.sleep(60.0)

    assert room.states() == [State.STOPPED]
    assert await room.trouble() == ""


async def test_a_refusal_is_not_argued_with(room):
    room.statuses.trouble = UsageError("github.com takes no status for acme/shop", why="it answered 403")
    await room.begin()

    await room.clock.sleep(3600.0)

    assert room.calls == 1
    assert "403" in await room.trouble()


async def test_another_token_is_tried_after_a_refusal(room):
    room.statuses.trouble = UsageError("github.com takes no status for acme/shop", why="it answered 403")
    await room.begin()
    room.statuses.trouble = None
    source = await room.store.sources.get(SHOP)

    await room.store.sources.put(replace(source, at=room.clock.now()))

    assert await room.trouble() == ""
    await room.clock.sleep(60.0)
    assert room.states() == [State.PENDING]


async def test_a_forge_that_hangs_holds_up_no_other_app(room):
    post, other = room.statuses.post, AppName("other")
    await room.add(other)

    async def hang(forge, remote, status):
        if status.context == "fairway/shop":
            await asyncio.Event().wait()
        await post(forge, remote, status)

    room.statuses.post = hang
    await room.begin()
    await room.begin(app=other)

    assert [each.context for each in room.statuses.posted] == ["fairway/other"]


async def test_a_defect_while_telling_is_logged_and_not_repeated_for_ever(room, caplog):
    calls = []

    async def fail(forge, remote, status):
        calls.append(status)
        raise RuntimeError("a defect")

    room.statuses.post = fail
    await room.begin()

    await room.clock.sleep(3 * 3600.0)

    assert len(calls) == TRIES
    assert "telling a status failed" in caplog.text
    assert await room.trouble() == "the status can't be told: RuntimeError"


async def test_a_commit_shows_the_newest_of_its_executions(room):
    await room.begin()
    await room.begin()

    await room.move(ExecutionStatus.SUPERSEDED)

    assert room.statuses.shown[COMMIT, "fairway/shop"].description.startswith("execution 2: ")


async def test_after_a_restart_the_last_word_is_told_once_more(room):
    await room.begin()
    await room.move(ExecutionStatus.STOPPED)
    running = asyncio.get_running_loop().create_task(room.make().run())

    await room.clock.sleep(1.0)
    running.cancel()

    assert room.states() == [State.PENDING, State.STOPPED, State.STOPPED]


async def test_an_app_without_a_token_is_told_nothing_and_keeps_no_other_from_it(room):
    source = await room.store.sources.get(SHOP)
    other = AppName("other")
    await room.store.apps.create(other, at=1.0)
    await room.store.sources.put(
        Source(
            app=other, url=source.url, forge=Forge.GITHUB, username="", token=None, deploy_key=None, by="ada", at=1.0
        )
    )
    await room.begin(app=other)
    await room.begin()

    assert [each.context for each in room.statuses.posted] == ["fairway/shop"]


async def test_a_store_that_does_not_answer_ends_nothing(room):
    room.store.shelf.trouble = Unavailable("the store did not answer")
    await room.clock.sleep(120.0)
    room.store.shelf.trouble = None

    await room.begin()

    assert room.states() == [State.PENDING]
