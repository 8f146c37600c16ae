"""Fetching what somebody said is there: at once, each app by itself, and again when it failed."""

import asyncio
import contextlib
from dataclasses import dataclass, field, replace

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.repositories import MemoryRepositories
from fairway.adapters.memory.sources import Elsewhere, MemoryRemotes
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.domain.ids import AppName
from fairway.errors import Unavailable, UsageError
from fairway.intake import follower
from fairway.intake.description import Describer
from fairway.intake.follower import Follower
from fairway.intake.intake import Intake
from fairway.intake.pulling import Pulling
from fairway.intake.sealed import Wanted
from fairway.intake.sourcing import Sourcing
from fairway.manifest.load import load


@dataclass
class Room:
    """`shop` and `other`, each with a repository elsewhere, and a follower that runs."""

    store: MemoryStore = field(default_factory=make_store)
    repositories: MemoryRepositories = field(default_factory=MemoryRepositories)
    there: dict[str, Elsewhere] = field(default_factory=dict)

    def __post_init__(self) -> None:
        async def submit(app: AppName, number: int) -> None:
            """Nothing runs here."""

        self.clock = LoopClock()
        self.remotes = MemoryRemotes(self.repositories)
        intake = Intake(
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
            intake=intake,
            pulling=Pulling(
                apps=self.store.apps,
                sources=self.store.sources,
                executions=self.store.executions,
                repositories=self.repositories,
                remotes=self.remotes,
                describer=Describer(self.repositories, load),
                submit=submit,
                stop=submit,
                clock=self.clock,
            ),
            events=self.store.events,
            key=b"k" * 32,
            clock=self.clock,
        )
        self.follower = Follower(self.sourcing, self.store.sources, self.clock)

    async def add(self, app: str) -> None:
        url = f"https://github.com/acme/{app}"
        self.there[app] = self.remotes.at[url] = Elsewhere()
        await self.store.apps.create(AppName(app), at=1.0)
        await self.repositories.create(app)
        await self.sourcing.set(AppName(app), Wanted(url=url), by="ada")

    async def push(self, app: str, id: str) -> None:
        """A commit elsewhere, and the forge's call."""
        made = self.repositories.commit(app, {"a": id.encode()}, branch="elsewhere")
        self.repositories.point(app, "elsewhere", None)
        self.there[app].refs["refs/heads/master"] = made
        await self.sourcing.called(app, id, by="jsmith")
        self.follower.wake()

    async def started(self, app: str = "shop"):
        return await self.store.executions.list(AppName(app))


@pytest.fixture
async def room():
    made = Room()
    for app in ("shop", "other"):
        await made.add(app)
    running = asyncio.get_running_loop().create_task(made.follower.run())
    yield made
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_what_a_forge_said_is_fetched_at_once_and_started_in_the_pushers_name(room):
    await room.push("shop", "d1")
    await room.clock.sleep(0.1)

    (execution,) = await room.started()
    assert (execution.trigger.kind, execution.trigger.by) == ("webhook", "jsmith")
    assert await room.started("other") == []


async def test_several_calls_at_once_are_one_fetch_of_the_newest(room):
    for id in ("d1", "d2", "d3"):
        await room.push("shop", id)
    await room.clock.sleep(0.1)

    (execution,) = await room.started()
    assert execution.revision.commit == room.there["shop"].refs["refs/heads/master"]
    assert room.remotes.calls.count("fetch") == 1


async def test_without_a_call_nothing_is_fetched(room):
    await room.clock.sleep(3600.0)

    assert "fetch" not in room.remotes.calls


async def test_a_forge_that_does_not_answer_is_asked_again_ever_later_and_loses_nothing(room):
    room.there["shop"].trouble = Unavailable("github.com can't be read")
    await room.push("shop", "d1")
    await room.clock.sleep(3600.0)
    attempts = room.remotes.calls.count("fetch")
    room.there["shop"].trouble = None

    await room.clock.sleep(900.0)

    assert 9 <= attempts <= 12
    assert len(await room.started()) == 1


async def test_who_waits_longest_is_fetched_first(room, monkeypatch):
    monkeypatch.setattr(follower, "AT_ONCE", 1)
    release, begun = asyncio.Event(), []

    async def follow(app):
        begun.append(app)
        await release.wait()
        source = await room.sourcing.find(app)
        await room.store.sources.note(app, replace(source.progress, fetched_at=room.clock.now()))

    room.sourcing.follow = follow
    await room.push("other", "d1")
    await room.clock.sleep(1.0)
    await room.push("shop", "d1")
    await room.clock.sleep(1.0)
    await room.add("another")
    await room.push("another", "d1")
    release.set()
    await room.clock.sleep(1.0)

    assert begun == ["other", "shop", "another"]


async def test_one_apps_trouble_holds_up_no_other_app(room):
    room.there["shop"].trouble = Unavailable("github.com can't be read")
    await room.push("shop", "d1")
    await room.push("other", "d1")
    await room.clock.sleep(0.1)

    assert len(await room.started("other")) == 1


async def test_a_call_that_was_taken_before_a_restart_is_fetched_after_it(room):
    await room.store.sources.accept(AppName("shop"), "d1", at=room.clock.now(), by="jsmith")
    room.there["shop"].refs["refs/heads/master"] = room.repositories.commit("shop", {"a": b"1"})

    again = Follower(room.sourcing, room.store.sources, room.clock)
    running = asyncio.get_running_loop().create_task(again.run())
    await room.clock.sleep(0.1)
    running.cancel()

    assert len(await room.started()) == 1


async def test_a_store_that_does_not_answer_ends_nothing(room):
    room.store.shelf.trouble = Unavailable("the store did not answer")
    room.follower.wake()
    await room.clock.sleep(60.0)
    room.store.shelf.trouble = None

    await room.push("shop", "d1")
    await room.clock.sleep(10.0)

    assert len(await room.started()) == 1


async def test_a_failure_that_can_not_be_noted_is_no_busy_loop(room):
    await room.push("shop", "d1")
    failed = []

    async def fail(app):
        failed.append(app)
        raise Unavailable("the store did not answer")

    room.sourcing.follow = fail
    await room.clock.sleep(60.0)

    assert len(failed) <= 13


async def test_a_defect_in_one_fetch_is_logged_and_ends_nothing(room, caplog):
    follow, failed = room.sourcing.follow, []

    async def fail_once(app):
        if not failed:
            failed.append(app)
            raise RuntimeError("a defect")
        await follow(app)

    room.sourcing.follow = fail_once
    await room.push("shop", "d1")
    await room.clock.sleep(60.0)

    assert "fetching failed" in caplog.text
    assert len(await room.started()) == 1


async def poll(room, seconds):
    await room.sourcing.set(AppName("shop"), Wanted(poll=seconds), by="ada")
    room.follower.wake()
    await room.clock.sleep(1.0)


async def test_a_polled_source_is_only_looked_at_while_nothing_moves(room):
    await poll(room, 60.0)
    before = room.remotes.calls.count("look")

    await room.clock.sleep(3600.0)

    assert room.remotes.calls.count("look") - before == 60
    assert "fetch" not in room.remotes.calls


async def test_what_a_look_finds_is_fetched_and_started(room):
    await poll(room, 60.0)
    commit = room.repositories.commit("shop", {"a": b"1"}, branch="elsewhere")
    room.repositories.point("shop", "elsewhere", None)
    room.there["shop"].refs["refs/heads/master"] = commit

    await room.clock.sleep(61.0)

    (execution,) = await room.started()
    assert (execution.trigger.kind, execution.revision.commit) == ("poll", commit)
    assert room.remotes.calls.count("fetch") == 1


async def test_a_polled_forge_that_fails_is_asked_less_often_and_found_again(room):
    await poll(room, 60.0)
    room.there["shop"].trouble = Unavailable("github.com can't be read")
    before = room.remotes.calls.count("look")
    await room.clock.sleep(4 * 3600.0)
    looks = room.remotes.calls.count("look") - before
    room.there["shop"].trouble = None
    await room.clock.sleep(900.0)

    source = await room.sourcing.find(AppName("shop"))
    kinds = [event.kind for event in reversed(await room.store.events.list(app=AppName("shop")))]
    assert 15 <= looks <= 22
    assert source is not None
    assert source.progress.failures == 0
    assert kinds[-2:] == ["source.failed", "source.recovered"]


async def test_polling_ends_when_it_is_turned_off(room):
    await poll(room, 60.0)
    await poll(room, 0.0)
    before = len(room.remotes.calls)

    await room.clock.sleep(3600.0)

    assert len(room.remotes.calls) == before


@pytest.mark.parametrize("seconds", [1.0, 9.9, 86401.0, -1.0, float("nan")])
async def test_a_rhythm_that_no_forge_likes_is_refused(room, seconds):
    with pytest.raises(UsageError, match="can't be looked at so"):
        await room.sourcing.set(AppName("shop"), Wanted(poll=seconds), by="ada")
