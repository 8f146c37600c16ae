"""A Docker Engine with live-restore is killed with SIGKILL, or stopped, under load and comes back.

It is an engine of this module's own, beside the machine's, with a small base image (Node.js and what it links) that is
taken over from there. The tasks serve on without it; what it finds when it is back is what Fairway goes on from.

What tasks print meanwhile is as safe from a stop as from a kill, which leaves the engine less time.
"""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support import second_docker
from support.crowd import Crowd, Tally
from support.ports import WORKER
from support.second_docker import SecondDocker
from support.world import Project, World, create_project, until

pytestmark = pytest.mark.exhaustive

BASE = f"t-live-restore:{os.getpid()}"
SMALL = """\
FROM node:22-slim AS whole
RUN mkdir /out && cp --parents --dereference $(ldd /usr/local/bin/node | grep -o '/[^ ]*') /usr/local/bin/node /out
FROM scratch
COPY --from=whole /out /
"""
DOCKERFILE = f"""\
FROM {BASE}
WORKDIR /app
COPY . .
CMD ["/usr/local/bin/node", "server.js"]
"""
TOML = """
[services.web]
port = 3000
replicas = 2
cpu = 0.5
memory = "128M"
stop_timeout = "1s"
health = { path = "/healthz", start_period = "3s", interval = "500ms", timeout = "1s" }

[environments.production.deployment]
bake = "500ms"
"""
BACKEND = (Path(__file__).parents[1] / "support" / "crowd_backend.js").read_text()


@pytest.fixture(scope="module")
def docker() -> Iterator[SecondDocker]:
    """The engine, with the base image. Its files lie on a disk, not in a memory file system."""
    environ = {**os.environ, "DOCKER_BUILDKIT": "1"}
    command = ["/usr/bin/docker", "build", "--quiet", "--tag", BASE, "-"]
    subprocess.run(command, input=SMALL, env=environ, check=True, capture_output=True, text=True)
    root = Path(f"/var/tmp/fairway-docker-{os.getpid()}")
    try:
        with second_docker.running(root, WORKER, "--live-restore") as docker:
            docker.take(BASE)
            yield docker
    finally:
        subprocess.run(["docker", "rmi", BASE], check=True, capture_output=True)


@pytest.fixture(scope="module")
def live(docker: SecondDocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """An app on a server that works with that engine."""
    world = World(root=tmp_path_factory.mktemp("live-restore"), environ={"DOCKER_HOST": docker.host})
    world.start()
    try:
        files = {"Dockerfile": DOCKERFILE, "server.js": BACKEND, "how.js": "module.exports = 'well'\n"}
        project = create_project(world, "restored", toml=TOML, files=files)
        up = project.fairway("up", "--yes")
        assert up.status == 0, up.text
        yield project
    finally:
        docker.start()  # a test that failed may have left it killed
        world.close()


@pytest.fixture(scope="module")
def crowd(live: Project) -> Iterator[Crowd]:
    with Crowd(int(live.world.environ["FAIRWAY_APPS_PORT"]), live.host) as crowd:
        until(lambda: all(crowd.tally.sent[kind] for kind in ("events", "WebSocket", "upload of 2 s")), what="a crowd")
        yield crowd


@pytest.fixture
def tally(crowd: Crowd) -> Tally:
    """The account of one test."""
    return crowd.begin()


def healthy(live: Project) -> set[str]:
    """The ids of the healthy tasks; none while nobody can tell."""
    listing = live.fairway("ps", "--json")
    found = listing.json["tasks"] if listing.status == 0 else []
    return {task["id"] for task in found if task["health"] == "HEALTHY"}


def assert_orders_taken_once(docker: SecondDocker, tally: Tally) -> None:
    """By the files that the tasks have written, the dead one's too."""
    orders = set(tally.orders)  # before the files are read: others come meanwhile
    taken: Counter[str] = Counter()
    for container in docker.run("ps", "--all", "--quiet").stdout.split():
        copy = docker.root / "orders"
        docker.run("cp", f"{container}:/app/orders", str(copy))
        taken.update(copy.read_text().split())

    assert orders
    assert orders <= taken.keys()
    assert [order for order, times in taken.items() if times > 1] == []


def docker_log(docker: SecondDocker, task: str) -> list[str]:
    """What the engine itself has of a task's orders."""
    container = docker.run("ps", "--quiet", "--filter", f"label=fairway.task={task}").stdout.strip()
    return [line for line in docker.run("logs", container).stdout.splitlines() if line.startswith("order ")]


def kept_log(live: Project) -> Counter[str]:
    """What Fairway has of all tasks' orders."""
    lines = live.fairway("logs", "--since", "1h", "--grep", "order ", "--json").json["lines"]
    return Counter(line["text"] for line in lines)


def test_tasks_serve_without_their_engine_and_are_known_again_when_it_is_back(
    docker: SecondDocker, live: Project, crowd: Crowd, tally: Tally
) -> None:
    before = healthy(live)

    docker.kill()
    until(lambda: tally.sent.total() > 1000, what="a thousand requests without the engine")
    docker.start()
    until(lambda: healthy(live) == before, what="both tasks in ps")

    assert len(before) == 2
    assert tally.failures == []
    assert_orders_taken_once(docker, tally)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(SecondDocker.kill, id="killed"),
        pytest.param(SecondDocker.stop, id="stopped", marks=pytest.mark.exhaustive),
    ],
)
def test_what_tasks_print_is_kept_once_each_line_when_their_engine_was_away(
    docker: SecondDocker, live: Project, crowd: Crowd, tally: Tally, end: Callable[[SecondDocker], None]
) -> None:
    before = healthy(live)

    end(docker)
    away = crowd.begin()
    until(lambda: len(away.orders) > 100, what="a hundred orders without the engine")
    docker.start()
    back = crowd.begin()
    until(lambda: len(back.orders) > 100, what="a hundred orders after it")

    printed = Counter(line for task in before for line in docker_log(docker, task))
    until(lambda: printed <= kept_log(live), what="every line that the engine has")
    assert len(away.orders & {line.removeprefix("order ") for line in printed}) > 100, "the pipe kept them meanwhile"
    assert [line for line, times in kept_log(live).items() if times > 1] == []


def test_a_task_that_dies_while_the_engine_is_away_is_replaced_when_it_is_back(
    docker: SecondDocker, live: Project, crowd: Crowd, tally: Tally
) -> None:
    before = healthy(live)
    victim = sorted(before)[0]
    container = docker.run("ps", "--quiet", "--filter", f"label=fairway.task={victim}").stdout.strip()
    process = int(docker.run("inspect", "--format", "{{.State.Pid}}", container).stdout)

    docker.kill()
    with crowd.killing() as killed:
        os.kill(process, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{process}").exists(), what="the end of the task")
    docker.start()
    until(lambda: len(healthy(live) - {victim}) == 2, what="the replacement")

    assert healthy(live) > before - {victim}
    assert tally.apart_from(killed) == []
    assert_orders_taken_once(docker, tally)
