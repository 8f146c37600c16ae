"""A server put together from its settings: the ground first, then the rooms on it, then the pipeline goes on with what
a dead server left behind. It goes down in reverse.
"""

import asyncio
import functools
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fairway import services
from fairway.adapters.docker.shell import DockerShell
from fairway.adapters.files.ownlogs import OwnLogs
from fairway.adapters.store import archive
from fairway.bootstrap import (
    certifying,
    components,
    delivering,
    ground,
    guarding,
    hosting,
    jobbing,
    operating,
    watching,
)
from fairway.bootstrap.certifying import Certifying
from fairway.bootstrap.delivering import Delivering
from fairway.bootstrap.ground import Ground
from fairway.bootstrap.guarding import Guarding
from fairway.bootstrap.hosting import Hosting
from fairway.bootstrap.jobbing import Jobbing
from fairway.bootstrap.operating import Operating
from fairway.bootstrap.watching import Watching
from fairway.domain.ids import AppName
from fairway.manifest.load import load
from fairway.pipeline.candidates import Candidates
from fairway.pipeline.stages.command import keep_clear
from fairway.registry.forget import forget
from fairway.settings import Settings


@asynccontextmanager
async def build(settings: Settings) -> AsyncIterator[services.Services]:
    """A working server without its HTTP. Raises Unavailable when a part of the host that it needs can't be had."""
    async with ground.lay(settings) as laid, watching.watch(laid) as watched:
        operated = operating.operate(laid, watched)
        hosted = hosting.host(laid)
        guarded = guarding.guard(laid, hosted, operated.doors)
        delivered = delivering.deliver(laid, operated, hosted, guarded.door)
        jobs = jobbing.run_jobs(laid, operated.bell)
        certified = certifying.certify(laid)
        await delivered.remotes.clear()
        if laid.keeper:
            # As late as can be: from here on it is renewed.
            await laid.keeper.join()
        async with asyncio.TaskGroup() as group:
            duties: dict[str, Coroutine[Any, Any, None]] = {
                **supervise(laid),
                **watched.duties(),
                **operated.duties(),
                **hosted.duties(),
                **hosting.keep_times(laid, hosted, guarded.safe),
                **delivered.duties(),
                **jobs.duties(),
                **guarded.duties(),
                **certified.duties(),
                **share(laid, operated, delivered, jobs),
                "own logs": OwnLogs(settings.logs, laid.clock).keep(),
                "events": archive.keep(laid.notices.follow(), laid.store.events, laid.clock),
            }
            work = [group.create_task(duty, name=name) for name, duty in duties.items()]
            await delivered.executor.open()
            # Beside the rest: a Docker that does not answer must not keep the server from starting.
            left = keep_clear(delivered.jobs, laid.held.executions, laid.clock)
            work.append(group.create_task(left, name="left jobs"))
            work.append(group.create_task(delivered.intake.run(), name="schedules"))
            try:
                yield offer(laid, watched, operated, hosted, delivered, jobs, guarded, certified)
            finally:
                await delivered.executor.close()
                for task in work:
                    task.cancel()


def supervise(laid: Ground) -> Mapping[str, Coroutine[Any, Any, None]]:
    """Keep the programs beside the server running. What rolls by itself brings its own load balancer."""
    haproxy = {"haproxy": laid.balancer.supervise()} if laid.rolling is None else {}
    registry = {"registry": laid.embedded.process.supervise()} if laid.embedded else {}
    return {**haproxy, **registry}


def share(
    laid: Ground, operated: Operating, delivered: Delivering, jobs: Jobbing
) -> Mapping[str, Coroutine[Any, Any, None]]:
    """Keep the lease, and go on with the work of a server that lost its own."""

    async def take_over(apps: frozenset[AppName]) -> None:
        for app in apps:
            await laid.masks.renew(app)
        await delivered.executor.take_over(apps)
        await operated.deployer.take_over(apps)
        await delivered.intake.resync()
        delivered.follower.wake()
        jobs.runner.wake()
        jobs.timekeeper.wake()

    return {"lease": laid.keeper.run(take_over)} if laid.keeper else {}


def offer(
    laid: Ground,
    watched: Watching,
    operated: Operating,
    hosted: Hosting,
    delivered: Delivering,
    jobs: Jobbing,
    guarded: Guarding,
    certified: Certifying,
) -> services.Services:
    """What the front doors may use."""
    store = laid.store

    async def look_around() -> Sequence[services.Component]:
        supervised = [
            *([laid.balancer.state] if laid.rolling is None else []),
            *([laid.embedded.process.state] if laid.embedded else []),
        ]
        engines = [await components.look_at(laid.engine)]
        if laid.rolling is not None:
            engines.append(await components.look_at_services(laid.rolling.engine))
        return [*engines, *map(components.describe, supervised)]

    return services.Services(
        settings=laid.settings,
        clock=laid.clock,
        apps=store.apps,
        executions=store.executions,
        transitions=store.transitions,
        schedules=store.schedules,
        releases=store.releases,
        deployments=store.deployments,
        runs=store.runs,
        backups=store.backups,
        orders=guarded.safe.orders,
        guard=guarded.door,
        candidates=Candidates(store.executions, load, operated.deployer.draft),
        databases=hosted.desk,
        certificates=certified.desk,
        passages=store.passages,
        timetable=store.timetable,
        jobs=jobs.finder,
        run_logs=jobs.logs,
        desk=jobs.desk,
        desired=operated.desired,
        activities=operated.activities,
        events=store.events,
        tokens=store.tokens,
        repositories=laid.repositories,
        intake=delivered.intake,
        sourcing=delivered.sourcing,
        follower=delivered.follower,
        reporter=delivered.reporter,
        pipeline=delivered.executor,
        deployer=operated.deployer,
        variables=laid.variables,
        examiner=delivered.examiner,
        masks=laid.masks,
        observations=laid.board,
        samples=watched.samples,
        history=watched.history,
        meter=watched.meter,
        notices=laid.notices,
        tasklogs=watched.tasklogs,
        shell=DockerShell(laid.engine.containers) if laid.rolling is None else laid.rolling.shell,
        inspector=operated.inspector,
        artifacts=delivered.artifacts,
        forget_logs=watched.collector.forget,
        forget_backups=guarded.safe.keeping.forget,
        forget_images=functools.partial(forget, executions=store.executions, builder=laid.builder),
        instance=laid.instance,
        sharing=laid.sharing,
        components=look_around,
    )
