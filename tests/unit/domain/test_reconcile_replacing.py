"""What happens to tasks that start, fail, fall sick, or are too many or too few. The plans are compared as text."""

from fairway.domain.observed import TargetState
from fairway.domain.operation import StartTask
from support.orchestrator_world import NOW, desire, make_target, observe, plan, task, web, worker


def test_an_empty_environment_gets_its_route_and_its_tasks() -> None:
    result = plan(desire(web(2), worker()), observe(routes={}))

    assert str(result) == (
        "[1] route:web, SetRoute, the environment has no route yet\n"
        "[2] web:release 1, StartTask, 0 of 2 tasks of release 1\n"
        "[3] web:release 1, StartTask, 0 of 2 tasks of release 1\n"
        "[4] worker:release 1, StartTask, 0 of 1 task of release 1"
    )


def test_a_task_that_is_being_started_is_not_started_again() -> None:
    result = plan(desire(web()), observe(task("a", "pending", busy="StartTask")))

    assert str(result) == "[1] web:a, WaitHealthy, is being started"


def test_a_start_that_was_interrupted_is_gone_on_with() -> None:
    result = plan(desire(web()), observe(task("a", "pending")))

    assert str(result) == "[1] web:release 1, StartTask, its start was interrupted"
    assert [each.task for each in result.operations if isinstance(each, StartTask)] == ["a"]


def test_a_start_of_an_old_release_that_was_interrupted_is_removed() -> None:
    result = plan(desire(web(release=2)), observe(task("a", "pending"), task("b", target="ready", release=2)))

    assert str(result) == "[1] web:a, RemoveTask, replaced by release 2"


def test_a_starting_task_is_waited_for() -> None:
    result = plan(desire(web()), observe(task("a", "starting")))

    assert str(result) == "[1] web:a, WaitHealthy, not healthy yet"
    assert result.look_again is None


def test_a_healthy_task_gets_traffic() -> None:
    result = plan(desire(web()), observe(task("a")))

    assert str(result) == "[1] web:a, AttachTarget, healthy"


def test_a_target_comes_after_its_route() -> None:
    result = plan(desire(web()), observe(task("a"), routes={}))

    assert str(result) == "[1] route:web, SetRoute, the environment has no route yet"


def test_nothing_is_planned_when_all_is_as_desired() -> None:
    tasks = (task("a", target="ready"), task("b", target="ready"), task("c", service="worker"))

    result = plan(desire(web(2), worker()), observe(*tasks))

    assert result.operations == ()
    assert result.look_again is None


def test_a_task_without_a_port_gets_no_target() -> None:
    result = plan(desire(worker(), hosts=()), observe(task("a", service="worker"), routes={}))

    assert str(result) == ""


def test_a_second_service_with_a_port_gets_no_target() -> None:
    second = task("b", service="admin")
    admin = desire(web()).services[0]

    result = plan(desire(admin, worker()), observe(task("a", target="ready"), second))

    assert "AttachTarget" not in str(result)


def test_a_crashed_task_gets_no_more_requests_and_is_replaced_at_once() -> None:
    crashed = task("b", "ended", target="ready", code=139)

    result = plan(desire(web(2)), observe(task("a", target="ready"), crashed, failures=1, last_failure=NOW))

    assert str(result) == (
        "[1] web:b, DrainTarget, killed by signal 11\n"
        "[2] web:release 1, StartTask, 1 of 2 tasks of release 1, attempt 2"
    )


def test_an_end_is_told_by_its_cause() -> None:
    ended = (task("a", "ended", target="ready", oom_killed=True), task("b", "ended", target="ready", code=0))

    result = plan(desire(web(2)), observe(*ended))

    assert "[1] web:a, DrainTarget, ran out of memory" in str(result)
    assert "[2] web:b, DrainTarget, exited with 0" in str(result)


def test_a_dead_target_stays_while_its_requests_are_sent_again() -> None:
    ended = task("b", "ended", target="draining", sessions=2, created=NOW - 3)

    result = plan(desire(web()), observe(task("a", target="ready"), ended))

    assert str(result) == "[1] web:b, WaitDrained, exited with 1, 2 sessions left"
    assert result.look_again == NOW + 3


def test_a_dead_target_goes_when_its_requests_are_done_or_take_too_long() -> None:
    done = task("b", "ended", target="draining", created=NOW - 3)
    late = task("c", "ended", target="draining", sessions=2, created=NOW - 6)

    result = plan(desire(web()), observe(task("a", target="ready"), done, late))

    assert str(result) == "[1] web:c, DetachTarget, exited with 1\n[2] web:b, DetachTarget, exited with 1"


def test_the_second_replacement_waits_for_its_back_off() -> None:
    result = plan(desire(web()), observe(task("a", "ended"), failures=2, last_failure=NOW - 0.4))

    assert str(result) == "[1] web, WaitBackoff, 2 failures in a row, next attempt in 0.6 s"
    assert result.look_again == NOW + 0.6


def test_the_back_off_ends() -> None:
    result = plan(desire(web()), observe(task("a", "ended"), failures=2, last_failure=NOW - 1))

    assert str(result) == "[1] web:release 1, StartTask, 0 of 1 task of release 1, attempt 3"


def test_the_failures_of_another_deployment_do_not_count() -> None:
    result = plan(desire(web(release=2)), observe(failures=9, last_failure=NOW, of=(1, "web")))

    assert str(result) == "[1] web:release 2, StartTask, 0 of 1 task of release 2"


def test_the_last_two_ended_tasks_are_kept_for_their_logs() -> None:
    ended = [task(id, "ended", release=1) for id in "abcd"]

    result = plan(desire(web(release=2)), observe(task("z", target="ready", release=2), *ended))

    assert str(result) == ("[1] web:b, RemoveTask, a newer one is kept\n[2] web:a, RemoveTask, a newer one is kept")


def test_the_last_five_failures_of_the_desired_deployment_are_kept() -> None:
    ended = [task(id, "ended") for id in "abcdefg"]

    result = plan(desire(web()), observe(task("z", target="ready"), *ended))

    assert str(result) == ("[1] web:b, RemoveTask, a newer one is kept\n[2] web:a, RemoveTask, a newer one is kept")


def test_an_ended_task_is_removed_only_without_its_target() -> None:
    ended = [task(id, "ended", service="gone", target="draining" if id == "a" else None) for id in "ab"]

    result = plan(desire(web()), observe(task("z", target="ready"), *ended))

    assert str(result) == "[1] gone:a, DetachTarget, exited with 1\n[2] gone:b, RemoveTask, the service is gone"


def test_a_target_without_a_task_is_detached() -> None:
    ready, draining = make_target("x"), make_target("y", state=TargetState.DRAINING)
    busy = make_target("z", state=TargetState.DRAINING, sessions=1)

    result = plan(desire(web()), observe(task("a", target="ready"), orphans=[ready, draining, busy]))

    assert str(result) == (
        "[1] web:x, DrainTarget, its task is gone\n"
        "[2] web:y, DetachTarget, its task is gone\n"
        "[3] web:z, WaitDrained, its task is gone, 1 session left"
    )
    assert result.look_again == NOW + 5


def test_a_sick_task_gets_a_replacement_and_loses_its_traffic_while_another_serves() -> None:
    result = plan(desire(web(2)), observe(task("a", target="ready"), task("b", "sick", target="ready")))

    assert str(result) == (
        "[1] web:release 1, StartTask, 1 of 2 tasks of release 1\n"
        "[2] web:b, DrainTarget, unhealthy: GET /healthz answered 500\n"
        "[3] web:b, WaitHealthy, unhealthy: GET /healthz answered 500, until another one serves"
    )


def test_the_only_task_keeps_its_traffic_when_it_is_sick() -> None:
    result = plan(desire(web()), observe(task("a", "sick", target="ready")))

    assert str(result) == (
        "[1] web:release 1, StartTask, 0 of 1 task of release 1\n"
        "[2] web:a, WaitHealthy, unhealthy: GET /healthz answered 500, until another one serves"
    )


def test_a_sick_task_leaves_when_its_replacement_serves() -> None:
    result = plan(desire(web()), observe(task("a", "sick", target="ready"), task("b", target="ready")))

    assert str(result) == "[1] web:a, DrainTarget, unhealthy: GET /healthz answered 500"


def test_a_sick_task_that_is_drained_and_replaced_is_stopped() -> None:
    result = plan(desire(web()), observe(task("a", "sick", target="draining"), task("b", target="ready")))

    assert str(result) == "[1] web:a, StopTask, unhealthy: GET /healthz answered 500, drained"


def test_a_sick_task_that_became_well_serves_again_and_its_replacement_leaves() -> None:
    tasks = (task("a", target="ready"), task("b", target="draining"), task("c", "starting"))

    result = plan(desire(web(2)), observe(*tasks))

    assert str(result) == "[1] web:b, AttachTarget, wanted again\n[2] web:c, StopTask, scaled to 2"


def test_one_sick_task_is_stopped_first_when_there_is_no_room_for_a_replacement() -> None:
    tasks = (task("a", "sick", target="ready"), task("b", "sick"))

    result = plan(desire(web(2, maximum=100, minimum=50)), observe(*tasks))

    assert str(result) == (
        "[1] web:b, StopTask, unhealthy: GET /healthz answered 500\n"
        "[2] web:a, WaitHealthy, unhealthy: GET /healthz answered 500, until another one serves"
    )


def test_no_place_is_made_while_the_next_start_is_not_due() -> None:
    tasks = (task("a", "sick", target="ready"), task("b", "sick"))

    result = plan(desire(web()), observe(*tasks, failures=5, last_failure=NOW))

    assert "StopTask" not in str(result)
    assert "[1] web, WaitBackoff" in str(result)


def test_a_scale_out_starts_only_the_difference() -> None:
    result = plan(desire(web(3)), observe(task("a", target="ready")))

    assert str(result) == (
        "[1] web:release 1, StartTask, 1 of 3 tasks of release 1\n"
        "[2] web:release 1, StartTask, 1 of 3 tasks of release 1"
    )


def test_a_scale_in_drains_the_newest() -> None:
    result = plan(desire(web(1)), observe(*(task(id, target="ready") for id in "abc")))

    assert str(result) == "[1] web:c, DrainTarget, scaled to 1\n[2] web:b, DrainTarget, scaled to 1"


def test_a_scale_in_takes_those_that_do_not_serve_first() -> None:
    result = plan(desire(web(1)), observe(task("a", "starting"), task("b", target="ready")))

    assert str(result) == "[1] web:a, StopTask, scaled to 1"


def test_a_scale_to_nothing_drains_all() -> None:
    result = plan(desire(web(0)), observe(task("a", target="ready")))

    assert str(result) == "[1] web:a, DrainTarget, scaled to 0"


def test_a_draining_task_that_is_wanted_again_is_attached() -> None:
    result = plan(desire(web(2)), observe(task("a", target="ready"), task("b", target="draining", sessions=4)))

    assert str(result) == "[1] web:b, AttachTarget, wanted again"


def test_a_task_with_sessions_is_waited_for() -> None:
    draining = task("b", target="draining", sessions=3, draining_since=NOW - 5)

    result = plan(desire(web(1)), observe(task("a", target="ready"), draining))

    assert str(result) == "[1] web:b, WaitDrained, scaled to 1, 3 sessions left"
    assert result.look_again == NOW + 25


def test_a_drained_task_is_stopped() -> None:
    draining = task("b", target="draining", sessions=0, draining_since=NOW)

    result = plan(desire(web(1)), observe(task("a", target="ready"), draining))

    assert str(result) == "[1] web:b, StopTask, scaled to 1, drained"


def test_a_task_is_stopped_when_its_time_to_drain_is_over() -> None:
    draining = task("b", target="draining", sessions=1, draining_since=NOW - 10, stop_timeout=10)

    result = plan(desire(web(1)), observe(task("a", target="ready"), draining))

    assert str(result) == "[1] web:b, StopTask, scaled to 1, 1 session left after 10 s"


def test_a_task_that_is_being_stopped_is_not_stopped_again() -> None:
    result = plan(desire(web(1)), observe(task("a", target="ready"), task("b", target="draining", busy="StopTask")))

    assert str(result) == "[1] web:b, WaitStopped, has its stop signal"


def test_an_operation_under_way_is_not_planned_again() -> None:
    tasks = (
        task("a", busy="AttachTarget"),
        task("b", target="ready", busy="DrainTarget", release=9),
        task("c", "ended", target="ready", busy="DetachTarget"),
    )

    result = plan(desire(web()), observe(*tasks))

    assert str(result) == ""
