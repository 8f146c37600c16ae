"""Executions, durably: each goes through its stages in order, as its mode lets it, whatever happens to the server.

An execution's truth is in the store and changes by whole changes only (see `ledger`); what is to change is decided in
`domain.progression` and `domain.admission`. A stage's actions are run by a durable workflow (see `performer`), one for
each time that it is begun. So every function here can be repeated: it looks at the execution and does what is missing,
whether it is called at the end of a stage, after a restart, or both at once.
"""

import asyncio
import functools
from collections import Counter, defaultdict
from collections.abc import Container, Mapping, Sequence

from fairway.domain import admission, progression
from fairway.domain.execution import INSIDE, Execution, ExecutionStatus, Kind, Stage
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.moves import CountRun, Keep, Move, MoveExecution
from fairway.domain.pipeline import DisabledTransition
from fairway.domain.progression import RetryMode
from fairway.errors import Conflict, Unavailable
from fairway.pipeline import approvals, decisions, performer
from fairway.pipeline.announce import Announcer
from fairway.pipeline.ledger import Ledger
from fairway.pipeline.log import StageLogs
from fairway.pipeline.performer import Performer
from fairway.pipeline.rollback import FindReturn, FindWaysBack, Rollbacks, fits_always
from fairway.pipeline.work import StageRunner
from fairway.ports.clock import Clock
from fairway.ports.durable import Durable
from fairway.ports.leases import Alone, Holding
from fairway.ports.masks import Masks, Unmasked
from fairway.ports.notify import Notices
from fairway.ports.stores import Executions, Transitions

STOP = "stop"
"""The key among an execution's outputs that says how it is being stopped, for the server that comes after this one."""


class Executor:
    """Runs executions. `stages` has a runner for "source", "build" and "package", and one for "deploy", which is given
    every other stage: those are named for the environments that they deploy to. "command" and
    "request" are given the users' own actions of all of them. `holding` says which apps are this server's, where
    several share the work; the unfinished ones of `executions` are of those apps."""

    def __init__(
        self,
        executions: Executions,
        transitions: Transitions,
        durable: Durable,
        stages: Mapping[str, StageRunner],
        clock: Clock,
        notices: Notices,
        logs: StageLogs,
        find_ways_back: FindWaysBack,
        holding: Holding | None = None,
        masks: Masks | None = None,
        find_return: FindReturn = fits_always,
    ) -> None:
        self._executions = executions
        self._transitions = transitions
        self._durable = durable
        self._clock = clock
        self._announcer = Announcer(clock, notices)
        self._ledger = Ledger(executions, clock, self._announcer)
        self._rollbacks = Rollbacks(executions, find_ways_back, clock, find_return)
        self._performer = Performer(
            executions,
            self._ledger,
            durable,
            stages,
            logs,
            after_failure=self._rollbacks.after_failure,
            goes_on=self._begin,
            ended=self._settle,
            holding=holding or Alone(),
            masks=masks or Unmasked(),
        )
        self._turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._asked: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        self._deadlines = asyncio.Event()
        self._opened = asyncio.Event()

    async def open(self) -> None:
        """Begin, and see to everything that a dead server left unfinished."""
        self._durable.register(performer.BODY, self._performer.body)
        await self._durable.open()
        await self.recover()
        self._opened.set()

    async def close(self) -> None:
        """Stop all work where it is; the next `open` goes on there."""
        await self._durable.close()

    async def submitted(self, app: AppName, number: int) -> None:
        """The execution was created: it begins, or waits for the one before it. Raises NotFound."""
        self._announcer.queued(await self._ledger.get(app, number))
        await self._settle(app)

    async def stop(self, app: AppName, number: int, *, wait: bool = False, reason: str = "", by: str = "") -> None:
        """Stop it. `wait`: what runs comes to its end, nothing further begins, and this returns at once. Otherwise what
        runs is given up, and this returns when it has stopped; that may follow on the other.

        Raises NotFound; Conflict when it has ended by itself, or is already being stopped in this way.
        """
        execution = await self._ledger.get(app, number)
        kept = Keep(outputs={STOP: {"wait": wait, "reason": reason, "by": by}})
        stopping = await self._ledger.change(execution, lambda now: decisions.stop(now, wait=wait, keep=kept))
        if not wait:
            await self._abandon(stopping or await self._ledger.get(app, number))
        await self._settle(app)

    async def retry(self, app: AppName, number: int, mode: RetryMode, *, by: str = "") -> Execution:
        """Try the stage again that it failed or was stopped in. Raises NotFound; Conflict, which says why it can't be.

        CodePipeline's conditions: it has a failed stage, and no later execution has been in that stage since.
        """
        async with self._turn[app]:
            execution = await self._ledger.get(app, number)
            others = [each for each in await self._executions.contenders(app) if each.shares_stages(execution)]
            pull_request = execution.revision.pull_request
            entered = await self._executions.entered(app, above=number, pull_request=pull_request)

            def decide(now: Execution) -> Sequence[Move]:
                stage = decisions.retried_stage(now, others, entered)
                return [*progression.retry(now, stage, mode), Keep(outputs={STOP: None})]

            again = await self._ledger.change(execution, decide)
            assert again is not None and again.place is not None, "a retry has always something to do"
        await self._begin(again, again.place)
        return again

    async def rollback(
        self,
        app: AppName,
        environment: EnvironmentName,
        release: int | None = None,
        *,
        by: str = "",
        accepted: bool = False,
        take_back: bool = False,
    ) -> Execution:
        """Begin to take the environment back to an earlier release. Raises what `Rollbacks.create` raises."""
        async with self._turn[app]:
            created = await self._rollbacks.create(
                app, environment, release=release, by=by, accepted=accepted, take_back=take_back
            )
        await self.submitted(app, created.number)
        return await self._ledger.get(app, created.number)

    async def decide(self, app: AppName, number: int, *, approved: bool, by: str, comment: str = "") -> Execution:
        """Give the approval that it waits for, or refuse it. Raises NotFound; Conflict when it waits for none."""
        execution = await self._ledger.get(app, number)
        return await self._answer(execution, approvals.Answer(approved=approved, by=by, comment=comment))

    async def disable_transition(self, app: AppName, transition: DisabledTransition) -> None:
        """Let nobody enter the stage until it is enabled again. Raises NotFound for an unknown app."""
        await self._transitions.disable(app, transition)

    async def enable_transition(self, app: AppName, stage: str) -> None:
        """Let the one that waits enter. Raises Conflict when the transition is not disabled."""
        if not await self._transitions.enable(app, stage):
            raise Conflict(f"nothing holds executions back in front of {stage} of {app}")
        await self._settle(app)

    async def run(self) -> None:
        """Refuse the approvals whose time is over, until cancelled; the server keeps it running."""
        await self._opened.wait()
        while True:
            self._deadlines.clear()
            waiting = [execution for execution in await self._executions.unfinished() if approvals.deadline(execution)]
            now = self._clock.now()
            for execution in waiting:
                if approvals.deadline(execution, until=now):
                    await self._answer(execution, approvals.EXPIRED)
            await approvals.pause(self._deadlines, self._clock, waiting)

    async def take_over(self, apps: Container[AppName]) -> None:
        """Go on with the executions of apps that another server had until now."""
        await self._opened.wait()
        await self._ledger.insist(functools.partial(self.recover, apps))
        self._deadlines.set()

    async def recover(self, apps: Container[AppName] | None = None) -> None:
        """Go on with every unfinished execution (of those apps): a stage whose durable workflow nobody resumes is begun
        anew."""
        unfinished = [each for each in await self._executions.unfinished() if apps is None or each.app in apps]
        for execution in unfinished:
            if execution.status is ExecutionStatus.STOPPING:
                outputs = await self._executions.outputs(execution.app, execution.number)
                if not (outputs.get(STOP) or {}).get("wait"):
                    await self._abandon(execution)
                    continue
            if (stage := inside(execution)) is not None and performer.running(stage):
                await self._resume(execution, stage)
        for app in {execution.app for execution in unfinished}:
            await self._settle(app)

    async def _settle(self, app: AppName) -> None:
        """Let in those whose turn it is, and supersede those whose place was taken.

        One look does for all who asked before it began: a thousand executions that are queued at once would otherwise
        wait in line to look a thousand times. Whom a look has let in begins, even when the store fails behind it.
        """
        self._asked[app] += 1
        mine, begun = self._asked[app], list[tuple[Execution, Stage]]()
        failure: Unavailable | None = None
        async with self._turn[app]:
            if self._seen[app] >= mine:
                return
            asked = self._asked[app]
            try:
                while not await self._admit(app, begun):
                    pass
                self._seen[app] = asked
            except Unavailable as error:
                failure = error
        for execution, stage in begun:
            await self._begin(execution, stage)
        if failure is not None:
            raise failure

    async def _admit(self, app: AppName, begun: list[tuple[Execution, Stage]]) -> bool:
        """One look at all of them; False when another one is needed, because something has changed since."""
        contenders = await self._executions.contenders(app)
        if not contenders:
            return True
        found = admission.admit(
            contenders,
            closed={each.stage for each in await self._transitions.disabled(app)},
            entered=await self._executions.entered(
                app, above=min(each.number for each in contenders), kind=Kind.STANDARD
            ),
        )
        at = self._clock.now()
        for execution in found.superseded:
            move = MoveExecution(expected=execution.status, to=ExecutionStatus.SUPERSEDED)
            if not await self._executions.change(execution, [move], at=at):
                return False
            self._announcer.tell(execution, [move])
        for execution, stage in found.enter:
            entered = await self._ledger.change(execution, functools.partial(decisions.enter, name=stage.name))
            if entered is None:
                return False
            begun.append((entered, next(each for each in entered.stages if each.name == stage.name)))
        return not found.superseded

    async def _begin(self, execution: Execution, stage: Stage) -> None:
        """Have the stage's actions run that are in progress."""
        if performer.running(stage):
            await self._performer.start(execution, stage)
        if stage.waiting is not None:
            self._deadlines.set()

    async def _resume(self, execution: Execution, stage: Stage) -> None:
        """Begin a workflow for a stage whose own is not known any more: its database is another one, or was written by
        a version of Fairway whose stages had other steps."""
        if await self._durable.alive(performer.workflow(execution, stage)):
            return
        count = CountRun(stage=stage.name, expected=stage.run)
        again = await self._ledger.change(execution, lambda now: [count] if inside(now) == stage else [])
        if again is not None and again.place is not None:
            await self._performer.start(again, again.place, resumed=True)

    async def _abandon(self, execution: Execution) -> None:
        """Give up what runs of an execution that is being stopped, and end it."""
        stage = inside(execution)
        if execution.status is not ExecutionStatus.STOPPING or stage is None:
            return
        await self._performer.abandon(execution, stage)
        await self._ledger.change(await self._ledger.get(execution.app, execution.number), decisions.abandon)

    async def _answer(self, execution: Execution, answer: approvals.Answer) -> Execution:
        answered = await self._ledger.change(execution, lambda now: approvals.decide(now, answer))
        if answered is None:
            return execution
        if (stage := inside(answered)) is not None:
            await self._begin(answered, stage)
        await self._settle(answered.app)
        return answered


def inside(execution: Execution) -> Stage | None:
    """The stage that it is in; None when it waits in front of one, or has ended."""
    stage = execution.place
    return stage if stage is not None and stage.status in INSIDE else None
