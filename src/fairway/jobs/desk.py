"""Where a person comes: run a command now, stop a run, and end all that an environment runs."""

import contextlib
import difflib
from collections.abc import Sequence
from dataclasses import replace

from fairway.domain.app import Service
from fairway.domain.ids import AppName, EnvironmentName, JobName, RunNumber
from fairway.domain.job import Concurrency, specify
from fairway.domain.run import Run, RunSpec, RunStatus
from fairway.errors import Conflict, NotFound, UsageError
from fairway.jobs.current import Current, Finder
from fairway.jobs.ledger import Ledger
from fairway.jobs.runner import Runner

WEB = "web"
LOOK = 0.2
"""Seconds between two looks for runs that still end."""


class Desk:
    """Takes the orders; the runner carries them out."""

    def __init__(self, ledger: Ledger, finder: Finder, runner: Runner) -> None:
        self._ledger = ledger
        self._finder = finder
        self._runner = runner

    async def begin(
        self,
        app: AppName,
        environment: EnvironmentName,
        command: Sequence[str],
        *,
        service: str | None,
        timeout: float,
        by: str,
        while_closed: bool = False,
    ) -> Run:
        """A run of a command in the current release's image, with the limits of that service (None: of web, or of the
        only one). `timeout` is in seconds. Raises UsageError for no command, NotFound for an unknown service, Conflict
        when nothing is deployed there, or it is closed and not said to begin all the same."""
        if not command or not command[0]:
            raise UsageError("there is no command to run", hint="fairway exec --new -- node report.js")
        current = await self._require(app, environment, while_closed=while_closed)
        described = current.release.description
        limits = choose(described.services, service)
        spec = RunSpec(
            image=current.release.image,
            command=tuple(command),
            cpu=limits.cpu,
            memory=limits.memory,
            timeout=timeout,
            volumes=described.volumes,
        )
        return await self._order(app, environment, JobName(""), current, spec, by, while_closed)

    async def begin_declared(
        self, app: AppName, environment: EnvironmentName, name: str, *, by: str, while_closed: bool = False
    ) -> Run:
        """A run of a declared job, now; its times stay as they are. Raises NotFound for an unknown job, and Conflict
        when nothing is deployed there, it is closed and not said to begin all the same, or a run goes on that wants no
        other one beside it."""
        current = await self._require(app, environment, while_closed=while_closed)
        job = current.release.description.job(name)
        if job is None:
            raise no_job(name, current)
        going = [
            run
            for run in await self._ledger.runs.unfinished()
            if (run.app, run.environment, run.job) == (app, environment, job.name)
        ]
        if going and job.concurrency is Concurrency.FORBID:
            raise Conflict(
                f"run {going[0].number} of {job.name} goes on",
                why=f'concurrency of the job is "forbid" in release {current.release.number}',
                hint=f"wait for its end, or stop it: fairway jobs stop {going[0].number}",
            )
        for run in going if job.concurrency is Concurrency.REPLACE else ():
            with contextlib.suppress(Conflict, NotFound):
                await self._ledger.stop(app, run.number, by=by, why="another run takes its place")
        spec = specify(job, current.release.image, current.release.description.volumes)
        return await self._order(app, environment, job.name, current, spec, by, while_closed)

    async def stop(self, app: AppName, number: int, *, by: str, why: str = "") -> Run:
        """Want the end of a run. Raises NotFound, and Conflict for one that has ended."""
        run = await self._ledger.stop(app, number, by=by, why=why)
        self._runner.wake()
        return run

    async def stop_all(self, app: AppName, environment: EnvironmentName | None, *, by: str, why: str) -> int:
        """Want the end of all that goes on in the environment, None: in every one; how many there are."""
        going = [
            run
            for run in await self._ledger.runs.unfinished()
            if run.app == app and environment in (None, run.environment)
        ]
        for run in going:
            try:
                await self._ledger.stop(app, run.number, by=by, why=why)
            except (Conflict, NotFound):
                continue  # it has ended by itself in the meantime
        self._runner.wake()
        return len(going)

    async def all_ended(self, app: AppName, environment: EnvironmentName, *, patience: float) -> bool:
        """Return when nothing of the environment goes on any more, or so many seconds are over; whether that was so."""
        clock = self._ledger.clock
        until = clock.now() + patience
        while any((run.app, run.environment) == (app, environment) for run in await self._ledger.runs.unfinished()):
            if clock.now() >= until:
                return False
            await clock.sleep(LOOK)
        return True

    async def _order(
        self,
        app: AppName,
        environment: EnvironmentName,
        job: JobName,
        current: Current,
        spec: RunSpec,
        by: str,
        while_closed: bool,
    ) -> Run:
        run = make_run(app, environment, job, current, spec, by=by, at=self._ledger.clock.now())
        kept = await self._ledger.create(replace(run, while_closed=while_closed))
        self._runner.wake()
        return kept

    async def _require(self, app: AppName, environment: EnvironmentName, *, while_closed: bool) -> Current:
        current = await self._finder.find(app, environment)
        if not while_closed and await self._finder.closed(app, environment):
            raise Conflict(
                f"nothing begins in {environment} of {app}: it is closed for a migration",
                why="the release that it would run from fails on the schema that the database gets",
                hint="fairway status says how it is opened; --while-closed runs it now, to mend the database say",
            )
        if current is None:
            raise Conflict(
                f"no release is deployed to {environment} of {app}",
                why="a job runs in the image of the release that was last deployed there completely",
                hint="fairway status shows what is deployed where",
            )
        return current


def choose(services: Sequence[Service], name: str | None) -> Service:
    """The service whose limits are meant. Raises NotFound, and UsageError when it is not clear which."""
    names = [service.name for service in services]
    found = next((service for service in services if service.name == (name or WEB)), None)
    if found is None and name is None and len(services) == 1:
        found = services[0]
    if found is not None:
        return found
    if name is None:
        raise UsageError("it is not clear whose limits the command gets", hint=f"--service {names[0]}")
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"the nearest one is {near[0]}" if near else f"there are {', '.join(names)}"
    raise NotFound(f"there is no service {name}", hint=hint)


def no_job(name: str, current: Current) -> NotFound:
    """The error for a job that the release does not declare."""
    names = [job.name for job in current.release.description.jobs]
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"the nearest one is {near[0]}" if near else f"it has {', '.join(names)}" if names else ""
    return NotFound(
        f"there is no job {name}",
        why=f"release {current.release.number} of {current.release.environment} declares "
        f"{'none of that name' if names else 'no jobs'}",
        hint=hint or f"declare it in fairway.toml ([jobs.{name}]) and deploy that",
    )


def make_run(
    app: AppName,
    environment: EnvironmentName,
    job: JobName,
    current: Current,
    spec: RunSpec,
    *,
    by: str,
    at: float,
    due: float | None = None,
) -> Run:
    """A run that nothing was done for yet."""
    return Run(
        app=app,
        number=RunNumber(0),
        environment=environment,
        job=job,
        release=current.release.number,
        configuration=current.configuration,
        spec=spec,
        status=RunStatus.PENDING,
        by=by,
        created_at=at,
        due=due,
    )
