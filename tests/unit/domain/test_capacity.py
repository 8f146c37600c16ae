"""What the host holds, what a rollout needs at its peak, and the words in which that is refused."""

from dataclasses import replace

import pytest

from fairway.domain import capacity, capacity_most, capacity_text
from fairway.domain.app import Environment, Rollout, Service
from fairway.domain.capacity import MIB, Amount, Budget, Fitting, Host, Policy, Refusal
from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.ids import EnvironmentName, ServiceName
from fairway.domain.rounding import bounds, percent
from fairway.domain.run import RunStatus
from support.jobs_values import SPEC, make_run
from support.orchestrator_world import PRODUCTION, SHOP, desire, web, worker

GIB = 1024 * MIB
SMALL = Host(cores=2.0, memory=4 * GIB)


def sized(service: DesiredService, memory: int = 512, cpu: float = 0.5) -> DesiredService:
    return replace(service, spec=replace(service.spec, memory=memory * MIB, cpu=cpu))


def budget(free: int, *, cpu_factor: int = 16, others: dict[str, int] | None = None) -> Budget:
    """A host without a system, with so many MB for tasks, and what others have of them."""
    return Budget(
        host=Host(cores=2.0, memory=free * MIB),
        policy=Policy(system=0, surge_percent=100, cpu_factor=cpu_factor),
        others={name: Amount(memory=memory * MIB) for name, memory in (others or {}).items()},
    )


def fits(answer: Fitting | Refusal) -> Fitting:
    assert isinstance(answer, Fitting)
    return answer


def refused(answer: Fitting | Refusal) -> Refusal:
    assert isinstance(answer, Refusal)
    return answer


@pytest.mark.parametrize(
    ("memory", "kept"),
    [(1 * GIB, 128 * MIB), (4 * GIB, 4 * GIB // 10), (64 * GIB, 2 * GIB), (64 * MIB, 64 * MIB)],
)
def test_a_tenth_is_kept_for_the_system_within_bounds(memory: int, kept: int) -> None:
    assert Policy().whole(Host(cores=1.0, memory=memory)).memory == memory - min(kept, memory)


def test_memory_is_promised_once_and_cpu_many_times_unless_the_settings_say_otherwise() -> None:
    assert Policy(system=0, surge_percent=100).whole(SMALL) == Amount(memory=4 * GIB, cpu=32.0)
    assert Policy(system=2 * GIB, memory_percent=150, cpu_factor=1).whole(SMALL) == Amount(memory=3 * GIB, cpu=2.0)


@pytest.mark.parametrize(
    ("old", "new", "rollout", "tasks"),
    [
        (0, 4, (100, 200), 4),  # the first deployment replaces nothing
        (4, 4, (100, 200), 8),
        (4, 4, (100, 150), 6),
        (4, 4, (50, 100), 4),
        (2, 2, (75, 125), 3),  # one more than the maximum, where the percentages leave no way
        (2, 6, (100, 200), 8),
        (6, 2, (100, 200), 6),  # the old ones make room before a new one comes
        (3, 0, (100, 200), 3),
    ],
)
def test_the_peak_of_a_rollout_is_what_its_percentages_allow(
    old: int, new: int, rollout: tuple[int, int], tasks: int
) -> None:
    minimum, maximum = rollout
    before, after = desire(sized(web(old, 1))), desire(sized(web(new, 2, minimum=minimum, maximum=maximum)))

    assert capacity.reserve(before, after).memory == tasks * 512 * MIB


def test_the_peak_counts_the_larger_tasks_when_there_are_the_most_of_them() -> None:
    before, after = desire(sized(web(4, 1), 100)), desire(sized(web(4, 2, maximum=150), 200))

    assert capacity.reserve(before, after).memory == (2 * 100 + 4 * 200) * MIB
    assert capacity.reserve(after, before).memory == (4 * 200 + 4 * 100) * MIB


def test_a_service_that_goes_is_there_until_the_others_have_come() -> None:
    before, after = desire(sized(web(1, 1)), sized(worker(2, 1))), desire(sized(web(1, 2)))

    assert capacity.reserve(before, after).memory == 4 * 512 * MIB


def test_what_fits_is_not_changed() -> None:
    after = desire(sized(web(2, 2)))

    answer = fits(capacity.admit(budget(2048), desire(sized(web(2, 1))), after))

    assert (answer.desired, answer.maximums) == (after, {})


def test_where_the_whole_surplus_has_no_room_tasks_move_with_what_there_is() -> None:
    before, after = desire(sized(web(4, 1))), desire(sized(web(4, 2)))

    answer = fits(capacity.admit(budget(5 * 512 + 100), before, after))

    assert answer.maximums == {"web": 5}
    held = answer.desired.services[0]
    assert bounds(4, held.rollout).maximum == 5
    assert held.rollout.minimum_healthy_percent == 100
    assert capacity.reserve(before, answer.desired).memory == 5 * 512 * MIB
    assert capacity_text.held_text(answer) == [
        "web moves with at most 5 tasks at a time: the host has no room for more"
    ]


def test_without_any_room_they_move_one_by_one_where_fewer_may_be_healthy() -> None:
    before = desire(sized(web(2, 1)))

    answer = fits(capacity.admit(budget(2 * 512), before, desire(sized(web(2, 2, minimum=50)))))

    assert answer.maximums == {"web": 2}
    assert capacity.reserve(before, answer.desired).memory == 2 * 512 * MIB


def test_the_only_task_of_a_small_host_is_replaced_without_a_gap_by_a_surge() -> None:
    small = Budget(host=Host(cores=1.0, memory=GIB), policy=Policy())
    before = desire(sized(web(1, 1)))

    answer = fits(capacity.admit(small, before, desire(sized(web(1, 2)))))
    strict = capacity.admit(replace(small, policy=Policy(surge_percent=100)), before, desire(sized(web(1, 2))))

    assert bounds(1, answer.desired.services[0].rollout).maximum == 2
    assert answer.beyond.memory == 128 * MIB
    assert capacity_text.held_text(answer) == [
        "while tasks are replaced 128 MB more is promised to them than the host has"
    ]
    refused(strict)


def test_a_surge_is_the_last_way_and_no_way_to_more_tasks() -> None:
    policy = Policy(system=0)
    four = Budget(host=Host(cores=2.0, memory=5 * 512 * MIB), policy=policy)
    two = Budget(host=Host(cores=2.0, memory=2 * 512 * MIB), policy=policy)
    before, after = desire(sized(web(4, 1))), desire(sized(web(4, 2)))

    with_room = fits(capacity.admit(four, before, after))
    pressed = fits(capacity.admit(two, desire(sized(web(2, 1))), desire(sized(web(2, 2)))))

    assert (with_room.maximums, with_room.beyond) == ({"web": 5}, Amount())
    assert (pressed.maximums, pressed.beyond.memory) == ({"web": 3}, 512 * MIB)
    refused(capacity.admit(two, desire(sized(web(2, 1))), desire(sized(web(3, 2)))))
    refused(capacity.admit(two, desire(sized(web(2, 1))), desire(sized(web(3, 1)))))


def test_the_surplus_is_shared_among_the_services() -> None:
    before = desire(sized(web(4, 1)), sized(worker(4, 1)))

    answer = fits(capacity.admit(budget(12 * 512), before, desire(sized(web(4, 2)), sized(worker(4, 2)))))

    assert answer.maximums == {"web": 6, "worker": 6}


def test_a_service_that_gets_its_whole_surplus_keeps_its_percentages() -> None:
    before = desire(sized(web(4, 1)), sized(worker(1, 1)))

    answer = fits(capacity.admit(budget(7 * 512), before, desire(sized(web(4, 2)), sized(worker(1, 2)))))

    assert answer.maximums == {"web": 5}
    assert answer.desired.services[1].rollout.maximum_percent == 200


def test_what_does_not_fit_is_refused_with_the_figures_and_what_would_fit() -> None:
    after = desire(sized(web(3, 2)))
    room = Budget(
        host=SMALL,
        policy=Policy(surge_percent=100),
        others={"blog production": Amount(memory=1536 * MIB), "shop staging": Amount(memory=512 * MIB)},
    )

    cause = capacity_text.explain(refused(capacity.admit(room, desire(sized(web(3, 1))), after)), SHOP, PRODUCTION)

    assert cause.sentence == "production of shop does not fit on this host: 410 MB too much"
    assert cause.seen == (
        "web needs 4 x 512 MB = 2 GB at the peak of the rollout; the host has 4 GB, 410 MB of it kept for the system; "
        "2 GB reserved (blog production 1.5 GB, shop staging 512 MB)"
    )
    assert cause.fix == (
        "minimum_healthy_percent = 50 in [environments.production.deployment] replaces tasks without room for a new "
        'one, in their own places; or memory = "409M" or less for web; or fewer replicas, or fewer tasks elsewhere on '
        "this host (fairway scale)"
    )


def test_on_a_host_that_is_too_full_already_what_the_environment_has_is_the_measure() -> None:
    full = budget(1024, others={"blog production": 1024})

    cause = capacity_text.explain(
        refused(capacity.admit(full, desire(sized(web(2, 1))), desire(sized(web(2, 2))))), SHOP, PRODUCTION
    )

    assert cause.sentence == "production of shop does not fit on this host: 512 MB too much"
    assert cause.seen.endswith("1 GB reserved (blog production 1 GB); production has 1 GB now")


def test_a_refusal_says_when_replacing_in_place_would_do() -> None:
    one, two = desire(sized(web(1, 1))), desire(sized(web(2, 1)))

    alone = refused(capacity.admit(budget(512), one, desire(sized(web(1, 2)))))
    more = refused(capacity.admit(budget(1024), two, desire(sized(web(2, 2)))))

    text = capacity_text.explain(alone, SHOP, PRODUCTION).fix
    assert text.startswith("minimum_healthy_percent = 0 in [environments.production.deployment] replaces tasks")
    assert "minimum_healthy_percent = 50" in capacity_text.explain(more, SHOP, PRODUCTION).fix


def test_no_memory_is_advised_that_no_task_could_live_with() -> None:
    answer = refused(capacity.admit(budget(64), None, desire(sized(web(4, 1)))))

    assert capacity_text.explain(answer, SHOP, PRODUCTION).fix.startswith("fewer replicas")


def test_too_much_cpu_is_told_in_cores() -> None:
    answer = refused(capacity.admit(budget(9999, cpu_factor=1), None, desire(sized(web(3, 1), cpu=1.0))))

    cause = capacity_text.explain(answer, SHOP, PRODUCTION)

    assert cause.sentence == "production of shop does not fit on this host: 1 core too much"
    assert cause.seen == (
        "web needs 3 x 1 core = 3 cores; the host has 2 cores, each of which may be promised 1 times; "
        "nothing else is reserved"
    )


def test_a_deployment_whose_old_tasks_are_of_another_size_names_both() -> None:
    answer = refused(capacity.admit(budget(600), desire(sized(web(2, 1), 256)), desire(sized(web(2, 2), 300))))

    assert "web needs 1 x 256 MB + 2 x 300 MB = 856 MB" in capacity_text.explain(answer, SHOP, PRODUCTION).seen


def test_what_asks_for_no_more_than_it_has_is_never_refused() -> None:
    full = budget(1024, others={"blog production": 4096})

    fits(capacity.admit(full, desire(sized(web(4, 1))), desire(sized(web(3, 1)))))
    fits(capacity.admit(full, desire(sized(web(4, 1))), desire()))
    fits(capacity.admit(full, desire(sized(web(4, 1))), desire(sized(web(4, 2, minimum=50)))))
    refused(capacity.admit(full, desire(sized(web(4, 1))), desire(sized(web(5, 1)))))


def test_a_scale_out_needs_its_tasks_and_no_surplus() -> None:
    before = desire(sized(web(2, 1)))

    fits(capacity.admit(budget(4 * 512), before, desire(sized(web(4, 1)))))
    answer = refused(capacity.admit(budget(4 * 512), before, desire(sized(web(5, 1)))))

    cause = capacity_text.explain(answer, SHOP, PRODUCTION)
    assert cause.seen.startswith("web needs 5 x 512 MB = 2.5 GB; the host has 2 GB")


@pytest.mark.parametrize(
    ("free", "minimum", "tasks"),
    [(3686, 100, 6), (3686, 50, 7), (512, 100, 1), (100, 100, 0), (0, 0, 0)],
)
def test_the_bound_of_the_scaling_leaves_a_place_for_deployments(free: int, minimum: int, tasks: int) -> None:
    found = capacity_most.most(sized(web(2, 1, minimum=minimum)), budget(free))

    assert found.tasks == tasks


def test_the_bound_of_the_scaling_has_its_reason() -> None:
    room = Budget(host=SMALL, policy=Policy(), others={"blog production": Amount(memory=2 * GIB)})

    by_memory, by_cpu = (capacity_most.most(sized(web(1, 1), *size), room) for size in ((512, 0.5), (16, 2.0)))

    assert (by_memory.tasks, by_memory.reason) == (
        2,
        "the host has room for 3 tasks of web, 512 MB each: the host has 4 GB, 410 MB of it kept for the system; "
        "2 GB reserved (blog production 2 GB); one place is left for its deployments",
    )
    assert by_cpu.tasks == 15
    assert (
        "16 tasks of web, 2 cores each: the host has 2 cores, each of which may be promised 16 times" in by_cpu.reason
    )


def test_a_bound_is_none_where_others_have_more_than_there_is() -> None:
    assert capacity_most.most(sized(web(1, 1)), budget(512, others={"blog production": 1024})).tasks == 0


def description(*services: Service) -> Environment:
    return Environment(name=EnvironmentName("production"), services=services, rollout=Rollout())


def test_a_service_that_the_empty_host_could_not_hold_is_found() -> None:
    large = Service(name=ServiceName("web"), memory=8 * GIB)
    many = Service(name=ServiceName("web"), replicas=8)
    hungry = Service(name=ServiceName("web"), replicas=9, cpu=4.0, memory=64 * MIB)
    well = Service(name=ServiceName("worker"), replicas=2, memory=1024 * MIB)

    seen = {}
    for name, services in {"large": [large], "many": [many], "hungry": [hungry], "beside": [well, well, well]}.items():
        found = capacity_text.find_misfit(description(*services), SMALL, Policy())
        assert found is not None
        seen[name] = found[1].seen

    assert seen == {
        "large": "it asks for 1 x 8 GB; the host has 4 GB, 410 MB of it kept for the system",
        "many": "it asks for 8 x 512 MB; the host has 4 GB, 410 MB of it kept for the system",
        "hungry": "it asks for 9 x 4 cores; the host has 2 cores, each of which may be promised 16 times",
        "beside": "it asks for 2 x 1 GB, beside 2 GB of the services before it; the host has 4 GB, 410 MB of it kept "
        "for the system",
    }
    assert capacity_text.find_misfit(description(well), SMALL, Policy()) is None
    one = description(replace(hungry, replicas=1))
    assert capacity_text.find_misfit(one, SMALL, Policy()) is None, "it may be tried on a laptop"
    assert capacity_text.find_misfit(description(replace(large, replicas=0)), SMALL, Policy()) is None


@pytest.mark.parametrize("replicas", range(1, 101))
def test_a_percentage_can_be_found_for_every_number_of_tasks(replicas: int) -> None:
    for most in range(replicas, 2 * replicas + 1):
        assert replicas * percent(replicas, most) // 100 == most


def test_the_words_name_a_desired_state_of_any_shape() -> None:
    nothing: DesiredEnvironment = desire()

    assert capacity.steady(None) == capacity.steady(nothing) == Amount()
    assert capacity_text.amount_text(Amount(memory=MIB, cpu=1.5)) == "1 MB and 1.5 cores"


def test_only_a_run_that_has_a_container_has_reserved_anything() -> None:
    waiting = make_run()
    begun = [make_run(status=status) for status in (RunStatus.STARTING, RunStatus.RUNNING, RunStatus.STOPPING)]
    over = make_run(status=RunStatus.SUCCEEDED)

    found = capacity.reserved_by([waiting, *begun, over])

    assert (found.memory, found.cpu) == (3 * SPEC.memory, 3 * SPEC.cpu)
