"""From any state that can be reached, by any interleaving of accidents and changes of mind, the promises are kept.

The promises are reckoned here by their own arithmetic, ECS's, from nothing but what is there before and after each
operation: a mistake in `rounding` or `standing` can't excuse itself.
"""

from math import ceil, floor

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fairway.domain.desired import DesiredService
from fairway.domain.health import HealthState
from fairway.domain.ids import ServiceName, TaskId
from fairway.domain.observed import ObservedTask, TargetState, TaskStatus
from fairway.domain.operation import (
    AttachTarget,
    DetachTarget,
    DrainTarget,
    Operation,
    SetRoute,
    StartTask,
    StopTask,
    Wait,
)
from support.examples import examples
from support.orchestrator_simulation import World, assert_as_desired
from support.orchestrator_world import HOSTS, desire, service

NAMES = ("web", "worker", "admin")
PORTS = {"web": 3000, "worker": None, "admin": 4000}
"""web gets the requests; without it admin does, the only one that has a port then."""
PERCENTAGES = ((100, 200), (50, 100), (0, 100), (75, 125), (0, 200), (100, 100), (50, 150), (100, 125))
COUNTS = st.integers(0, 5)


class Environment(RuleBasedStateMachine):
    """One environment: `wanted` are the replicas, deployment and percentages of each service that there shall be."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.wanted: dict[str, tuple[int, int, int, int]] = {}
        self.latest = 0

    @initialize(count=COUNTS, percentages=st.sampled_from(PERCENTAGES))
    def begin(self, count: int, percentages: tuple[int, int]) -> None:
        self.latest = 1
        self.wanted = {"web": (count, 1, *percentages)}
        self.desire()
        self.go_on(rounds=6, slow=0)

    def desire(self) -> None:
        services = [self.made(name) for name in NAMES if name in self.wanted]
        self.world.desired = desire(*services, hosts=HOSTS if services else ())

    def made(self, name: str) -> DesiredService:
        count, deployment, minimum, maximum = self.wanted[name]
        return service(name, count, deployment, port=PORTS[name], minimum=minimum, maximum=maximum)

    # What people do.

    @precondition(lambda self: self.wanted)
    @rule(data=st.data(), count=COUNTS)
    def scale(self, data: st.DataObject, count: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.wanted)))
        self.wanted[name] = (count, *self.wanted[name][1:])
        self.desire()

    @rule(percentages=st.sampled_from(PERCENTAGES), count=COUNTS)
    def deploy(self, percentages: tuple[int, int], count: int) -> None:
        self.latest += 1
        for name in self.wanted or ("web",):
            before = self.wanted.get(name)
            self.wanted[name] = (before[0] if before else count, self.latest, *percentages)
        self.desire()

    @precondition(lambda self: self.wanted)
    @rule(data=st.data())
    def restart_one(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.wanted)))
        self.latest += 1
        count, _, *percentages = self.wanted[name]
        self.wanted[name] = (count, self.latest, percentages[0], percentages[1])
        self.desire()

    @precondition(lambda self: self.latest > 1 and self.wanted)
    @rule(data=st.data())
    def go_back(self, data: st.DataObject) -> None:
        deployment = data.draw(st.integers(1, self.latest))
        self.wanted = {name: (each[0], deployment, *each[2:]) for name, each in self.wanted.items()}
        self.desire()

    @rule(name=st.sampled_from(NAMES), count=COUNTS)
    def add_or_remove(self, name: str, count: int) -> None:
        if name in self.wanted:
            del self.wanted[name]
        else:
            self.latest += 1
            self.wanted[name] = (count, self.latest, 100, 200)
        self.desire()

    # What the orchestrator does: all of its plan, or any part of it in any order.

    @rule(backwards=st.booleans())
    def apply_all(self, backwards: bool) -> None:
        # Routes are set first and in their order, the rest is done beside each other: the last may be the first.
        operations = self.world.plan().operations
        routes = [each for each in operations if isinstance(each, SetRoute)]
        others = [each for each in operations if not isinstance(each, SetRoute)]
        for operation in [*routes, *others[:: -1 if backwards else 1]]:
            self.apply(operation)

    @rule(data=st.data())
    def apply_some(self, data: st.DataObject) -> None:
        operations = self.world.plan().operations
        routes = [each for each in operations if isinstance(each, SetRoute)]
        done = data.draw(st.integers(0, len(routes)))
        for operation in routes[:done]:
            self.apply(operation)
        if done < len(routes):
            return  # the server was killed, or the load balancer did not answer
        for place in data.draw(st.permutations(range(len(operations)))):
            if data.draw(st.booleans()) and operations[place] not in routes:
                self.apply(operations[place])

    @rule(rounds=st.integers(1, 6), slow=st.integers(0, 2), backwards=st.booleans())
    def go_on(self, rounds: int, slow: int, backwards: bool = False) -> None:
        """Time without accidents: whatever is planned is done and ends well, but so many tasks are slow to start."""
        for _ in range(rounds):
            self.apply_all(backwards=backwards)
            for id in self.world.live():
                self.world.finish(id)
            starting = [each for each in self.running() if each.health.state is HealthState.STARTING]
            for each in starting[slow:]:
                self.world.heal(each.task.id)

    @rule(data=st.data())
    def end_what_is_under_way(self, data: st.DataObject) -> None:
        for id in self.world.live():
            if data.draw(st.booleans()):
                self.world.finish(id)

    @rule(data=st.data())
    def become_healthy(self, data: st.DataObject) -> None:
        # Those that are not drawn are slow starts.
        for each in self.running():
            if data.draw(st.booleans()):
                self.world.heal(each.task.id)

    # Accidents.

    @precondition(lambda self: self.world.live())
    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        self.world.end(data.draw(st.sampled_from(self.world.live())), 1)

    @precondition(lambda self: self.running())
    @rule(data=st.data())
    def hang(self, data: st.DataObject) -> None:
        self.world.sicken(data.draw(st.sampled_from(self.running())).task.id)

    @precondition(lambda self: self.world.live())
    @rule(data=st.data())
    def fail_to_start(self, data: st.DataObject) -> None:
        self.world.finish(data.draw(st.sampled_from(self.world.live())), well=False)

    @precondition(lambda self: self.world.live())
    @rule(data=st.data())
    def vanish(self, data: st.DataObject) -> None:
        self.world.vanish(data.draw(st.sampled_from(self.world.live())))

    @rule()
    def lose_targets(self) -> None:
        self.world.lose_targets()

    @rule()
    def kill_the_server(self) -> None:
        self.world.restart()

    @rule(seconds=st.sampled_from([0.1, 1.0, 5.0, 40.0, 400.0]))
    def wait(self, seconds: float) -> None:
        self.world.now += seconds

    # The promises.

    def apply(self, operation: Operation) -> None:
        """Do it, and hold what it did to the promises."""
        if isinstance(operation, Wait):
            return
        if isinstance(operation, AttachTarget):
            each = self.world.tasks[operation.task]
            assert runs(each) and each.health.state is HealthState.HEALTHY, f"{operation} of a task that is not well"
        before = {name: (self.serving(name), self.ready(name), len(self.live(name))) for name in self.wanted}
        self.world.begin(operation)
        for name, (serving, ready, live) in before.items():
            count, _, minimum, maximum = self.wanted[name]
            least, most = ceil(count * minimum / 100), max(count, floor(count * maximum / 100))
            if least >= count:
                most = max(most, count + 1 if count else 0)  # where ECS stands still, one more is allowed
            stops_first = least == 0 and most <= count
            if isinstance(operation, StartTask) and operation.task is None and operation.spec.service == name:
                assert len(self.live(name)) <= most, f"{name}: more than {most} after {operation}"
            if isinstance(operation, DrainTarget | DetachTarget | StopTask) and count and not stops_first:
                left = self.serving(name)
                assert left >= serving or left >= max(1, least), f"{name}: {left} of {least} serve after {operation}"
            if isinstance(operation, DrainTarget | DetachTarget) and name == self.routed and ready and count:
                crowded = live >= most and not serving
                assert self.ready(name) or crowded or stops_first, f"{name}: no target is left after {operation}"

    @property
    def routed(self) -> str | None:
        """The service that gets the requests."""
        return next((name for name in ("web", "admin") if name in self.wanted), None)

    def live(self, name: str) -> list[ObservedTask]:
        mine = [self.world.tasks[id] for id in self.world.live()]
        return [each for each in mine if each.task.service == name]

    def running(self) -> list[ObservedTask]:
        return [each for each in self.world.tasks.values() if runs(each) and each.busy is None]

    def serving(self, name: str) -> int:
        """The tasks that answer: healthy, not being stopped, and with requests where the service has any."""
        well = [each for each in self.live(name) if runs(each) and each.health.state is HealthState.HEALTHY]
        return sum(each.busy != "StopTask" and (name != self.routed or takes_requests(each)) for each in well)

    def ready(self, name: str) -> set[TaskId]:
        """The tasks that run and get new requests."""
        return {each.task.id for each in self.live(name) if runs(each) and takes_requests(each)}

    @invariant()
    def only_what_is_there_has_a_route(self) -> None:
        known = {ServiceName(name) for name in NAMES}
        assert set(self.world.routes) <= known

    def teardown(self) -> None:
        """Whatever has happened: it converges, and then does nothing."""
        self.world.settle()
        assert_as_desired(self.world)
        assert {each.task.service for each in self.world.tasks.values() if each.target} <= {self.routed}
        for _ in range(3):
            self.world.now += 400.0
            plan = self.world.plan()
            assert plan.operations == () and plan.look_again is None, f"it does not come to rest:\n{plan}"


def runs(each: ObservedTask) -> bool:
    return each.task.status is TaskStatus.RUNNING


def takes_requests(each: ObservedTask) -> bool:
    return each.target is not None and each.target.state is TargetState.READY


TestEnvironment = Environment.TestCase
TestEnvironment.settings = settings(
    max_examples=examples(200), stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
