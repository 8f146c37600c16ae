"""What every place for trials does: the one in memory is held to what Docker really does."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.trials import DockerTrials
from fairway.adapters.memory.trials import Bearing, MemoryTrials
from fairway.domain.app import MIB
from fairway.domain.health import CommandCheck, HttpCheck, ProbeResult, TcpCheck, Timing
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.image import Image
from fairway.domain.migrations import Smoke
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.trials import Trial, Trials, TrialSpec
from support import docker_room

INSTANCE = f"t-trials-{os.getpid()}"
KEY = f"shop-{os.getpid()}-old-web"
SERVER = """
console.log('begins');
require('http').createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    const status = request.url === '/sick' ? 500 : request.method === 'POST' && body === 'order 1' ? 201 : 200;
    response.statusCode = status;
    response.end(request.headers['x-word'] || 'no column code');
  });
}).listen(process.env.PORT, '0.0.0.0');
"""
ANSWERS = {"/sick": 500, "/orders": 201}


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """One that leads nowhere, one by which the host reaches a container on it, and an ordinary one."""

    inside: str
    outside: str
    ordinary: str = ""


def spec_of(image: Image, *command: str, networks: Networks) -> TrialSpec:
    return TrialSpec(
        app=AppName("shop"),
        environment=EnvironmentName("staging"),
        service="web",
        image=image,
        command=command,
        port=3000,
        port_declared=True,
        cpu=1.0,
        memory=256 * MIB,
        health=HttpCheck(path="/", timing=Timing(timeout=2.0)),
        network=networks.inside,
        outside=networks.outside,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A place for trials, and specifications of a server, and of one that ends at once."""

    trials: Trials
    serves: TrialSpec
    ends: TrialSpec
    absent: TrialSpec


def specs(image: Image, networks: Networks) -> dict[str, TrialSpec]:
    absent = Image(repository="localhost:21499/t-trials-absent", digest="sha256:" + "0" * 64)
    return {
        "serves": spec_of(image, "node", "-e", SERVER, networks=networks),
        "ends": spec_of(image, "node", "-e", "console.log('no redis'); process.exit(3)", networks=networks),
        "absent": spec_of(absent, "absent", networks=networks),
    }


def bears(spec: TrialSpec, variables: object) -> Bearing:
    if spec.command == ("absent",):
        return Bearing(refused="there is no such image")
    if "process.exit" in str(spec.command):
        return Bearing(code=3, lines=("no redis",))
    well = ProbeResult(ok=spec.health != HttpCheck(path="/sick"), detail="")
    return Bearing(well=well, answers=ANSWERS, lines=("begins",))


@pytest.fixture(scope="module")
def networks() -> Iterator[Networks]:
    closed = ("--internal", "--opt", "com.docker.network.bridge.inhibit_ipv4=true")
    # Ranges of its own: Docker's hold some thirty networks, and other tests have as many at the same time.
    first, second, third = (f"--subnet=10.214.{os.getpid() % 85 * 3 + place}.0/24" for place in range(3))
    inside = docker_room.docker("network", "create", first, *closed, f"{INSTANCE}-copy").strip()
    outside = docker_room.docker("network", "create", second, "--internal", f"{INSTANCE}-copy-outside").strip()
    ordinary = docker_room.docker("network", "create", third, f"{INSTANCE}-ordinary").strip()
    yield Networks(inside=inside, outside=outside, ordinary=ordinary)
    docker_room.docker("network", "rm", inside, outside, ordinary)


@pytest.fixture(params=["memory", "docker"])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    if request.param == "memory":
        image = Image(repository="localhost:7879/shop", digest="sha256:" + "1" * 64)
        yield Room(trials=MemoryTrials(bears), **specs(image, Networks(inside="copy", outside="")))
        return
    networks = request.getfixturevalue("networks")
    async with DockerEngine(docker_room.DOCKER_HOST, INSTANCE) as engine:
        trials = DockerTrials(engine)
        yield Room(trials=trials, **specs(docker_room.local_image(), networks))
        await trials.sweep()


async def healthy(trial: Trial) -> bool:
    async def look() -> bool:
        return (await trial.probe()).ok

    return await docker_room.until(look)


async def test_a_release_that_serves_is_healthy_and_answers(room: Room) -> None:
    async with room.trials.start(KEY, room.serves, {"PORT": "3000"}) as trial:
        assert await healthy(trial)
        good = await trial.ask(Smoke(path="/"))
        made = await trial.ask(Smoke(path="/orders", method="POST", body="order 1", expect=201))
        sick = await trial.ask(Smoke(path="/sick"))
        assert (good.ok, good.status) == (True, 200)
        assert (made.ok, made.status) == (True, 201)
        assert (sick.ok, sick.status) == (False, 500)
        assert sick.detail.startswith("GET /sick answered 500")
        assert await trial.ended() is None
        assert list(await trial.printed(5)) == ["begins"]


async def test_one_that_ends_says_its_code_and_its_last_words(room: Room) -> None:
    async with room.trials.start(KEY, room.ends, {"PORT": "3000"}) as trial:

        async def ended() -> bool:
            return await trial.ended() is not None

        await docker_room.until(ended)
        assert await trial.ended() == 3
        assert not (await trial.probe()).ok
        assert list(await trial.printed(5)) == ["no redis"]


async def test_one_that_can_t_be_started_is_refused(room: Room) -> None:
    with pytest.raises((WorkFailed, Unavailable)):
        async with room.trials.start(KEY, room.absent, {}):
            pass


async def test_it_is_gone_at_the_end_and_the_key_can_be_used_again(room: Room) -> None:
    for _ in range(2):
        async with room.trials.start(KEY, room.serves, {"PORT": "3000"}) as trial:
            assert await healthy(trial)


async def test_a_check_that_does_not_hold_says_why(room: Room) -> None:
    sick = replace(room.serves, health=HttpCheck(path="/sick"))

    async with room.trials.start(KEY, sick, {"PORT": "3000"}) as trial:
        assert not (await trial.probe()).ok


@pytest.fixture
async def docker(networks: Networks) -> AsyncIterator[DockerTrials]:
    async with DockerEngine(docker_room.DOCKER_HOST, INSTANCE) as engine:
        trials = DockerTrials(engine)
        yield trials
        await trials.sweep()


@pytest.mark.parametrize(("ordinary", "seen"), [(True, "reached"), (False, "nothing")])
async def test_it_reaches_no_port_of_this_host_as_it_would_from_an_ordinary_network(
    docker: DockerTrials, networks: Networks, ordinary: bool, seen: str
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(answer, "0.0.0.0", 0)
    port = server.sockets[0].getsockname()[1]
    reach = (
        f"const socket = require('net').connect({port}, '{docker_room.host_address()}');"
        "socket.on('connect', () => { console.log('reached'); process.exit(); });"
        "socket.on('error', () => { console.log('nothing'); process.exit(); });"
        "setTimeout(() => { console.log('nothing'); process.exit(); }, 4000);"
    )
    spec = spec_of(docker_room.local_image(), "node", "-e", reach, networks=networks)
    if ordinary:
        spec = replace(spec, network=networks.ordinary, outside="")

    async with server, docker.start(KEY, spec, {}) as trial:

        async def ended() -> bool:
            return await trial.ended() is not None

        await docker_room.until(ended)
        assert list(await trial.printed(1)) == [seen]


@pytest.mark.parametrize("health", [TcpCheck(), CommandCheck(command=("node", "-e", "0"))])
async def test_other_checks_are_made_too(docker: DockerTrials, networks: Networks, health: TcpCheck) -> None:
    spec = replace(spec_of(docker_room.local_image(), "node", "-e", SERVER, networks=networks), health=health)

    async with docker.start(KEY, spec, {"PORT": "3000"}) as trial:
        assert await healthy(trial)


async def test_a_port_that_was_only_guessed_is_looked_for(docker: DockerTrials, networks: Networks) -> None:
    spec = spec_of(docker_room.local_image(), "node", "-e", SERVER, networks=networks)

    async with docker.start(KEY, replace(spec, port_declared=False), {"PORT": "4321"}) as trial:
        assert await healthy(trial)


@pytest.mark.exhaustive
async def test_what_a_killed_server_left_is_swept_and_nothing_else(docker: DockerTrials, networks: Networks) -> None:
    spec = spec_of(docker_room.local_image(), "node", "-e", SERVER, networks=networks)
    async with DockerEngine(docker_room.DOCKER_HOST, INSTANCE) as engine:
        dead = DockerTrials(engine).start(f"{KEY}-dead", spec, {"PORT": "3000"})
        await dead.__aenter__()
        async with docker.start(KEY, spec, {"PORT": "3000"}) as trial:
            await docker.sweep()
            assert await healthy(trial)

    assert docker_room.docker("ps", "-aq", "--filter", f"label=fairway.instance={INSTANCE}") == ""
