"""Old executions go with all that is kept of them, in parts, whatever happens in between."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.durable import Kept, MemoryDurable
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.domain.execution import ExecutionStatus
from fairway.domain.forgetting import Policy
from fairway.domain.moves import MoveExecution
from fairway.domain.passage import PassageStatus
from fairway.errors import Unavailable
from fairway.pipeline import forgetting
from fairway.pipeline.forgetting import Archive, Forgetter
from fairway.pipeline.log import StageLogs
from support.guard_values import make_passage
from support.pipeline_values import APP, PUSH, REVISION, define

ENDED = MoveExecution(expected=ExecutionStatus.QUEUED, to=ExecutionStatus.STOPPED)
KEEP = Policy(keep=3, always=1)
MANY = 2 * forgetting.FEW + 7


async def at_once(work: Callable[..., object], *arguments: object) -> object:
    """In place of a thread: on virtual time nothing waits for one."""
    return work(*arguments)


class Past:
    """A store with a past, each execution with its log and its passage."""

    def __init__(self, root: Path) -> None:
        self.store: MemoryStore = make_store()
        self.root = root
        self.clock = LoopClock()
        self.durable = MemoryDurable({"a": Kept(name="", arguments="", ended=True)})
        store = self.store
        self.archive = Archive(
            apps=store.apps,
            executions=store.executions,
            deployments=store.deployments,
            desired=store.desired,
            releases=store.releases,
            passages=store.passages,
            backups=store.backups,
            events=store.events,
        )

    async def fill(self, many: int = MANY) -> None:
        now = self.clock.now()
        await self.store.apps.create(APP, at=now)
        logs = StageLogs(self.root)
        for number in range(1, many + 1):
            made = await self.store.executions.create(APP, REVISION, PUSH, define(("source",)), at=now)
            await self.store.executions.change(made, [ENDED], at=now)
            with logs.write(APP, number, "source", resume=False) as log:
                log("a line")
            passage = make_passage(key=str(number), status=PassageStatus.SKIPPED, execution=number, ended_at=now)
            await self.store.passages.create(passage)

    async def forget(self) -> None:
        await Forgetter(self.archive, StageLogs(self.root), self.durable, self.clock, KEEP, apart=at_once).clear_up()

    async def left(self) -> tuple[list[int], list[int], list[int]]:
        """The numbers of the executions, of the passages, and of the logs."""
        executions = [each.number for each in await self.store.executions.list(APP, limit=MANY)]
        passages = [each.number for each in await self.store.passages.list(APP, limit=MANY)]
        return executions, passages, sorted((int(each.name) for each in (self.root / APP).iterdir()), reverse=True)


async def test_the_old_go_with_their_logs_and_passages_and_it_is_told_once(tmp_path: Path) -> None:
    past = Past(tmp_path)
    await past.fill()

    await past.forget()
    await past.forget()

    newest = [MANY, MANY - 1, MANY - 2]
    assert await past.left() == (newest, newest, newest)
    assert [event.text for event in await past.store.events.list()] == [
        f"{MANY - 3} executions from 1 to {MANY - 3} are forgotten: newer ones are kept, or it was too long ago"
    ]
    assert past.durable.disk == {}, "how far their stages had come is forgotten too"


async def test_one_that_dies_before_the_logs_are_gone_has_their_records_still(tmp_path: Path) -> None:
    past = Past(tmp_path)
    await past.fill()

    async def die(work: Callable[..., object], *arguments: object) -> None:
        raise Unavailable("it was killed")

    with pytest.raises(Unavailable):
        await Forgetter(past.archive, StageLogs(past.root), past.durable, past.clock, KEEP, apart=die).clear_up()

    executions, _, logs = await past.left()
    assert executions == logs


async def test_logs_of_what_another_server_has_forgotten_go_and_none_that_was_begun_meanwhile(tmp_path: Path) -> None:
    past = Past(tmp_path)
    await past.fill(3)
    await past.store.executions.delete(APP, [2])
    (tmp_path / APP / "4").mkdir()
    (tmp_path / "an-app-of-old" / "1").mkdir(parents=True)

    await past.forget()

    assert (await past.left())[2] == [4, 3, 1]
    assert (tmp_path / "an-app-of-old" / "1").is_dir(), "nothing is known of it"


async def test_nothing_is_read_of_passages_while_nothing_is_old(tmp_path: Path) -> None:
    past = Past(tmp_path)
    await past.fill(3)

    async def refuse(*arguments: object, **more: object) -> None:
        raise AssertionError("there is no need")

    past.store.passages.traces = refuse  # type: ignore[method-assign, assignment]
    await past.forget()

    assert (await past.left())[0] == [3, 2, 1]


@pytest.mark.parametrize("call", range(1, 7))
async def test_a_round_that_fails_at_any_deletion_is_gone_on_with(tmp_path: Path, call: int) -> None:
    past = Past(tmp_path)
    await past.fill()
    calls = 0

    class Failing:
        """A store that does not answer at one call."""

        def __init__(self, real: object) -> None:
            self.real = real

        def __getattr__(self, name: str) -> object:
            return getattr(self.real, name)

        async def delete(self, *arguments: object) -> None:
            nonlocal calls
            calls += 1
            if calls == call:
                raise Unavailable("the store did not answer")
            await self.real.delete(*arguments)  # type: ignore[attr-defined]

    store = past.store
    names = ("executions", "passages", "deployments")
    past.archive = Archive(
        **{name: getattr(store, name) for name in ("apps", "desired", "releases", "backups", "events")},
        **{name: Failing(getattr(store, name)) for name in names},  # type: ignore[arg-type]
    )

    with pytest.raises(Unavailable):
        await past.forget()
    executions, passages, logs = await past.left()
    assert set(passages) <= set(executions) and set(logs) <= set(executions), "nothing is left that nobody finds"
    await past.forget()

    newest = [MANY, MANY - 1, MANY - 2]
    assert await past.left() == (newest, newest, newest)
