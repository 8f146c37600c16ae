"""A push becomes live HTTP, and what must hold around it.

The ways in which a release is never healthy come to one end, by one path: `make test` has the one that answers and is
sick, `make exhaustive` those that do not come so far. What is said of each is held by tests/contract/engine's failures.
"""

import json
from collections.abc import Callable

import pytest

from support.sampled import sampled
from support.world import Project, World, until

Make = Callable[..., Project]
QUICK = '[services.web]\nhealth = { path = "/", start_period = "3s", interval = "1s" }\n'


@pytest.fixture
def live(project: Make) -> Project:
    made = project(toml=QUICK)
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    return made


def test_up_makes_the_app_and_its_first_version_answers(live: Project) -> None:
    assert live.get() == (200, "one")


def test_a_push_shows_its_stages_and_the_new_version_answers(live: Project) -> None:
    live.version("two")

    push = live.push()

    assert push.status == 0
    for stage in ("source", "build", "package", "production"):
        assert f"{stage} " in push.stderr, push.stderr
    assert live.get() == (200, "two")


@pytest.mark.exhaustive
def test_a_push_of_another_branch_is_kept_and_deploys_nothing(live: Project) -> None:
    live.git("checkout", "--quiet", "-b", "idea")
    live.version("idea")

    push = live.push("fairway", "idea")

    assert push.status == 0
    assert "nothing" in push.stderr and "master" in push.stderr
    assert live.get() == (200, "one")


def test_a_failing_test_stops_the_push_at_the_build(project: Make) -> None:
    made = project(
        toml='[build]\ntest = "node -e \'console.error(\\"2 of 3 tests failed\\"); process.exit(1)\'"\n' + QUICK
    )

    up = made.fairway("up", "--yes")

    assert up.status == 1
    assert "2 of 3 tests failed" in up.text
    assert made.get()[0] in (404, 503)


@pytest.mark.exhaustive
def test_a_dockerfile_that_does_not_build_leaves_the_old_release(live: Project) -> None:
    live.commit({"Dockerfile": 'FROM node:22-slim\nRUN echo compiling && false\nCMD ["node"]\n'})

    push = live.push()

    assert "build" in push.stderr and "✗" in push.stderr and "compiling" in push.stderr
    assert live.get() == (200, "one")


SICK = [
    ("require('http').createServer((q, r) => r.end()).listen(process.env.PORT, '127.0.0.1')", "127.0.0.1"),
    ("console.log('bye')", "ended"),
    ("process.exit(3)", "3"),
    ("require('nothing-like-it')", "nothing-like-it"),
    ("setInterval(() => {}, 1000)", "listens on"),
    (
        "require('http').createServer((q, r) => r.writeHead(500).end('no database')).listen(process.env.PORT)",
        "no database",
    ),
]


@pytest.mark.parametrize(("server", "words"), sampled(SICK, (-1,)))
def test_a_release_that_never_becomes_healthy_leaves_the_old_one_and_says_why(
    live: Project, server: str, words: str
) -> None:
    live.commit({"server.js": server})

    push = live.push()

    cause = next((line for line in push.stderr.splitlines() if "Cause" in line), "")
    assert words in push.stderr and cause, push.stderr
    assert live.get() == (200, "one")
    assert live.fairway("executions", "--json").json["executions"][0]["status"] == "FAILED"


def test_a_push_while_another_runs_is_not_lost(live: Project) -> None:
    live.commit({"Dockerfile": 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN sleep 2\nCMD ["node", "server.js"]\n'})
    first = live.fairway("deploy", "--no-wait")
    live.version("two")

    push = live.push()

    assert first.status == 0 and push.status == 0
    assert live.get() == (200, "two")


def test_a_rollback_returns_to_the_release_before_without_a_build(live: Project) -> None:
    live.version("two")
    live.push()

    rollback = live.fairway("rollback", "--yes")

    assert rollback.status == 0, rollback.text
    assert live.get() == (200, "one")


@pytest.mark.exhaustive
def test_scale_starts_and_stops_tasks(live: Project) -> None:
    live.fairway("scale", "web=3")

    def healthy() -> int:
        tasks = live.fairway("ps", "--json").json["tasks"]
        return sum(task["health"] == "HEALTHY" and task["status"] == "RUNNING" for task in tasks)

    from support.world import until

    until(lambda: healthy() == 3, what="three healthy tasks")
    live.fairway("scale", "web=1")
    until(lambda: healthy() == 1, what="one task")
    assert live.get() == (200, "one")


def test_variables_reach_the_tasks_and_are_never_shown(live: Project) -> None:
    live.fairway("env", "set", "SECRET_OF_THE_SEA=kraken-4711")
    live.fairway("restart", "--yes")

    listing = live.fairway("env", "list")

    assert json.loads(live.get("/env")[1])["SECRET_OF_THE_SEA"] == "kraken-4711"
    assert "SECRET_OF_THE_SEA" in listing.stdout and "kraken" not in listing.text


def test_logs_and_exec_reach_into_a_task(live: Project) -> None:
    assert "listening on" in live.fairway("logs", "web").stdout

    executed = live.fairway("exec", "--", "node", "-e", "console.log(6 * 7); process.exit(5)")

    assert executed.stdout.strip() == "42"
    assert executed.status == 5


@pytest.mark.exhaustive
def test_down_takes_the_app_off_and_leaves_nothing(live: Project, world: World) -> None:
    down = live.fairway("down", "--yes")

    assert down.status == 0, down.text
    assert live.get()[0] in (404, 503)
    # Its processes have ended; Docker lists a container for as long as it takes its network down.
    until(lambda: not containers(world, live.app), what="Docker's list without them")


def containers(world: World, app: str) -> str:
    return world.run("docker", "ps", "--quiet", "--filter", f"label=fairway.app={app}").stdout
