"""Adapters that fail, hang and lie: it is told, nothing is broken by it, and the work goes on afterwards."""

import asyncio

from fairway.errors import Conflict, Unavailable
from support.orchestrator_harbour import Harbour
from support.orchestrator_world import NOW, PRODUCTION, SHOP, web

DOWN = Unavailable("Docker does not answer", why="connection refused")


async def trouble(harbour: Harbour) -> str:
    """The trouble that is posted, as soon as there is one."""
    await harbour.until(lambda: bool((progress := harbour.progress()) and progress.trouble))
    progress = harbour.progress()
    assert progress is not None
    return progress.trouble


async def test_an_engine_that_is_down_is_told_and_waited_for(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
        before = await harbour.ready()

        harbour.engine.faults.fail("observe", DOWN)
        assert await trouble(harbour) == "Docker does not answer: connection refused"
        await harbour.clock.sleep(60)
        assert await harbour.ready() == before

        harbour.engine.faults.mend()
        await harbour.settled()

    assert len(harbour.told("orchestrator.troubled")) == 1, "it is told once"
    assert len(harbour.told("orchestrator.recovered")) == 1


async def test_attempts_become_rarer_while_the_engine_is_down(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()
        harbour.engine.faults.fail("observe", DOWN)
        await trouble(harbour)
        before = harbour.engine.faults.calls["observe"]
        await harbour.clock.sleep(100)

        assert harbour.engine.faults.calls["observe"] - before < 40


async def test_an_engine_that_hangs_counts_as_down(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()

        harbour.engine.faults.hang("observe")
        assert "there was no answer for 10 s" in await trouble(harbour)

        harbour.engine.faults.mend()
        await harbour.settled()


async def test_a_start_that_finds_the_engine_down_is_tried_again(harbour: Harbour) -> None:
    harbour.engine.faults.fail("start", DOWN)

    async with harbour.controller():
        await harbour.deploy(web())
        await trouble(harbour)
        harbour.engine.faults.mend()
        await harbour.settled()

        assert harbour.service().exits == 0, "the app is not to blame"
    assert len(harbour.told("orchestrator.troubled")) == 1
    assert len(harbour.told("orchestrator.recovered")) == 1


async def test_starts_that_find_the_engine_down_become_rarer(harbour: Harbour) -> None:
    harbour.engine.faults.fail("start", DOWN)

    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.clock.sleep(100)

        assert 8 <= harbour.engine.faults.calls["start"] <= 20
    assert len(harbour.told("orchestrator.troubled")) == 1, "it is told once"


async def test_a_start_that_hangs_is_not_begun_twice(harbour: Harbour) -> None:
    harbour.engine.faults.hang("start")

    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.clock.sleep(60)
        assert harbour.engine.faults.calls["start"] == 1

        harbour.engine.faults.mend()
        await harbour.settled()
        assert harbour.engine.faults.calls["start"] == 1


async def test_an_engine_that_lies_about_a_start_is_asked_again_with_back_off(harbour: Harbour) -> None:
    harbour.engine.faults.lie("start")

    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.clock.sleep(20)
        assert 3 <= harbour.engine.faults.calls["start"] <= 8

        harbour.engine.faults.mend()
        await harbour.settled(within=120)
    assert any("it is not there" in text for text in harbour.told("task.failed"))


async def test_an_engine_that_lies_about_a_stop_is_asked_again_each_second(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
        harbour.engine.faults.lie("stop")
        await harbour.deploy(web(1))
        await harbour.clock.sleep(10)
        assert 5 <= harbour.engine.faults.calls["stop"] <= 12

        harbour.engine.faults.mend()
        await harbour.settled()


async def test_an_engine_whose_events_are_lost_is_found_out_by_the_periodic_look(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()
        harbour.engine.faults.lie("events")

        harbour.engine.crash(harbour.ids()[0])
        await harbour.until(lambda: not harbour.is_settled(), within=6)
        await harbour.settled()


async def test_an_engine_whose_event_stream_breaks_is_followed_again(harbour: Harbour) -> None:
    harbour.engine.faults.fail("events", DOWN)

    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()
        harbour.engine.faults.mend()
        await harbour.clock.sleep(15)

        harbour.engine.crash(harbour.ids()[0])
        assert await harbour.until(lambda: not harbour.is_settled()) < 0.1


async def test_a_balancer_that_is_down_is_told_and_waited_for(harbour: Harbour) -> None:
    down = Unavailable("HAProxy does not answer")
    for method in ("attach", "drain", "detach", "set_route", "targets", "routes"):
        harbour.balancer.faults.fail(method, down)

    async with harbour.controller():
        await harbour.deploy(web())
        assert await trouble(harbour) == "HAProxy does not answer"

        harbour.balancer.faults.mend()
        await harbour.settled()


async def test_nothing_old_is_stopped_while_new_tasks_can_not_be_attached(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
        before = await harbour.ready()
        harbour.balancer.faults.fail("attach", Unavailable("HAProxy does not answer"))
        await harbour.deploy(web(2, release=2))
        await harbour.clock.sleep(60)
        assert await harbour.ready() == before

        harbour.balancer.faults.mend()
        await harbour.settled()
        assert {each.task.release for each in harbour.containers()} == {2}


async def test_a_balancer_that_lies_about_an_attach_does_not_end_the_old_release(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()
        before = await harbour.ready()
        harbour.balancer.faults.lie("attach")
        await harbour.deploy(web(release=2))
        await harbour.clock.sleep(20)

        assert await harbour.ready() == before
        assert harbour.balancer.faults.calls["attach"] < 30


async def test_a_balancer_that_lost_its_targets_gets_them_again(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
        before = await harbour.ready()
        for task in before:
            await harbour.balancer.detach(task)

        await harbour.clock.sleep(6)

        assert await harbour.ready() == before


async def test_a_host_that_belongs_to_another_app_is_told(harbour: Harbour) -> None:
    taken = Conflict("api.example.com belongs to blog already", why="its requests go to web of blog in production")
    harbour.balancer.faults.fail("set_route", taken)

    async with harbour.controller():
        await harbour.deploy(web())
        assert "belongs to blog" in await trouble(harbour)
        await harbour.clock.sleep(30)
        assert len(harbour.told("orchestrator.troubled")) == 1

        harbour.balancer.faults.mend()
        await harbour.settled()


async def test_a_store_that_is_down_takes_nothing_down(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()

        harbour.desired.trouble = Unavailable("the store does not answer")
        assert await trouble(harbour) == "the store does not answer"
        harbour.engine.crash(harbour.ids()[0])
        await harbour.until(lambda: len(harbour.ids()) == 2)

        harbour.desired.trouble = None
        await harbour.settled()


async def test_nothing_is_touched_before_the_desired_states_are_known(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web(2))
        await harbour.settled()
    before = await harbour.ready()
    harbour.desired.trouble = Unavailable("the store does not answer")

    controller = harbour.controller()
    async with controller:
        controller.wake(SHOP, PRODUCTION)
        await harbour.clock.sleep(60)
        assert await harbour.ready() == before

        harbour.desired.trouble = None
        await harbour.settled()
        assert await harbour.ready() == before


async def test_events_wait_for_a_store_that_is_down(harbour: Harbour) -> None:
    harbour.events.trouble = Unavailable("the store does not answer")

    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()
        assert harbour.told() == []

        harbour.events.trouble = None
        await harbour.clock.sleep(40)
        assert any("healthy" in text for text in harbour.told("task.healthy"))


async def test_a_probe_that_can_not_be_made_says_nothing_about_the_task(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()
        harbour.probe.faults.fail("probe", DOWN)
        await harbour.clock.sleep(60)

        assert harbour.is_settled()


async def test_a_probe_that_hangs_counts_as_a_failed_check(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web())
        await harbour.settled()
        harbour.probe.faults.hang("probe")
        await harbour.until(lambda: bool(harbour.told("task.unhealthy")))

        assert any("no answer within 2 s" in text for text in harbour.told("task.unhealthy"))


async def test_one_environments_hanging_balancer_does_not_leave_work_behind_at_the_end(harbour: Harbour) -> None:
    async with harbour.controller():
        await harbour.deploy(web())
        harbour.balancer.faults.hang("attach")
        await harbour.clock.sleep(NOW / 100)

    assert len(asyncio.all_tasks()) == 1, "all that it had begun has ended"
