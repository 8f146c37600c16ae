"""Stages for the executor's tests: they do what they are told, say what they did, and can be held."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.durable import Disk, MemoryDurable
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.domain.app import Mode, OnFailure
from fairway.domain.execution import Execution, Revision
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber, ReleaseNumber
from fairway.domain.pipeline import Action, Approval, Definition, Duty, define_pull_request
from fairway.domain.release import Release
from fairway.errors import NotFound
from fairway.pipeline.executor import Executor
from fairway.pipeline.log import StageLogs
from fairway.pipeline.rollback import FindReturn, fits_always
from fairway.pipeline.work import Done, Failed, StageRunner, Work
from fairway.ports.leases import Holding
from support.pipeline_values import APP, PRODUCTION, PUSH, REVISION, define, make_release

NAMES = ("source", "build", "package", "staging", "production")
KINDS = ("source", "build", "package", "deploy")


class Scripted:
    """A runner of every kind of stage. `answers` and `errors` are by stage; `turns` has an error, or None, for each
    action of a stage in the order in which they run; a stage in `held` waits in its step; one in `stepless` takes no
    step."""

    def __init__(self, ran: list[str] | None = None) -> None:
        self.ran: list[str] = [] if ran is None else ran
        self.answers: dict[str, Done | Failed] = {}
        self.errors: dict[str, Exception] = {}
        self.turns: dict[str, list[Exception | None]] = {}
        self.held: dict[str, asyncio.Event] = {}
        self.reached: dict[str, asyncio.Event] = {name: asyncio.Event() for name in NAMES}
        self.abandoned: list[str] = []
        self.stepless: set[str] = set()
        self.seen: dict[str, Mapping[str, Any]] = {}

    def hold(self, stage: str) -> None:
        self.held[stage] = asyncio.Event()

    async def run(self, work: Work) -> Done | Failed:
        self.seen[work.stage] = dict(work.outputs)

        async def act() -> str:
            work.log(f"{work.stage} begins")
            self.reached[work.stage].set()
            if work.stage in self.held:
                await self.held[work.stage].wait()
            self.ran.append(f"{work.execution.number}/{work.stage}")
            return f"result of {work.stage}"

        result = await (act() if work.stage in self.stepless else work.step("act", act))
        if (turns := self.turns.get(work.stage)) and (error := turns.pop(0)) is not None:
            raise error
        if work.stage in self.errors:
            raise self.errors[work.stage]
        return self.answers.get(work.stage, Done(summary=f"did {work.stage}", outputs={work.stage: result}))

    async def abandon(self, execution: Execution, stage: str) -> None:
        self.abandoned.append(f"{execution.number}/{stage}")


async def find_no_way_back(*_: object) -> list[Release]:
    """Where nothing is deployed."""
    return []


class Rig:
    """An executor on memory adapters, with what it stands on."""

    def __init__(
        self,
        root: Path,
        store: MemoryStore | None = None,
        disk: Disk | None = None,
        ran: list[str] | None = None,
        wrap: Callable[[Any], Any] = lambda executions: executions,
        more: Mapping[str, StageRunner] | None = None,
        holding: Holding | None = None,
        find_return: FindReturn = fits_always,
    ) -> None:
        self.store = store or make_store()
        self.disk: Disk = {} if disk is None else disk
        self.stages = Scripted(ran)
        self.ways: list[Release] = []
        self.durable = MemoryDurable(self.disk)
        self.notices = MemoryNotices()
        self.logs = StageLogs(root)
        self.executor = Executor(
            wrap(self.store.executions),
            self.store.transitions,
            self.durable,
            {**dict.fromkeys(KINDS, self.stages), **(more or {})},
            LoopClock(),
            self.notices,
            self.logs,
            self.find_ways_back,
            holding,
            find_return=find_return,
        )

    async def find_ways_back(self, app: AppName, environment: str, release: int | None = None) -> list[Release]:
        found = [way for way in self.ways if way.environment == environment and release in (None, way.number)]
        if release is not None and not found:
            raise NotFound(f"{app} has no release {release}")
        return found

    def deployed(self, execution: int, environment: EnvironmentName = PRODUCTION) -> None:
        """What the execution brought there can be gone back to; release 7 for execution 7."""
        made = make_release(environment, number=ReleaseNumber(execution), execution=ExecutionNumber(execution))
        self.ways.insert(0, made)

    async def open(self) -> None:
        await self.executor.open()

    async def push(self, *stages: str, mode: Mode = Mode.SUPERSEDED, approvals: Sequence[str] = ()) -> int:
        if not await self.store.apps.list():
            await self.store.apps.create(APP, at=1.0)
        return await self.submit(define(stages or NAMES, mode=mode, approvals=approvals))

    async def push_checked(self, on_failure: OnFailure, *, approval: bool = False) -> int:
        """Source and production, whose deployment is followed by an action that looks whether it works."""
        source, production = define(["source", "production"]).stages
        first: tuple[Action, ...] = (Approval(),) if approval else ()
        actions = (*first, Duty(name="deploy", order=2), Duty(name="smoke", order=3))
        checked = replace(production, actions=actions, on_failure=on_failure)
        return await self.submit(Definition(stages=(source, checked)))

    async def propose(self, pull_request: int) -> int:
        """The head of a pull request."""
        if not await self.store.apps.list():
            await self.store.apps.create(APP, at=1.0)
        revision = replace(REVISION, branch="", pull_request=pull_request)
        return await self.submit(define_pull_request(), revision)

    async def submit(self, definition: Definition, revision: Revision = REVISION) -> int:
        execution = await self.store.executions.create(APP, revision, PUSH, definition, at=1.0)
        await self.executor.submitted(APP, execution.number)
        return execution.number

    async def quiet(self) -> None:
        """Return when everything that can happen has: only what is held, or waits for somebody, is left."""
        for _ in range(200):
            await asyncio.sleep(0)

    async def get(self, number: int) -> Execution:
        return await self.store.executions.get(APP, number)

    async def statuses(self) -> list[str]:
        return [str(execution.status) for execution in reversed(await self.store.executions.list(APP))]
