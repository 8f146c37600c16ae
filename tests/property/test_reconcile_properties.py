"""What holds of the reconciler whatever happens: crashes, failed starts, sick tasks, lost targets, changes of mind."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairway.domain.desired import DesiredEnvironment
from fairway.domain.observed import TaskStatus
from support.examples import examples
from support.orchestrator_simulation import World, assert_as_desired
from support.orchestrator_world import HOSTS, desire, web, worker

PERCENTAGES = st.sampled_from([(100, 200), (50, 100), (0, 100), (75, 125), (0, 200), (100, 100), (50, 150)])


@st.composite
def environments(draw: st.DrawFn) -> DesiredEnvironment | None:
    """One to four tasks of a web service, perhaps a worker, of one of three releases, open or closed; or nothing at
    all."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return None
    if kind == 1:
        return desire()
    minimum, maximum = draw(PERCENTAGES)
    release = draw(st.integers(1, 3))
    services = [web(draw(st.integers(0, 4)), release, minimum=minimum, maximum=maximum)]
    if draw(st.booleans()):
        services.append(worker(draw(st.integers(0, 2)), draw(st.integers(1, 3)), minimum=minimum, maximum=maximum))
    wanted = desire(*services, hosts=draw(st.sampled_from([HOSTS, HOSTS, (*HOSTS, "api.example.com"), ()])))
    return replace(wanted, closed=draw(st.integers(0, 4)) == 0, redirect=draw(st.integers(0, 4)) > 0)


def disturb(world: World, data: st.DataObject) -> None:
    """One thing that happens, chosen at random."""
    live = world.live()
    kinds = ["plan", "plan", "plan", "finish", "heal", "time", "desire", "lose", "restart"]
    kind = data.draw(st.sampled_from(kinds + (["crash", "sicken", "refuse", "vanish"] if live else [])))
    match kind:
        case "plan":
            # Any part of the plan is applied, in any order: the others failed, or the server was killed in between.
            operations = world.plan().operations
            for place in data.draw(st.permutations(range(len(operations)))):
                if data.draw(st.integers(0, 3)):
                    world.begin(operations[place])
        case "finish" | "heal":
            for id in live:
                if data.draw(st.booleans()):
                    world.finish(id)
                    if kind == "heal" and world.tasks[id].task.status is TaskStatus.RUNNING:
                        world.heal(id)
        case "time":
            world.now += data.draw(st.sampled_from([0.1, 1.0, 5.0, 40.0]))
        case "desire":
            world.desired = data.draw(environments())
        case "restart":
            world.restart()
        case "lose":
            world.lose_targets()
        case "crash":
            world.end(data.draw(st.sampled_from(live)), 1)
        case "sicken":
            id = data.draw(st.sampled_from(live))
            if world.tasks[id].task.status is TaskStatus.RUNNING:
                world.sicken(id)
        case "refuse":
            world.finish(data.draw(st.sampled_from(live)), well=False)
        case "vanish":
            world.vanish(data.draw(st.sampled_from(live)))


def plan_apply_all(world: World) -> None:
    for operation in world.plan().operations:
        world.begin(operation)


@settings(max_examples=examples(400), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(environments(), environments(), st.data())
def test_it_keeps_its_promises_and_converges_whatever_happens(
    first: DesiredEnvironment | None, last: DesiredEnvironment | None, data: st.DataObject
) -> None:
    world = World(desired=first)
    for _ in range(data.draw(st.integers(0, 25))):
        disturb(world, data)

    world.desired = last
    world.settle()

    assert_as_desired(world)


@settings(max_examples=examples(150), deadline=None)
@given(environments(), environments())
def test_a_rollout_without_accidents_converges_and_then_does_nothing(
    first: DesiredEnvironment | None, second: DesiredEnvironment | None
) -> None:
    world = World(desired=first)
    world.settle()
    world.desired = second
    world.settle()
    before = world.started

    for _ in range(5):
        world.now += 100.0
        assert world.plan().operations == ()
        assert world.plan().look_again is None

    assert world.started == before


@settings(max_examples=examples(150), deadline=None)
@given(environments(), st.data())
def test_while_every_new_task_fails_the_old_release_goes_on_serving(
    first: DesiredEnvironment | None, data: st.DataObject
) -> None:
    world = World(desired=desire(web(2, 1)))
    world.settle()
    serving = set(world.live())

    world.desired = desire(web(2, 2), worker(1, 2))
    for _ in range(data.draw(st.integers(1, 30))):
        plan_apply_all(world)
        world.now += 1.0
        for id in set(world.live()) - serving:
            world.finish(id, well=data.draw(st.booleans()))

    assert set(world.live()) >= serving
    assert all(world.tasks[id].target is not None for id in serving)
