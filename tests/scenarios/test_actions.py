"""Actions of one's own around real deployments: what passes, what stops there, and a server that is killed."""

from collections.abc import Callable

import pytest

from fairway.domain.image import local_name
from support.world import Project, World, create_project, until

pytestmark = pytest.mark.exhaustive

Make = Callable[..., Project]
QUICK = '[services.web]\nhealth = { path = "/", start_period = "3s", interval = "1s" }\n'
SMOKE_JS = """\
const http = require('http')
const fs = require('fs')
http.get('http://web:3000/', response => {
  let body = ''
  response.on('data', chunk => body += chunk)
  response.on('end', () => {
    fs.mkdirSync('report')
    fs.writeFileSync('report/answer.txt', body)
    console.log('web answered', response.statusCode, body)
    fs.appendFileSync(process.env.FAIRWAY_OUTPUT, `SEEN=${body}\\n`)
    process.exit(body === 'broken' ? 1 : 0)
  })
})
"""
STAGES = """
[environments.staging]
[[environments.staging.actions]]
name = "smoke"
command = "node smoke.js"
outputs = ["SEEN"]
artifacts = ["report"]

[environments.production]
[[environments.production.actions]]
name = "check"
command = 'echo "staging served $SEEN to $FAIRWAY_ENVIRONMENT"; test -n "$GREETING"'
before = "deploy"
variables = { SEEN = "#{staging.smoke.SEEN}" }
"""
SLOW = """
[environments.production]
[[environments.production.actions]]
name = "slow"
command = "node slow.js"
"""
SLOW_JS = """\
const fs = require('fs')
console.log('begins', process.env.HOSTNAME)
let ticks = 0
setInterval(() => {
  console.log('tick', ++ticks)
  if (fs.existsSync('/tmp/enough')) process.exit(0)
}, 500)
"""


def jobs(world: World, app: str) -> list[str]:
    filters = ("--filter", "label=fairway.job", "--filter", f"label=fairway.app={app}")
    return world.run("docker", "ps", "--all", "--quiet", *filters).stdout.split()


def test_a_smoke_test_that_passes_lets_production_go_on_and_one_that_fails_stops_there(project: Make) -> None:
    made = project(toml=QUICK + STAGES, files={"smoke.js": SMOKE_JS})
    first = made.fairway("up", "--yes")
    before = made.get()[0]
    made.fairway("env", "set", "-e", "production", "GREETING=hello")
    made.version("two")
    passed = made.push()

    production = made.fairway("show", "--log", "production")
    made.version("broken")
    failed = made.push()

    assert first.status == 1 and "check failed" in first.text, first.text
    assert before in (404, 503), "what fails before the deployment keeps it from beginning"
    assert "smoke passed" in passed.stderr and "check passed" in passed.stderr, passed.stderr
    assert "check │ staging served two to production" in production.stdout
    assert 'smoke failed: "node smoke.js" ended with exit code 1' in failed.stderr, failed.stderr
    assert "Log     web answered 200 broken" in failed.stderr, failed.stderr
    listing = made.fairway("show", "--artifacts", "--json").json["artifacts"]
    assert [(each["name"], each["size"]) for each in listing] == [("staging/smoke/report/answer.txt", 6)]
    assert made.fairway("show", "--artifact", "staging/smoke/report/answer.txt").stdout == "broken"
    assert made.get() == (200, "two")
    assert made.world.get(f"{made.app}-staging.localhost") == (200, "broken")
    until(lambda: jobs(made.world, made.app) == [], what="the removal of what has ended")


def test_a_name_that_stands_for_this_host_is_not_called(project: Make) -> None:
    call = 'name = "tell"\nbefore = "deploy"\nhttp = { url = "#{variables.HOOK}" }\n'
    made = project(toml=f"{QUICK}[environments.production]\n[[environments.production.actions]]\n{call}")
    made.fairway("up", "--yes")
    made.fairway("env", "set", "HOOK=http://localhost:7878/s3cret")

    retried = made.fairway("retry", "1")

    assert retried.status == 1
    assert "tell failed: localhost is not called" in retried.text, retried.text
    assert "(seen: it is this host itself)" in retried.text
    assert "s3cret" not in retried.text + made.fairway("show", "1", "--log", "production").stdout


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A server of this module's own, since it is killed."""
    world = World(root=tmp_path_factory.mktemp("actions"))
    world.start()
    yield world
    world.close()


def start(world: World, app: str) -> Project:
    """Live without actions; then execution 2, which has a slow one, is under way."""
    project = create_project(world, app, toml=QUICK, files={"slow.js": SLOW_JS})
    up = project.fairway("up", "--yes")
    assert up.status == 0, up.text
    project.commit({"fairway.toml": f'app = "{app}"\n{QUICK}{SLOW}'})
    assert project.push("-o", "fairway.no-deploy", "fairway", "master").status == 0
    assert project.fairway("deploy", "--no-wait").status == 0
    return project


def test_a_command_that_runs_while_the_server_is_killed_has_run_once(own_world: World) -> None:
    project = start(own_world, "steady")
    until(
        lambda: "tick 3" in project.fairway("show", "2", "--log", "production").stdout, what="the command's third tick"
    )
    (running,) = jobs(own_world, project.app)

    own_world.kill_server()
    own_world.start()
    again = jobs(own_world, project.app)
    own_world.run("docker", "exec", running, "touch", "/tmp/enough")
    ended = project.fairway("show", "2", "--watch")

    assert again == [running]
    assert ended.status == 0, ended.text
    log = project.fairway("show", "2", "--log", "production").stdout.splitlines()
    ticks = [line for line in log if line.startswith("slow │ tick")]
    assert ticks == [f"slow │ tick {number}" for number in range(1, len(ticks) + 1)]
    assert sum("slow │ begins" in line for line in log) == 1
    until(lambda: jobs(own_world, project.app) == [], what="the removal of what has ended")


def test_taking_the_app_down_ends_the_command_that_runs_and_leaves_nothing(own_world: World) -> None:
    project = start(own_world, "leaving")
    until(lambda: jobs(own_world, project.app), what="the command's container")

    down = project.fairway("down", "--delete", "--yes")

    assert down.status == 0, down.text
    assert "execution 2: stopped" in down.text
    assert jobs(own_world, project.app) == []
    named = ("--filter", "name=-leaving-", "--format", "{{.Name}}")
    until(lambda: not own_world.run("docker", "network", "ls", *named).stdout, what="the removal of its network")
    commits = project.git("rev-list", "HEAD").stdout.split()
    assert all(own_world.run("docker", "image", "inspect", local_name("leaving", each)).status for each in commits)


def test_a_stop_ends_a_command_at_once(own_world: World) -> None:
    project = start(own_world, "stopped")
    until(lambda: jobs(own_world, project.app), what="the command's container")

    stopped = project.fairway("stop", "2")

    assert stopped.status == 0, stopped.text
    assert jobs(own_world, project.app) == []
    assert project.fairway("show", "2", "--json").json["status"] == "STOPPED"
