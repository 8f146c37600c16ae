"""Runs the actions of a stage: the body of its durable workflow.

It begins with what the store says is in progress, runs that, writes what came of it together with what follows (the
next actions, the end of the stage, of the execution), and goes on until nothing is left for it: the stage has ended, or
waits for an approval, for which nothing needs to run. Steps are kept by the durable executor where a stage has one
duty alone; actions that run beside each other are begun anew after a restart, as the order of their steps would not be
the same, and find by themselves what they had begun.
Actions that keep no step follow each other in one workflow (see `steps`).
"""

import asyncio
import contextlib
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from fairway.domain.action import Command, Request
from fairway.domain.execution import INSIDE, ActionExecution, ActionStatus, Execution, Stage
from fairway.domain.ids import AppName, ExecutionNumber
from fairway.domain.moves import GoBack, Move
from fairway.domain.pipeline import Approval
from fairway.errors import FairwayError, NotFound
from fairway.pipeline import decisions, masking, outcome, steps
from fairway.pipeline.ledger import Ledger
from fairway.pipeline.log import StageLogs
from fairway.pipeline.steps import Keeping
from fairway.pipeline.work import Afterwards, Done, Failed, StageRunner, Work
from fairway.ports.builder import LogSink
from fairway.ports.durable import Durable, Step
from fairway.ports.leases import Holding
from fairway.ports.masks import Mask, Masks
from fairway.ports.stores import Executions

BODY = "fairway.stage"
DEPLOY = "deploy"
"""The kind of every stage that is named for an environment."""
COMMAND, REQUEST = "command", "request"


class Performer:
    """`goes_on` is called with an execution and the stage that it is in when another run of that begins, `ended` with
    an app when a workflow of one of its executions has nothing left to do. A workflow of an app that is not (any more)
    this server's ends at once, and nothing is begun while the server's lease is in doubt."""

    def __init__(
        self,
        executions: Executions,
        ledger: Ledger,
        durable: Durable,
        stages: Mapping[str, StageRunner],
        logs: StageLogs,
        *,
        after_failure: Callable[[Execution, Stage], Awaitable[GoBack | str | None]],
        goes_on: Callable[[Execution, Stage], Awaitable[None]],
        ended: Callable[[AppName], Awaitable[None]],
        holding: Holding,
        masks: Masks,
    ) -> None:
        self._masks = masks
        self._executions = executions
        self._ledger = ledger
        self._durable = durable
        self._stages = stages
        self._logs = logs
        self._after_failure = after_failure
        self._goes_on = goes_on
        self._ended = ended
        self._holding = holding
        self._fresh: dict[str, Execution] = {}
        """As they were when their stage began in this process, by the workflow that is to run it."""

    async def start(self, execution: Execution, stage: Stage, *, resumed: bool = False) -> None:
        """Have the stage's actions run in the background; the same run a second time does nothing."""
        id = workflow(execution, stage)
        if not resumed:
            self._fresh[id] = execution
        arguments = {"app": execution.app, "number": execution.number, "stage": stage.name, "id": id}
        await self._durable.start(id, BODY, arguments)

    async def abandon(self, execution: Execution, stage: Stage) -> None:
        """Stop what runs, and have the stage's runner clear up after it."""
        await self._durable.cancel(workflow(execution, stage))
        for runner in {
            id(found): found for each in running(stage) if (found := self._runner(stage.name, each))
        }.values():
            await runner.abandon(execution, stage.name)

    async def body(self, step: Step, arguments: Mapping[str, Any]) -> None:
        """The durable workflow."""
        app, number, name = AppName(arguments["app"]), ExecutionNumber(arguments["number"]), str(arguments["stage"])
        begun = self._fresh.pop(arguments["id"], None)
        resumed = begun is None
        if not self._holding.holds(app):
            return
        keeping = Keeping(step, keeps=True)
        # An app may be deleted while its execution runs: then there is nothing left to do, or to tell.
        with contextlib.suppress(NotFound):
            get = functools.partial(self._ledger.get, app, number)
            execution = begun if begun is not None else await self._ledger.insist(get)
            while (stage := execution.stage(name)) is not None and stage.status in INSIDE:
                if workflow(execution, stage) != arguments["id"]:
                    await self._ledger.insist(functools.partial(self._goes_on, execution, stage))
                    break
                if not (actions := running(stage)):
                    break
                execution = await self._run_all(keeping, execution, name, actions, resumed=resumed)
                resumed = False
            await self._ledger.insist(functools.partial(self._ended, app))

    async def _run_all(
        self, step: Keeping, execution: Execution, name: str, actions: list[ActionExecution], *, resumed: bool
    ) -> Execution:
        """Run them, and return the execution as it is then."""
        app, number = execution.app, execution.number
        after: Execution | None = None
        earlier = resumed or any(each.attempt > 1 for each in actions) or has_written(execution, name, actions)
        mask = await self._ledger.insist(functools.partial(self._masks.of, app))
        with self._logs.write(app, number, name, resume=earlier) as file:

            def log(text: str) -> None:
                file(mask(text))

            if resumed:
                log("the server was restarted; going on")
            elif (attempt := max(each.attempt for each in actions)) > 1:
                log(f"attempt {attempt}")
            act = functools.partial(self._act, execution, name, log, mask, resumed=resumed)
            if len(actions) == 1:
                after = await act(step, actions[0])
            else:
                async with asyncio.TaskGroup() as group:
                    for action in actions:
                        group.create_task(quietly(act(Keeping(steps.at_once, keeps=False), action)))
        if after is None:
            after = await self._ledger.insist(functools.partial(self._ledger.get, app, number))
        return after

    async def _act(
        self,
        execution: Execution,
        stage: str,
        log: LogSink,
        mask: Mask,
        step: Keeping,
        action: ActionExecution,
        *,
        resumed: bool,
    ) -> Execution | None:
        """Run the action, and write what came of it. Returns the execution after that, None when it came too late."""
        afterwards: list[Afterwards] = []
        try:
            work = await self._work(execution, stage, log, mask, step, action, resumed=resumed)
            afterwards = work.afterwards
            await self._holding.valid()
            answer = await self._runner(stage, action).run(work)
        except NotFound as error:
            # It may be the app itself that is gone: then this raises NotFound as well, and nothing is left to do.
            await self._executions.get(execution.app, execution.number)
            answer = outcome.make_failed(error, execution, stage)
        except Exception as error:  # noqa: BLE001 - every error of an action becomes its Cause
            answer = outcome.make_failed(error, execution, stage)
        answer = masking.mask_answer(answer, mask)
        conclude = functools.partial(self._conclude, execution, stage, action, answer, same_run=not step.kept)
        after = await self._ledger.insist(conclude)
        for each in afterwards:
            with contextlib.suppress(FairwayError):
                await each()
        return after

    async def _work(
        self,
        execution: Execution,
        stage: str,
        log: LogSink,
        mask: Mask,
        step: Step,
        action: ActionExecution,
        *,
        resumed: bool,
    ) -> Work:
        app, number = execution.app, execution.number

        def earlier() -> Sequence[str]:
            return self._logs.read(app, number, stage).splitlines() if resumed else ()

        return Work(
            execution=execution,
            stage=stage,
            attempt=action.attempt,
            outputs=await self._executions.outputs(app, number),
            log=log,
            step=functools.partial(self._do_step, step, mask),
            action=action.action,
            earlier=earlier,
            mask=mask,
        )

    async def _do_step(self, step: Step, mask: Mask, name: str, action: Callable[[], Awaitable[Any]]) -> Any:
        async def act() -> Any:
            await self._holding.valid()
            try:
                return await action()
            except FairwayError as error:
                masking.mask_error(error, mask)
                raise

        return await step(name, act)

    async def _conclude(
        self, execution: Execution, stage: str, action: ActionExecution, answer: Done | Failed, *, same_run: bool
    ) -> Execution | None:
        latest, back = execution, None
        if isinstance(answer, Failed) or not is_sole(execution, stage, action):
            latest = await self._ledger.get(execution.app, execution.number)
            found = latest.stage(stage)
            # Looked for when this one succeeded, too: one beside it may fail in this moment, and this be the stage's
            # end.
            back = await self._after_failure(latest, found) if found is not None else None

        def decide(now: Execution) -> list[Move]:
            found = now.stage(stage)
            present = found.action(action.action.name) if found is not None else None
            if present is None or present.status is not ActionStatus.IN_PROGRESS or present.attempt != action.attempt:
                return []
            moves = outcome.record(stage, action.action.name, answer)
            return list(decisions.follow(now, moves, stage, back=back, same_run=same_run))

        return await self._ledger.change(latest, decide)

    def _runner(self, stage: str, action: ActionExecution) -> StageRunner:
        if isinstance(action.action, Command):
            return self._stages[COMMAND]
        if isinstance(action.action, Request):
            return self._stages[REQUEST]
        return self._stages.get(stage, self._stages[DEPLOY])


def running(stage: Stage) -> list[ActionExecution]:
    """The actions in progress that something has to be done for."""
    return [
        each
        for each in stage.actions
        if each.status is ActionStatus.IN_PROGRESS and not isinstance(each.action, Approval)
    ]


def has_written(execution: Execution, name: str, actions: Sequence[ActionExecution]) -> bool:
    """Whether others than these actions have written to the stage's log before."""
    stage = execution.stage(name)
    mine = {each.action.name for each in actions}
    return stage is not None and any(
        each.status is not ActionStatus.PENDING and not isinstance(each.action, Approval)
        for each in stage.actions
        if each.action.name not in mine
    )


def is_sole(execution: Execution, name: str, action: ActionExecution) -> bool:
    """Whether the stage goes on when the action succeeds: no other one is in progress, nor has one failed. None begins
    before it has ended."""
    good = (ActionStatus.SUCCEEDED, ActionStatus.PENDING)
    stage = execution.stage(name)
    others = () if stage is None else (each for each in stage.actions if each.action.name != action.action.name)
    return all(each.status in good for each in others)


async def quietly(act: Awaitable[object]) -> None:
    """Let it end without a word when the app is gone: whoever looks for the next actions is told."""
    with contextlib.suppress(NotFound):
        await act


def workflow(execution: Execution, stage: Stage) -> str:
    """The id of the present run's workflow. The time is in it, because the numbers of an app that is deleted and made
    again begin at 1 again."""
    return f"{execution.app}/{execution.number}/{execution.created_at:.6f}/{stage.name}/{stage.run}"
