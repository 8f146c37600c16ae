"""What runs jobs: the people's orders, the timetable, and the runner that sees each run to its end."""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from fairway.adapters.docker.jobs import DockerJobs
from fairway.adapters.docker.names import RUN
from fairway.bootstrap.ground import Ground
from fairway.bootstrap.operating import Bell
from fairway.domain.run import Policy
from fairway.jobs.current import Finder
from fairway.jobs.desk import Desk
from fairway.jobs.ledger import Ledger
from fairway.jobs.pruning import Pruner
from fairway.jobs.runner import Runner
from fairway.jobs.timekeeper import Timekeeper
from fairway.pipeline.log import StageLogs

RUN_LOG = 5 * 1024 * 1024
"""Bytes that are kept of what one attempt of a run printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobbing:
    """`logs` are those of the runs."""

    ground: Ground
    finder: Finder
    logs: StageLogs
    runner: Runner
    timekeeper: Timekeeper
    desk: Desk
    pruner: Pruner

    def duties(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What has to run, by its name."""
        return {
            "runs": self.runner.run(),
            "times of jobs": self.timekeeper.run(self.ground.notices.follow()),
            "old runs": self.pruner.run(),
        }


def run_jobs(ground: Ground, bell: Bell) -> Jobbing:
    """The room of jobs; it looks at its timetable whenever the bell rings."""
    ledger = Ledger(ground.held.runs, ground.held.timetable, ground.clock, ground.notices)
    finder = Finder(ground.store.desired, ground.store.deployments, ground.store.releases)
    logs = StageLogs(ground.settings.runs, RUN_LOG)
    runner = Runner(
        ledger,
        DockerJobs(ground.engine, RUN) if ground.rolling is None else ground.rolling.jobs,
        ground.variables.values,
        logs,
        ground.sharing,
        server=ground.instance,
        ended=lambda: timekeeper.wake(),
        masks=ground.masks,
        closed=finder.closed,
    )
    timekeeper = Timekeeper(ledger, finder, ground.held.desired, runner.wake)
    bell.listen(lambda app, environment: timekeeper.wake())
    bell.listen(lambda app, environment: runner.wake())
    return Jobbing(
        ground=ground,
        finder=finder,
        logs=logs,
        runner=runner,
        timekeeper=timekeeper,
        desk=Desk(ledger, finder, runner),
        pruner=Pruner(ground.held.apps, ground.store.runs, logs, ground.clock, Policy()),
    )
