"""An execution as lines: the layout that the git hook and the command line share, held as text."""

from typing import Any

import pytest

from fairway.wire import progress, words
from support.cli_server import execution, stage

CAUSE = {
    "sentence": "the process listens on 127.0.0.1:3000, so nothing outside its container can reach it",
    "seen": "a socket on 127.0.0.1:3000 in the container; none on 0.0.0.0:3000",
    "fix": 'listen on 0.0.0.0, e.g. app.listen(port, "0.0.0.0")   (src/server.ts:41)',
    "log": ["web.1 │ Server ready at http://127.0.0.1:3000"],
    "more": ["fairway show 42", "fairway logs web --release 18"],
}
UNHEALTHY = "the new tasks never became healthy; release 17 still serves, no request failed"
FAILED = execution(
    status="FAILED",
    stages=[
        stage("source", seconds=0.1),
        stage("build", seconds=6.2, summary="npm ci cached; 212 tests passed; image 84 MB"),
        stage("package", seconds=0.4, summary="sha256:1c7d…"),
        stage("production", "FAILED", 31.0, summary=UNHEALTHY, cause=CAUSE),
    ],
)


def test_a_failed_execution_reads_as_in_the_sketches() -> None:
    lines = [progress.head(FAILED), *progress.stage_lines(FAILED), *progress.verdict(FAILED)]

    assert "\n".join(lines) == (
        """\
shop-api  execution 42  9c1f2e7 "Add coupons"
  source      ✓  0.1 s
  build       ✓  6.2 s   npm ci cached; 212 tests passed; image 84 MB
  package     ✓  0.4 s   sha256:1c7d…
  production  ✗  31 s    the new tasks never became healthy; release 17 still serves, no request failed

  Cause   the process listens on 127.0.0.1:3000, so nothing outside its container can reach it
          (seen: a socket on 127.0.0.1:3000 in the container; none on 0.0.0.0:3000)
  Log     web.1 │ Server ready at http://127.0.0.1:3000
  Fix     listen on 0.0.0.0, e.g. app.listen(port, "0.0.0.0")   (src/server.ts:41)
  More    fairway show 42    fairway logs web --release 18"""
    )


def test_a_stage_is_news_once() -> None:
    begun = execution(status="IN_PROGRESS", stages=[stage("source"), stage("build", "IN_PROGRESS")])
    built = execution(status="IN_PROGRESS", stages=[stage("source"), stage("build")])

    assert progress.news(None, begun) == ["  source      ✓  1.0 s"]
    assert progress.news(begun, built) == ["  build       ✓  1.0 s"]
    assert progress.news(built, built) == []


def test_a_running_stage_shows_its_time_so_far() -> None:
    running = stage("build", "IN_PROGRESS", summary="npm ci")

    assert progress.stage_line(execution(stages=[running]), running, now=1012.0) == "  build       …  12 s    npm ci"
    assert progress.stage_line(execution(stages=[running]), running) == "  build       …          npm ci"


@pytest.mark.parametrize(
    ("status", "seconds", "usual", "time"),
    [
        ("IN_PROGRESS", 12.0, 40.0, "12 s of about 40 s"),
        ("IN_PROGRESS", 55.0, 40.0, "55 s of about 40 s"),
        ("IN_PROGRESS", 61.0, 40.0, "61 s"),
        ("IN_PROGRESS", 2.0, 4.0, "2.0 s"),
        ("IN_PROGRESS", 12.0, None, "12 s"),
        ("SUCCEEDED", 70.0, 40.0, "70 s (usually 40 s)"),
        ("SUCCEEDED", 50.0, 40.0, "50 s"),
        ("SUCCEEDED", 10.0, 40.0, "10 s"),
        ("SUCCEEDED", 5.0, 1.0, "5.0 s"),
        ("FAILED", 70.0, 40.0, "70 s"),
    ],
)
def test_the_usual_time_is_told_where_it_helps(status: str, seconds: float, usual: float | None, time: str) -> None:
    part = stage("build", status, seconds, usual=usual)

    assert (
        progress.stage_line(execution(stages=[part]), part, now=1000.0 + seconds)
        .partition("  ")[2]
        .split("  ")[-1]
        .strip()
        == time
    )


@pytest.mark.parametrize(
    ("status", "seconds", "compares"),
    [("IN_PROGRESS", 12.0, True), ("SUCCEEDED", 6.1, True), ("SUCCEEDED", 4.0, False), ("IN_PROGRESS", 1.0, False)],
)
def test_a_stage_is_compared_once_it_took_long_enough_to_be_told_so(
    status: str, seconds: float, compares: bool
) -> None:
    part = stage("build", status, seconds, usual=1.0)
    ended = progress.stage_line(execution(stages=[part]), part, now=1000.0 + seconds)

    assert progress.compares(execution(stages=[part, stage("package", "PENDING")]), now=1000.0 + seconds) == compares
    assert compares or "usually" not in ended


def test_a_long_name_or_time_moves_its_neighbours_and_touches_none() -> None:
    long = stage("europe-production", "SUCCEEDED", 750.0, summary="done")

    assert progress.stage_line(execution(stages=[long]), long) == "  europe-production  ✓  12 min 30 s  done"


def test_each_action_that_failed_has_its_report() -> None:
    def action(name: str, status: str, **more: Any) -> dict[str, Any]:
        return {"name": name, "kind": "command", "status": status, "ended_at": 1.0, **more}

    smoke = action("smoke", "FAILED", cause={"sentence": "smoke ended with 1", "log": ["no answer"], "more": []})
    load = action("load", "FAILED", cause=None, summary="load took too long")
    stages = [stage("production", "FAILED", actions=[action("deploy", "SUCCEEDED", cause=None), smoke, load])]

    lines = progress.verdict(execution(status="FAILED", stages=stages), log=["the end of the log"])

    assert "\n".join(lines) == (
        """
  Action  smoke
  Cause   smoke ended with 1
  Log     no answer
  More    fairway show 42

  Action  load
  Cause   load took too long
  Log     the end of the log
  More    fairway show 42"""
    )


def test_the_last_lines_of_the_log_stand_only_where_the_cause_shows_none() -> None:
    bare = execution(status="FAILED", stages=[stage("build", "FAILED", cause={**CAUSE, "log": []})])

    assert "  Log     npm ERR! 404" in progress.verdict(bare, log=["npm ERR! 404"])
    assert progress.verdict(FAILED, log=["npm ERR! 404"]) == progress.verdict(FAILED)


def test_a_cause_that_names_only_itself_still_leads_to_the_whole_log() -> None:
    failed = execution(status="FAILED", stages=[stage("build", "FAILED", summary="exit 1", cause=None)])

    assert progress.failure(failed) == ["", "  Cause   exit 1", "  More    fairway show 42"]


@pytest.mark.parametrize(("status", "word"), [("STOPPED", "stopped"), ("SUPERSEDED", "superseded")])
def test_an_execution_that_came_to_nothing_says_so(status: str, word: str) -> None:
    assert word in progress.verdict(execution(status=status))[1]


def test_findings_have_a_line_each_and_their_hints_below() -> None:
    base = {"file": "fairway.toml", "key": "services.web.prot", "message": "unknown key"}

    lines = progress.finding_lines([{**base, "line": 3, "hint": "port"}, {**base, "line": 0, "key": "", "hint": ""}])

    assert lines == ["fairway.toml:3  services.web.prot  unknown key", "    port", "fairway.toml  unknown key"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0.0 s"),
        (0.14, "0.1 s"),
        (9.96, "10 s"),
        (31.4, "31 s"),
        (99.4, "99 s"),
        (125, "2 min 5 s"),
        (3600, "1 h"),
        (7290, "2 h 1 min"),
        (180000, "2 d 2 h"),
    ],
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "just now"), (40, "40 s ago"), (300, "5 min ago"), (3700, "1 hour ago"), (2 * 86400, "2 days ago")],
)
def test_ages_read_well(seconds: float, text: str) -> None:
    assert words.age(seconds) == text


def test_sizes_and_counts_read_well() -> None:
    assert [words.size(n) for n in (512, 84 * 1024**2, 1.5 * 1024**3)] == ["512 B", "84 MB", "1.5 GB"]
    assert [words.count(n, "task") for n in (0, 1, 2)] == ["0 tasks", "1 task", "2 tasks"]


def test_the_head_of_a_pull_request_says_which_it_is() -> None:
    assert progress.head({**FAILED, "pull_request": 7}) == (
        'shop-api  execution 42  pull request 7  9c1f2e7 "Add coupons"'
    )
