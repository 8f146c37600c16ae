"""From what an engine that rolls by itself shows to what `rolling.reconcile` is given, for one environment.

The counterpart of `observe`. The engine checks its tasks and sends them their requests, so its word is taken: nothing
is probed. A task's failure is noticed here as there, so that its facts are gathered and the deployment's verdict has
its cause.
"""

from collections.abc import Callable, Collection

from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.health import Health, HealthState
from fairway.domain.ids import TaskId
from fairway.domain.observed import ObservedEnvironment, ObservedTask, Task, TaskStatus
from fairway.domain.rolled import ObservedService
from fairway.orchestrator.giving import Giving
from fairway.orchestrator.lookout import Seen, Snapshot
from fairway.orchestrator.watch import Watch


class RolledObserver:
    """`failed` is called with each task that ended by itself, `healthy` with each that the engine calls healthy for the
    first time."""

    def __init__(
        self,
        *,
        giving: Giving,
        failed: Callable[[Watch, Task], None],
        healthy: Callable[[Task, Health, Health], None],
    ) -> None:
        self._giving = giving
        self._failed = failed
        self._healthy = healthy

    def observe(
        self, watch: Watch, desired: DesiredEnvironment | None, snapshot: Snapshot, now: float
    ) -> ObservedEnvironment:
        """The environment as the engine tells it. Must follow the look without a pause."""
        seen = snapshot.of(watch.key)
        services = self._giving.mark(watch.key, seen.services, snapshot.number)
        observed = [self._observed(task, services, watch, desired) for task in seen.tasks]
        self._notice(watch, observed)
        self._remember(watch, desired, seen, services)
        return ObservedEnvironment(
            tasks=tuple(observed),
            failures=dict(watch.ledger.rounds),
            last_failure=dict(watch.ledger.last),
            services=services,
            refusals=dict(watch.refusals),
        )

    def _observed(
        self, task: Task, services: Collection[ObservedService], watch: Watch, desired: DesiredEnvironment | None
    ) -> ObservedTask:
        wanted = desired.services if desired else ()
        for each in wanted:
            if (each.spec.service, each.spec.deployment) == (task.service, task.deployment):
                watch.specs[task.id] = each.spec
        service = next((each for each in services if each.service == task.service), None)
        health = Health(state=judge(task, service), since=task.started_at or task.created_at)
        return ObservedTask(task=task, health=health, spec=watch.specs.get(task.id))

    def _notice(self, watch: Watch, observed: Collection[ObservedTask]) -> None:
        before = {each.task.id: each.health for each in watch.observed.tasks}
        for each in observed:
            if each.task.status is TaskStatus.STOPPED and each.task.id not in watch.accounted:
                watch.accounted.add(each.task.id)
                if watch.known is not None:
                    self._failed(watch, each.task)
            last = before.get(each.task.id, Health())
            new = each.health.state is HealthState.HEALTHY and last.state is not HealthState.HEALTHY
            if new and watch.known is not None and each.task.status is TaskStatus.RUNNING:
                self._healthy(each.task, last, each.health)

    def _remember(
        self, watch: Watch, desired: DesiredEnvironment | None, seen: Seen, services: Collection[ObservedService]
    ) -> None:
        tasks: dict[TaskId, Task] = {task.id: task for task in seen.tasks}
        watch.known = tasks
        watch.specs = {id: spec for id, spec in watch.specs.items() if id in tasks}
        watch.accounted &= tasks.keys()
        wanted = {(each.spec.deployment, each.spec.service) for each in (desired.services if desired else ())}
        watch.refusals = {key: text for key, text in watch.refusals.items() if key in wanted}
        kept = {task.deployment for task in tasks.values()} | {each.deployment for each in services}
        watch.ledger.keep_only(kept | {deployment for deployment, _ in wanted})


def judge(task: Task, service: ObservedService | None) -> HealthState:
    """The engine's word on a task. Where it has none (the task has no check of its own), what it says of the whole
    service counts: a task of a rollout that it calls complete, or of the one before that still serves, is well."""
    if task.health is not None or task.status is not TaskStatus.RUNNING:
        return task.health or HealthState.STARTING
    if service is None or task.deployment in service.given_up:
        return HealthState.STARTING
    arrived = service.deployment != task.deployment or service.rollout is RolloutState.COMPLETED
    return HealthState.HEALTHY if arrived else HealthState.STARTING
