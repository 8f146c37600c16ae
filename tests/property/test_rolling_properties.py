"""What holds of the reconciler for engines that roll, whatever the engine does: it works slowly, fails, goes back."""

from collections import Counter
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.domain import rolling
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.ids import DeploymentId, ServiceName
from fairway.domain.observed import ObservedEnvironment
from fairway.domain.operation import Operation, Plan
from fairway.domain.rolled import ObservedService
from fairway.domain.service_operation import ApplyService, RemoveService, WaitRemoved, WaitSteady
from support.examples import examples
from support.orchestrator_world import HOSTS, PRODUCTION, SHOP, desire, web, worker

IN_PROGRESS, COMPLETED, FAILED = RolloutState.IN_PROGRESS, RolloutState.COMPLETED, RolloutState.FAILED


@dataclass(slots=True)
class Engine:
    """Services as an engine that rolls has them. `bad` are the deployments whose tasks can't start; `taken` counts how
    often each deployment of a service was begun."""

    services: dict[ServiceName, ObservedService] = field(default_factory=dict)
    completed: dict[ServiceName, ObservedService] = field(default_factory=dict)
    taken: Counter[tuple[ServiceName, DeploymentId]] = field(default_factory=Counter)
    bad: set[int] = field(default_factory=set)
    under_way: list[Operation] = field(default_factory=list)

    def begin(self, operation: Operation) -> None:
        """The operation is under way, and shows so."""
        if isinstance(operation, ApplyService | RemoveService):
            name = ServiceName(operation.service)
            seen = self.services.get(name) or nothing(name)
            assert seen.busy is None, "an operation that is under way was planned again"
            self.services[name] = replace(seen, busy=type(operation).__name__)
            self.under_way.append(operation)

    def finish(self, place: int, *, well: bool = True) -> None:
        """One of those under way ends; when not well, without an effect."""
        operation = self.under_way.pop(place)
        assert isinstance(operation, ApplyService | RemoveService)
        name = ServiceName(operation.service)
        seen = self.services[name] = replace(self.services[name], busy=None)
        if not well:
            if not seen.deployment:
                del self.services[name]
        elif isinstance(operation, RemoveService):
            self.services[name] = replace(seen, leaving=True, replicas=0)
        else:
            self.take(name, seen, operation.desired)

    def take(self, name: ServiceName, seen: ObservedService, wanted: DesiredService) -> None:
        spec = wanted.spec
        assert not seen.leaving, "a service was applied while one of its name was leaving"
        if seen.deployment == spec.deployment:
            assert seen.replicas != wanted.replicas, "what was applied was applied again"
            self.services[name] = replace(seen, replicas=wanted.replicas)
            return
        assert spec.deployment not in seen.given_up, "a deployment that was given up was applied again"
        self.taken[name, spec.deployment] += 1
        self.services[name] = replace(
            seen,
            deployment=spec.deployment,
            release=spec.release,
            replicas=wanted.replicas,
            running=0,
            pending=0,
            old=seen.old + seen.running,
            rollout=IN_PROGRESS,
            reason="",
        )

    def work(self, name: ServiceName) -> None:
        """The engine goes one step on with a service."""
        seen = self.services.get(name)
        if seen is None or seen.busy is not None:
            return
        if seen.leaving:
            if seen.running + seen.old == 0:
                del self.services[name]
                self.completed.pop(name, None)
            else:
                self.services[name] = replace(seen, running=0, old=0)
        elif seen.deployment in self.bad and seen.rollout is IN_PROGRESS and seen.replicas:
            self.give_up(name, seen)
        elif seen.rollout is not FAILED:
            done = replace(seen, running=seen.replicas, old=0, rollout=COMPLETED)
            # First the new ones, with the old ones still there; then they go.
            self.services[name] = done if seen.running == seen.replicas else replace(seen, running=seen.replicas)
            if self.services[name].rollout is COMPLETED:
                self.completed[name] = self.services[name]
        else:
            self.services[name] = replace(seen, running=0, old=0)

    def give_up(self, name: ServiceName, seen: ObservedService) -> None:
        given_up = {**seen.given_up, seen.deployment: "its tasks failed to start"}
        last = self.completed.get(name)
        if last is None or last.deployment == seen.deployment:
            self.services[name] = replace(seen, rollout=FAILED, reason="it failed", given_up=given_up)
        else:
            back = replace(last, rollout=IN_PROGRESS, running=0, old=seen.old, given_up=given_up)
            self.services[name] = replace(back, replicas=seen.replicas)


def nothing(name: ServiceName) -> ObservedService:
    return ObservedService(
        app=SHOP, environment=PRODUCTION, service=name, deployment=DeploymentId(0), release=0, replicas=0
    )  # type: ignore[arg-type]


@st.composite
def environments(draw: st.DrawFn, first: int = 1, last: int = 5) -> DesiredEnvironment | None:
    """A web service and perhaps a worker, of one of five deployments; or nothing at all."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return None
    if kind == 1:
        return desire()
    services = [web(draw(st.integers(0, 4)), draw(st.integers(first, last)))]
    if draw(st.booleans()):
        services.append(worker(draw(st.integers(0, 2)), draw(st.integers(first, last))))
    return desire(*services, hosts=draw(st.sampled_from([HOSTS, ()])))


def plan(engine: Engine, desired: DesiredEnvironment | None) -> Plan:
    observed = ObservedEnvironment(services=tuple(engine.services.values()))
    made = rolling.reconcile(desired, observed, 1000.0)
    assert made == rolling.reconcile(desired, observed, 1000.0), "the same input gave another plan"
    assert (made.look_again is None) == (
        not any(isinstance(each, WaitSteady | WaitRemoved) for each in made.operations)
    )
    names = [getattr(each, "service", "") for each in made.operations]
    assert len(names) == len(set(names)), "two operations on one service at once"
    return made


def disturb(engine: Engine, desired: DesiredEnvironment | None, data: st.DataObject) -> None:
    match data.draw(st.sampled_from(["plan", "plan", "finish", "work", "work", "crash", "restart"])):
        case "plan":
            for operation in plan(engine, desired).operations:
                if data.draw(st.integers(0, 3)):
                    engine.begin(operation)
        case "finish" if engine.under_way:
            engine.finish(data.draw(st.integers(0, len(engine.under_way) - 1)), well=data.draw(st.booleans()))
        case "work" if engine.services:
            engine.work(data.draw(st.sampled_from(sorted(engine.services))))
        case "crash" if engine.services:
            name = data.draw(st.sampled_from(sorted(engine.services)))
            engine.services[name] = replace(engine.services[name], running=0)
        case "restart":
            # The server is killed: what was under way had reached the engine, or had not.
            while engine.under_way:
                engine.finish(0, well=data.draw(st.booleans()))


def settle(engine: Engine, desired: DesiredEnvironment | None) -> None:
    while engine.under_way:
        engine.finish(0)
    for _ in range(12):
        for operation in plan(engine, desired).operations:
            engine.begin(operation)
        while engine.under_way:
            engine.finish(0)
        for name in list(engine.services):
            engine.work(name)


@settings(max_examples=examples(300), deadline=None)
@given(st.data(), environments(), environments(first=6, last=9))
def test_it_converges_whatever_happened_before_and_is_silent_then(
    data: st.DataObject, first: DesiredEnvironment | None, last: DesiredEnvironment | None
) -> None:
    engine, desired = Engine(bad={2, 4}), first
    for _ in range(data.draw(st.integers(0, 25))):
        disturb(engine, desired, data)
        if data.draw(st.integers(0, 5)) == 0:
            desired = data.draw(environments())

    settle(engine, last)

    assert plan(engine, last).operations == ()
    wanted = {each.spec.service: (each.spec.deployment, each.replicas) for each in last.services} if last else {}
    there = {name: (each.deployment, each.running) for name, each in engine.services.items()}
    assert there == {name: each for name, each in wanted.items() if each[1] or name in there}
    before = engine.taken.copy()
    settle(engine, last)
    assert engine.taken == before


@settings(max_examples=examples(150), deadline=None)
@given(st.integers(1, 4), st.integers(1, 4))
def test_a_deployment_that_fails_is_begun_once_and_the_old_one_serves_on(before: int, after: int) -> None:
    engine = Engine(bad={2})
    settle(engine, desire(web(before, 1)))

    settle(engine, desire(web(after, 2)))

    assert engine.taken[ServiceName("web"), DeploymentId(2)] == 1
    assert engine.services[ServiceName("web")].deployment == 1
    (told,) = plan(engine, desire(web(after, 2))).operations
    assert "given it up" in told.cause
    settle(engine, desire(web(before, 1)))
    assert plan(engine, desire(web(before, 1))).operations == ()
