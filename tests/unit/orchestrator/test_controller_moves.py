"""The controller moves an environment from one release to the next, and goes on after a restart."""

from collections.abc import Awaitable, Callable

import pytest

from fairway.adapters.memory.engine import Program
from fairway.domain.deployment import RolloutState
from fairway.domain.ids import DeploymentId
from fairway.domain.rollout import Progress
from fairway.domain.verdict import judge
from support.orchestrator_harbour import Harbour
from support.orchestrator_world import PRODUCTION, SHOP, Rollout, web, worker


async def test_a_rollout_keeps_minimum_healthy(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(3))
        await harbour.settled()
        least = 3

        await harbour.deploy(web(3, release=2))
        while not harbour.is_settled():
            least = min(least, len(await harbour.ready()))
            await harbour.clock.sleep(0.005)

        assert least == 3
        assert len(harbour.ids(release=2)) == 3
        assert harbour.ids(release=1) == []


async def test_a_release_that_never_becomes_healthy_keeps_the_old_one(harbour: Harbour) -> None:
    harbour.programs[2] = Program(ready=None)
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
        before, started = await harbour.ready(), harbour.clock.now()
        await harbour.deploy(web(2, release=2))

        progress = await verdict_is_there(harbour, started)

        verdict = judge(progress, Rollout(), started, harbour.clock.now(), deployment=DeploymentId(2))
        assert verdict is not None
        assert verdict.state is RolloutState.FAILED
        assert await harbour.ready() == before
        assert harbour.clock.now() - started < 32

        await harbour.deploy(web(2, release=1))
        await harbour.settled()
        assert await harbour.ready() == before, "going back starts nothing"


async def test_a_release_that_crashes_is_given_up_after_three_tasks(harbour: Harbour) -> None:
    harbour.programs[2] = Program(lives=0.1, code=1, ready=None)
    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()
        started = harbour.clock.now()
        await harbour.deploy(web(release=2))

        progress = await verdict_is_there(harbour, started)

        assert progress.services[web().spec.service].exits == 3
        assert harbour.clock.now() - started < 3


async def test_a_worker_that_crashes_keeps_the_old_release_of_every_service(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(), worker())
        await harbour.settled()
        before = set(harbour.ids())

        def program(spec: object) -> Program:
            release, service = getattr(spec, "release", 0), getattr(spec, "service", "")
            return Program(lives=0.3, code=1) if (release, service) == (2, "worker") else Program()

        harbour.engine.programs = program
        await harbour.deploy(web(release=2), worker(release=2))
        await harbour.clock.sleep(20)

        assert before <= set(harbour.ids())
        assert await harbour.ready() <= before


async def test_a_task_is_removed_after_its_log_was_kept_and_the_rollout_does_not_wait_for_that(
    harbour: Harbour,
) -> None:
    took = []
    async with harbour.controller():
        await harbour.deploy(web(3))
        await harbour.settled()
        for release, harbour.keeping.seconds in ((2, 0.0), (3, 2.0)):
            begun = harbour.clock.now()
            await harbour.deploy(web(3, release=release))
            while await harbour.ready() != set(harbour.ids(release=release)) or len(await harbour.ready()) < 3:
                await harbour.clock.sleep(0.01)
            took.append(harbour.clock.now() - begun)
            await harbour.settled()
            await harbour.until(lambda: len(harbour.ids(None)) == 5)

    told = [task for task, _ in harbour.keeping.told]
    assert len(told) == len(set(told)) == 4, "of the six that stopped, the newest two are kept"
    assert all(was_there for _, was_there in harbour.keeping.told)
    assert took[1] - took[0] < 0.1


async def test_a_new_release_overtakes_one_that_is_starting(harbour: Harbour) -> None:
    harbour.programs[2] = Program(ready=None)
    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()
        await harbour.deploy(web(release=2))
        await harbour.until(lambda: bool(harbour.ids(release=2)))

        await harbour.deploy(web(release=3))
        seconds = await harbour.settled()

        assert seconds < 3
        assert [each.task.release for each in harbour.containers()] == [3]


async def test_the_verdict_comes_after_the_bake_time(harbour: Harbour) -> None:
    async with harbour.controller():
        started = harbour.clock.now()
        await harbour.deploy(web())
        await harbour.settled()
        progress = harbour.progress()
        assert progress is not None

        assert judge(progress, Rollout(bake=2.0), started, harbour.clock.now()) is None
        verdict = judge(progress, Rollout(bake=2.0), started, harbour.clock.now() + 2.0)

    assert verdict is not None
    assert verdict.state is RolloutState.COMPLETED
    assert verdict.reason == "1 of 1 task healthy"


LEAVING = ("target.drained", "task.stopped", "target.detached")


async def get_sick(harbour: Harbour) -> None:
    harbour.engine.containers[harbour.ids()[0]].program = Program(sick=0.0)


WAYS: dict[str, Callable[[Harbour], Awaitable[None]]] = {
    "a deployment": lambda harbour: harbour.deploy(web(2, release=2)),
    "a scale-in": lambda harbour: harbour.deploy(web(1)),
    "a rollback": lambda harbour: harbour.deploy(web(2, release=7)),
    "a failed check": get_sick,
    "a service that goes": lambda harbour: harbour.deploy(worker()),
    "taking down": lambda harbour: harbour.deploy(hosts=()),
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_task_leaves_in_the_same_order_whatever_the_reason(harbour: Harbour, way: str) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
        for task in harbour.ids():
            harbour.balancer.sessions[task] = 1
        begun = len(harbour.events.kept)

        await WAYS[way](harbour)
        await harbour.until(lambda: bool(harbour.told("target.drained")), within=120)
        await harbour.clock.sleep(10)
        during = [event.kind for event in harbour.events.kept[begun:] if event.kind in LEAVING]
        harbour.balancer.sessions.clear()
        await harbour.until(lambda: bool(harbour.told("target.detached")), within=120)

    leaver = harbour.told("target.detached")[0].split(" ")[0]
    order = [event.kind for event in harbour.events.kept if event.kind in LEAVING and event.text.startswith(leaver)]
    assert set(during) == {"target.drained"}, "the stop signal waits for the requests under way"
    assert order == ["target.drained", "task.stopped", "target.detached"]


async def test_a_restart_of_the_controller_continues_a_drain(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
        for task in harbour.ids():
            harbour.balancer.sessions[task] = 1
        await harbour.deploy(web(1))
        await harbour.until(lambda: bool(harbour.told("target.drained")))
        await harbour.clock.sleep(5)
    assert len(harbour.ids()) == 2

    async with harbour.controller():
        await harbour.clock.sleep(1)
        assert len(harbour.ids()) == 2, "the requests under way are waited for again"
        harbour.balancer.sessions.clear()
        await harbour.settled()

    assert len(harbour.ids()) == 1
    assert await harbour.ready() == set(harbour.ids())


async def test_a_restart_of_the_controller_touches_nothing_that_is_as_desired(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2), worker())
        await harbour.settled()
    before = set(harbour.ids())

    async with harbour.controller():
        await harbour.settled()
        await harbour.clock.sleep(20)

    assert set(harbour.ids()) == before
    assert harbour.engine.faults.calls["start"] == 3
    assert harbour.engine.faults.calls["stop"] == 0


async def test_a_restart_in_the_middle_of_a_rollout_ends_with_the_new_release(harbour: Harbour) -> None:
    harbour.programs[2] = Program(starts=1.0, ready=2.0)
    async with harbour.controller():
        await harbour.deploy(web(2), worker())
        await harbour.settled()
        await harbour.deploy(web(2, release=2), worker(release=2))
        await harbour.clock.sleep(0.5)

    for _ in range(12):
        async with harbour.controller():
            await harbour.clock.sleep(0.4)
            assert len(await harbour.ready()) >= 2
    async with harbour.controller():
        await harbour.settled()

    assert {each.task.release for each in harbour.containers()} == {2}
    assert len(harbour.ids()) == 3


async def test_a_restart_that_finds_crashed_tasks_replaces_them(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
    victim = harbour.ids()[0]
    harbour.engine.crash(victim)

    async with harbour.controller():
        await harbour.settled()

        assert victim not in await harbour.ready()
        assert len(await harbour.ready()) == 2


async def test_a_restart_finds_the_adopted_port_again(harbour: Harbour) -> None:
    from dataclasses import replace

    from fairway.domain.facts import Socket

    harbour.programs[1] = Program(sockets=(Socket(address="0.0.0.0", port=8080),))
    guessed = replace(web(), spec=replace(web().spec, port_declared=False))
    async with harbour.controller():
        await harbour.deploy(guessed)
        await harbour.settled()

    async with harbour.controller():
        await harbour.settled()
        await harbour.clock.sleep(60)

        assert [target.port for target in await harbour.balancer.targets()] == [8080]
        assert harbour.engine.faults.calls["start"] == 1


async def verdict_is_there(harbour: Harbour, started: float) -> Progress:
    """The progress with which the second deployment gets a verdict."""

    def judged() -> bool:
        progress = harbour.board.progress(SHOP, PRODUCTION)
        now = harbour.clock.now()
        return bool(progress and judge(progress, Rollout(), started, now, deployment=DeploymentId(2)))

    await harbour.until(judged, within=120)
    progress = harbour.progress()
    assert progress is not None
    return progress
