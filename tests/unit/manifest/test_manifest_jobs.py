"""The jobs of fairway.toml: what comes of them in each environment, and what is refused with its line."""

import pytest

from fairway.domain.app import MIB
from fairway.domain.ids import JobName
from fairway.domain.job import Concurrency, Job
from fairway.domain.schedule import Schedule
from fairway.errors import Finding, UsageError
from fairway.manifest.load import load

HEAD = 'app = "a"\n[environments.staging]\n[environments.production]\n'
NIGHTLY = '[jobs.report]\ncommand = "npm run report"\nschedule = "0 3 * * *"\ntimezone = "Europe/Berlin"\n'


def only(text: str) -> Finding:
    with pytest.raises(UsageError) as caught:
        load(HEAD + text)
    assert len(caught.value.findings) == 1, caught.value.findings
    return caught.value.findings[0]


def test_a_job_has_its_defaults_in_every_environment() -> None:
    app = load(HEAD + '[jobs.report]\ncommand = "npm run report:{environment}"\n')

    assert [environment.jobs for environment in app.environments] == [
        (Job(name=JobName("report"), command=("npm", "run", f"report:{name}")),) for name in ("staging", "production")
    ]
    job = app.environments[0].jobs[0]
    assert (job.schedule, job.timeout, job.retries, job.concurrency, job.deadline) == (
        None,
        3600.0,
        0,
        Concurrency.FORBID,
        3600.0,
    )


def test_a_job_is_read_whole() -> None:
    rest = (
        'cpu = 0.5\nmemory = "64M"\ntimeout = "20m"\nretries = 2\nconcurrency = "replace"\nstarting_deadline = "5m"\n'
    )

    app = load(HEAD + NIGHTLY + rest)

    assert app.environments[1].job("report") == Job(
        name=JobName("report"),
        command=("npm", "run", "report"),
        schedule=Schedule(cron="0 3 * * *", zone="Europe/Berlin"),
        cpu=0.5,
        memory=64 * MIB,
        timeout=1200.0,
        retries=2,
        concurrency=Concurrency.REPLACE,
        deadline=300.0,
    )


def test_an_environment_changes_what_it_names_and_nothing_else() -> None:
    app = load(
        'app = "a"\n' + NIGHTLY + '[environments.staging.jobs.report]\nschedule = "never"\nmemory = "64M"\n'
        "[environments.production]\n"
    )

    staging, production = (environment.jobs[0] for environment in app.environments)

    assert (staging.schedule, staging.memory, staging.command) == (None, 64 * MIB, ("npm", "run", "report"))
    assert (production.schedule, production.memory) == (
        Schedule(cron="0 3 * * *", zone="Europe/Berlin"),
        512 * MIB,
    )


@pytest.mark.parametrize(
    ("text", "line", "key", "message", "hint"),
    [
        (
            '[jobs.report]\nschedule = "0 3 * * *"\n',
            4,
            "jobs.report",
            "a job needs a command",
            'for example: command = "npm run report"',
        ),
        (
            '[jobs.report]\ncommand = "x"\ntimezone = "UTC"\n',
            6,
            "jobs.report.timezone",
            "timezone without a schedule has no meaning",
            'schedule = "0 3 * * *"',
        ),
        (
            NIGHTLY + '[environments.staging.jobs.reprot]\nschedule = "never"\n',
            8,
            "environments.staging.jobs.reprot",
            'there is no job "reprot" to override',
            'the nearest one is "report"',
        ),
        (
            '[environments.staging.jobs.report]\nschedule = "never"\n',
            4,
            "environments.staging.jobs.report",
            'there is no job "report" to override',
            "declare it for all environments: [jobs.report]",
        ),
        (
            '[jobs.report]\ncommand = "x"\nschedule = "0 0 30 2 *"\n',
            6,
            "jobs.report.schedule",
            "expected a schedule in cron's five fields, such as \"0 3 * * 1\" for three o'clock on Mondays, "
            'or "never", found the text "0 0 30 2 *"',
            "such a day never comes",
        ),
        (
            '[jobs.report]\ncommand = "x"\nconcurrency = "both"\n',
            6,
            "jobs.report.concurrency",
            'expected one of forbid, allow, replace, found the text "both"',
            "",
        ),
        (
            '[jobs.report]\ncommand = "x"\nretries = 11\n',
            6,
            "jobs.report.retries",
            "expected a whole number from 0 to 10, found the number 11",
            "",
        ),
    ],
)
def test_what_can_not_be_meant_is_told_with_its_line(text, line, key, message, hint) -> None:
    found = only(text)

    assert (found.line, found.key, found.message, found.hint) == (line, key, message, hint)


def test_a_name_that_can_not_be_one_is_refused() -> None:
    found = only('[jobs."Nightly Report"]\ncommand = "x"\n')

    assert "can't name a job" in found.message
    assert "nightly-report" in found.hint
