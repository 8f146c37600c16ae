"""A server of jobs that kills itself at a checkpoint, and the one that comes after it, for tests/fault/test_job_kills.

What outlives it is real or lies in files: the store is SQLite, and the engine's containers are files with the time at
which they began. A checkpoint is a write of a store of runs, or an order to the engine. Each life is a process of its
own, forked from this module's, so that hundreds of them cost no imports.

    python -m support.jobs_kills ROOT      tells each chapter with a death at every checkpoint; prints what came of each
"""

import asyncio
import contextlib
import functools
import json
import os
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.store.store import Store, open_store
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.ids import JobId, JobName
from fairway.domain.job import Job
from fairway.domain.run import Policy
from fairway.domain.schedule import Schedule
from fairway.errors import Conflict
from fairway.jobs.current import Finder
from fairway.jobs.desk import Desk
from fairway.jobs.ledger import Ledger
from fairway.jobs.pruning import Pruner
from fairway.jobs.runner import Runner
from fairway.jobs.timekeeper import Timekeeper
from fairway.pipeline.log import StageLogs
from fairway.ports.builder import LogSink
from fairway.ports.jobs import JobEnd, JobSpec
from fairway.ports.leases import Alone
from support.fault_lives import spread
from support.jobs_room import variables
from support.pipeline_values import APP, DESCRIPTION, PRODUCTION, make_release, make_spec

SPEED = 40.0
"""How much faster the clock goes: ten seconds of back-off take a quarter of one."""
MIDNIGHT = 1_798_761_600.0
"""2027-01-01 00:00 UTC, at which the job is due; it is not due again for a year."""
BEFORE = 60.0
"""Seconds before midnight at which the story begins."""
MOMENT = 0.005
PATIENCE = 20.0
REPORT = Job(
    name=JobName("report"), command=("report",), schedule=Schedule(cron="0 0 1 1 *"), retries=2, timeout=3600.0
)


@dataclass(frozen=True)
class FastClock:
    """Time since the story's beginning, faster."""

    begun: float

    def now(self) -> float:
        return MIDNIGHT - BEFORE + (time.time() - self.begun) * SPEED

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)


@dataclass
class Checkpoints:
    """Passes them, writes their names down, and dies at one: `(name, which time, "before" or "after")`."""

    home: Path
    kill: tuple[str, int, str] | None
    passed: dict[str, int] = field(default_factory=dict)

    async def __call__(self, name: str, act: Callable[[], Awaitable[Any]]) -> Any:
        number = self.passed[name] = self.passed.get(name, 0) + 1
        with (self.home / "trace").open("a") as trace:
            trace.write(f"{name}\n")
        self._perhaps(name, number, "before")
        answer = await act()
        self._perhaps(name, number, "after")
        return answer

    def _perhaps(self, name: str, number: int, when: str) -> None:
        if self.kill == (name, number, when):
            os.kill(os.getpid(), signal.SIGKILL)


class Watched:
    """A store or an engine, some of whose calls are checkpoints."""

    def __init__(self, name: str, real: Any, calls: Sequence[str], checkpoints: Checkpoints) -> None:
        self._name, self._real, self._calls, self._checkpoints = name, real, calls, checkpoints

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if name not in self._calls:
            return method
        return lambda *given, **more: self._checkpoints(f"{self._name}.{name}", lambda: method(*given, **more))


class FileJobs:
    """`ports.jobs.Jobs` whose containers are files. The command's first attempt fails; `hang` hangs until it is asked
    to end. Each start is a line of the file `starts`."""

    def __init__(self, root: Path, clock: FastClock) -> None:
        self._root, self._clock = root, clock
        (root / "containers").mkdir(exist_ok=True)

    def _file(self, job: JobId) -> Path:
        return self._root / "containers" / job

    def _write(self, job: JobId, content: Mapping[str, Any]) -> None:
        part = self._root / f"{job}.part"
        part.write_text(json.dumps(content))
        part.replace(self._file(job))

    async def begin(self, job: JobId, spec: JobSpec, variables: Mapping[str, str]) -> None:
        if self._file(job).exists():
            return
        hangs = spec.command == ("hang",)
        code = 1 if variables["FAIRWAY_ATTEMPT"] == "1" else 0
        with (self._root / "starts").open("a") as starts:
            starts.write(f"{job}\n")
        now = self._clock.now()
        self._write(job, {"at": now, "ends": now + (1e9 if hangs else 4.0), "code": code})

    async def watch(self, job: JobId, log: LogSink, *, timeout: float) -> JobEnd | None:
        log("a line")
        while self._file(job).exists():
            state = json.loads(self._file(job).read_text())
            if self._clock.now() >= state["ends"]:
                return JobEnd(code=state["code"], seconds=state["ends"] - state["at"])
            await asyncio.sleep(MOMENT)
        return None

    async def stop(self, job: JobId, *, grace: float) -> None:
        if self._file(job).exists():
            state = json.loads(self._file(job).read_text())
            if self._clock.now() < state["ends"]:
                self._write(job, {**state, "ends": self._clock.now(), "code": 143})

    async def remove(self, job: JobId) -> None:
        self._file(job).unlink(missing_ok=True)

    async def list(self) -> Sequence[JobId]:
        return [JobId(file.name) for file in (self._root / "containers").iterdir()]


@dataclass
class World:
    """A server's life."""

    store: Store
    clock: FastClock
    jobs: FileJobs
    desk: Desk
    pruner: Pruner

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        while not await condition():
            await asyncio.sleep(MOMENT)

    async def quiet(self) -> bool:
        """Whether every run has ended, and no container is left."""
        return not await self.store.runs.unfinished() and not await self.jobs.list()


async def scheduled(world: World) -> None:
    """Midnight comes: the job runs, fails, and succeeds at its second attempt."""

    async def ran() -> bool:
        return bool(await world.store.runs.list(APP)) and await world.quiet()

    await world.until(ran)


async def stopped(world: World) -> None:
    """Somebody runs a command that hangs, and stops it."""
    if not await world.store.runs.list(APP, job=""):
        await world.desk.begin(APP, PRODUCTION, ["hang"], service=None, timeout=3600.0, by="ada")
    (run,) = await world.store.runs.list(APP, job="")

    async def running() -> bool:
        return (await world.store.runs.get(APP, run.number)).status not in ("PENDING", "STARTING")

    await world.until(running)
    with contextlib.suppress(Conflict):
        await world.desk.stop(APP, run.number, by="ada")
    await world.until(world.quiet)


async def pruned(world: World) -> None:
    """Two commands run, and the older one's record and log are forgotten."""
    while not await is_pruned(world) and len(await world.store.runs.list(APP, job="")) < 2:
        await world.desk.begin(APP, PRODUCTION, ["report"], service=None, timeout=3600.0, by="ada")
    await world.until(world.quiet)
    await world.pruner.clear_up()


async def is_pruned(world: World) -> bool:
    """Whether the first is gone."""
    numbers = [run.number for run in await world.store.runs.list(APP, job="")]
    return bool(numbers) and min(numbers) > 1


CHAPTERS: Mapping[str, Callable[[World], Awaitable[None]]] = {
    "scheduled": scheduled,
    "stopped": stopped,
    "pruned": pruned,
}
RUNS = ("create", "change", "delete")
TIMES = ("put", "remove", "take")
ORDERS = ("begin", "stop", "remove")


async def live(home: Path, chapter: str, kill: tuple[str, int, str] | None) -> None:
    """A server's life in a chapter, from its beginning or from where a dead one left it."""
    begun, checkpoints = home / "begun", Checkpoints(home, kill)
    async with open_store(f"sqlite:///{home / 'fairway.db'}") as store, asyncio.timeout(PATIENCE):
        await deploy(store, (REPORT,) if chapter == "scheduled" else ())
        if not await store.timetable.list() and not await store.runs.list(APP):
            # A schedule that nobody has seen yet has no time that could be missed.
            begun.write_text(str(time.time()))
        clock = FastClock(float(begun.read_text()))
        jobs, logs = FileJobs(home, clock), StageLogs(home / "runs")
        runs = Watched("runs", store.runs, RUNS, checkpoints)
        ledger = Ledger(runs, Watched("times", store.timetable, TIMES, checkpoints), clock, MemoryNotices())  # type: ignore[arg-type]
        finder = Finder(store.desired, store.deployments, store.releases)
        engine = Watched("engine", jobs, ORDERS, checkpoints)
        runner = Runner(
            ledger,
            engine,  # type: ignore[arg-type]
            variables,
            logs,
            Alone(),
            server="here",
            ended=lambda: timekeeper.wake(),
        )
        timekeeper = Timekeeper(ledger, finder, store.desired, runner.wake)
        pruner = Pruner(store.apps, runs, logs, clock, Policy(keep=1))  # type: ignore[arg-type]
        working = [
            asyncio.ensure_future(runner.run()),
            asyncio.ensure_future(timekeeper.run(MemoryNotices().follow())),
        ]
        world = World(store, clock, jobs, Desk(ledger, finder, runner), pruner)
        await CHAPTERS[chapter](world)
        for task in working:
            task.cancel()
        await asyncio.wait(working)
        (home / "outcome").write_text(json.dumps(await outcome(home, store)))


async def deploy(store: Store, jobs: tuple[Job, ...]) -> None:
    """Release 1 is in production."""
    if await store.apps.list():
        return
    await store.apps.create(APP, at=1.0)
    release = await store.releases.create(make_release(description=replace(DESCRIPTION, jobs=jobs)))
    deployment = await store.deployments.start(APP, PRODUCTION, release.number, previous=None, at=1.0, key="1")
    await store.deployments.finish(APP, deployment.id, RolloutState.COMPLETED, reason="", at=2.0)
    service = DesiredService(spec=make_spec(), replicas=1, rollout=DESCRIPTION.rollout)
    await store.desired.put(DesiredEnvironment(app=APP, environment=PRODUCTION, services=(service,)))


async def outcome(home: Path, store: Store) -> dict[str, Any]:
    """What can be seen afterwards, but for times and ids. `starts`: how often each container was started."""
    found = [*reversed(await store.runs.list(APP, limit=100))]
    starts = (home / "starts").read_text().split()
    logs = sorted(str(file.relative_to(home / "runs" / APP)) for file in (home / "runs").rglob("*.log"))
    return {
        "runs": [
            {
                "number": run.number,
                "status": run.status,
                "due": run.due,
                "code": run.code,
                "cause": run.cause,
                "attempts": [(each.number, each.code, each.cause) for each in run.attempts],
            }
            for run in found
        ],
        "starts": sorted(starts.count(each) for each in set(starts)),
        "due": [line.due for line in await store.timetable.list()],
        "logs": logs,
    }


@dataclass(frozen=True, kw_only=True)
class Case:
    """A death: in which chapter, at which passing of which checkpoint, before or after it."""

    chapter: str
    checkpoint: str
    number: int
    when: str

    @property
    def name(self) -> str:
        return f"{self.checkpoint} {self.number}"


def fork(work: Callable[[], None], home: Path) -> int:
    """The wait status of a process that does it."""
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    try:
        work()
    except BaseException:  # noqa: BLE001 - whatever it is, the parent reads it
        (home / "error").write_text(traceback.format_exc())
        os._exit(1)
    os._exit(0)


def tell(home: Path, chapter: str, kill: tuple[str, int, str] | None) -> int:
    """A life; its wait status."""
    home.mkdir(parents=True, exist_ok=True)
    return fork(lambda: asyncio.run(live(home, chapter, kill)), home)


def main(root: Path) -> None:
    """Every chapter once without a death, then once for each death at each of its checkpoints."""
    cases: list[Case] = []
    for chapter in CHAPTERS:
        plain = root / chapter / "plain"
        assert tell(plain, chapter, None) == 0, (plain / "error").read_text()
        passed: Counter[str] = Counter()
        for name in (plain / "trace").read_text().splitlines():
            passed[name] += 1
            cases += [
                Case(chapter=chapter, checkpoint=name, number=passed[name], when=when) for when in ("before", "after")
            ]
    (answers := root / "answers").mkdir()
    problems = spread([functools.partial(attempt, root, case) for case in cases], answers)
    told = [
        {"chapter": case.chapter, "name": case.name, "when": case.when, "problem": problem}
        for case, problem in zip(cases, problems, strict=True)
    ]
    sys.stdout.write(json.dumps({"cases": told, "reached": sorted({case.checkpoint for case in cases})}))


def attempt(root: Path, case: Case) -> str:
    """What is wrong after the death and a second life; "" for nothing."""
    home = root / case.chapter / f"{case.name.replace(' ', '-')}-{case.when}"
    if (died := tell(home, case.chapter, (case.checkpoint, case.number, case.when))) != signal.SIGKILL:
        return f"it did not die: {died}"
    if tell(home, case.chapter, None):
        return (home / "error").read_text()
    right = json.loads((root / case.chapter / "plain" / "outcome").read_text())
    seen = json.loads((home / "outcome").read_text())
    return "" if seen == right else f"{seen}\n  instead of\n{right}"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
