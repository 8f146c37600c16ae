"""Runs, from their records to their ends, over servers that die and engines that go away."""

import asyncio
import itertools
from dataclasses import replace

import pytest

from fairway.adapters.memory.jobs import Deed
from fairway.domain.deployment import RolloutState
from fairway.domain.run import Run, RunStatus
from fairway.errors import Conflict, NotFound, Unavailable, UsageError
from support.jobs_values import SPEC, make_run
from support.masks import Hiding
from support.pipeline_values import APP, PRODUCTION


def test_a_command_runs_in_the_current_release_with_its_variables_and_is_recorded(loop, room):
    room.deeds = lambda spec: Deed(lines=("one", "two"), takes=4.0)

    async def story() -> tuple[Run, object]:
        release = await room.deploy()
        async with room.live() as life:
            begun = await room.begin(life, "node", "report.js", service="worker")
            await asyncio.sleep(1)
            started = room.jobs.jobs[begun.container]
            return await room.ended(), (release, started)

    run, (release, started) = loop.run_until_complete(story())

    assert (run.status, run.code, run.cause, run.by, run.release) == (RunStatus.SUCCEEDED, 0, "", "ada", release.number)
    assert run.ended_at - run.started_at == pytest.approx(4.0, abs=0.1)
    assert (started.spec.command, started.spec.image, started.spec.run) == (("node", "report.js"), release.image, 1)
    assert started.variables == {
        "VERSION": "3",
        "FAIRWAY_APP": "shop-api",
        "FAIRWAY_ENVIRONMENT": "production",
        "FAIRWAY_RELEASE": "1",
        "FAIRWAY_RUN": "1",
        "FAIRWAY_JOB": "",
        "FAIRWAY_ATTEMPT": "1",
    }
    assert room.printed() == ("one", "two")
    assert [(event.kind, event.text) for event in room.told] == [
        ("run.started", "run 1 has started with release 1"),
        ("run.succeeded", "run 1 has succeeded in 4.0 s"),
    ]


@pytest.mark.parametrize(
    ("deed", "status", "code", "cause"),
    [
        (Deed(code=3), RunStatus.FAILED, 3, "exit code 3"),
        (Deed(code=127), RunStatus.FAILED, 127, "its command names a program that is not in the image (exit code 127)"),
        (
            Deed(code=137, oom_killed=True),
            RunStatus.FAILED,
            137,
            "it needed more than its 512 MB of memory and was killed",
        ),
        (Deed(takes=61.0), RunStatus.TIMED_OUT, 137, "it took longer than 60 s and was ended"),
        (Deed(refused="there is no such image"), RunStatus.FAILED, None, "exec can't start: there is no such image"),
    ],
)
def test_why_a_run_failed_is_said_in_a_sentence(loop, room, deed, status, code, cause):
    room.deeds = lambda spec: deed

    async def story() -> Run:
        await room.deploy()
        async with room.live() as life:
            await room.begin(life)
            return await room.ended()

    run = loop.run_until_complete(story())

    assert (run.status, run.code, run.cause) == (status, code, cause)


def test_a_run_that_is_stopped_is_asked_to_end_and_says_who_asked(loop, room):
    room.deeds = lambda spec: Deed(takes=600.0)

    async def story() -> Run:
        await room.deploy()
        async with room.live() as life:
            await room.begin(life, timeout=900.0)
            await asyncio.sleep(5)
            await life.desk.stop(APP, 1, by="bob", why="it is late")
            return await room.ended()

    run = loop.run_until_complete(story())

    assert (run.status, run.code, run.cause) == (RunStatus.STOPPED, 143, "stopped by bob: it is late; exit code 143")


def test_one_that_does_not_obey_is_killed_ten_seconds_later(loop, room):
    room.deeds = lambda spec: Deed(takes=600.0, obeys=False)

    async def story() -> Run:
        await room.deploy()
        async with room.live() as life:
            await room.begin(life, timeout=900.0)
            await asyncio.sleep(5)
            await life.desk.stop(APP, 1, by="bob")
            return await room.ended()

    run = loop.run_until_complete(story())

    assert run.code == 137
    assert run.ended_at - run.started_at == pytest.approx(15.0, abs=0.5)


def test_a_run_that_has_ended_can_not_be_stopped(loop, room):
    async def story() -> None:
        await room.deploy()
        async with room.live() as life:
            await room.begin(life)
            await room.ended()
            await life.desk.stop(APP, 1, by="bob")

    with pytest.raises(Conflict, match="run 1 has ended"):
        loop.run_until_complete(story())


def test_failed_attempts_are_followed_by_others_and_each_keeps_its_log(loop, room):
    codes = iter([1, 1, 0])

    def deed(spec: object) -> Deed:
        code = next(codes)
        return Deed(code=code, lines=(f"code {code}",), takes=1.0)

    room.deeds = deed

    async def story() -> Run:
        await room.deploy()
        await room.store.runs.create(make_run(created_at=room.clock.now(), spec=replace(SPEC, retries=3)))
        async with room.live():
            return await room.ended()

    run = loop.run_until_complete(story())

    assert (run.status, run.attempt) == (RunStatus.SUCCEEDED, 3)
    assert [(each.number, each.code, each.cause) for each in run.attempts] == [
        (1, 1, "exit code 1"),
        (2, 1, "exit code 1"),
        (3, 0, ""),
    ]
    begun = [each.started_at for each in run.attempts]
    assert [later - earlier for earlier, later in itertools.pairwise(begun)] == pytest.approx([11, 21], abs=0.5)
    assert [room.printed(attempt=number) for number in (1, 2, 3)] == [("code 1",), ("code 1",), ("code 0",)]
    assert [event.kind for event in room.told] == [
        "run.started",
        "run.retried",
        "run.started",
        "run.retried",
        "run.started",
        "run.succeeded",
    ]


def test_after_a_kill_the_run_goes_on_and_its_end_is_recorded_at_the_time_at_which_it_came(loop, room):
    room.deeds = lambda spec: Deed(takes=20.0, lines=("one", "two"), code=3)

    async def story() -> Run:
        await room.deploy()
        async with room.live() as life:
            await room.begin(life)
            await asyncio.sleep(5)
        await asyncio.sleep(100)
        async with room.live():
            return await room.ended()

    run = loop.run_until_complete(story())

    assert (run.status, run.code, len(room.jobs.starts)) == (RunStatus.FAILED, 3, 1)
    assert run.ended_at - run.started_at == pytest.approx(20.0, abs=0.1)
    assert room.printed() == ("one", "two")


def test_a_container_that_somebody_removed_is_not_started_a_second_time(loop, room):
    room.deeds = lambda spec: Deed(takes=20.0)

    async def story() -> Run:
        await room.deploy()
        async with room.live() as life:
            run = await room.begin(life)
            await asyncio.sleep(5)
        await room.jobs.remove(run.container)
        async with room.live():
            return await room.ended()

    run = loop.run_until_complete(story())

    assert (run.status, run.code, len(room.jobs.starts)) == (RunStatus.FAILED, None, 1)
    assert "removed by somebody else" in run.cause


def test_what_another_server_had_begun_is_not_begun_again(loop, room):
    async def story() -> Run:
        await room.deploy()
        await room.store.runs.create(make_run(status=RunStatus.STARTING, server="there"))
        async with room.live():
            return await room.ended()

    run = loop.run_until_complete(story())

    assert (run.status, run.cause, room.jobs.starts) == (
        RunStatus.FAILED,
        "the server that ran it has lost its lease, so how it ended isn't known",
        [],
    )


def test_an_engine_that_is_away_is_asked_again(loop, room):
    async def story() -> Run:
        await room.deploy()
        room.jobs.faults.fail("begin", Unavailable("Docker does not answer"))
        async with room.live() as life:
            await room.begin(life)
            await asyncio.sleep(60)
            room.jobs.faults.mend()
            return await room.ended()

    run = loop.run_until_complete(story())

    assert (run.status, room.jobs.faults.calls["begin"] > 3) == (RunStatus.SUCCEEDED, True)


def test_an_engine_that_stays_away_fails_the_run(loop, room):
    async def story() -> Run:
        await room.deploy()
        room.jobs.faults.fail("begin", Unavailable("Docker does not answer"))
        async with room.live() as life:
            await room.begin(life)
            return await room.ended()

    run = loop.run_until_complete(story())

    assert (run.status, run.cause) == (RunStatus.FAILED, "the engine did not answer for 10 min")


def test_a_run_of_a_job_that_runs_alone_waits_for_the_one_before_it(loop, room):
    room.deeds = lambda spec: Deed(takes=50.0)

    async def story() -> list[Run]:
        await room.deploy()
        for _ in range(2):
            await room.store.runs.create(make_run(created_at=room.clock.now(), spec=replace(SPEC, alone=True)))
        async with room.live():
            await room.ended(1)
            return [await room.ended(2), *await room.all()]

    second, first, _ = loop.run_until_complete(story())

    assert second.started_at >= first.ended_at


def test_what_a_killed_server_left_between_an_end_and_the_removal_is_removed_by_the_next(loop, room):
    async def story() -> list[object]:
        await room.deploy()
        room.jobs.faults.hang("remove")
        async with room.live() as life:
            await room.begin(life)
            while not (await room.store.runs.get(APP, 1)).finished:
                await asyncio.sleep(0.1)
        left = list(room.jobs.jobs)
        room.jobs.faults.mend()
        async with room.live():
            await room.ended()
        return left

    left = loop.run_until_complete(story())

    assert (len(left), room.jobs.jobs) == (1, {})


def test_nothing_runs_where_nothing_was_completely_deployed(loop, room):
    async def story() -> None:
        await room.deploy(state=RolloutState.FAILED)
        await room.begin(room.make())

    with pytest.raises(Conflict, match="no release is deployed to production of shop-api"):
        loop.run_until_complete(story())


def test_while_another_release_is_being_deployed_or_has_failed_the_old_one_counts(loop, room):
    async def story() -> list[int]:
        await room.deploy()
        life = room.make()
        await room.deploy(state=None)
        first = await room.begin(life)
        deployment = await room.store.deployments.latest(APP, PRODUCTION, RolloutState.IN_PROGRESS)
        await room.store.deployments.finish(APP, deployment.id, RolloutState.FAILED, reason="", at=3.0)
        second = await room.begin(life)
        await room.deploy()
        third = await room.begin(life)
        return [first.release, second.release, third.release]

    assert loop.run_until_complete(story()) == [1, 1, 3]


def test_nothing_runs_in_an_environment_that_was_taken_down(loop, room):
    async def story() -> None:
        await room.deploy()
        await room.take_down()
        await room.begin(room.make())

    with pytest.raises(Conflict, match="no release is deployed"):
        loop.run_until_complete(story())


@pytest.mark.parametrize(
    ("asked", "error", "text"),
    [
        ({"service": "wrker"}, NotFound, "there is no service wrker"),
        ({"command": ("",)}, UsageError, "there is no command to run"),
    ],
)
def test_what_can_not_be_meant_is_refused(loop, room, asked, error, text):
    async def story() -> None:
        await room.deploy()
        command = asked.pop("command", ("true",))
        await room.begin(room.make(), *command, **asked)

    with pytest.raises(error, match=text):
        loop.run_until_complete(story())


def test_all_runs_of_an_environment_end_when_that_is_wanted(loop, room):
    room.deeds = lambda spec: Deed(takes=600.0)

    async def story() -> tuple[int, bool]:
        await room.deploy()
        async with room.live() as life:
            for _ in range(3):
                await room.begin(life, timeout=900.0)
            await asyncio.sleep(5)
            count = await life.desk.stop_all(APP, PRODUCTION, by="ada", why="the environment was taken down")
            return count, await life.desk.all_ended(APP, PRODUCTION, patience=60.0)

    count, ended = loop.run_until_complete(story())

    assert (count, ended) == (3, True)


def test_what_a_run_prints_is_kept_without_secrets(loop, room):
    room.masks = Hiding("kraken-4711")
    room.deeds = lambda spec: Deed(lines=("it is kraken-4711",))

    async def story() -> Run:
        await room.deploy()
        async with room.live() as life:
            await room.begin(life, "env")
            return await room.ended()

    assert loop.run_until_complete(story()).status is RunStatus.SUCCEEDED
    assert room.printed() == ("it is •••",)
