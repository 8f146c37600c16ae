"""How the commands read what is typed, and how they show what is told."""

import io

import pytest

from fairway.cli import detection, durations, errors, here, output, variables
from fairway.cli.commands import executions, logs, ps, scale, status, top, up
from fairway.domain.detection import Detection, Evidence, Kind, Problem
from fairway.errors import Finding, UsageError, WorkFailed
from fairway.wire import words
from support.cli_server import environment, execution, figures, stage


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("500ms", 0.5), ("30s", 30), ("1.5m", 90), ("2h", 7200), ("1d", 86400)]
)
def test_durations_are_read(text: str, seconds: float) -> None:
    assert durations.seconds("--timeout", text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-1s", "1 s", "1w", "٣s", "1e9s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no duration"):
        durations.seconds("--timeout", text)


def test_an_error_has_its_parts_behind_labels() -> None:
    error = WorkFailed(
        "the build failed", why="npm ci ended with 1", hint="fairway show 4", docs="docs/x.md", log=["a", "b"]
    )

    assert errors.lines(error) == [
        "Error   the build failed",
        "Why     npm ci ended with 1",
        "Log     a",
        "        b",
        "Hint    fairway show 4",
        "Docs    docs/x.md",
    ]


def test_findings_stand_between_blank_lines() -> None:
    found = Finding(file="fairway.toml", line=3, key="services.web.prot", message="unknown key", hint="port")

    assert errors.lines(UsageError("fairway.toml has one problem", findings=[found])) == [
        "Error   fairway.toml has one problem",
        "",
        "  fairway.toml:3  services.web.prot  unknown key",
        "      port",
        "",
    ]


def test_colour_is_for_terminals_and_never_with_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    line = "  build       ✓  6.2 s"

    assert output.decorate(line, io.StringIO()) == line
    assert output.decorate(line, Terminal()) == "  build       \x1b[32m✓\x1b[0m  6.2 s"
    assert output.decorate("  Cause   x", Terminal()) == "  \x1b[31mCause\x1b[0m   x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert output.decorate(line, Terminal()) == line


def test_the_live_line_is_rewritten_on_a_terminal_and_absent_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal, file = Terminal(), io.StringIO()

    for stream in (terminal, file):
        live = output.Live(stream)
        live.show("  build       …  1 s")
        live.clear()

    assert terminal.getvalue().startswith("\r\x1b[2K") and terminal.getvalue().endswith("\r\x1b[2K")
    assert file.getvalue() == ""


def test_a_table_has_columns_as_wide_as_they_must_be() -> None:
    assert output.table(("a", "long"), [("xyz", "1"), ("x", "")]) == ["a    long", "xyz  1", "x"]


@pytest.mark.parametrize(
    ("url", "app"),
    [
        ("http://localhost:7878/git/shop-api.git", "shop-api"),
        ("/var/lib/fairway/git/shop-api.git", "shop-api"),
        ("https://example.com/me/shop.git", None),
        (None, None),
    ],
)
def test_the_app_is_known_from_the_git_remote(url: str | None, app: str | None) -> None:
    assert here.app_of_remote(url) == app


def test_an_env_file_is_read_as_dotenv_does() -> None:
    text = "\n# no\nexport A=1\nB='two words'  # yes\nC=\"x\\ny\"\nD=$A\nEMPTY=\n"

    assert variables.parse(text, ".env") == {"A": "1", "B": "two words", "C": "x\ny", "D": "$A", "EMPTY": ""}
    with pytest.raises(UsageError) as raised:
        variables.parse("A=1\nNAME_ALONE\n", ".env")
    assert [(each.line, each.key) for each in raised.value.findings] == [(2, "NAME_ALONE")]


def test_scale_reads_service_and_number() -> None:
    assert scale.read("web=4") == ("web", 4)
    for wrong in ("web", "web=", "=4", "web=-1", "web=1001", "web=four"):
        with pytest.raises(UsageError):
            scale.read(wrong)


def test_since_is_a_time_or_a_duration_ago() -> None:
    assert logs.read_time("--since", "10m", 1000.0) == 400.0
    with pytest.raises(UsageError, match="--since yesterday is neither a duration nor an ISO time"):
        logs.read_time("--since", "yesterday", 1000.0)
    assert logs.read_time("--since", "1970-01-01T00:01:00+00:00", 1000.0) == 60.0


def test_status_reads_as_in_the_sketches() -> None:
    staging = environment("staging", state="empty", release=None, urls=[], services=[])
    running = execution(43, "IN_PROGRESS", stages=[stage("build", "IN_PROGRESS")])
    document = {"app": "shop-api", "environments": [environment(), staging], "execution": running}

    lines = status.lines(document, now=1000.0 + 2 * 86400, width=100)

    assert lines == [
        "shop-api" + " " * 54 + "production ● healthy   staging · empty",
        "  production   release 17   77ab01c   2 days ago   http://shop-api-production.localhost:8080",
        "    web        2/2 healthy",
        "  staging      nothing is deployed",
        '  execution 43  in progress in build for 2 d   9c1f2e7 "Add coupons"   fairway show 43',
    ]


def test_status_shows_what_a_service_does_and_uses() -> None:
    web = {**environment()["services"][0], "figures": figures()}
    quiet = figures(requests_per_second=None, p95_ms=None, error_percent=None, refused=None)
    worker = {**web, "name": "worker", "desired": 1, "running": 1, "healthy": 1, "figures": quiet}

    lines = status.environment_lines(environment(services=[web, worker]), 1000.0)

    assert lines[1:] == [
        "    web        2/2 healthy      41 req/s   p95 38 ms   errors 0.0 %   CPU 22 %   memory 96/512 MB",
        "    worker     1/1 healthy      CPU 22 %   memory 96/512 MB",
    ]


def test_ps_shows_use_against_limit() -> None:
    task = {"id": "3fa9c1d2e4b5", "environment": "production", "service": "web", "release": 17, "status": "RUNNING"}
    task |= {"health": "HEALTHY", "started_at": 900.0, "stopped_at": None, "cpu_percent": 6.0, "cpu_limit": 0.5}

    row = ps.row({**task, "memory": 96 * 2**20, "memory_limit": 512 * 2**20}, 1000.0)

    assert row[7:9] == ["12 % of 0.5", "96/512 MB"]


def test_top_has_a_row_for_each_service_and_each_of_its_tasks() -> None:
    tasks = [{"id": "3fa9c1d2e4b5", "figures": figures(refused=2)}, {"id": "4ab0c1d2e4b5", "figures": None}]
    web = {"environment": "production", "service": "web", "figures": figures(), "tasks": tasks}

    screen = top.lines("shop-api", {"at": 0.0, "over": 10.0, "services": [web]})

    assert screen[1:] == [
        "environment  service  task          req/s  errors  refused  p50    p95    p99    queue  CPU   memory",
        "production   web      2             41     0.0 %            13 ms  38 ms  1.5 s  3      22 %  96/512 MB",
        "                      3fa9c1d2e4b5  41     0.0 %   2        13 ms  38 ms  1.5 s  3      22 %  96/512 MB",
        "                      4ab0c1d2e4b5",
    ]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (words.rate(0), "0"),
        (words.rate(4.13), "4.1"),
        (words.rate(25104.2), "25,104"),
        (words.latency(0.83), "0.8 ms"),
        (words.latency(999.6), "1.0 s"),
        (words.share_of_size(96 * 2**20, 1536 * 2**20), "96 MB/1.5 GB"),
        (words.share_of_size(96 * 2**20, None), "96 MB"),
        (words.share_of_cpu(6.0, 0.5), "12 %"),
        (words.share_of_cpu(6.0, None), "6 %"),
    ],
)
def test_amounts_are_short(shown: str, expected: str) -> None:
    assert shown == expected


def test_an_app_without_anything_says_what_to_type() -> None:
    document = {"app": "shop-api", "environments": [], "execution": None}

    assert status.lines(document, now=0.0, width=100) == [
        "shop-api",
        "  Next    fairway up   (or git push fairway master)",
    ]


def test_a_task_that_ended_says_how() -> None:
    assert ps.ended({"status": "STOPPED", "oom_killed": True, "exit_code": 137}) == "out of memory"
    assert ps.ended({"status": "STOPPED", "oom_killed": False, "exit_code": 3}) == "exited 3"
    assert ps.ended({"status": "STOPPED", "oom_killed": False, "exit_code": None}) == "stopped"


def test_what_was_found_is_told_with_its_places_and_what_to_do() -> None:
    found = Detection(
        kind=Kind.NODE,
        evidence=(Evidence(what="Node.js 22", where=".nvmrc"), Evidence(what="npm", where="package-lock.json")),
        problems=(
            Problem(what="there is no lock file", why="versions may differ", fix="npm install", where="package.json"),
        ),
        notes=("shop is deployed; bank could be as well",),
    )

    assert detection.lines(found, 60) == [
        "Found  Node.js 22 (.nvmrc), npm (package-lock.json)",
        "Note   shop is deployed; bank could be as well",
        "Watch  there is no lock file (package.json): versions may",
        "       differ",
        "       npm install",
    ]


def test_a_rejected_push_gives_gits_reason_and_advises_force_only_where_it_helps() -> None:
    rewritten = up.refused("To x\n!\tabc:refs/heads/master\t[rejected] (non-fast-forward)\nDone", "master")
    declined = up.refused("!\tabc:refs/heads/master\t[remote rejected] (pre-receive hook declined)", "master")

    assert "--force" in rewritten.hint and rewritten.why == "[rejected] (non-fast-forward)"
    assert "--force" not in declined.hint and "hook declined" in declined.why


def test_the_head_of_a_pull_request_is_named_in_the_status_and_in_the_list() -> None:
    tried = execution(44, branch="", pull_request=7)

    assert "  execution 44 of pull request 7  succeeded" in status.execution_lines(tried, 1012.0)[0]
    assert executions.row(tried, now=1012.0)[3] == "pull request 7"


def test_the_next_page_asks_for_the_same_pull_request() -> None:
    asked = {"app": None, "branch": "a b", "pull_request": "7"}

    assert executions.following(asked, limit=20, before=3) == (
        "fairway executions --branch 'a b' --pull-request 7 --before 3"
    )
