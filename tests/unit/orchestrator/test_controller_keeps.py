"""The controller keeps what is desired: it starts, replaces, scales and takes down."""

from dataclasses import replace

import pytest

from fairway.adapters.memory.engine import Program
from fairway.domain.facts import Socket
from fairway.domain.health import HttpCheck, Timing
from fairway.domain.observed import TaskStatus
from support.orchestrator_harbour import Harbour
from support.orchestrator_world import PRODUCTION, SHOP, DesiredService, Rollout, desire, spec, web, worker


async def test_what_is_desired_is_started_and_serves(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2), worker())

        seconds = await harbour.settled()

        assert len(await harbour.ready()) == 2
        assert len(harbour.ids()) == 3
        assert seconds < 3.0


async def test_a_task_serves_within_a_moment_of_being_up(harbour: Harbour) -> None:
    harbour.programs[1] = Program(starts=0.3, ready=0.13)

    async with harbour.controller():
        await harbour.deploy(web())

        assert await harbour.settled() < 0.3 + 0.13 + 0.05


async def test_a_task_gets_its_variables_and_where_it_is(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()

    container = harbour.containers()[0]
    assert container.variables == {
        "GREETING": "ahoy",
        "PORT": "3000",
        "FAIRWAY_APP": "shop",
        "FAIRWAY_ENVIRONMENT": "production",
        "FAIRWAY_RELEASE": "1",
        "FAIRWAY_SERVICE": "web",
        "FAIRWAY_TASK": container.task.id,
    }


async def test_a_crashed_task_is_replaced(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
        victim, other = harbour.ids()

        harbour.engine.crash(victim)
        await harbour.until(lambda: not harbour.is_settled())
        seconds = await harbour.settled()

        assert seconds < 0.4
        assert victim not in await harbour.ready()
        assert other in await harbour.ready()
        assert harbour.service().lately == 1
        assert len(await harbour.ready()) == 2
        assert victim in harbour.ids(TaskStatus.STOPPED), "its log is kept"
    assert any("killed by signal 9" in text for text in harbour.told("task.failed"))


async def test_a_task_that_somebody_removed_is_replaced(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()
        victim = harbour.ids()[0]

        harbour.engine.vanish(victim)
        await harbour.until(lambda: bool(harbour.ids()) and harbour.is_settled())

        assert await harbour.ready() == set(harbour.ids())
    assert any("removed by somebody else" in text for text in harbour.told("task.failed"))


async def test_a_crash_loop_backs_off(harbour: Harbour) -> None:
    harbour.programs[1] = Program(lives=0.2, code=1, ready=None)

    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.until(lambda: harbour.failures() >= (3, 0))
        third = harbour.clock.now()
        await harbour.until(lambda: harbour.failures() >= (5, 0))

        assert harbour.clock.now() - third > 2.0 + 4.0
        assert harbour.engine.faults.calls["start"] == 5


async def test_a_crash_loop_of_a_release_that_was_well_is_told_once_with_its_cause_and_period(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()
        harbour.programs[1] = Program(lives=0.2, code=1, ready=None, log=("Error: Cannot find module 'express'",))
        harbour.engine.crash(harbour.ids()[0])
        await harbour.until(lambda: bool(harbour.told("service.crash_loop")))
        await harbour.clock.sleep(300)

        told = harbour.told("service.crash_loop")
        assert told == [
            "web fails again and again: 3 times in 3.9 s, every 1.9 s or so: the package express is not in the image; "
            "the next start is in 4.0 s, and later ones come ever more rarely"
        ]

        harbour.programs[1] = Program()
        await harbour.settled(within=400)
        last = max(event.at for event in harbour.events.kept if event.kind == "task.failed")
        await harbour.clock.sleep(last + 590 - harbour.clock.now())
        assert harbour.told("service.steady") == []
        await harbour.clock.sleep(20)

    assert harbour.told("service.steady") == ["web has not failed for 10 min: it is steady again"]
    assert harbour.told("service.crash_loop") == told


async def test_a_task_that_dies_each_half_minute_is_a_loop_that_is_started_again_at_once(harbour: Harbour) -> None:
    harbour.programs[1] = Program(lives=30.0, code=137, oom_killed=True)

    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.until(lambda: bool(harbour.told("service.crash_loop")), within=200)

        told = harbour.told("service.crash_loop")[0]
    assert "3 times in 60 s, every 30 s or so" in told
    assert "memory" in told
    assert "next start" not in told


async def test_two_crashes_are_no_loop(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
        for _ in range(2):
            await harbour.clock.sleep(20)
            for id in harbour.ids():
                harbour.engine.crash(id)
            await harbour.until(lambda: not harbour.is_settled())
            await harbour.settled()

    assert harbour.told("service.crash_loop") == []


async def test_a_task_that_is_killed_again_and_again_is_replaced_at_once(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()
        for _ in range(8):
            await harbour.clock.sleep(1)
            harbour.engine.crash(harbour.ids()[0])
            await harbour.until(lambda: not harbour.is_settled())
            assert await harbour.settled() < 0.4


async def test_the_failures_of_tasks_that_were_started_together_are_one_round(harbour: Harbour) -> None:
    harbour.programs[1] = Program(lives=0.2, code=1, ready=None)

    async with harbour.controller():
        await harbour.deploy(web(4))
        await harbour.until(lambda: harbour.failures() >= (8, 0))

        assert harbour.clock.now() - harbour.clock._epoch < 2.0


async def test_a_failure_is_counted_with_its_facts(harbour: Harbour) -> None:
    harbour.programs[1] = Program(lives=0.2, code=3, ready=None, log=("starting", "no such table: users"))

    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.until(lambda: harbour.failures() == (1, 0))

        facts = harbour.service().facts
    assert facts is not None
    assert facts.exit is not None
    assert facts.exit.code == 3
    assert facts.log == ("starting", "no such table: users")
    assert 0.19 < facts.lived < 0.25


async def test_a_start_that_is_refused_is_told_with_its_reason(harbour: Harbour) -> None:
    harbour.programs[1] = Program(refused='there is no program "serve" in the image')

    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.until(lambda: harbour.failures() == (1, 0))

        facts = harbour.service().facts
    assert facts is not None
    assert facts.exit is not None
    assert 'there is no program "serve"' in facts.exit.error
    assert harbour.service().exits == 1


async def test_variables_that_are_gone_refuse_the_start(harbour: Harbour) -> None:
    harbour.variables = {}

    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.until(lambda: harbour.failures() >= (1, 0))

    assert any("configuration 1 of shop" in text for text in harbour.told("task.failed"))


async def test_a_sick_task_is_replaced_without_a_gap(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
        victim, other = harbour.ids()

        harbour.engine.change(victim, Program(sick=0.0))
        await harbour.until(lambda: victim not in harbour.ids())
        await harbour.settled()

        assert other in await harbour.ready()
        assert len(await harbour.ready()) == 2
        assert any("answered 500" in text for text in harbour.told("task.unhealthy"))


async def test_a_task_that_never_becomes_healthy_is_looked_into_while_it_runs(harbour: Harbour) -> None:
    sockets = (Socket(address="127.0.0.1", port=3000),)
    harbour.programs[1] = Program(sockets=sockets)

    async with harbour.controller():
        await harbour.deploy(web())
        seconds = await harbour.until(lambda: harbour.failures() == (0, 1))

        facts = harbour.service().facts
        assert seconds < 32.0
    assert facts is not None
    assert facts.sockets == sockets
    assert facts.probe is not None
    assert "port 3000 refused" in facts.probe.detail


async def test_the_only_other_port_is_adopted_when_the_port_was_guessed(harbour: Harbour) -> None:
    harbour.programs[1] = Program(sockets=(Socket(address="0.0.0.0", port=8080),))
    guessed = DesiredService(spec=spec(port_declared=False), replicas=1, rollout=Rollout())

    async with harbour.controller():
        await harbour.deploy(guessed)
        await harbour.settled(within=3.0)

        targets = await harbour.balancer.targets()
    assert [target.port for target in targets] == [8080]
    assert any("listens on 8080, not 3000" in text for text in harbour.told("task.port_adopted"))


@pytest.mark.parametrize(("ready", "looks"), [(0.2, 0), (0.6, 1)])
async def test_a_task_that_answers_soon_is_not_searched_for_other_ports(
    harbour: Harbour, ready: float, looks: int
) -> None:
    harbour.programs[1] = Program(ready=ready)
    guessed = DesiredService(spec=spec(port_declared=False), replicas=1, rollout=Rollout())

    async with harbour.controller():
        await harbour.deploy(guessed)
        await harbour.settled()

        assert harbour.inspector.faults.calls["listening"] == looks


async def test_a_declared_port_is_not_replaced_by_another(harbour: Harbour) -> None:
    harbour.programs[1] = Program(sockets=(Socket(address="0.0.0.0", port=8080),))

    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.until(lambda: harbour.failures() == (0, 1))

        assert await harbour.balancer.targets() == []


async def test_of_two_other_ports_none_is_adopted(harbour: Harbour) -> None:
    harbour.programs[1] = Program(sockets=tuple(Socket(address="0.0.0.0", port=port) for port in (8080, 9090)))
    guessed = DesiredService(spec=spec(port_declared=False), replicas=1, rollout=Rollout())

    async with harbour.controller():
        await harbour.deploy(guessed)
        await harbour.until(lambda: harbour.failures() == (0, 1))

        assert await harbour.balancer.targets() == []


async def test_a_scale_out_and_in_touches_only_the_difference(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(1))
        await harbour.settled()
        first = harbour.ids()

        await harbour.deploy(web(3))
        await harbour.settled()
        assert set(first) < set(harbour.ids())

        await harbour.deploy(web(1))
        await harbour.settled()
        assert harbour.ids() == first


async def test_a_scale_in_waits_for_the_requests_under_way(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
        for task in harbour.ids():
            harbour.balancer.sessions[task] = 1

        await harbour.deploy(web(1))
        await harbour.until(lambda: harbour.clock.now() > harbour.clock._epoch + 10)
        assert len(harbour.ids()) == 2

        harbour.balancer.sessions.clear()
        assert await harbour.settled() < 0.5


async def test_nothing_is_done_once_all_is_as_desired(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2), worker())
        await harbour.settled()
        before = {name: harbour.engine.faults.calls[name] for name in ("start", "stop", "remove")}
        changes = sum(harbour.balancer.faults.calls[name] for name in ("attach", "drain", "detach", "set_route"))
        looks = harbour.engine.faults.calls["observe"]
        await harbour.clock.sleep(60)

        assert {name: harbour.engine.faults.calls[name] for name in before} == before
        assert changes == sum(
            harbour.balancer.faults.calls[name] for name in ("attach", "drain", "detach", "set_route")
        )
        assert harbour.engine.faults.calls["observe"] - looks <= 60 / 5 + 1, "one look for each resync"


async def test_twenty_environments_share_one_look(harbour: Harbour) -> None:
    from dataclasses import replace

    for number in range(20):
        environment = replace(desire(worker(0), hosts=()), environment=PRODUCTION.__class__(f"preview-{number}"))
        harbour.desired.kept[environment.key] = environment

    async with harbour.controller():
        await harbour.clock.sleep(50)

    assert harbour.engine.faults.calls["observe"] <= 12


async def test_an_environment_that_is_deleted_is_taken_down_and_forgotten(harbour: Harbour) -> None:
    controller = harbour.controller()
    async with controller:
        await harbour.deploy(web(2), worker())
        await harbour.settled()

        await harbour.desired.delete(SHOP, PRODUCTION)
        controller.wake(SHOP, PRODUCTION)
        await harbour.until(lambda: harbour.progress() is None)

        assert harbour.engine.containers == {}
        assert await harbour.balancer.targets() == []
        assert await harbour.balancer.routes() == []
        assert harbour.engine.forgotten == [(SHOP, PRODUCTION)]


async def test_an_environment_without_services_is_taken_down(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()

        await harbour.deploy()
        await harbour.until(lambda: bool(harbour.engine.forgotten))

        assert harbour.engine.containers == {}
        assert await harbour.balancer.routes() == []


@pytest.mark.parametrize("redirect", [True, False])
async def test_the_load_balancer_is_told_what_becomes_of_plain_requests(harbour: Harbour, redirect: bool) -> None:
    controller = harbour.controller()
    async with controller:
        await harbour.desired.put(replace(desire(web()), redirect=redirect))
        controller.wake(SHOP, PRODUCTION)
        await harbour.settled()
        await harbour.clock.sleep(30.0)

        (route,) = await harbour.balancer.routes()
        assert route.redirect is redirect
        assert sum(event.kind == "route.set" for event in harbour.events.kept) == 1


async def test_a_task_that_ignores_its_stop_signal_is_killed(harbour: Harbour) -> None:
    harbour.programs[1] = Program(obeys=1000.0)

    async with harbour.controller():
        await harbour.deploy(web(1))
        await harbour.settled()
        await harbour.deploy(web(0))

        seconds = await harbour.settled()

    assert 29 < seconds < 32
    exit = harbour.containers(TaskStatus.STOPPED)[0].task.exit
    assert exit is not None
    assert exit.code == 137
    assert harbour.told("task.failed") == [], "what was stopped did not fail"


async def test_a_check_with_a_path_is_asked_by_its_interval(harbour: Harbour) -> None:
    check = HttpCheck(path="/healthz", timing=Timing(interval=2.0))
    service = DesiredService(spec=spec(check=check), replicas=1, rollout=Rollout())

    async with harbour.controller():
        await harbour.deploy(service)
        await harbour.settled()
        before = harbour.probe.faults.calls["probe"]
        await harbour.clock.sleep(20)

        assert harbour.probe.faults.calls["probe"] - before == 10
