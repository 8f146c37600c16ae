"""How an environment moves from one release to the next, and how it is taken down. The plans are compared as text."""

from dataclasses import replace

import pytest

from fairway.domain.ids import ServiceName
from fairway.domain.operation import SetRoute
from support.orchestrator_world import NOW, desire, observe, plan, service, task, web, worker

SERVED, SENT_ON = frozenset({ServiceName("web")}), frozenset[ServiceName]()
"""`ObservedEnvironment.plain` where plain requests are served, and where they are sent on."""


def test_a_new_release_starts_beside_the_old_one() -> None:
    result = plan(desire(web(2, release=2)), observe(*(task(id, target="ready") for id in "ab")))

    assert str(result) == (
        "[1] web:release 2, StartTask, 0 of 2 tasks of release 2\n"
        "[2] web:release 2, StartTask, 0 of 2 tasks of release 2"
    )


def test_a_new_task_serves_before_an_old_one_leaves() -> None:
    tasks = (task("a", target="ready"), task("b", release=2))

    result = plan(desire(web(release=2)), observe(*tasks))

    assert str(result) == "[1] web:b, AttachTarget, healthy"


def test_old_tasks_leave_as_the_minimum_allows() -> None:
    tasks = (
        task("a", target="ready"),
        task("b", target="ready"),
        task("c", release=2, target="ready"),
        task("d", "starting", release=2),
    )

    result = plan(desire(web(2, release=2)), observe(*tasks))

    assert str(result) == "[1] web:a, DrainTarget, replaced by release 2\n[2] web:d, WaitHealthy, not healthy yet"


def test_old_sick_tasks_leave_first_and_beyond_the_minimum() -> None:
    tasks = (task("a", target="ready"), task("b", "sick", target="ready"), task("c", release=2, target="ready"))

    result = plan(desire(web(2, release=2)), observe(*tasks))

    assert "web:b, DrainTarget, replaced by release 2" in str(result)
    assert "web:a" not in str(result)


def test_an_old_sick_task_keeps_its_requests_until_a_new_one_has_them() -> None:
    old, new = task("a", "sick", target="ready"), task("b", release=2)
    served = task("b", release=2, target="ready")

    first = plan(desire(web(release=2)), observe(old, new))
    second = plan(desire(web(release=2)), observe(old, served))

    assert str(first) == "[1] web:b, AttachTarget, healthy"
    assert str(second) == "[1] web:a, DrainTarget, replaced by release 2"


def test_the_same_release_deployed_again_is_called_by_its_deployment() -> None:
    tasks = (task("a", target="ready"), task("b", release=2, target="ready"))
    again = task("b", release=2, target="ready")

    result = plan(desire(web(release=2)), observe(tasks[0], again))

    assert str(result) == "[1] web:a, DrainTarget, replaced by release 2"


def test_the_minimum_is_rounded_up_so_that_nothing_stops_first() -> None:
    tasks = tuple(task(id, target="ready") for id in "ab")

    result = plan(desire(web(2, release=2, minimum=75, maximum=100)), observe(*tasks))

    assert str(result) == "[1] web:release 2, StartTask, 0 of 2 tasks of release 2"


def test_without_room_one_old_task_leaves_first() -> None:
    tasks = tuple(task(id, target="ready") for id in "abcd")

    result = plan(desire(web(4, release=2, minimum=50, maximum=100)), observe(*tasks))

    assert str(result) == "[1] web:a, DrainTarget, replaced by release 2"


def test_without_room_a_second_old_task_stays_until_the_new_one_is_healthy() -> None:
    tasks = (*(task(id, target="ready") for id in "abc"), task("e", "starting", release=2))

    result = plan(desire(web(4, release=2, minimum=50, maximum=100)), observe(*tasks))

    assert str(result) == "[1] web:e, WaitHealthy, not healthy yet"


def test_the_last_task_is_stopped_first_when_the_percentages_ask_for_it() -> None:
    draining = task("a", target="draining")

    first = plan(desire(web(release=2, minimum=0, maximum=100)), observe(task("a", target="ready")))
    second = plan(desire(web(release=2, minimum=0, maximum=100)), observe(draining))

    assert str(first) == "[1] web:a, DrainTarget, replaced by release 2"
    assert str(second) == "[1] web:a, StopTask, replaced by release 2, drained"


def test_no_old_task_leaves_before_every_service_has_a_healthy_new_one() -> None:
    tasks = (
        task("a", target="ready"),
        task("b", service="worker"),
        task("c", release=2),
        task("d", "starting", service="worker", release=2),
    )

    result = plan(desire(web(release=2), worker(release=2)), observe(*tasks))

    assert str(result) == (
        "[1] web:c, WaitHealthy, healthy, gets requests when every service has a healthy task\n"
        "[2] worker:d, WaitHealthy, not healthy yet"
    )


def test_all_services_move_when_all_have_a_healthy_new_task() -> None:
    tasks = (
        task("a", target="ready"),
        task("b", service="worker"),
        task("c", release=2),
        task("d", service="worker", release=2),
    )

    result = plan(desire(web(release=2), worker(release=2)), observe(*tasks))

    assert str(result) == ("[1] web:c, AttachTarget, healthy\n[2] worker:b, StopTask, replaced by release 2")


def test_a_new_task_serves_at_once_where_no_old_one_does() -> None:
    tasks = (task("a"), task("b", "starting", service="worker"))

    result = plan(desire(web(), worker()), observe(*tasks))

    assert str(result) == "[1] web:a, AttachTarget, healthy\n[2] worker:b, WaitHealthy, not healthy yet"


def test_a_new_task_serves_at_once_where_too_few_old_ones_do() -> None:
    tasks = (task("a", target="ready"), task("c", release=2), task("d", "starting", service="worker", release=2))

    result = plan(desire(web(2, release=2), worker(release=2)), observe(*tasks))

    assert "web:c, AttachTarget, healthy" in str(result)


def test_going_back_takes_the_old_tasks_again_and_stops_the_new_ones() -> None:
    tasks = (task("a", target="ready"), task("b", target="draining"), task("c", "starting", release=2))

    result = plan(desire(web(2, release=1)), observe(*tasks))

    assert str(result) == "[1] web:b, AttachTarget, wanted again\n[2] web:c, StopTask, replaced by release 1"


def test_a_release_that_was_overtaken_while_it_started_is_stopped_at_once() -> None:
    tasks = (task("a", target="ready"), task("b", "starting", release=2))

    result = plan(desire(web(release=3)), observe(*tasks))

    assert str(result) == "[1] web:b, StopTask, replaced by release 3"


def test_a_starting_old_task_is_kept_while_nothing_else_serves() -> None:
    result = plan(desire(web(release=2)), observe(task("a", "starting")))

    assert str(result) == "[1] web:release 2, StartTask, 0 of 1 task of release 2"


def test_old_tasks_serve_again_when_the_balancer_lost_them() -> None:
    tasks = (task("a"), task("b"), task("c", "starting", release=2))

    result = plan(desire(web(2, release=2)), observe(*tasks))

    assert "web:a, AttachTarget, too few others serve" in str(result)
    assert "web:b, AttachTarget, too few others serve" in str(result)
    assert "StopTask" not in str(result)


def test_a_draining_old_task_is_taken_back_when_the_new_one_crashes() -> None:
    tasks = (
        task("a", target="draining", sessions=2),
        task("b", target="ready"),
        task("c", "ended", release=2, target="ready"),
    )

    result = plan(desire(web(2, release=2)), observe(*tasks))

    assert "web:a, AttachTarget, too few others serve" in str(result)


def test_a_service_that_was_removed_leaves_with_the_rollout() -> None:
    tasks = (task("a", target="ready", release=2), task("b", service="worker"))

    result = plan(desire(web(release=2)), observe(*tasks))

    assert str(result) == "[1] worker:b, StopTask, the service was removed"


def test_a_service_that_is_unchanged_is_left_alone() -> None:
    tasks = (task("a", target="ready"), task("b", service="worker"))

    result = plan(desire(web(release=1), worker(release=2)), observe(*tasks))

    assert "web" not in str(result)


def test_host_names_that_changed_are_set() -> None:
    hosts = ("api.example.com", "shop-production.localhost")

    result = plan(desire(web(), hosts=hosts), observe(task("a", target="ready")))

    assert str(result) == "[1] route:web, SetRoute, its host names changed"


def test_the_order_and_case_of_host_names_mean_nothing() -> None:
    observed = observe(task("a", target="ready"), routes={"web": ("b.example", "a.example")})

    result = plan(desire(web(), hosts=("A.example", "b.example")), observed)

    assert str(result) == ""


@pytest.mark.parametrize(
    ("redirect", "cause"),
    [
        (False, "plain requests are served from now on"),
        (True, "plain requests are sent on to HTTPS from now on"),
    ],
)
def test_what_becomes_of_plain_requests_is_changed_in_place(redirect: bool, cause: str) -> None:
    wanted = replace(desire(web()), redirect=redirect)
    order = (SENT_ON, SERVED) if redirect else (SERVED, SENT_ON)
    as_it_is, other = (replace(observe(task("a", target="ready")), plain=plain) for plain in order)

    assert str(plan(wanted, as_it_is)) == ""
    assert str(plan(wanted, other)) == f"[1] route:web, SetRoute, {cause}"
    (operation,) = plan(wanted, other).operations
    assert isinstance(operation, SetRoute)
    assert operation.redirect is redirect


def test_the_only_service_with_a_port_gets_the_requests() -> None:
    result = plan(desire(service("api", 0, 1, port=80), worker(0)), observe(routes={}))

    assert str(result) == "[1] route:api, SetRoute, the environment has no route yet"


def test_the_route_moves_to_a_renamed_service_when_that_is_healthy() -> None:
    old, api = task("a", target="ready"), service("api", 1, 2, port=3000)
    starting, healthy = (task("b", state, service="api", release=2) for state in ("starting", "healthy"))

    before = plan(desire(api), observe(old, starting))
    after = plan(desire(api), observe(old, healthy))

    assert "SetRoute" not in str(before)
    assert str(after).splitlines()[:2] == [
        "[1] route:web, SetRoute, its requests go to api now",
        "[2] route:api, SetRoute, the environment has no route yet",
    ]


def test_without_hosts_the_route_is_taken_away_and_the_tasks_stay() -> None:
    first = plan(desire(web(), hosts=()), observe(task("a", target="ready")))
    then = plan(desire(web(), hosts=()), observe(task("a", target="ready"), routes={}))

    assert str(first) == "[1] route:web, SetRoute, the service takes no requests any more"
    assert str(then) == "[1] web:a, DetachTarget, the service takes no requests any more"


def test_an_environment_without_services_is_drained_first() -> None:
    tasks = (task("a", target="ready"), task("b", service="worker"))

    result = plan(desire(), observe(*tasks))

    assert str(result) == (
        "[1] web:a, DrainTarget, the environment is taken down\n[2] worker:b, StopTask, the environment is taken down"
    )


def test_an_environment_that_is_not_desired_ends_without_route_and_containers() -> None:
    ended = (task("a", "ended", target="draining", code=143), task("b", "ended", service="worker"))

    first = plan(None, observe(*ended))
    then = plan(None, observe())

    assert str(first) == (
        "[1] route:web, SetRoute, no task is left behind it\n"
        "[2] web:a, DetachTarget, killed by signal 15\n"
        "[3] worker:b, RemoveTask, the service is gone"
    )
    assert str(then) == "[1] route:web, SetRoute, no task is left behind it"
    assert str(plan(None, observe(routes={}))) == ""


def test_taking_down_waits_for_the_requests_under_way() -> None:
    draining = task("a", target="draining", sessions=1, draining_since=NOW)

    result = plan(None, observe(draining))

    assert str(result) == "[1] web:a, WaitDrained, the environment is taken down, 1 session left"
