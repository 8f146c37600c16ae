"""What happens to tasks between two passes, taken down: failures, changes of health, operations that ended.

Each incident is told in the journal, counted in the environment's ledger, and wakes its loop. A failure's facts are
gathered in the background, so that the replacement does not wait for them; it counts for the deployment's verdict once
they are there, so that no verdict comes without its cause.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

from fairway.domain import crashloop, diagnosis
from fairway.domain.desired import DesiredService, TaskSpec
from fairway.domain.facts import Facts
from fairway.domain.health import Health, HealthState
from fairway.domain.ids import TaskId
from fairway.domain.observed import Exit, Task, TaskStatus
from fairway.domain.operation import Operation
from fairway.errors import FairwayError
from fairway.orchestrator import wording
from fairway.orchestrator.facts import Investigator
from fairway.orchestrator.health import Record
from fairway.orchestrator.journal import Journal
from fairway.orchestrator.lookout import Key
from fairway.orchestrator.watch import Watch
from fairway.ports.clock import Clock

REFUSED = -1
"""The exit code of a task that never ran."""


class Incidents:
    """`watch` gives an environment's watch, `records` what the checker knows. Facts are gathered in the given group."""

    def __init__(
        self,
        *,
        watch: Callable[[Key], Watch],
        records: Callable[[], Mapping[TaskId, Record]],
        investigator: Investigator,
        journal: Journal,
        clock: Clock,
        group: asyncio.TaskGroup,
    ) -> None:
        self._watch = watch
        self._records = records
        self._investigator = investigator
        self._journal = journal
        self._clock = clock
        self._group = group

    def failed(self, watch: Watch, task: Task) -> None:
        """A task ended by itself."""
        record = self._records().get(task.id)
        health = record.health if record else Health()
        healthy_since = health.since if health.state is HealthState.HEALTHY else None
        watch.ledger.failed(task, healthy_since=healthy_since, now=self._clock.now())
        self._write(task, "task.failed", wording.describe_failure(task))
        self._explain(watch, task, watch.specs.get(task.id), health, ended=True)

    def health_changed(self, task: Task, before: Health, after: Health) -> None:
        """The probes of a task came to another state."""
        watch, now = self._watch((task.app, task.environment)), self._clock.now()
        self._write(task, *wording.describe_health(task, after, now))
        if after.state is HealthState.HEALTHY:
            watch.ledger.healthy(task)
        if after.state is HealthState.UNHEALTHY:
            healthy_since = before.since if before.state is HealthState.HEALTHY else None
            watch.ledger.failed(task, healthy_since=healthy_since, now=now)
            watch.looked_into.add(task.id)
            self._explain(watch, task, watch.specs.get(task.id), after, ended=False)
        watch.woken.set()

    def look_for_ends(self, watch: Watch, now: float) -> None:
        """Say of each loop once that it is over."""
        app, environment = watch.key
        for deployment, service in watch.ledger.ended_loops(now):
            self._journal.write(
                "service.steady",
                crashloop.describe_end(service),
                app=app,
                environment=environment,
                service=service,
                deployment=deployment,
            )

    def port_adopted(self, task: Task, port: int) -> None:
        """A task is reached by another port than the one that was guessed."""
        self._write(task, "task.port_adopted", f"{wording.name(task)} listens on {port}, not {task.port}")

    def done(self, key: Key, operation: Operation, task: Task | None) -> None:
        """An operation was done."""
        if event := wording.describe(operation, task):
            kind, text = event
            if task is not None:
                self._write(task, kind, text)
            else:
                self._journal.write(kind, text, app=key[0], environment=key[1])
        self._watch(key).woken.set()

    def refused(self, key: Key, task: Task, spec: TaskSpec, error: FairwayError) -> None:
        """The engine will not start a task, whenever it is asked."""
        watch, now = self._watch(key), self._clock.now()
        exit = Exit(code=REFUSED, error=wording.describe_error(error))
        ended = replace(task, status=TaskStatus.STOPPED, stopped_at=now, exit=exit)
        watch.accounted.add(task.id)
        watch.ledger.failed(ended, healthy_since=None, now=now)
        self._write(ended, "task.failed", wording.describe_failure(ended))
        self._explain(watch, ended, spec, Health(), ended=True)
        watch.woken.set()

    def not_taken(self, key: Key, service: DesiredService, error: FairwayError) -> None:
        """An engine that rolls by itself will not have a service, whenever it is asked."""
        watch, spec, text = self._watch(key), service.spec, wording.describe_error(error)
        watch.refusals[spec.deployment, spec.service] = text
        self._journal.write(
            "service.refused",
            f"the engine will not have release {spec.release} of {spec.service}: {text}",
            app=spec.app,
            environment=spec.environment,
            service=spec.service,
            deployment=spec.deployment,
        )
        watch.woken.set()

    def troubled(self, key: Key, error: FairwayError) -> None:
        """An operation in the background met something that does not answer."""
        watch = self._watch(key)
        watch.problem = error
        watch.woken.set()

    def _explain(self, watch: Watch, task: Task, spec: TaskSpec | None, health: Health, *, ended: bool) -> None:
        if spec is None:
            watch.looked_into.discard(task.id)  # of a deployment that nobody judges any more
            return
        watch.explaining.add(task.id)
        self._group.create_task(self._gather(watch, task, spec, health, ended=ended), name=f"facts {task.id}")

    async def _gather(self, watch: Watch, task: Task, spec: TaskSpec, health: Health, *, ended: bool) -> None:
        try:
            facts = await self._investigator.gather(task, spec, health.last, self._clock.now())
        finally:
            watch.looked_into.discard(task.id)
            watch.explaining.discard(task.id)
        watch.ledger.explained(task, facts, ended=ended)
        self._tell_loop(watch, task, facts)
        watch.woken.set()

    def _tell_loop(self, watch: Watch, task: Task, facts: Facts) -> None:
        """Say once that the service's tasks fail again and again, with the cause of this failure."""
        if (found := watch.ledger.new_loop(task, self._clock.now())) is not None:
            loop, pause = found
            cause = diagnosis.diagnose(facts, previous=None).sentence
            self._write(task, "service.crash_loop", crashloop.describe(task.service, loop, cause, pause))

    def _write(self, task: Task, kind: str, text: str) -> None:
        self._journal.write(
            kind,
            text,
            app=task.app,
            environment=task.environment,
            service=task.service,
            deployment=task.deployment,
        )
