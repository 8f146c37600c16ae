"""Rules about the jobs of the file: their names, what each needs, and which of them an environment may change."""

from fairway.domain import ids
from fairway.errors import UsageError
from fairway.manifest import translate
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems, nearest
from fairway.manifest.schema import FileTable, JobTable

MOST = 50
"""Jobs of one app: each scheduled one is looked at whenever a time comes."""


def check(table: FileTable, problems: Problems) -> None:
    """Check every job, and what environments change."""
    if len(table.jobs) > MOST:
        problems.add(("jobs",), f"an app has at most {MOST} jobs; these are {len(table.jobs)}")
    for name, job in table.jobs.items():
        _check_job(("jobs", name), name, job, problems)
    for environment, content in table.environments.items():
        for name, override in content.jobs.items():
            path: Path = ("environments", environment, "jobs", name)
            if name in table.jobs:
                _check_zone(path, translate.merge_job(table.jobs[name], override), override, problems)
            else:
                _add_unknown(path, name, table, problems)


def _check_job(path: Path, name: str, job: JobTable, problems: Problems) -> None:
    try:
        ids.check_name("job", name)
    except UsageError as error:
        problems.add(path, f"{error.what}: {error.why}", error.hint)
    if job.command is None:
        problems.add(path, "a job needs a command", 'for example: command = "npm run report"', because_of=[path])
    _check_zone(path, job, job, problems)


def _check_zone(path: Path, job: JobTable, written: JobTable, problems: Problems) -> None:
    if written.timezone is not None and job.schedule is None:
        hint = 'schedule = "0 3 * * *"'
        message = "timezone without a schedule has no meaning"
        problems.add((*path, "timezone"), message, hint, because_of=[(*path, "schedule")])


def _add_unknown(path: Path, name: str, table: FileTable, problems: Problems) -> None:
    close = nearest(name, set(table.jobs))
    hint = f'the nearest one is "{close}"' if close else f"declare it for all environments: [jobs.{name}]"
    problems.add(path, f'there is no job "{name}" to override', hint, because_of=[("jobs",)])
