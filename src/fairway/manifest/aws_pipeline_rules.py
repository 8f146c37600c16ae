"""Rules about the pipeline on AWS and about times: what CodePipeline, CodeBuild and EventBridge have limits for."""

from collections.abc import Iterator

from fairway.domain.app import App
from fairway.domain.aws import cron, limits, pipelining
from fairway.manifest import times
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems
from fairway.manifest.scaling_schema import ScalingTable
from fairway.manifest.schema import FileTable, JobTable, ServiceTable
from fairway.manifest.values import in_words


def check(table: FileTable, problems: Problems) -> None:
    """Check what shows in the tables alone."""
    if table.build.timeout < limits.BUILD_LEAST:
        least = in_words(limits.BUILD_LEAST)
        problems.add(("build", "timeout"), f"a build by CodeBuild has at least {least}", f'timeout = "{least}"')
    for path, schedule in _times(table):
        if why := cron.problem(schedule):
            problems.add(path, f"AWS can't run at these times: {why}", "write one schedule for each of them")


def check_app(app: App, problems: Problems) -> None:
    """Check what CodePipeline makes of the whole app."""
    for unfit in pipelining.unfit(app):
        problems.add(unfit.path, unfit.message, unfit.hint)


def _times(table: FileTable) -> Iterator[tuple[Path, str]]:
    """Every schedule that AWS is to keep, with where it stands."""
    if table.source.schedule is not None:
        yield ("source", "schedule"), table.source.schedule
    yield from _times_of((), table.services, table.jobs)
    for name, content in table.environments.items():
        yield from _times_of(("environments", name), content.services, content.jobs)


def _times_of(base: Path, services: dict[str, ServiceTable], jobs: dict[str, JobTable]) -> Iterator[tuple[Path, str]]:
    for name, job in jobs.items():
        if job.schedule is not None and job.schedule != times.NEVER:
            yield (*base, "jobs", name, "schedule"), job.schedule
    for name, service in services.items():
        scaling = service.scaling or ScalingTable()
        for number, action in enumerate(scaling.schedules):
            if action.schedule is not None:
                yield (*base, "services", name, "scaling", "schedules", number, "schedule"), action.schedule
