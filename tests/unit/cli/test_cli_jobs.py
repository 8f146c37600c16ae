"""What `fairway jobs` and `fairway exec --new` say."""

from datetime import datetime
from typing import Any

import pytest
from click.testing import CliRunner

from fairway.cli import runs
from fairway.cli.commands import jobs, status
from fairway.cli.commands.exec import execute
from fairway.errors import UsageError


def make(**changes: Any) -> dict[str, Any]:
    return {
        "number": 12,
        "environment": "production",
        "job": "",
        "release": 17,
        "command": ["node", "report.js", "a b"],
        "status": "SUCCEEDED",
        "by": "ada",
        "created_at": 1000.0,
        "due": None,
        "started_at": 1000.0,
        "ended_at": 1004.0,
        "seconds": 4.0,
        "code": 0,
        "cause": "",
        "attempt": 1,
        "most_attempts": 1,
        "next_attempt_at": None,
        "attempts": [],
        **changes,
    }


ATTEMPTS = [
    {"number": 1, "started_at": 1000.0, "ended_at": 1004.0, "code": 3, "cause": "exit code 3"},
    {"number": 2, "started_at": 1014.0, "ended_at": 1015.0, "code": 0, "cause": ""},
]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "run 12  ✓  4.0 s  succeeded"),
        ({"status": "FAILED", "code": 3, "cause": "exit code 3"}, "run 12  ✗  4.0 s  failed: exit code 3"),
        (
            {"status": "TIMED_OUT", "code": 143, "cause": "it took longer than 10 min and was ended"},
            "run 12  ✗  4.0 s  timed out: it took longer than 10 min and was ended",
        ),
        (
            {"status": "STOPPED", "code": 143, "cause": "stopped by ada; exit code 143"},
            "run 12  ■  4.0 s  stopped by ada; exit code 143",
        ),
        ({"status": "RUNNING", "seconds": None}, "run 12  …  running"),
        (
            {"status": "PENDING", "seconds": None, "next_attempt_at": 2.0, "attempt": 2, "most_attempts": 3},
            "run 12  …  waits for attempt 2 of 3",
        ),
    ],
)
def test_a_run_is_told_in_a_line(changes, expected):
    assert runs.line(make(**changes)) == expected


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("SUCCEEDED", 0, 0),
        ("FAILED", 3, 3),
        ("FAILED", 255, 255),
        ("FAILED", None, 1),
        ("TIMED_OUT", 0, 1),
        ("TIMED_OUT", 137, 137),
        ("STOPPED", 143, 143),
        ("STOPPED", None, 1),
    ],
)
def test_the_exit_status_is_the_commands_own(status, code, expected):
    assert runs.exit_status(make(status=status, code=code)) == expected


def test_a_run_is_shown_with_its_attempts():
    shown = jobs.describe(make(job="report", attempts=ATTEMPTS, attempt=2, most_attempts=3), 1304.0)

    assert shown == [
        "run 12 of report  ✓  4.0 s  succeeded",
        "  command   node report.js 'a b'",
        "  release   17 of production",
        "  begun     5 min ago by ada",
        "  attempt   2 of 3",
        "    1       4.0 s  exit code 3",
        "    2       1.0 s  succeeded",
        "  log       fairway jobs logs 12",
    ]


def test_runs_are_listed_as_a_table(capsys):
    jobs.put_runs([make(), make(number=11, job="report", status="FAILED", code=3, cause="exit code 3\x1b[2J")], 1060.0)

    assert capsys.readouterr().out.splitlines() == [
        "run  environment  job                   status     begun      took   by   cause",
        "12   production   node report.js 'a b'  succeeded  1 min ago  4.0 s  ada",
        "11   production   report                failed     1 min ago  4.0 s  ada  exit code 3␛[2J",
    ]


def test_where_nothing_has_run_the_command_for_it_is_named(capsys):
    jobs.put_runs([], 0.0)

    assert capsys.readouterr().err == "nothing has run yet: fairway exec --new -- COMMAND\n"


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--new", "--tty", "--", "sh"], "--tty and --new don't go together"),
        (["--new", "--task", "x", "--", "sh"], "--task and --new don't go together"),
        (["--detach", "--", "sh"], "--detach goes with --new"),
        (["--timeout", "1m", "--", "sh"], "--timeout goes with --new"),
        (["--json", "--", "sh"], "--json goes with --new"),
    ],
)
def test_options_that_do_not_go_together_are_refused(arguments, what):
    done = CliRunner().invoke(execute, arguments)

    assert isinstance(done.exception, UsageError)
    assert done.exception.what == what


def declared(**changes: Any) -> dict[str, Any]:
    values = {"name": "report", "environment": "production", "schedule": "0 3 * * *", "timezone": "UTC"}
    return {**values, "next": AT, "running": [], "last": make(), **changes}


AT = datetime(2026, 12, 24, 3, 0).timestamp()
EVENING = datetime(2026, 12, 23, 22, 0).timestamp()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "next 03:00, last succeeded in 4.0 s"),
        ({"last": None}, "next 03:00, has not run yet"),
        ({"last": make(status="TIMED_OUT")}, "next 03:00, last timed out   fairway jobs show 12"),
        ({"next": None, "schedule": None}, "by hand only, last succeeded in 4.0 s"),
        (
            {"running": [make(status="RUNNING", number=13, created_at=EVENING - 40)]},
            "run 13 running for 40 s, next 03:00, last succeeded in 4.0 s",
        ),
    ],
)
def test_a_job_is_told_in_a_line(changes, expected):
    assert runs.job_line(declared(**changes), EVENING) == expected


@pytest.mark.parametrize(
    ("days", "expected"), [(0, "03:00"), (1, "Fri 03:00"), (6, "Wed 03:00"), (7, "2026-12-31 03:00")]
)
def test_a_time_to_come_is_as_short_as_it_can_be(days, expected):
    assert runs.when(AT + days * 86400, EVENING) == expected


def test_the_status_shows_jobs_below_the_services(capsys):
    env = {
        "name": "production",
        "state": "healthy",
        "release": 17,
        "commit": "77ab01c",
        "deployed_at": None,
        "urls": [],
        "services": [],
        "jobs": [declared()],
    }

    assert status.environment_lines(env, EVENING)[-1] == "    report     next 03:00, last succeeded in 4.0 s"


def test_jobs_are_listed_before_their_runs(capsys):
    jobs.put_jobs([declared()], EVENING)

    assert capsys.readouterr().out.splitlines() == [
        "job     environment  schedule",
        "report  production   0 3 * * * UTC  next 03:00, last succeeded in 4.0 s",
        "",
    ]
