"""The declared jobs of an environment: when each is due next, and how its runs went."""

from collections.abc import Sequence

from fairway.domain.ids import AppName, EnvironmentName
from fairway.services import Services
from fairway.wire import jobs as shapes

RECENT = 20
"""How many runs of a job are looked at for those that go on and the last that ended."""


async def of(services: Services, app: AppName, environment: EnvironmentName) -> Sequence[shapes.Job]:
    """Those of the release that the environment has, in the order of the file; none where it has none."""
    current = await services.jobs.find(app, environment)
    if current is None or not current.release.description.jobs:
        return []
    due = {line.job: line.due for line in await services.timetable.list(app) if line.environment == environment}
    shown = []
    for job in current.release.description.jobs:
        runs = await services.runs.list(app, environment=environment, job=job.name, limit=RECENT)
        shown.append(
            shapes.Job(
                name=job.name,
                environment=environment,
                release=current.release.number,
                command=list(job.command),
                schedule=None if job.schedule is None else job.schedule.cron,
                timezone=None if job.schedule is None else job.schedule.zone,
                concurrency=job.concurrency,
                next=due.get(job.name) if job.schedule is not None else None,
                running=[shapes.Run.of(run) for run in runs if not run.finished],
                last=next((shapes.Run.of(run) for run in runs if run.finished), None),
            )
        )
    return shown
