"""What brings a commit to its environments: pushes and forges, the pipeline, and what is cleared away afterwards."""

import functools
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from fairway.adapters.dbos.durable import DbosDurable
from fairway.adapters.docker.jobs import DockerJobs
from fairway.adapters.forge.statuses import HttpStatuses
from fairway.adapters.git.remotes import GitRemotes
from fairway.adapters.web.client import HttpxWeb
from fairway.bootstrap import stages
from fairway.bootstrap.ground import Ground
from fairway.bootstrap.hosting import Hosting
from fairway.bootstrap.operating import Operating
from fairway.domain import forgetting
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.retention import DAY, Policy
from fairway.environment.examine import Examiner
from fairway.environment.handed import Handed
from fairway.intake.description import Describer
from fairway.intake.follower import Follower
from fairway.intake.intake import Intake
from fairway.intake.pulling import Pulling
from fairway.intake.reporting import Reporter
from fairway.intake.sourcing import Sourcing
from fairway.manifest.load import load
from fairway.migrate.door import Door
from fairway.pipeline.artifacts import Artifacts
from fairway.pipeline.executor import Executor
from fairway.pipeline.forgetting import Archive, Forgetter
from fairway.pipeline.log import StageLogs
from fairway.pipeline.stages import package
from fairway.pipeline.stages.command import CommandRunner
from fairway.pipeline.stages.request import RequestRunner
from fairway.registry.housekeeping import Housekeeper
from fairway.registry.needs import Records

VERSION = "1"
"""The version of the stages' steps: a durable workflow is resumed only by the version that began it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivering:
    """`jobs` are the containers of actions' commands, `examiner` looks at the values of variables."""

    executor: Executor
    artifacts: Artifacts
    jobs: DockerJobs
    examiner: Examiner
    intake: Intake
    remotes: GitRemotes
    sourcing: Sourcing
    follower: Follower
    reporter: Reporter
    housekeeper: Housekeeper
    forgetter: Forgetter

    def duties(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What has to run, by its name; the executor must be opened besides."""
        return {
            "approvals": self.executor.run(),
            "sources": self.follower.run(),
            "statuses": self.reporter.run(),
            "housekeeping": self.housekeeper.run(),
            "old executions": self.forgetter.run(),
        }


def deliver(ground: Ground, operating: Operating, hosting: Hosting, guard: Door) -> Delivering:
    """The rooms of the way to an environment."""
    examiner, jobs = Examiner(ground.variables.latest), DockerJobs(ground.engine)
    artifacts = Artifacts(ground.settings.executions)
    durable = DbosDurable(
        f"sqlite:///{ground.settings.home / 'dbos.db'}", executor_id=ground.instance, application_version=VERSION
    )
    logs = StageLogs(ground.settings.executions)
    executor = make_executor(ground, operating, hosting, guard, examiner, jobs, artifacts, durable, logs)
    intake = Intake(
        apps=ground.held.apps,
        executions=ground.store.executions,
        repositories=ground.repositories,
        submit=executor.submitted,
        load=load,
        clock=ground.clock,
        schedules=ground.held.schedules,
    )
    remotes = GitRemotes(ground.repositories, ground.settings.run / "remotes")
    sourcing = make_sourcing(ground, executor, intake, remotes)
    return Delivering(
        executor=executor,
        artifacts=artifacts,
        jobs=jobs,
        examiner=examiner,
        intake=intake,
        remotes=remotes,
        sourcing=sourcing,
        follower=Follower(sourcing, ground.held.sources, ground.clock),
        reporter=Reporter(
            sources=ground.held.sources,
            executions=ground.store.executions,
            statuses=HttpStatuses(),
            events=ground.store.events,
            notices=ground.notices,
            key=ground.secret,
            clock=ground.clock,
            url=ground.settings.outside,
        ),
        housekeeper=make_housekeeper(ground),
        forgetter=make_forgetter(ground, durable, logs),
    )


def make_executor(
    ground: Ground,
    operating: Operating,
    hosting: Hosting,
    guard: Door,
    examiner: Examiner,
    jobs: DockerJobs,
    artifacts: Artifacts,
    durable: DbosDurable,
    logs: StageLogs,
) -> Executor:
    """The pipeline, with what each stage and each kind of action does."""

    async def latest_variables(app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        version, _ = await ground.variables.names(app, environment)
        return await ground.variables.values(app, environment, version)

    handed = Handed(ground.secret)
    return Executor(
        ground.held.executions,
        ground.store.transitions,
        durable,
        {
            **stages.make_stages(ground, operating, hosting, guard, examiner),
            "command": CommandRunner(jobs, latest_variables, handed, artifacts, load),
            "request": RequestRunner(HttpxWeb(), latest_variables, handed),
        },
        ground.clock,
        ground.notices,
        logs,
        operating.deployer.find_ways_back,
        ground.sharing,
        ground.masks,
        guard.find_return,
    )


def make_sourcing(ground: Ground, executor: Executor, intake: Intake, remotes: GitRemotes) -> Sourcing:
    """What is pushed or proposed elsewhere."""
    pulling = Pulling(
        apps=ground.store.apps,
        sources=ground.store.sources,
        executions=ground.store.executions,
        repositories=ground.repositories,
        remotes=remotes,
        describer=Describer(ground.repositories, load),
        submit=executor.submitted,
        stop=functools.partial(executor.stop, wait=True, reason="the pull request was closed"),
        clock=ground.clock,
    )
    return Sourcing(
        apps=ground.store.apps,
        sources=ground.store.sources,
        executions=ground.store.executions,
        repositories=ground.repositories,
        remotes=remotes,
        intake=intake,
        pulling=pulling,
        events=ground.store.events,
        key=ground.secret,
        clock=ground.clock,
    )


def make_housekeeper(ground: Ground) -> Housekeeper:
    """What gives back releases and images that nothing needs."""
    store, settings = ground.store, ground.settings
    return Housekeeper(
        apps=store.apps,
        records=Records(
            releases=store.releases,
            deployments=store.deployments,
            desired=store.desired,
            executions=store.executions,
            find_pushed=package.find,
        ),
        registry=ground.own,
        builder=ground.builder,
        events=store.events,
        clock=ground.clock,
        policy=Policy(keep=settings.keep_releases, age=settings.keep_days * DAY),
    )


def make_forgetter(ground: Ground, durable: DbosDurable, logs: StageLogs) -> Forgetter:
    """What lets the past go."""
    store, held, settings = ground.store, ground.held, ground.settings
    return Forgetter(
        Archive(
            apps=held.apps,
            executions=store.executions,
            deployments=store.deployments,
            desired=held.desired,
            releases=store.releases,
            passages=store.passages,
            backups=store.backups,
            events=store.events,
        ),
        logs,
        durable,
        ground.clock,
        forgetting.Policy(keep=settings.keep_executions, age=settings.keep_execution_days * DAY),
    )
