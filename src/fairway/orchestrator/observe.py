"""From what the engine and the load balancer show to what the reconciler is given, for one environment.

Here a task's failure is noticed: it ended and nobody had told it to, or it is not there any more and nobody had removed
it. What was so before the first look of this process is taken as known: it was counted by the process before, or its
replacement will fail in its turn.
"""

from collections.abc import Callable
from dataclasses import replace

from fairway.domain.desired import DesiredEnvironment
from fairway.domain.health import Health
from fairway.domain.ids import TaskId
from fairway.domain.observed import Exit, ObservedEnvironment, ObservedTask, Target, TargetState, Task, TaskStatus
from fairway.orchestrator.apply import Applier
from fairway.orchestrator.health import Checker
from fairway.orchestrator.lookout import Seen, Snapshot
from fairway.orchestrator.watch import Watch

VANISHED = Exit(code=-1, error="the container was removed by somebody else")
NEVER_THERE = Exit(code=-1, error="the engine said that it was started, but it is not there")


class Observer:
    """`failed` is called with each task that ended by itself, as it ended."""

    def __init__(self, *, checker: Checker, applier: Applier, failed: Callable[[Watch, Task], None]) -> None:
        self._checker = checker
        self._applier = applier
        self._failed = failed

    def observe(
        self, watch: Watch, desired: DesiredEnvironment | None, snapshot: Snapshot, now: float
    ) -> ObservedEnvironment:
        """The environment as it is at this moment. Must follow the look without a pause."""
        seen = snapshot.of(watch.key)
        tasks = {task.id: task for task in seen.tasks}
        targets = {target.task: target for target in seen.targets}
        self._settle_operations(watch, tasks, snapshot.number)
        self._learn_specs(watch, desired, tasks)
        self._notice_failures(watch, tasks)
        self._check_health(watch, tasks, targets)
        self._remember(watch, desired, tasks, targets, now)
        return self._assemble(watch, seen, tasks, targets)

    def _settle_operations(self, watch: Watch, tasks: dict[TaskId, Task], number: int) -> None:
        for id, operation in list(self._applier.under_way.items()):
            if operation.key != watch.key:
                continue
            if operation.spec is not None:
                watch.specs[id] = operation.spec
            ended = self._applier.seen(id, number)
            if ended is None:
                continue
            if ended.verb == "StartTask" and ended.well and id not in tasks:
                self._failed(watch, replace(ended.task, status=TaskStatus.STOPPED, exit=NEVER_THERE))
            if ended.verb == "StopTask" and id in tasks and tasks[id].status is not TaskStatus.STOPPED:
                watch.stopping.discard(id)  # it was not stopped after all, and is probed again

    def _learn_specs(self, watch: Watch, desired: DesiredEnvironment | None, tasks: dict[TaskId, Task]) -> None:
        wanted = {(each.spec.service, each.spec.deployment): each.spec for each in desired.services} if desired else {}
        for id, task in tasks.items():
            if spec := wanted.get((task.service, task.deployment)):
                watch.specs[id] = spec

    def _notice_failures(self, watch: Watch, tasks: dict[TaskId, Task]) -> None:
        for id, task in tasks.items():
            if task.status is TaskStatus.STOPPED and id not in watch.accounted:
                watch.accounted.add(id)
                if watch.known is not None and id not in watch.stopping:
                    self._failed(watch, task)
        for id, task in (watch.known or {}).items():
            if id not in tasks and task.status is not TaskStatus.STOPPED and id not in watch.stopping:
                self._failed(watch, replace(task, status=TaskStatus.STOPPED, exit=VANISHED))

    def _check_health(self, watch: Watch, tasks: dict[TaskId, Task], targets: dict[TaskId, Target]) -> None:
        for id, task in tasks.items():
            if task.status is not TaskStatus.RUNNING or id in watch.stopping:
                self._checker.forget(id)
                continue
            target = targets.get(id)
            served = target.state is TargetState.READY if target else task.port is None
            self._checker.watch(
                task,
                watch.specs.get(id),
                presumed_healthy=watch.known is None and served,
                port=target.port if target else task.port,
            )
        for id in (watch.known or {}).keys() - tasks.keys():
            self._checker.forget(id)

    def _remember(
        self,
        watch: Watch,
        desired: DesiredEnvironment | None,
        tasks: dict[TaskId, Task],
        targets: dict[TaskId, Target],
        now: float,
    ) -> None:
        draining = [id for id, target in targets.items() if target.state is TargetState.DRAINING]
        starting = {id for id, each in self._applier.under_way.items() if each.key == watch.key}
        watch.known = tasks
        watch.draining = {id: watch.draining.get(id, now) for id in draining}
        watch.specs = {id: spec for id, spec in watch.specs.items() if id in tasks or id in starting}
        watch.stopping &= tasks.keys() | starting
        watch.accounted &= tasks.keys() | starting
        deployments = {task.deployment for task in tasks.values()}
        watch.ledger.keep_only(deployments | {each.spec.deployment for each in (desired.services if desired else ())})

    def _assemble(
        self, watch: Watch, seen: Seen, tasks: dict[TaskId, Task], targets: dict[TaskId, Target]
    ) -> ObservedEnvironment:
        observed = [self._observed_task(watch, task, targets.get(task.id)) for task in tasks.values()]
        for id, operation in self._applier.under_way.items():
            if operation.key == watch.key and operation.verb == "StartTask" and id not in tasks:
                busy = ObservedTask(task=operation.task, health=Health(), busy="StartTask", spec=operation.spec)
                observed.append(busy)
        orphans = [target for id, target in targets.items() if id not in tasks and id not in self._applier.under_way]
        return ObservedEnvironment(
            tasks=tuple(observed),
            orphans=tuple(orphans),
            orphans_since={each.task: watch.draining[each.task] for each in orphans if each.task in watch.draining},
            failures=dict(watch.ledger.rounds),
            last_failure=dict(watch.ledger.last),
            routes={route.service: route.hosts for route in seen.routes},
            closed=frozenset(route.service for route in seen.routes if route.closed),
            plain=frozenset(route.service for route in seen.routes if not route.redirect),
        )

    def _observed_task(self, watch: Watch, task: Task, target: Target | None) -> ObservedTask:
        operation = self._applier.under_way.get(task.id)
        looked_into = task.id in watch.looked_into and task.status is TaskStatus.RUNNING
        return ObservedTask(
            task=replace(task, port=self._checker.port(task)),
            health=self._checker.health(task.id),
            target=target,
            draining_since=watch.draining.get(task.id),
            busy=operation.verb if operation else "GatherFacts" if looked_into else None,
            spec=watch.specs.get(task.id),
        )
