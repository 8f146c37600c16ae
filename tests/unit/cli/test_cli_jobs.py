"""What `fairway jobs` and `fairway exec --new` say."""

from typing import Any

import pytest
from click.testing import CliRunner

from fairway.cli import runs
from fairway.cli.commands import jobs
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
