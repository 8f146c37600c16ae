"""What a killed server, a killed task and a restart leave standing.

In which stage the server dies decides where the next one goes on: `make exhaustive` has each; tests/fault has deaths at
each of their writes and steps.
"""

import subprocess
import threading
import time

import pytest

from support.world import Project, World, create_project, until

QUICK = '[services.web]\nreplicas = 2\nhealth = { path = "/", start_period = "3s", interval = "1s" }\n'


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A server of this module's own, since it is killed."""
    world = World(root=tmp_path_factory.mktemp("survival"))
    world.start()
    yield world
    world.close()


@pytest.fixture(scope="module")
def live(own_world: World) -> Project:
    project = create_project(own_world, "survivor", toml=QUICK)
    up = project.fairway("up", "--yes")
    assert up.status == 0, up.text
    return project


class Visitor:
    """Asks again and again, and counts what failed."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.sent = self.failed = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stop.is_set():
            self.sent += 1
            self.failed += self.project.get()[0] != 200
            time.sleep(0.005)

    def __enter__(self) -> "Visitor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def test_tasks_serve_while_the_server_is_dead_and_after_it_is_back(live: Project, own_world: World) -> None:
    with Visitor(live) as visitor:
        own_world.kill_server()
        until(lambda: visitor.sent > 100, what="a hundred requests without a server")
        own_world.start()
        until(lambda: len(live.fairway("ps", "--json").json["tasks"]) == 2, what="the two tasks in ps")

    assert visitor.failed == 0


def test_a_killed_task_is_replaced_without_a_failed_request(live: Project, own_world: World) -> None:
    task = live.fairway("ps", "--json").json["tasks"][0]["id"]
    container = own_world.run("docker", "ps", "-q", "--filter", f"label=fairway.task={task}").stdout.strip()

    with Visitor(live) as visitor:
        own_world.run("docker", "kill", "--signal", "KILL", container)

        def replaced() -> bool:
            tasks = live.fairway("ps", "--json").json["tasks"]
            healthy = {entry["id"] for entry in tasks if entry["health"] == "HEALTHY"}
            return len(healthy - {task}) == 2

        until(replaced, what="the replacement")

    assert visitor.failed == 0


@pytest.mark.exhaustive
def test_the_log_of_a_task_is_read_whole_after_it_the_server_and_the_container_have_gone(
    live: Project, own_world: World
) -> None:
    task = live.fairway("ps", "--json").json["tasks"][0]["id"]
    before = live.fairway("logs", "web", "--task", task, "--json").json["lines"]
    container = own_world.run("docker", "ps", "-q", "--filter", f"label=fairway.task={task}").stdout.strip()

    own_world.kill_server()
    own_world.run("docker", "kill", "--signal", "KILL", container)
    own_world.start()
    until(lambda: len(running(own_world, live.app)) == 2, what="the replacement")
    own_world.run("docker", "rm", "--force", container)
    shown = ("ps", "--all", "--json")
    until(lambda: task not in {each["id"] for each in live.fairway(*shown).json["tasks"]}, what="a list without it")

    after = live.fairway("logs", "web", "--task", task[:6], "--json").json["lines"]
    found = live.fairway("logs", "--grep", "LISTENING on", "-i", "--task", task)
    assert len(before) > 0
    assert after[: len(before)] == before
    assert len({each["stamp"] for each in after}) == len(after)
    assert found.stdout.count("listening on") == 1


@pytest.mark.exhaustive
@pytest.mark.parametrize("moment", ["source", "build", "package", "production"])
def test_an_execution_goes_on_after_the_server_was_killed_in_the_middle(
    live: Project, own_world: World, moment: str
) -> None:
    commit = live.version(f"after {moment}")
    push = subprocess.Popen(
        ["git", "push", "fairway", "master"],
        cwd=live.path,
        env=own_world.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def reached() -> bool:
        listing = live.fairway("executions", "--json").json["executions"]
        stages = {stage["name"]: stage["status"] for stage in listing[0]["stages"]} if listing else {}
        return listing[0]["commit"] == commit and stages.get(moment) in ("IN_PROGRESS", "SUCCEEDED")

    until(reached, what=f"the stage {moment}")
    own_world.kill_server()
    push.communicate(timeout=60)
    own_world.start()

    def ended() -> bool:
        newest = live.fairway("executions", "--json").json["executions"][0]
        return newest["commit"] == commit and newest["status"] in ("SUCCEEDED", "FAILED")

    until(ended, what="the execution's end")
    assert live.fairway("executions", "--json").json["executions"][0]["status"] == "SUCCEEDED"
    assert live.get() == (200, f"after {moment}")
    until(lambda: len(running(own_world, live.app)) == 2, what="no orphaned container")


def running(world: World, app: str) -> list[str]:
    return world.run("docker", "ps", "--quiet", "--filter", f"label=fairway.app={app}").stdout.split()


@pytest.mark.exhaustive
def test_a_push_while_the_server_is_dead_is_refused_and_one_by_path_is_kept(live: Project, own_world: World) -> None:
    own_world.kill_server()
    commit = live.version("kept")

    over_http = live.push()
    by_path = live.git("push", str(own_world.home / "git" / f"{live.app}.git"), "master")

    assert over_http.status != 0
    assert by_path.status == 0 and "Kept" in by_path.stderr, by_path.text
    own_world.start()
    # Not at its first answer: while a release moves in, the one before it answers too.
    until(lambda: newest(live) == (commit, "SUCCEEDED"), what="the kept push")
    assert live.get() == (200, "kept")


def newest(live: Project) -> tuple[str, str]:
    found = live.fairway("executions", "--json").json["executions"][0]
    return found["commit"], found["status"]


@pytest.mark.exhaustive
def test_stopping_the_server_keeps_the_tasks_serving(live: Project, own_world: World) -> None:
    before = live.get()

    stopped = own_world.fairway("server", "stop")

    assert stopped.status == 0, stopped.text
    assert live.get() == before
    own_world.start()
