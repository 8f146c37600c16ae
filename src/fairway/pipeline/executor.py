"""Executions, durably: each runs its stages in order, one of an app at a time, whatever happens to the server.

An execution's truth is in the store and changes by compare-and-set only; each attempt at a stage is one durable
workflow. So every function here can be repeated: `_proceed` looks at the execution and does the next thing that is
missing, whether it is called at the end of a stage, after a restart, or both at once.
"""

import asyncio
import contextlib
import functools
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fairway.domain import retry, transitions
from fairway.domain.execution import (
    STAGE_TRANSITIONS,
    Execution,
    ExecutionStatus,
    Stage,
    StageStatus,
)
from fairway.domain.ids import AppName, ExecutionNumber
from fairway.errors import Conflict, NotFound, Unavailable
from fairway.pipeline import causes, queue
from fairway.pipeline.announce import Announcer
from fairway.pipeline.log import StageLogs
from fairway.pipeline.work import Done, Failed, StageRunner, Work
from fairway.ports.clock import Clock
from fairway.ports.durable import Durable, Step
from fairway.ports.notify import Notices
from fairway.ports.stores import Executions

LOG = logging.getLogger(__name__)
BODY = "fairway.stage"
ATTEMPTS = "attempts"
"""The key among an execution's outputs under which the attempts at its stages are counted."""
DEPLOY = "deploy"
"""The kind of every stage that is named for an environment."""


class Executor:
    """Runs executions. `stages` has a runner for "source", "build" and "package", and one for "deploy", which is given
    every other stage: those are named for the environments that they deploy to."""

    def __init__(
        self,
        executions: Executions,
        durable: Durable,
        stages: Mapping[str, StageRunner],
        clock: Clock,
        notices: Notices,
        logs: StageLogs,
    ) -> None:
        self._executions = executions
        self._durable = durable
        self._stages = stages
        self._clock = clock
        self._announcer = Announcer(clock, notices)
        self._logs = logs
        self._attempts: dict[str, dict[str, int]] = {}
        self._admitting: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def open(self) -> None:
        """Begin, and see to everything that a dead server left unfinished."""
        self._durable.register(BODY, self._run_stage)
        await self._durable.open()
        await self.recover()

    async def close(self) -> None:
        """Stop all work where it is; the next `open` goes on there."""
        await self._durable.close()

    async def submitted(self, app: AppName, number: int) -> None:
        """The execution was created: it begins, or waits for the one that runs. Raises NotFound."""
        self._announcer.execution(await self._executions.get(app, number), ExecutionStatus.QUEUED)
        await self._admit(app)

    async def stop(self, app: AppName, number: int) -> None:
        """Stop it where it is; returns when it has stopped. Raises NotFound; Conflict when it has ended by itself."""
        execution = await self._executions.get(app, number)
        for before, after in (
            (ExecutionStatus.QUEUED, ExecutionStatus.STOPPED),
            (ExecutionStatus.IN_PROGRESS, ExecutionStatus.STOPPING),
        ):
            if await self._advance(execution, before, after):
                break
        execution = await self._executions.get(app, number)
        if execution.status is ExecutionStatus.STOPPING:
            await self._stop_stages(execution)
        elif execution.status is not ExecutionStatus.STOPPED:
            raise Conflict(f"execution {number} of {app} has already ended", why=f"it is {execution.status}")
        await self._admit(app)

    async def recover(self) -> None:
        """Go on with every unfinished execution: a stage that its durable workflow no longer knows is begun anew."""
        unfinished = await self._executions.unfinished()
        for execution in unfinished:
            if execution.status is not ExecutionStatus.QUEUED:
                await self._renew(execution)
            if execution.status is ExecutionStatus.STOPPING:
                await self._stop_stages(execution)
            elif execution.status is ExecutionStatus.IN_PROGRESS:
                await self._proceed(execution.app, execution.number)
        for app in {execution.app for execution in unfinished}:
            await self._admit(app)

    async def _admit(self, app: AppName) -> None:
        """Let the newest waiting execution enter if none runs; the others that wait are superseded."""
        async with self._admitting[app]:
            mine = [execution for execution in await self._executions.unfinished() if execution.app == app]
            admission = queue.admit(mine)
            for execution in admission.superseded:
                await self._advance(execution, ExecutionStatus.QUEUED, ExecutionStatus.SUPERSEDED)
            enter = admission.enter
            if enter is None or not await self._advance(enter, ExecutionStatus.QUEUED, ExecutionStatus.IN_PROGRESS):
                return
        await self._proceed(app, enter.number)

    async def _proceed(self, app: AppName, number: ExecutionNumber) -> None:
        """Do the next thing that the execution lacks: begin a stage, or end it."""
        execution = await self._executions.get(app, number)
        if execution.status is ExecutionStatus.STOPPING:
            await self._end(execution, ExecutionStatus.STOPPING, ExecutionStatus.STOPPED)
        elif execution.status is ExecutionStatus.IN_PROGRESS:
            stage = next((each for each in execution.stages if each.status is not StageStatus.SUCCEEDED), None)
            if stage is None:
                await self._end(execution, ExecutionStatus.IN_PROGRESS, ExecutionStatus.SUCCEEDED)
            elif transitions.terminal(STAGE_TRANSITIONS, stage.status):
                await self._end(execution, ExecutionStatus.IN_PROGRESS, ExecutionStatus.FAILED)
            else:
                await self._begin(execution, stage)

    async def _begin(self, execution: Execution, stage: Stage) -> None:
        id = self._workflow(execution, stage.name)
        arguments = {"app": execution.app, "number": execution.number, "stage": stage.name}
        await self._durable.start(id, BODY, arguments)

    async def _end(self, execution: Execution, before: ExecutionStatus, after: ExecutionStatus) -> None:
        if await self._advance(execution, before, after):
            await self._admit(execution.app)

    async def _run_stage(self, step: Step, arguments: Mapping[str, Any]) -> None:
        """The durable workflow: one attempt at one stage, then the next thing."""
        app, number, name = AppName(arguments["app"]), ExecutionNumber(arguments["number"]), str(arguments["stage"])
        # An app may be deleted while its execution runs: then there is nothing left to do, or to tell.
        with contextlib.suppress(NotFound):
            execution = await self._executions.get(app, number)
            stage = execution.stage(name)
            if stage is not None and execution.status is ExecutionStatus.IN_PROGRESS:
                await self._attempt(step, execution, stage)
            await self._insist(functools.partial(self._proceed, app, number))

    async def _attempt(self, step: Step, execution: Execution, stage: Stage) -> None:
        """Run the stage and keep what came of it, unless an earlier process has done so, or it was stopped."""
        if transitions.terminal(STAGE_TRANSITIONS, stage.status):
            return
        resumed = stage.status is StageStatus.IN_PROGRESS
        if not resumed and not await self._advance_stage(
            execution, stage.name, StageStatus.PENDING, StageStatus.IN_PROGRESS
        ):
            return
        try:
            answer = await self._run(step, execution, stage.name, resumed=resumed)
        except NotFound as error:
            # It may be the app itself that is gone: then this raises NotFound as well, and nothing is left to do.
            await self._executions.get(execution.app, execution.number)
            answer = make_failed(error, execution, stage.name)
        except Exception as error:  # noqa: BLE001 - every error of a stage becomes its Cause
            answer = make_failed(error, execution, stage.name)
        await self._insist(functools.partial(self._conclude, execution, stage.name, answer))

    async def _run(self, step: Step, execution: Execution, stage: str, *, resumed: bool) -> Done | Failed:
        """Have the runner do it, with its log; keep what it hands on."""
        app, number = execution.app, execution.number
        outputs = await self._executions.outputs(app, number)
        with self._logs.write(app, number, stage, resume=resumed) as log:
            if resumed:
                log("the server was restarted; going on")
            work = Work(execution=execution, stage=stage, outputs=outputs, log=log, step=step)
            answer = await self._runner(stage).run(work)
        if isinstance(answer, Done):
            if answer.outputs:
                await self._executions.put(app, number, answer.outputs)
            if answer.stages is not None:
                await self._executions.set_stages(app, number, answer.stages)
        return answer

    async def _insist(self, action: Callable[[], Awaitable[None]]) -> None:
        """Do it, again and again while the store does not answer (a full disk): what came of a stage must not be lost,
        and the app's next execution waits for it."""
        failures = 0
        while True:
            try:
                return await action()
            except Unavailable as error:
                failures += 1
                LOG.warning("%s: %s; trying again", error.what, error.why)
                await self._clock.sleep(retry.delay(failures, limit=30.0))

    async def _conclude(self, execution: Execution, stage: str, answer: Done | Failed) -> None:
        match answer:
            case Done(summary=summary):
                await self._advance_stage(
                    execution, stage, StageStatus.IN_PROGRESS, StageStatus.SUCCEEDED, summary=summary
                )
            case Failed(summary=summary, cause=cause):
                await self._advance_stage(
                    execution, stage, StageStatus.IN_PROGRESS, StageStatus.FAILED, summary=summary, cause=cause
                )

    async def _stop_stages(self, execution: Execution) -> None:
        """End the stages of an execution that is being stopped, then the execution. One may begin or end while this
        looks, so it looks until none is left."""
        while left := [each for each in execution.stages if not transitions.terminal(STAGE_TRANSITIONS, each.status)]:
            for stage in left:
                if stage.status is StageStatus.IN_PROGRESS:
                    await self._durable.cancel(self._workflow(execution, stage.name))
                    await self._runner(stage.name).abandon(execution, stage.name)
                await self._advance_stage(execution, stage.name, stage.status, StageStatus.STOPPED)
            execution = await self._executions.get(execution.app, execution.number)
        await self._end(execution, ExecutionStatus.STOPPING, ExecutionStatus.STOPPED)

    async def _renew(self, execution: Execution) -> None:
        """Count a new attempt at a stage that has begun and whose workflow nobody will resume: its database is another
        one, or was written by a version of Fairway whose stages had other steps."""
        outputs = await self._executions.outputs(execution.app, execution.number)
        attempts = self._attempts[place(execution)] = dict(outputs.get(ATTEMPTS, {}))
        for stage in execution.stages:
            if stage.status is not StageStatus.IN_PROGRESS:
                continue
            if not await self._durable.alive(self._workflow(execution, stage.name)):
                attempts[stage.name] = attempts.get(stage.name, 1) + 1
                await self._executions.put(execution.app, execution.number, {ATTEMPTS: attempts})

    def _workflow(self, execution: Execution, stage: str) -> str:
        """The id of the present attempt's workflow."""
        attempt = self._attempts.get(place(execution), {}).get(stage, 1)
        return f"{place(execution)}/{stage}/{attempt}"

    def _runner(self, stage: str) -> StageRunner:
        return self._stages.get(stage, self._stages[DEPLOY])

    async def _advance(self, execution: Execution, before: ExecutionStatus, after: ExecutionStatus) -> bool:
        moved = await self._executions.advance(
            execution.app, execution.number, expected=before, to=after, at=self._clock.now()
        )
        if moved:
            self._announcer.execution(execution, after)
        return moved

    async def _advance_stage(
        self, execution: Execution, stage: str, before: StageStatus, after: StageStatus, **more: Any
    ) -> bool:
        moved = await self._executions.advance_stage(
            execution.app, execution.number, stage, expected=before, to=after, at=self._clock.now(), **more
        )
        if moved:
            self._announcer.stage(execution, stage, after, more.get("summary", ""))
        return moved


def place(execution: Execution) -> str:
    """What tells an execution from every other one. The time is in it, because the numbers of an app that is deleted
    and made again begin at 1 again."""
    return f"{execution.app}/{execution.number}/{execution.created_at:.6f}"


def make_failed(error: Exception, execution: Execution, stage: str) -> Failed:
    """What a stage answers that raised."""
    cause = causes.from_error(error, stage=stage, number=execution.number)
    return Failed(summary=cause.sentence, cause=cause)
