"""What becomes of pull requests: which are tried, with what, and what is never done with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from fairway.adapters.memory.repositories import MemoryRepositories
from fairway.adapters.memory.sources import Elsewhere, MemoryRemotes, MemorySources
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.domain import progression
from fairway.domain.app import PullEvent
from fairway.domain.execution import Execution, Kind
from fairway.domain.ids import AppName
from fairway.domain.pulls import Noted, PullRequest
from fairway.domain.remotes import Forge
from fairway.errors import Conflict, Unavailable
from fairway.intake.description import Describer
from fairway.intake.intake import Intake
from fairway.intake.pulling import Pulling
from fairway.intake.push import Kept, Outcome, Started
from fairway.intake.sealed import Wanted
from fairway.intake.sourcing import Sourcing
from fairway.manifest.load import load

SHOP = AppName("shop")
URL = "https://github.com/acme/shop.git"
OPENED, UPDATED, CLOSED = PullEvent.OPENED, PullEvent.UPDATED, PullEvent.CLOSED
FILTER = b"""
app = "shop"
[source]
branch = "none"
[[source.filters]]
pull_requests = ["opened", "updated"]
branches = ["master"]
"""
PULL = PullRequest(number=7, event=OPENED, target="master", source="changes", ref="refs/pull/7/head", by="mallory")


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        self.time += 1.0
        return self.time

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing waits here")


@dataclass
class Dying:
    """The sources of a server that dies before it has written down that something is decided."""

    sources: MemorySources
    dies: bool = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sources, name)

    async def settle_pull(self, app: AppName, noted: Noted, *, head: str) -> None:
        if self.dies:
            raise Unavailable("the server dies")
        await self.sources.settle_pull(app, noted, head=head)


@dataclass
class Room:
    """A shop at github.com whose master takes pull requests, and what was told of them."""

    store: MemoryStore = field(default_factory=make_store)
    repositories: MemoryRepositories = field(default_factory=MemoryRepositories)
    there: Elsewhere = field(default_factory=Elsewhere)
    submitted: list[int] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        async def submit(app: AppName, number: int) -> None:
            self.submitted.append(number)

        async def stop(app: AppName, number: int) -> None:
            self.stopped.append(number)

        self.mortal = Dying(self.store.sources)
        self.remotes = MemoryRemotes(self.repositories)
        self.remotes.at[URL] = self.there
        self.intake = Intake(
            apps=self.store.apps,
            executions=self.store.executions,
            repositories=self.repositories,
            submit=submit,
            load=load,
            clock=self.clock,
            schedules=self.store.schedules,
        )
        self.sourcing = Sourcing(
            apps=self.store.apps,
            sources=self.store.sources,
            executions=self.store.executions,
            repositories=self.repositories,
            remotes=self.remotes,
            intake=self.intake,
            pulling=Pulling(
                apps=self.store.apps,
                sources=self.mortal,
                executions=self.store.executions,
                repositories=self.repositories,
                remotes=self.remotes,
                describer=Describer(self.repositories, load),
                submit=submit,
                stop=stop,
                clock=self.clock,
            ),
            events=self.store.events,
            key=b"k" * 32,
            clock=self.clock,
        )

    def commit(self, ref: str, files: Mapping[str, bytes], *, on: str | None = None, subject: str = "Change") -> str:
        """A commit elsewhere, on top of another one, to which the ref points then."""
        self.repositories.point("shop", "elsewhere", on)
        made = self.repositories.commit("shop", files, branch="elsewhere", subject=subject)
        self.repositories.point("shop", "elsewhere", None)
        self.there.refs[ref] = made
        return made

    async def tell(self, event: PullEvent = OPENED, **changed) -> list[Outcome]:
        """The forge tells of the pull request, and what it told is looked at."""
        pull = replace(PULL, event=event, **changed)
        delivery = f"d{self.clock.now()}"
        await self.sourcing.called("shop", delivery, by="", pull=pull)
        return [each for each in await self.fetch() if each.update.ref.startswith("refs/pull-requests/")]

    async def fetch(self) -> list[Outcome]:
        return list(await self.sourcing.fetch(SHOP, kind="webhook"))

    async def execution(self, number: int = 1) -> Execution:
        return await self.store.executions.get(SHOP, number)


@pytest.fixture
async def room() -> Room:
    made = Room()
    await made.store.apps.create(SHOP, at=1.0)
    await made.repositories.create("shop")
    await made.sourcing.set(SHOP, Wanted(url=URL, forge=Forge.GITHUB), by="ada")
    master = made.commit("refs/heads/master", {"fairway.toml": FILTER, "a": b"1"})
    made.commit(PULL.ref, {"fairway.toml": FILTER, "a": b"2"}, on=master, subject="Add coupons")
    await made.fetch()
    return made


def reason(outcomes: list[Outcome]) -> str:
    (outcome,) = outcomes
    assert isinstance(outcome, Kept)
    return outcome.reason


async def test_a_pull_request_that_is_opened_is_built_and_goes_no_further(room: Room) -> None:
    outcomes = await room.tell()

    (outcome,) = outcomes
    assert isinstance(outcome, Started)
    execution = await room.execution()
    assert (execution.kind, execution.revision.pull_request, execution.revision.branch) == (Kind.PULL_REQUEST, 7, "")
    assert (execution.revision.commit, execution.revision.subject) == (room.there.refs[PULL.ref], "Add coupons")
    assert (execution.trigger.kind, execution.trigger.by) == ("webhook", "mallory")
    assert [stage.name for stage in execution.stages] == ["source", "build"]
    assert room.submitted == [1]


async def test_what_its_own_file_says_of_filters_is_not_believed(room: Room) -> None:
    room.commit("refs/heads/plain", {"a": b"1"})

    found = reason(await room.tell(target="plain"))

    assert found == "nothing is tried (fairway.toml of plain has no filter of pull requests)"
    assert "fetch pull 7" not in room.remotes.calls
    assert await room.store.executions.list(SHOP) == []


async def test_a_target_that_is_no_branch_is_said(room: Room) -> None:
    assert reason(await room.tell(target="gone")) == "nothing is tried (its target gone is no branch here)"


async def test_a_head_that_is_not_there_is_said(room: Room) -> None:
    del room.there.refs[PULL.ref]

    assert "its head is not at the forge: refs/pull/7/head" in reason(await room.tell())
    assert "it comes from a fork" in reason(await room.tell(ref=""))


async def test_a_newer_head_is_tried_and_the_same_one_is_not_tried_again(room: Room) -> None:
    await room.tell()
    newer = room.commit(PULL.ref, {"a": b"3"}, on=room.there.refs[PULL.ref])

    await room.tell(UPDATED)
    await room.tell(UPDATED)

    assert [each.number for each in await room.store.executions.list(SHOP)] == [2, 1]
    assert (await room.execution(2)).revision.commit == newer


async def test_one_that_is_opened_again_is_tried_again(room: Room) -> None:
    await room.tell()
    await room.tell(CLOSED)

    await room.tell(OPENED)

    assert [each.number for each in await room.store.executions.list(SHOP)] == [2, 1]


async def test_of_a_closed_one_what_waits_is_stopped_and_what_ends_soon_is_not(room: Room) -> None:
    await room.tell()
    await room.tell(OPENED, number=8)
    other = room.commit(PULL.ref, {"a": b"4"})
    await room.tell(UPDATED)
    building = await room.execution(3)
    for name in ("source", "build"):
        stage = building.stage(name)
        assert stage is not None
        await room.store.executions.change(building, progression.enter(building, stage), at=5.0)
        building = await room.execution(3)
    assert building.revision.commit == other

    outcome = reason(await room.tell(CLOSED))

    assert outcome == "nothing is tried (source.filters[0].pull_requests is opened, updated)"
    assert room.stopped == [1, 3]


async def test_only_the_files_that_the_pull_request_changes_are_looked_at(room: Room) -> None:
    files = FILTER + b'files = ["api/**"]\n'
    parted = room.there.refs["refs/heads/master"]
    room.commit("refs/heads/master", {"fairway.toml": files, "a": b"1", "api/x": b"1"}, on=parted)

    kept = await room.tell()
    room.commit(PULL.ref, {"fairway.toml": FILTER, "a": b"1", "api/y": b"1"}, on=parted)
    started = await room.tell(UPDATED)

    assert "no changed file passes source.filters[0].files: api/**" in reason(kept)
    assert isinstance(started[0], Started)


async def test_one_that_is_merged_is_tried_whatever_files_it_had(room: Room) -> None:
    toml = FILTER.replace(b'"updated"', b'"closed"') + b'files = ["api/**"]\n'
    room.commit("refs/heads/master", {"fairway.toml": toml, "a": b"2"}, on=room.there.refs[PULL.ref])

    outcomes = await room.tell(CLOSED)

    assert isinstance(outcomes[0], Started)


async def test_a_push_that_is_told_meanwhile_does_not_wait_for_the_others(room: Room) -> None:
    for number in (8, 9):
        await room.sourcing.called("shop", f"d{number}", by="", pull=replace(PULL, number=number))
    room.remotes.after_a_pull = lambda: room.sourcing.called("shop", "a push", by="ada")

    first, second = await room.fetch(), await room.fetch()

    assert [[each.update.ref for each in each] for each in (first, second)] == [
        ["refs/pull-requests/8"],
        ["refs/pull-requests/9"],
    ]


async def test_a_word_in_the_message_keeps_it(room: Room) -> None:
    room.commit(PULL.ref, {"a": b"3"}, subject="Try [skip ci]")

    assert reason(await room.tell()) == "nothing is tried ([skip ci] in the commit's message)"


async def test_when_the_forge_does_not_answer_it_is_decided_the_next_time(room: Room) -> None:
    room.there.trouble = Unavailable("no answer")
    with pytest.raises(Unavailable):
        await room.tell()
    room.there.trouble = None

    outcomes = await room.fetch()

    assert isinstance(outcomes[0], Started)


async def test_a_server_that_dies_before_it_is_written_down_starts_it_once(room: Room) -> None:
    room.mortal.dies = True
    with pytest.raises(Unavailable):
        await room.tell()
    room.mortal.dies = False

    outcomes = await room.fetch()

    assert [each.number for each in await room.store.executions.list(SHOP)] == [1]
    assert isinstance(outcomes[0], Started)


async def test_one_that_cant_be_fetched_does_not_stand_in_the_way_of_others(room: Room) -> None:
    room.remotes.unsound.add("refs/pull/6/head")
    await room.sourcing.called("shop", "d1", by="", pull=replace(PULL, number=6, ref="refs/pull/6/head"))

    outcomes = await room.tell()

    assert [type(each) for each in outcomes] == [Kept, Started]


async def test_what_only_a_pull_request_has_brought_is_never_deployed(room: Room) -> None:
    await room.tell()
    head = room.there.refs[PULL.ref]

    with pytest.raises(Conflict, match=r"of shop is not deployed") as raised:
        await room.intake.deploy("shop", head)
    room.there.refs["refs/heads/master"] = head
    await room.fetch()
    deployed = await room.intake.deploy("shop", head)

    assert "merge it at the forge" in raised.value.hint
    assert deployed.kind is Kind.STANDARD


async def test_polling_finds_a_newer_head_of_one_that_the_forge_told_of(room: Room) -> None:
    await room.tell()
    room.clock.now()
    newer = room.commit(PULL.ref, {"a": b"3"}, on=room.there.refs[PULL.ref])

    await room.sourcing.follow(SHOP)
    await room.sourcing.follow(SHOP)

    assert [each.number for each in await room.store.executions.list(SHOP)] == [2, 1]
    found = await room.execution(2)
    assert (found.revision.commit, found.trigger.kind) == (newer, "poll")


async def test_another_repository_has_other_pull_requests(room: Room) -> None:
    await room.tell()
    room.remotes.at["https://gitlab.com/acme/shop.git"] = room.there

    await room.sourcing.set(SHOP, Wanted(url="https://gitlab.com/acme/shop.git"), by="ada")

    assert await room.store.sources.pulls(SHOP) == []
