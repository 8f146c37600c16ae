"""The commands against a server that speaks the API document: what is asked, what is shown, how each call ends."""

import json
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from support.cli_server import Served, deployment, environment, execution, figures, stage

FAILED = execution(
    status="FAILED",
    stages=[
        stage("source", seconds=0.1),
        stage(
            "production",
            "FAILED",
            31.0,
            summary="the new tasks never became healthy; release 17 still serves",
            cause={
                "sentence": "the process listens on 127.0.0.1:3000, so nothing outside its container can reach it",
                "seen": "a socket on 127.0.0.1:3000 in the container; none on 0.0.0.0:3000",
                "fix": 'listen on 0.0.0.0, e.g. app.listen(port, "0.0.0.0")',
                "log": ["web.1 │ Server ready"],
                "more": ["fairway logs web --release 18"],
            },
        ),
    ],
)


def test_status_shows_environments_services_and_the_latest_execution(shop: Any, server: Served) -> None:
    server.apps["shop-api"]["environments"] = [environment(), environment("staging", state="deploying")]
    server.executions = [execution()]

    status = shop.fairway("status")

    assert (status.returncode, status.stderr) == (0, "")
    assert "production ● healthy   staging … deploying" in status.stdout
    assert "production   release 17   77ab01c" in status.stdout
    assert "web        2/2 healthy" in status.stdout
    assert "execution 42  succeeded" in status.stdout


def test_status_tells_of_tasks_that_are_well_and_die_again_and_again(shop: Any, server: Served) -> None:
    web = {"name": "web", "desired": 2, "running": 2, "healthy": 2, "failed_lately": 7, "port": 3000}
    server.apps["shop-api"]["environments"] = [environment(state="degraded", services=[web])]

    status = shop.fairway("status")

    assert "production ◐ degraded" in status.stdout
    assert "2/2 healthy   7 tasks failed in the last 10 min: fairway logs web -e production" in status.stdout


def test_the_files_of_actions_are_listed_and_each_is_printed_as_it_is(shop: Any, server: Served) -> None:
    server.executions = [execution()]
    server.artifacts = {"staging/smoke/report/a b.html": b"<html>\n"}

    listing = shop.fairway("show", "42", "--artifacts")
    file = shop.fairway("show", "42", "--artifact", "staging/smoke/report/a b.html")
    none = shop.fairway("show", "42", "--artifact", "staging/nope")
    server.artifacts = {}
    empty = shop.fairway("show", "42", "--artifacts")

    assert "staging/smoke/report/a b.html  7 B" in listing.stdout
    assert (file.returncode, file.stdout) == (0, "<html>\n")
    assert none.returncode == 2 and "no such artifact" in none.stderr
    assert "the actions of execution 42 left no files" in empty.stderr
    assert shop.fairway("show", "42", "--artifact", "a", "--json").returncode == 2


def test_json_is_the_only_thing_on_standard_output(shop: Any, server: Served) -> None:
    server.executions = [execution()]

    for command in (
        ["status"],
        ["ps"],
        ["top"],
        ["top", "web", "--since", "1h"],
        ["executions"],
        ["show", "42"],
        ["show", "--log", "build"],
        ["show", "--artifacts"],
        ["releases"],
        ["apps"],
        ["apps", "list"],
        ["env", "list"],
        ["logs"],
        ["server", "status"],
        ["deploy"],
        ["restart"],
        ["rollback", "--yes"],
        ["scale", "web=2"],
        ["stop", "42"],
        ["stop", "--deployment", "3"],
        ["down", "--yes"],
        ["env", "set", "A=1"],
        ["env", "unset", "A"],
        ["env", "history"],
        ["env", "diff", "production", "production"],
        ["env", "export", "--show"],
        ["env", "rollback", "1", "--yes"],
    ):
        done = shop.fairway(*command, "--json")
        assert done.returncode == 0, (command, done.stderr)
        assert isinstance(json.loads(done.stdout), dict), command


def test_tables_are_for_people(shop: Any, server: Served) -> None:
    server.executions = [execution()]
    server.tasks = [
        {
            "id": "3fa9c0ffee00",
            "environment": "production",
            "service": "web",
            "release": 17,
            "status": "RUNNING",
            "health": "HEALTHY",
            "detail": "",
            "started_at": time.time() - 100,
            "stopped_at": None,
            "exit_code": None,
            "oom_killed": False,
            "restarts": 0,
            "cpu_percent": 22.0,
            "memory": 96 * 1024**2,
            "memory_limit": 512 * 1024**2,
        }
    ]

    ps, executions, releases = shop.fairway("ps"), shop.fairway("executions"), shop.fairway("releases")

    row = ["3fa9c0ffee00", "production", "web", "17", "running", "healthy"]
    assert ps.stdout.splitlines()[1].split()[:6] == row
    assert "22 %" in ps.stdout and "96/512 MB" in ps.stdout
    assert executions.stdout.splitlines()[1].split()[:3] == ["42", "succeeded", "9c1f2e7"]
    assert releases.stdout.splitlines()[1].split()[:3] == ["2", "current", "aaaaaaa"]


def test_without_tasks_ps_says_where_to_look(shop: Any, server: Served) -> None:
    ps = shop.fairway("ps")

    assert (ps.returncode, ps.stdout) == (0, "")
    assert ps.stderr == "shop-api has no tasks; fairway status says what should run\n"


def test_top_is_one_table_when_it_is_piped(shop: Any, server: Served) -> None:
    task = {"id": "3fa9c0ffee00", "figures": figures()}
    server.top = [{"environment": "production", "service": "web", "figures": figures(), "tasks": [task]}]

    done = shop.fairway("top", "--over", "1m")

    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[:3] for line in done.stdout.splitlines()[1:]] == [
        ["production", "web", "1"],
        ["3fa9c0ffee00", "41", "0.0"],
    ]


def test_top_shows_the_past_of_a_service(shop: Any, server: Served) -> None:
    server.samples = [{**figures(), "at": 60.0}, {**figures(requests_per_second=7.0), "at": 120.0}]

    past, aimless = shop.fairway("top", "web", "--since", "1h"), shop.fairway("top", "--since", "1h")

    assert [line.split()[1:3] for line in past.stdout.splitlines()[1:]] == [["2", "41"], ["2", "7.0"]]
    assert aimless.returncode == 2
    assert "fairway top web --since 1h" in aimless.stderr


def test_executions_are_searched_for_page_by_page(shop: Any, server: Served) -> None:
    branch = "fix/$(date)"
    server.executions = [execution(number, branch=branch, tag="") for number in (1, 2, 3)]
    server.executions += [
        execution(4, branch="", tag="v1"),
        execution(5, "FAILED"),
    ]

    asked = ["executions", "--branch", branch, "--status", "succeeded", "-n", "2"]
    first = shop.fairway(*asked)
    second = shop.run(
        "sh", "-c", first.stderr.removeprefix("Older ones: ").replace("fairway", f"{sys.executable} -m fairway", 1)
    )
    every = shop.fairway("executions")
    none = shop.fairway("executions", "--branch", "nowhere")

    assert [line.split()[:4] for line in first.stdout.splitlines()[1:]] == [
        [number, "succeeded", "9c1f2e7", "fix/$(date)"] for number in ("3", "2")
    ]
    assert [line.split()[0] for line in second.stdout.splitlines()[1:]] == ["1"]
    assert (second.returncode, second.stderr) == (0, "")
    assert [line[31:43].rstrip() for line in every.stdout.splitlines()[1:3]] == ["master", "tag v1"]
    assert (none.stdout, none.stderr) == ("", "shop-api has no such executions\n")


def test_the_report_of_a_failure_is_shown_and_the_status_is_1(shop: Any, server: Served) -> None:
    server.executions = [FAILED]
    server.script = [
        execution(status="IN_PROGRESS", stages=[stage("source"), stage("production", "IN_PROGRESS")]),
        FAILED,
    ]

    deploy, show = shop.fairway("deploy"), shop.fairway("show", "42")

    assert deploy.returncode == 1
    assert show.returncode == 0
    for text in (deploy.stderr, show.stdout):
        assert "  production  ✗  31 s    the new tasks never became healthy; release 17 still serves\n" in text
        assert "\n  Cause   the process listens on 127.0.0.1:3000, so nothing" in text
        assert "\n          (seen: a socket on 127.0.0.1:3000" in text
        assert "\n  Log     web.1 │ Server ready\n" in text
        assert "\n  Fix     listen on 0.0.0.0" in text
        assert "\n  More    fairway show 42    fairway logs web --release 18\n" in text


def test_the_log_of_a_stage_or_of_all_is_data_without_control_characters(shop: Any, server: Served) -> None:
    server.executions = [execution()]
    server.logs = {"source": "", "build": "npm ci\n\x1b[2Jdone\n", "production": "web started\n"}

    one, every = shop.fairway("show", "42", "--log", "build"), shop.fairway("show", "--log", "42")
    json_of_all = json.loads(shop.fairway("show", "42", "--log", "--json").stdout)
    unknown = shop.fairway("show", "42", "--log", "package")

    assert one.stdout == "npm ci\n␛[2Jdone\n"
    assert every.stdout == "build      │ npm ci\nbuild      │ ␛[2Jdone\nproduction │ web started\n"
    assert [(each["stage"], each["log"]) for each in json_of_all["logs"]] == list(server.logs.items())
    assert unknown.returncode == 2
    assert "its stages: source, build, production" in unknown.stderr


def test_a_followed_log_shows_each_line_once_over_a_broken_connection(shop: Any, server: Served) -> None:
    server.executions = [execution(status="IN_PROGRESS")]
    log = [{"type": "log", "stage": "build", "text": text} for text in ("npm ci", "", "npm ci")]
    server.messages = [log[0], *log, {"type": "log", "stage": "production", "text": "web started"}]
    server.messages += [{"type": "end", "execution": execution()}]
    server.broken, server.broken_after = 2, 3

    done = shop.fairway("show", "42", "--log", "--follow")

    assert done.returncode == 0
    assert done.stderr.count("The connection broke off") == 2
    assert [line.partition(" │")[2].strip() for line in done.stdout.splitlines()] == [
        "npm ci",
        "npm ci",
        "",
        "npm ci",
        "web started",
    ]


def test_a_stages_log_is_followed_to_the_stages_end(shop: Any, server: Served) -> None:
    runs = execution(status="IN_PROGRESS", stages=[stage("build", "IN_PROGRESS"), stage("production", "PENDING")])
    built = execution(status="IN_PROGRESS", stages=[stage("build"), stage("production", "IN_PROGRESS")])
    server.executions = [runs]
    server.messages = [
        {"type": "execution", "execution": runs},
        {"type": "log", "stage": "build", "text": "npm ci"},
        {"type": "execution", "execution": built},
        {"type": "log", "stage": "build", "text": "never printed"},
    ]

    done = shop.fairway("show", "42", "--log", "build", "--follow")

    assert (done.returncode, done.stdout, done.stderr) == (0, "npm ci\n", "")


def test_following_without_a_log_or_as_json_is_refused(shop: Any, server: Served) -> None:
    server.executions = [execution()]

    for arguments in (["--follow"], ["--log", "--follow", "--json"]):
        assert shop.fairway("show", "42", *arguments).returncode == 2


def test_a_failure_whose_cause_shows_no_log_is_shown_with_the_last_lines(shop: Any, server: Served) -> None:
    server.executions = [execution(status="FAILED", stages=[stage("build", "FAILED", cause={"sentence": "it ended"})])]
    server.logs = {"build": "".join(f"line {number}\n" for number in range(30))}

    show = shop.fairway("show", "42")

    assert "  Cause   it ended\n  Log     line 20\n          line 21\n" in show.stdout
    assert "line 19" not in show.stdout


def test_a_watch_goes_on_after_a_broken_connection(shop: Any, server: Served) -> None:
    server.script = [execution(status="IN_PROGRESS"), execution()]
    server.broken = 2

    deploy = shop.fairway("deploy")

    assert deploy.returncode == 0
    assert deploy.stderr.count("The connection broke off") == 2
    assert deploy.stderr.count("  build       ✓  6.2 s") == 1


def test_waiting_ends_in_time_and_says_what_goes_on(shop: Any, server: Served) -> None:
    server.script = [execution(status="IN_PROGRESS")] * 100
    server.pause = 0.5

    started = time.monotonic()
    deploy = shop.fairway("deploy", "--timeout", "1s")

    assert deploy.returncode == 1
    assert "execution 1 is not done after 1.0 s" in deploy.stderr
    assert "fairway show 1 --watch" in deploy.stderr
    assert time.monotonic() - started < 10


def test_a_watched_status_prints_what_changes_when_it_is_piped(shop: Any, server: Served) -> None:
    server.executions = [execution(status="IN_PROGRESS")]
    refused = shop.fairway("status", "--watch", "--json")

    with subprocess.Popen(
        [sys.executable, "-m", "fairway", "status", "--watch", "--timeout", "30s"],
        cwd=shop.folder,
        env=shop.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        first = [process.stdout.readline() for _ in range(2)]
        server.executions = [execution()]
        changed = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()

    assert (process.returncode, "shop-api goes on on the server" in said) == (130, True)
    assert refused.returncode == 2
    assert "execution 42  in progress" in first[1]
    assert "execution 42  succeeded" in changed


def test_ctrl_c_says_what_goes_on_on_the_server(shop: Any, server: Served) -> None:
    server.script = [execution(status="IN_PROGRESS")] * 100
    server.pause = 0.5

    with subprocess.Popen(
        [sys.executable, "-m", "fairway", "deploy"],
        cwd=shop.folder,
        env=shop.environ,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs the tests in the background has them ignore SIGINT, and their children with them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stderr is not None
        seen = [process.stderr.readline(), process.stderr.readline()]
        process.send_signal(signal.SIGINT)
        text = process.stderr.read()

    assert "execution 1" in seen[0]
    assert process.returncode == 130
    assert "execution 1 goes on on the server" in text
    assert "Traceback" not in text


def test_rollback_asks_first_and_names_the_release(shop: Any, server: Served) -> None:
    asked = shop.fairway("rollback", "16")
    done = shop.fairway("rollback", "16", "--yes")

    assert asked.returncode == 2
    assert "Take production of shop-api back to release 16?" in asked.stderr
    assert done.returncode == 0
    wanted = {"environment": "production", "release": 16, "accept_schema": False, "take_back": False}
    assert server.bodies("POST", "/apps/shop-api/rollback") == [wanted]
    assert 'shop-api  execution 1  back to release 16  9c1f2e7 "Change"' in done.stderr
    assert "  production  ✓  4.8 s" in done.stderr


def test_a_rollback_that_takes_back_says_what_that_costs(shop: Any, server: Served) -> None:
    asked = shop.fairway("rollback", "16", "--take-back")
    done = shop.fairway("rollback", "16", "--take-back", "--yes")
    both = shop.fairway("rollback", "16", "--take-back", "--accept-schema", "--yes")

    assert asked.returncode == both.returncode == 2
    assert "What was migrated since goes away, data included, and production is closed meanwhile." in asked.stderr
    assert "--accept-schema and --take-back are two answers" in both.stderr
    assert done.returncode == 0
    assert [body["take_back"] for body in server.bodies("POST", "/apps/shop-api/rollback")] == [True]


def test_a_rollback_stands_among_the_executions_with_what_it_goes_back_to(shop: Any, server: Served) -> None:
    shop.fairway("rollback", "16", "--yes")

    executions, show = shop.fairway("executions"), shop.fairway("show", "1")

    assert "production back to release 16" in executions.stdout
    assert "by a rollback by ada, to what execution 41 brought there" in show.stdout


def test_a_deployment_that_fails_ends_with_1_and_its_cause(shop: Any, server: Served) -> None:
    server.deployment = deployment("FAILED", reason="never healthy", cause={"sentence": "it ends with 3", "log": ["x"]})

    restart = shop.fairway("restart", "web")

    assert restart.returncode == 1
    assert (
        "  production  ✗  4.8 s   release 17; never healthy\n\n  Cause   it ends with 3\n  Log     x\n"
        in restart.stderr
    )


def test_a_restart_is_given_up_by_the_number_of_its_deployment(shop: Any, server: Served) -> None:
    server.deployment = deployment("IN_PROGRESS")

    done = shop.fairway("stop", "--deployment", "7", "-m", "wrong service")
    wrong = [shop.fairway("stop"), shop.fairway("stop", "42", "--deployment", "7")]
    wrong.append(shop.fairway("stop", "--deployment", "7", "--wait"))

    assert (done.returncode, done.stderr) == (
        0,
        "Deployment 7 to production is given up; what was desired before is desired again\n",
    )
    assert server.bodies("POST", "/apps/shop-api/deployments/7/stop") == [{"reason": "wrong service"}]
    assert [each.returncode for each in wrong] == [2, 2, 2]


def test_scale_sends_numbers_and_refuses_what_is_none(shop: Any, server: Served) -> None:
    done, wrong = shop.fairway("scale", "web=4", "worker=0"), shop.fairway("scale", "web=many")

    assert done.returncode == 0
    assert "web  1 → 4" in done.stderr
    assert server.bodies("POST", "/apps/shop-api/scale") == [
        {"environment": "production", "services": {"web": 4, "worker": 0}}
    ]
    assert wrong.returncode == 2
    assert "web=many" in wrong.stderr


def test_logs_are_data_with_the_tasks_name_and_without_control_characters(shop: Any, server: Served) -> None:
    base = {"type": "line", "service": "web", "task": "3fa9c0ffee00", "at": 1.0, "stream": "stdout"}
    server.lines = [{**base, "text": "ready"}, {**base, "text": "\x1b[2Jgone"}]

    logs = shop.fairway("logs", "web", "--tail", "5", "--since", "10m")

    assert logs.stdout == "web.3fa9 │ ready\nweb.3fa9 │ ␛[2Jgone\n"


def test_what_fairway_says_of_a_log_does_not_look_like_a_line_of_the_task(shop: Any, server: Served) -> None:
    base = {"type": "line", "service": "web", "task": "3fa9c0ffee00", "at": 1.0}
    server.lines = [{**base, "stream": "fairway", "text": "lines may be missing here"}]

    assert shop.fairway("logs").stdout == "web.3fa9 ┆ lines may be missing here\n"


def test_what_is_asked_for_of_the_logs_is_passed_on(shop: Any, server: Served) -> None:
    server.lines = []

    found = shop.fairway("logs", "--grep", "Error", "-i", "--until", "1970-01-02T00:00:00+00:00", "--task", "3fa9")
    asked = server.logs_asked[-1]
    everything = shop.fairway("logs", "--since", "10m")

    assert found.stderr == 'no line that is kept has "Error" in it in that time\n'
    assert {key: asked[key] for key in ("grep", "ignore_case", "until", "task", "tail")} == {
        "grep": "Error",
        "ignore_case": "true",
        "until": "86400.0",
        "task": "3fa9",
        "tail": "100",
    }
    assert everything.stderr == "nothing was printed since 10m\n"
    assert "tail" not in server.logs_asked[-1]


def test_lines_are_one_document_or_one_for_each_line_that_is_followed(shop: Any, server: Served) -> None:
    base = {"type": "line", "service": "web", "task": "3fa9c0ffee00", "at": 1.0, "stream": "stdout"}
    server.lines = [{**base, "text": "ready"}, {**base, "text": "\x1b[2J"}]

    document = shop.fairway("logs", "--json")
    followed = shop.fairway("logs", "-f", "--json")

    assert json.loads(document.stdout) == {"lines": server.lines}
    assert [json.loads(line) for line in followed.stdout.splitlines()] == server.lines
    assert "\x1b" not in followed.stdout


@pytest.mark.parametrize(
    "words",
    [("-f", "--until", "5m"), ("-i",), ("--since", "1900-01-01"), ("--since", "soon"), ("--tail", "10001")],
)
def test_logs_that_can_not_be_are_refused_before_anything_is_asked(shop: Any, server: Served, words: Any) -> None:
    refused = shop.fairway("logs", *words)

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr != ""
    assert server.logs_asked == []


def test_a_log_without_a_line_says_so_and_not_among_the_data(shop: Any, server: Served) -> None:
    server.lines = []

    logs = shop.fairway("logs", "web")

    assert (logs.returncode, logs.stdout) == (0, "")
    assert "nothing was printed yet" in logs.stderr


def test_an_execution_has_a_number_from_1_on(shop: Any) -> None:
    nothing = shop.fairway("show", "0")

    assert nothing.returncode == 2 and "0 is not in the range" in nothing.stderr


def test_variables_of_an_environment_that_nobody_knows_are_refused(shop: Any, server: Served) -> None:
    done = shop.fairway("env", "set", "-e", "prodution", "KEY=1")

    assert done.returncode == 2
    assert 'has no environment "prodution"' in done.stderr and "production" in done.stderr
    assert server.variables == {}


def test_an_environment_that_nobody_knows_is_told_and_not_listed_as_empty(shop: Any, server: Served) -> None:
    nobody = shop.fairway("env", "list", "-e", "prodution")
    server.variables["review"] = {"KEY": "1"}
    set_earlier = shop.fairway("env", "list", "-e", "review")

    assert (nobody.returncode, nobody.stdout) == (2, "")
    assert 'has no environment "prodution"' in nobody.stderr and "production" in nobody.stderr
    assert (set_earlier.returncode, "KEY" in set_earlier.stdout) == (0, True)


def test_a_variable_that_fairway_gives_itself_is_taken_and_told(shop: Any, server: Served) -> None:
    done = shop.fairway("env", "set", "PORT=99", "KEY=1")

    assert done.returncode == 0
    assert "gives the tasks PORT itself" in done.stderr
    assert "Next    fairway up, or a push: no task runs that it is for" in done.stderr
    assert server.variables["production"] == {"PORT": "99", "KEY": "1"}


def test_a_changed_variable_is_seen_through_to_the_tasks(shop: Any, server: Served) -> None:
    server.stale = True

    done = shop.fairway("env", "set", "KEY=1")
    left = shop.fairway("env", "set", "KEY=1", "--no-restart")
    server.deployment = deployment("FAILED", reason="the new tasks never became healthy")
    failed = shop.fairway("env", "set", "KEY=2")

    assert done.returncode == 0 and "production  ✓  4.8 s   release 17" in done.stderr
    assert "fairway restart" in left.stderr
    assert failed.returncode == 1
    assert "version 2 stays the latest" in failed.stderr and "fairway env rollback 1" in failed.stderr
    path = "/apps/shop-api/environments/production/variables"
    assert [body["restart"] for body in server.bodies("PATCH", path)] == [True, False, True]


def test_a_change_whose_tasks_cant_be_replaced_says_so(shop: Any, server: Served) -> None:
    server.trouble = "release 17 is just being deployed to production of shop-api"

    done = shop.fairway("env", "unset", "KEY")

    assert done.returncode == 1
    assert "version 2 is kept, but the tasks have not got it" in done.stderr and server.trouble in done.stderr


def test_a_variable_of_one_service_is_shown_with_what_it_stands_for(shop: Any, server: Served) -> None:
    shop.write("fairway.toml", 'app = "shop-api"\n[services.web]\n[services.worker]\n')

    shop.fairway("env", "set", "QUEUE=low")
    shop.fairway("env", "set", "--service", "worker", "QUEUE=high")
    unknown = shop.fairway("env", "set", "--service", "wroker", "QUEUE=high")
    listed = shop.fairway("env", "list")

    assert (unknown.returncode, 'no service "wroker"' in unknown.stderr) == (2, True)
    assert [line.split() for line in listed.stdout.splitlines()[1:]] == [
        ["QUEUE", "every", "service", "1"],
        ["QUEUE", "worker", "(in", "place", "of", "the", "environment's)", "1"],
    ]


def test_the_history_of_variables_is_a_table_of_names(shop: Any, server: Served) -> None:
    server.versions = [
        {"version": 2, "at": time.time() - 180, "by": "owner", "how": "set", "set": ["worker/A"], "unset": ["B"]}
    ]

    history = shop.fairway("env", "history")
    back = shop.fairway("env", "rollback", "1", "--yes")
    asked = shop.fairway("env", "rollback", "1")

    assert history.stdout.splitlines()[1].split() == ["2", "3", "min", "ago", "owner", "set", "worker/A", "-B"]
    assert back.returncode == 0 and "1 variable of production changed, now version 2: KEY" in back.stderr
    assert asked.returncode == 2 and "version 1?" in asked.stderr


def test_a_value_is_read_from_standard_input_by_a_dash(shop: Any, server: Served) -> None:
    done = shop.fairway("env", "set", "SECRET=-", "OTHER=1", text="hush\n")
    two = shop.fairway("env", "set", "A=-", "B=-", text="x\n")

    assert done.returncode == 0
    assert server.variables["production"] == {"SECRET": "hush", "OTHER": "1"}
    assert two.returncode == 2 and "standard input has one value" in two.stderr


def test_values_come_out_only_where_it_is_said_where_to(shop: Any, server: Served) -> None:
    server.variables["production"] = {"A": "it's $5", "B": "1", "worker/B": "2"}

    neither = shop.fairway("env", "export")
    shown = shop.fairway("env", "export", "--show")
    written = shop.fairway("env", "export", "-o", "kept.env", "--service", "worker")
    again = shop.fairway("env", "export", "-o", "kept.env")
    over = shop.fairway("env", "export", "-o", "kept.env", "--yes")
    as_json = shop.fairway("env", "export", "--show", "--json")

    file = shop.folder / "kept.env"
    assert (neither.returncode, neither.stdout, "it's" in neither.stderr) == (2, "", False)
    assert shown.stdout == "A='it\\'s $5'\nB=1\n"
    assert written.returncode == 0 and "2 variables of production, version 4" in written.stderr
    assert (again.returncode, "kept.env exists" in again.stderr, over.returncode) == (2, True, 0)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == "A='it\\'s $5'\nB=1\n"
    assert json.loads(as_json.stdout)["variables"] == {"A": "it's $5", "B": "1"}
    assert not [entry for entry in shop.folder.iterdir() if entry.name.startswith(".kept")]


def test_the_drift_between_environments_is_names_and_forms(shop: Any, server: Served) -> None:
    shop.write("fairway.toml", 'app = "shop-api"\n[environments.production]\n[environments.staging]\n')
    server.compared = [
        {"name": "A", "service": "", "kind": "only_left", "left": "number", "right": ""},
        {"name": "KEY", "service": "web", "kind": "same_secret", "left": "text", "right": "text"},
        {"name": "URL", "service": "", "kind": "other_value", "left": "text", "right": "text"},
    ]

    found = shop.fairway("env", "diff", "staging", "production@2")
    strict = shop.fairway("env", "diff", "staging", "production", "--exit-code", "--all")
    wrong = shop.fairway("env", "diff", "staging", "production@x")
    server.compared = []
    none = shop.fairway("env", "diff", "staging", "production", "--exit-code")

    assert (found.returncode, strict.returncode, wrong.returncode, none.returncode) == (0, 1, 2, 0)
    lines = found.stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["A", "web/KEY"]
    assert "missing" in lines[1] and "the same secret on both sides" in lines[2]
    assert "1 variable more" in found.stderr
    assert "another value" in strict.stdout


def test_every_wrong_line_of_an_env_file_is_named(shop: Any, server: Served) -> None:
    (shop.folder / "bad.env").write_bytes(b"A=1\nMY-NAME=2\nA=3\n")
    (shop.folder / "binary.env").write_bytes(b"A=1\nB=\xff\xfe\n")

    bad, binary = shop.fairway("env", "import", "bad.env"), shop.fairway("env", "import", "binary.env")

    assert (bad.returncode, binary.returncode) == (2, 2)
    assert "bad.env:2" in bad.stderr and "bad.env:3" in bad.stderr and "already set on line 1" in bad.stderr
    assert "binary.env:2" in binary.stderr and "not UTF-8" in binary.stderr
    assert server.variables == {}


def test_scale_says_how_long_it_holds(shop: Any) -> None:
    scaled = shop.fairway("scale", "web=4")

    assert "until" in scaled.stderr.lower() and "next deployment" in scaled.stderr


def test_env_takes_values_from_arguments_standard_input_and_files(shop: Any, server: Served) -> None:
    shop.write("fairway.toml", 'app = "shop-api"\n[environments.production]\n[environments.staging]\n')
    shop.write(".env.production", "A=1\n# no\nexport B=\"two words\"\nC='#x'\n")

    shop.fairway("env", "set", "-e", "staging", "KEY=a=b")
    shop.fairway("env", "set", "-e", "staging", "--from-stdin", "SECRET", text="hush\n")
    shop.fairway("env", "set", "-e", "staging", "--from-stdin", text="X=1\nY=2\n")
    imported = shop.fairway("env", "import", ".env.production")

    assert server.variables["staging"] == {"KEY": "a=b", "SECRET": "hush", "X": "1", "Y": "2"}
    assert server.variables["production"] == {"A": "1", "B": "two words", "C": "#x"}
    assert "3 variables of production changed, now version 2: A, B, C" in imported.stderr
    assert "two words" not in imported.stdout + imported.stderr


def test_env_refuses_what_it_cant_use(shop: Any, server: Served) -> None:
    shop.write(".env.example", "SECRET=changeme\n")
    shop.write("broken.env", "A=1\n'oops\n")

    for command, words in (
        (["env", "set"], "no variable is named"),
        (["env", "set", "NAME"], "no terminal to ask on"),
        (["env", "set", "1X=2"], "no variable's name"),
        (["env", "import", ".env.example"], "looks like an example"),
        (["env", "import", "nowhere.env"], "can't be read"),
        (["env", "import", "broken.env"], "broken.env:2"),
    ):
        done = shop.fairway(*command)
        assert (done.returncode, words in done.stderr) == (2, True), (command, done.stderr)
    assert server.variables == {}


def test_exec_passes_input_outputs_and_the_exit_status_on(shop: Any) -> None:
    done = shop.spawn("exec", "--service", "web", "--", "tr", "-x", "a", text="hello\n")

    assert done.stdout == "tr -x a\nHELLO\n"
    assert done.stderr == "bye\n"
    assert done.returncode == 5


def test_exec_tells_the_servers_problem(shop: Any) -> None:
    problem = shop.spawn("exec", "--", "fail")
    no_terminal = shop.spawn("exec", "--tty", "--", "sh")

    assert (problem.returncode, problem.stderr) == (1, "Error   no task runs\n")
    assert no_terminal.returncode == 2


def test_down_shows_what_happens_and_its_failure(shop: Any, server: Served) -> None:
    good = shop.fairway("down", "--yes")
    server.down_ok = False
    bad = shop.fairway("down", "--delete", "--yes")

    assert (good.returncode, good.stderr) == (0, "  web stopped\n")
    assert bad.returncode == 1
    assert "could not be taken down" in bad.stderr
    assert ("DELETE", "/api/v1/apps/shop-api", None) in server.asked


def test_an_unknown_app_is_a_usage_error_that_names_the_known_ones(shop: Any) -> None:
    done = shop.fairway("status", "--app", "shpo-api")

    assert done.returncode == 2
    assert done.stderr == 'Error   there is no app "shpo-api"\nHint    known: shop-api\n'


def test_a_wrong_token_is_told(shop: Any, tmp_path: Any) -> None:
    (tmp_path / "home" / "token").write_text("wrong")

    done = shop.fairway("status")

    assert (done.returncode, "the token is wrong" in done.stderr) == (2, True)
    assert "wrong" not in done.stderr.replace("the token is wrong", "")


def test_no_server_ends_with_3_and_the_next_command(shop: Any) -> None:
    shop.environ["FAIRWAY_PORT"] = "21099"

    for command in (["status"], ["deploy"], ["exec", "--", "ls"], ["server", "status"], ["logs"]):
        done = shop.spawn(*command)
        assert (done.returncode, "fairway server start" in done.stderr) == (3, True), (command, done.stderr)


def test_where_no_app_is_named_the_error_says_how_to(shell: Any) -> None:
    done = shell.fairway("status")

    assert done.returncode == 2
    assert "--app" in done.stderr


def test_a_defect_is_told_without_a_trace_but_with_debug(shop: Any, server: Served) -> None:
    server.executions = [{"app": "shop-api", "number": 1}]

    plain, debug = shop.spawn("executions"), shop.spawn("executions", "--debug")

    assert plain.returncode == 1
    assert "Traceback" not in plain.stderr and "--debug" in plain.stderr
    assert "Traceback" in debug.stderr


def test_apps_are_created_by_name(shop: Any, server: Served) -> None:
    done, wrong = shop.fairway("apps", "create", "second"), shop.fairway("apps", "create", "Second One")

    assert done.returncode == 0
    assert "second" in server.apps
    assert (wrong.returncode, "second-one" in wrong.stderr) == (2, True)
