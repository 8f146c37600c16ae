"""Commands that run once, through the real command line and in real containers."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from support.world import Project, World, create_project, until

QUICK = '[services.web]\nhealth = { path = "/", start_period = "3s", interval = "1s" }\n'
JOB = """
[jobs.report]
command = "node -e 'console.log(process.env.FAIRWAY_JOB); process.exit(process.env.FAIRWAY_ATTEMPT - 2)'"
schedule = "0 3 1 1 *"
retries = 1
"""
PATIENT = """
process.on('SIGTERM', () => { console.log('bye'); process.exit(9) });
console.log('began');
setInterval(() => {}, 1000);
"""
ASKS = """
console.log(process.env.GREETING);
fetch('http://web:3000/').then(answer => { console.log(answer.status); process.exit(7) });
"""


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of this module's own, since it is killed."""
    world = World(root=tmp_path_factory.mktemp("jobs"))
    world.start()
    yield world
    world.close()


@pytest.fixture(scope="module")
def live(own_world: World) -> Project:
    made = create_project(own_world, "jobber", toml=QUICK + JOB)
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    return made


def containers(project: Project) -> list[str]:
    """The containers of its runs, whether they run or not."""
    found = subprocess.run(
        ["docker", "ps", "-aq", "--filter", "label=fairway.run", "--filter", f"label=fairway.app={project.app}"],
        check=True,
        capture_output=True,
        text=True,
    )
    return found.stdout.split()


def test_a_command_in_a_container_of_its_own_from_its_lines_to_its_record(live: Project) -> None:
    live.fairway("env", "set", "GREETING=hello")
    live.fairway("restart")

    ran = live.fairway("exec", "--new", "--", "node", "-e", ASKS)
    listed = live.fairway("jobs")
    number = str(live.fairway("jobs", "--json").json["runs"][0]["number"])
    logged = live.fairway("jobs", "logs", number)
    shown = live.fairway("jobs", "show", number, "--json").json

    assert (ran.status, ran.stdout.splitlines()) == (7, ["hello", "200"]), ran.text
    assert "failed: exit code 7" in ran.stderr
    assert "exit code 7" in listed.stdout
    assert logged.stdout == ran.stdout
    assert (shown["status"], shown["code"], shown["environment"]) == ("FAILED", 7, "production")
    until(lambda: not containers(live), what="the container to be removed")


def test_what_can_not_be_started_ends_with_1_and_says_why(live: Project) -> None:
    ran = live.fairway("exec", "--new", "--json", "--", "nope")

    assert ran.status in (1, 127), ran.text
    assert ran.json["status"] == "FAILED"
    assert "nope" in ran.stderr or "program" in ran.stderr


@pytest.mark.exhaustive
def test_a_run_goes_on_without_the_server_and_its_end_is_recorded(live: Project) -> None:
    begun = live.fairway("exec", "--new", "--detach", "--json", "--", "node", "-e", PATIENT).json
    number = str(begun["number"])
    until(lambda: "began" in live.fairway("jobs", "logs", number).stdout, what="its first line")

    live.world.kill_server()
    subprocess.run(["docker", "kill", "--signal", "TERM", *containers(live)], check=True, capture_output=True)
    live.world.start()
    streamed = live.fairway("jobs", "logs", number, "-f")
    ended = live.fairway("jobs", "show", number, "--json").json

    assert (ended["status"], ended["code"]) == ("FAILED", 9)
    assert streamed.stdout.splitlines() == ["began", "bye"]
    until(lambda: not containers(live), what="the container to be removed")


@pytest.mark.exhaustive
def test_a_run_is_stopped(live: Project) -> None:
    begun = live.fairway("exec", "--new", "--detach", "--json", "--", "node", "-e", PATIENT).json
    number = str(begun["number"])
    until(lambda: "began" in live.fairway("jobs", "logs", number).stdout, what="its first line")

    stopped = live.fairway("jobs", "stop", number)
    followed = live.fairway("jobs", "logs", number, "-f")
    shown = live.fairway("jobs", "show", number)

    assert stopped.status == 0, stopped.text
    assert followed.stdout.splitlines() == ["began", "bye"]
    assert "stopped by owner; exit code 9" in shown.stdout


@pytest.mark.exhaustive
def test_ctrl_c_stops_a_run_and_its_exit_status_is_the_commands_own(live: Project) -> None:
    # A test run that is itself in a shell's background has inherited that SIGINT is ignored.
    heeding = ("env", "--default-signal=INT")
    command = [*heeding, sys.executable, "-m", "fairway", "exec", "--new", "--", "node", "-e", PATIENT]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=live.path, env=live.world.environ, text=True, **pipes) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate(timeout=60)

    assert (first, rest, process.returncode) == ("began\n", "bye\n", 9), said
    assert "Stopping run" in said and "stopped by owner; exit code 9" in said


@pytest.mark.exhaustive
def test_a_declared_job_runs_when_somebody_asks_and_the_status_says_how_it_went(live: Project) -> None:
    before = live.fairway("status")

    ran = live.fairway("jobs", "run", "report")
    after = live.fairway("status")
    listed = live.fairway("jobs", "--json").json

    assert "    report     next " in before.stdout and "has not run yet" in before.stdout, before.text
    assert (ran.status, ran.stdout) == (0, "report\nreport\n"), ran.text
    assert "attempt 1 failed: exit code 255; attempt 2 of 2 follows in" in ran.stderr
    assert "last succeeded in" in after.stdout, after.text
    assert [(job["name"], job["schedule"], job["last"]["status"]) for job in listed["jobs"]] == [
        ("report", "0 3 1 1 *", "SUCCEEDED")
    ]
    assert [each["code"] for each in listed["runs"][0]["attempts"]] == [255, 0]
