"""The controller over a real Docker Engine and a real HAProxy: no request fails, whatever is changed or killed."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.inspector import DockerInspector
from fairway.adapters.docker.logs import DockerLogs
from fairway.adapters.docker.probe import HostProbe
from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.memory.board import Board
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.notices import MemoryNotices
from fairway.domain import diagnosis
from fairway.domain.app import Rollout
from fairway.domain.deployment import RolloutState
from fairway.domain.desired import DesiredEnvironment, DesiredService, TaskSpec
from fairway.domain.health import HttpCheck, Timing
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName
from fairway.domain.verdict import Verdict, judge
from fairway.orchestrator.controller import Controller
from support import balancers, docker_room
from support.orchestrator_harbour import DesiredShelf, EventShelf
from support.web_client import Connection, ask, load

pytestmark = pytest.mark.exhaustive

INSTANCE = f"t-orchestrator-{os.getpid()}"
HOST = "shop.test"
ROLLOUT = Rollout(bake=0.5, timeout=60.0)
SERVER = """
const server = require('http').createServer((request, response) => response.end(process.env.FAIRWAY_RELEASE));
server.listen(process.env.PORT, '%s');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
"""


def specify(release: int, *, address: str = "0.0.0.0", script: str = SERVER) -> TaskSpec:
    script = script % address if "%s" in script else script
    check = HttpCheck(path="/", timing=Timing(start_period=3.0, interval=1.0))
    spec = docker_room.make_spec(docker_room.local_image(), command=("node", "-e", script), health=check)
    return replace(spec, release=ReleaseNumber(release), deployment=DeploymentId(release))


class Site:
    """The real parts, and a controller that can be restarted."""

    def __init__(self, engine: DockerEngine, balancer: HaproxyBalancer) -> None:
        self.engine, self.balancer = engine, balancer
        self.clock = LoopClock(time.time() - asyncio.get_running_loop().time())
        self.desired, self.events, self.board = DesiredShelf(), EventShelf(), Board()
        self.running: Controller | None = None

    @asynccontextmanager
    async def controller(self) -> AsyncIterator[Controller]:
        async with Controller(
            engine=self.engine,
            balancer=self.balancer,
            probe=HostProbe(self.engine.containers, self.clock),
            inspector=DockerInspector(self.engine.containers),
            logs=DockerLogs(self.engine.containers),
            desired_states=self.desired,
            variables=no_variables,
            clock=self.clock,
            notices=MemoryNotices(),
            events=self.events,
            observations=self.board,
        ) as self.running:
            yield self.running

    async def deploy(self, spec: TaskSpec, replicas: int) -> float:
        """Write the desired state; when that was."""
        service = DesiredService(spec=spec, replicas=replicas, rollout=ROLLOUT)
        desired = DesiredEnvironment(app=spec.app, environment=spec.environment, services=(service,), hosts=(HOST,))
        begun = self.clock.now()
        await self.desired.put(desired)
        assert self.running is not None
        self.running.wake(spec.app, spec.environment)
        return begun

    async def verdict(self, spec: TaskSpec, begun: float) -> Verdict:
        """That of the specification's deployment."""
        verdicts: list[Verdict] = []

        def judged() -> bool:
            progress, now = self.board.progress(spec.app, spec.environment), self.clock.now()
            verdict = judge(progress, ROLLOUT, begun, now, deployment=spec.deployment) if progress else None
            verdicts.extend([verdict] if verdict else [])
            return verdict is not None

        await self.until(judged)
        return verdicts[-1]

    async def until(self, holds: Callable[[], bool], *, within: float = 60.0) -> float:
        begun = time.monotonic()
        while not holds():
            told = [event.text for event in self.events.kept]
            assert time.monotonic() - begun < within, f"not within {within:g} s: {told}"
            await asyncio.sleep(0.005)
        return time.monotonic() - begun

    async def run(self, spec: TaskSpec, replicas: int) -> None:
        verdict = await self.verdict(spec, await self.deploy(spec, replicas))
        assert verdict.state is RolloutState.COMPLETED, verdict

    def told(self, kind: str) -> list[str]:
        """The texts of the events of that kind."""
        return [event.text for event in self.events.kept if event.kind == kind]

    def containers(self) -> list[str]:
        return docker_room.docker("ps", "-q", "--no-trunc", "--filter", f"label=fairway.instance={INSTANCE}").split()


async def no_variables(
    app: AppName, environment: EnvironmentName, version: int, service: ServiceName
) -> Mapping[str, str]:
    return {}


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    docker_room.sweep(INSTANCE)
    yield
    docker_room.sweep(INSTANCE)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with DockerEngine(docker_room.DOCKER_HOST, INSTANCE) as engine, balancers.haproxy(tmp_path) as balancer:
        yield Site(engine, balancer)


async def test_a_release_a_crash_a_scale_in_and_a_restart_fail_no_request(site: Site) -> None:
    port = site.balancer.frame.port
    async with site.controller():
        await site.run(specify(1), 2)
        async with load(port, HOST, connections=16) as seen:
            await seen.more(200)

            await site.run(specify(2), 2)
            await seen.more(200)

            victim = site.containers()[0]
            docker_room.docker("kill", "--signal", "KILL", victim)
            await site.until(lambda: len(set(site.containers()) - {victim}) == 2)
            await seen.more(200)

            await site.run(specify(2), 1)
            await seen.more(200)
    async with load(port, HOST, connections=16) as unattended:
        await unattended.more(200)
        async with site.controller():
            await site.run(specify(3), 2)
            await unattended.more(200)
            await site.until(lambda: len(site.containers()) == 2)

    assert seen.failed == {}
    assert unattended.failed == {}
    assert seen.answered.keys() == {"1", "2"}
    assert (await ask(port, HOST)).body == "3"


async def test_a_task_that_stops_answering_while_its_process_lives_is_found_and_replaced(site: Site) -> None:
    port = site.balancer.frame.port
    spec = replace(specify(1), stop_timeout=2.0)
    async with site.controller():
        await site.run(spec, 2)
        hung = site.containers()[0]

        docker_room.docker("exec", hung, "sh", "-c", "kill -STOP -1")
        await site.until(lambda: bool(site.told("task.unhealthy")))
        lives = hung in site.containers()
        await site.until(lambda: hung not in site.containers() and len(site.containers()) == 2)
        await site.until(lambda: len(site.told("task.healthy")) == 3)
        async with load(port, HOST, connections=8) as seen:
            await seen.more(200)

    assert lives, "its process had not ended: only the check found it"
    assert "no answer to GET / within 2 s" in site.told("task.unhealthy")[0]
    assert len(site.told("task.failed")) == 0
    assert seen.failed == {}
    order = [event.kind for event in site.events.kept if hung_task(site) in event.text]
    assert order[-3:] == ["target.drained", "task.stopped", "target.detached"], "the order is that of every other task"


UPLOAD = """
const server = require('http').createServer((request, response) => {
  let length = 0;
  request.on('data', (part) => { length += part.length; });
  request.on('end', () => response.end(process.env.FAIRWAY_RELEASE + ' ' + length));
});
server.listen(process.env.PORT, '0.0.0.0');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
"""


async def test_an_upload_that_a_deployment_overtakes_is_taken_to_its_end_by_the_old_task(site: Site) -> None:
    port = site.balancer.frame.port
    old, new = (replace(specify(number, script=UPLOAD), stop_timeout=20.0) for number in (1, 2))
    async with site.controller():
        await site.run(old, 1)
        upload = await Connection.open(port)
        upload.writer.write(f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 200000\r\n\r\n".encode())
        upload.writer.write(b"x" * 100_000)
        await upload.writer.drain()

        begun = await site.deploy(new, 1)
        await site.until(lambda: bool(site.told("target.drained")))
        during = await ask(port, HOST)
        upload.writer.write(b"x" * 100_000)
        answer = await upload.answer()
        upload.close()
        verdict = await site.verdict(new, begun)

    assert during.body == "2 0", "the new release has all new requests"
    assert (answer.status, answer.body) == (200, "1 200000")
    assert verdict.state is RolloutState.COMPLETED
    leaving = [
        each.kind for each in site.events.kept if each.kind in ("target.drained", "task.stopped", "target.detached")
    ]
    assert leaving == ["target.drained", "task.stopped", "target.detached"]


def hung_task(site: Site) -> str:
    """The task that became unhealthy, as events call it."""
    return site.told("task.unhealthy")[0].split(" ")[0]


async def test_a_release_that_listens_on_loopback_keeps_the_old_one_and_is_explained(site: Site) -> None:
    port = site.balancer.frame.port
    async with site.controller():
        await site.run(specify(1), 1)
        async with load(port, HOST, connections=4) as seen:
            bad = specify(2, address="127.0.0.1")
            verdict = await site.verdict(bad, await site.deploy(bad, 1))
            await site.run(specify(1), 1)

    assert verdict.state is RolloutState.FAILED
    assert verdict.facts is not None
    assert "127.0.0.1:3000" in diagnosis.diagnose(verdict.facts, previous=1).sentence
    assert seen.failed == {}
    assert seen.answered.keys() == {"1"}


async def test_a_release_that_crashes_is_given_up_soon(site: Site) -> None:
    async with site.controller():
        crashing = specify(1, script="console.log('no database'); process.exit(3)")
        begun = await site.deploy(crashing, 1)
        verdict = await site.verdict(crashing, begun)

        assert site.clock.now() - begun < 20
    assert verdict.state is RolloutState.FAILED
    assert verdict.facts is not None
    assert verdict.facts.exit is not None
    assert verdict.facts.exit.code == 3
    assert verdict.facts.log == ("no database",)


async def test_a_command_that_does_not_exist_is_refused_at_once(site: Site) -> None:
    async with site.controller():
        missing = replace(specify(1), command=("serve",))
        verdict = await site.verdict(missing, await site.deploy(missing, 1))

    assert verdict.state is RolloutState.FAILED
    assert verdict.reason.startswith("web could not be started")
    assert verdict.facts is not None
    assert "serve" in diagnosis.diagnose(verdict.facts, previous=None).sentence


async def test_an_environment_that_is_deleted_leaves_nothing_behind(site: Site) -> None:
    spec = specify(1)
    async with site.controller() as controller:
        await site.run(spec, 2)
        await site.desired.delete(spec.app, spec.environment)
        controller.wake(spec.app, spec.environment)
        await site.until(lambda: site.board.progress(spec.app, spec.environment) is None)

    label = f"label=fairway.instance={INSTANCE}"
    assert docker_room.docker("ps", "-aq", "--filter", label) == ""
    assert docker_room.docker("network", "ls", "-q", "--filter", label) == ""
    assert await site.balancer.routes() == []
