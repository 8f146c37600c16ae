"""The controller with an engine that rolls by itself: it gives services, waits, takes its word, and goes back."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from fairway.adapters.memory.board import Board
from fairway.adapters.memory.engine import Program
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.rolling import MemoryRollingEngine
from fairway.domain.deployment import RolloutState
from fairway.domain.health import HealthState
from fairway.domain.ids import DeploymentId, ServiceName, TaskId
from fairway.domain.observed import TaskStatus
from fairway.domain.verdict import Verdict, judge
from fairway.errors import Unavailable, WorkFailed
from fairway.orchestrator.controller import Controller
from fairway.ports.balancer import Unbalanced
from fairway.ports.logs import LogLine
from fairway.ports.probe import Unprobed, Unseen
from support.orchestrator_harbour import Harbour
from support.orchestrator_world import PRODUCTION, SHOP, Rollout, desire, web, worker

WEB = SHOP, PRODUCTION, ServiceName("web")


class Printed:
    """`ports.logs.Logs`: every task has printed one line."""

    async def read(
        self, task: TaskId, *, tail: int | None = None, since: float | None = None, follow: bool = False
    ) -> AsyncIterator[LogLine]:
        yield LogLine(task=task, at=0.0, stream="stdout", text="Error: no DATABASE_URL")


class RollingHarbour(Harbour):
    """The same around an engine that rolls; no balancer, nothing probed."""

    def __init__(self) -> None:
        super().__init__()
        self.rolling = MemoryRollingEngine(self.clock, lambda spec: self.program(spec))

    def controller(self) -> Controller:
        self.board = Board()
        self.running = Controller(
            engine=self.rolling,
            balancer=Unbalanced(),
            probe=Unprobed(),
            inspector=Unseen(),
            logs=Printed(),
            desired_states=self.desired,
            variables=self.fetch,
            clock=self.clock,
            notices=MemoryNotices(),
            events=self.events,
            observations=self.board,
        )
        return self.running

    def judged(self, release: int, started: float) -> Verdict | None:
        progress = self.progress()
        if progress is None:
            return None
        return judge(progress, Rollout(bake=1.0), started, self.clock.now(), deployment=DeploymentId(release))

    async def verdict(self, release: int) -> Verdict:
        started = self.clock.now()
        await self.until(lambda: self.judged(release, started) is not None)
        verdict = self.judged(release, started)
        assert verdict is not None
        return verdict

    def running_releases(self) -> list[int]:
        return sorted(each.release for each in self.rolling.live(WEB) if each.status is TaskStatus.RUNNING)


@pytest.fixture
def rolling() -> RollingHarbour:
    return RollingHarbour()


async def test_services_are_given_once_and_complete_when_the_engine_says_so(rolling: RollingHarbour) -> None:
    async with rolling.controller():
        await rolling.deploy(web(2), worker(1))

        verdict = await rolling.verdict(1)
        await rolling.clock.sleep(60)

        assert (verdict.state, verdict.reason) == (RolloutState.COMPLETED, "3 of 3 tasks healthy")
        assert rolling.rolling.faults.calls["apply"] == 2
        given = rolling.rolling.given[WEB]
        assert given.variables == {"GREETING": "ahoy"}
        assert given.told["PORT"] == "3000"
        assert given.routed
        observed = rolling.board.observed(SHOP, PRODUCTION)
        assert observed is not None
        assert {each.health.state for each in observed.tasks} == {HealthState.HEALTHY}
        assert "the engine was given release 1 of web, 2 tasks: it is not there yet" in rolling.told("service.applied")


async def test_a_new_release_replaces_the_old_one(rolling: RollingHarbour) -> None:
    async with rolling.controller():
        await rolling.deploy(web(2))
        await rolling.settled()

        await rolling.deploy(web(2, 2))
        await rolling.settled()

        assert rolling.running_releases() == [2, 2]


async def test_what_the_engine_gives_up_fails_with_its_reason_and_the_facts_of_the_last_task(
    rolling: RollingHarbour,
) -> None:
    rolling.programs[2] = Program(lives=0.5, code=3, ready=None)
    async with rolling.controller():
        await rolling.deploy(web(2))
        await rolling.settled()
        await rolling.deploy(web(2, 2))

        verdict = await rolling.verdict(2)
        await rolling.clock.sleep(60)

        assert verdict.state is RolloutState.FAILED
        assert verdict.reason in (
            "web: deployment circuit breaker: tasks failed to start",
            "3 tasks of web failed one after the other",
        )
        assert verdict.facts is not None
        assert verdict.facts.exit is not None
        assert (verdict.facts.exit.code, verdict.facts.log) == (3, ("Error: no DATABASE_URL",))
        assert rolling.rolling.applied == [("web", 1), ("web", 2)], "it is not tried again"
        assert rolling.running_releases() == [1, 1]

        await rolling.deploy(web(2))
        await rolling.settled()
        assert rolling.rolling.applied == [("web", 1), ("web", 2)], "going back gives nothing that is there already"


async def test_what_the_engine_refuses_fails_at_once_and_is_not_asked_for_again(rolling: RollingHarbour) -> None:
    async with rolling.controller():
        await rolling.deploy(web(1))
        await rolling.settled()
        rolling.rolling.faults.fail("apply", WorkFailed("ECS refuses web", why="there is no such role"))
        before = rolling.rolling.faults.calls["apply"]
        await rolling.deploy(web(1, 2))

        verdict = await rolling.verdict(2)
        await rolling.clock.sleep(60)

        assert verdict.reason == "web: ECS refuses web: there is no such role"
        assert rolling.rolling.faults.calls["apply"] == before + 1
        assert rolling.running_releases() == [1]


async def test_an_engine_that_does_not_answer_is_asked_again_and_its_trouble_shown(rolling: RollingHarbour) -> None:
    rolling.rolling.faults.fail("apply", Unavailable("AWS did not answer"))
    async with rolling.controller():
        await rolling.deploy(web(1))
        await rolling.until(lambda: (progress := rolling.progress()) is not None and progress.trouble != "")
        progress = rolling.progress()
        assert progress is not None
        assert progress.trouble == "AWS did not answer"

        rolling.rolling.faults.mend()
        await rolling.settled()


async def test_an_engine_that_hangs_is_given_nothing_a_second_time(rolling: RollingHarbour) -> None:
    rolling.rolling.faults.hang("apply")
    async with rolling.controller():
        await rolling.deploy(web(1))
        await rolling.clock.sleep(30)
        assert rolling.rolling.faults.calls["apply"] == 1

        rolling.rolling.faults.mend()
        await rolling.settled()
        assert rolling.rolling.faults.calls["apply"] == 1


async def test_an_engine_that_lies_is_given_it_again_until_it_is_there(rolling: RollingHarbour) -> None:
    rolling.rolling.faults.lie("apply")
    async with rolling.controller():
        await rolling.deploy(web(1))
        await rolling.clock.sleep(10)
        assert 2 <= rolling.rolling.faults.calls["apply"] <= 12

        rolling.rolling.faults.mend()
        await rolling.settled()


async def test_another_count_replaces_no_task(rolling: RollingHarbour) -> None:
    async with rolling.controller():
        await rolling.deploy(web(1))
        await rolling.settled()
        (first,) = rolling.rolling.live(WEB)

        await rolling.deploy(web(3))
        await rolling.settled()
        await rolling.deploy(web(1))
        await rolling.settled()

        assert [each.id for each in rolling.rolling.live(WEB)] == [first.id]
        assert rolling.rolling.applied == [("web", 1)]


async def test_a_crash_is_counted_and_told_though_the_engine_mends_it(rolling: RollingHarbour) -> None:
    async with rolling.controller():
        await rolling.deploy(web(1))
        await rolling.settled()
        (task,) = rolling.rolling.live(WEB)

        rolling.rolling.crash(task.id, 7)
        await rolling.until(lambda: bool(rolling.told("task.failed")))
        await rolling.settled()

        assert rolling.told("task.failed")[0].startswith(f"web.{task.id[:6]} exited with 7")


async def test_a_service_that_is_gone_from_the_release_is_removed(rolling: RollingHarbour) -> None:
    async with rolling.controller():
        await rolling.deploy(web(1), worker(1))
        await rolling.settled()

        await rolling.deploy(web(1))
        await rolling.until(lambda: len(rolling.rolling.given) == 1)


async def test_an_environment_that_is_taken_down_is_forgotten(rolling: RollingHarbour) -> None:
    rolling.programs[1] = Program(obeys=7.0)
    async with rolling.controller():
        await rolling.deploy(web(2))
        await rolling.settled()

        await rolling.desired.put(replace(desire(), hosts=()))
        assert rolling.running is not None
        rolling.running.wake(SHOP, PRODUCTION)
        await rolling.until(lambda: rolling.rolling.forgotten == [(SHOP, PRODUCTION)])

        assert rolling.rolling.given == {}


async def test_a_controller_that_came_after_a_killed_one_gives_nothing_again(rolling: RollingHarbour) -> None:
    async with rolling.controller():
        await rolling.deploy(web(2))
        await rolling.settled()

    async with rolling.controller():
        await rolling.settled()
        await rolling.clock.sleep(30)

    assert rolling.rolling.applied == [("web", 1)]
