"""Health checks: of tasks in memory and of real containers, and every way in which a real one can fail."""

import asyncio
import dataclasses
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.inspector import DockerInspector
from fairway.adapters.docker.probe import HostProbe
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.engine import MemoryEngine, Program
from fairway.adapters.memory.probe import MemoryInspector, MemoryProbe
from fairway.domain.app import MIB
from fairway.domain.facts import Socket
from fairway.domain.health import AliveCheck, Check, CommandCheck, HttpCheck, ProbeResult, TcpCheck, Timing
from fairway.domain.ids import TaskId
from fairway.domain.image import Image
from fairway.domain.observed import Task
from fairway.ports.clock import Clock
from fairway.ports.engine import Engine
from fairway.ports.probe import Inspector, Probe
from support import docker_room

TASK = docker_room.TASK
QUICK = Timing(timeout=0.5)
ANSWERING = f"t-docker-{os.getpid()}-answering"

ANSWERS = """
const answers = {
  '/healthz': r => r.end('fine'),
  '/broken': r => { r.statusCode = 500; r.end('\\ndatabase is down\\nstack...'); },
  '/chunked': r => { r.statusCode = 503; r.write('warming up\\n'); r.end('more'); },
  '/moved': r => { r.statusCode = 301; r.setHeader('Location', '/login'); r.end(); },
  '/private': r => { r.statusCode = 401; r.end('{"error":"no token"}'); },
  '/host': r => { r.statusCode = 418; r.end(r.req.headers.host + ' ' + r.req.headers['user-agent']); },
  '/slow': r => setTimeout(() => r.end('late'), 3000),
  '/mute': r => r.socket.destroy(),
  '/endless': r => { r.statusCode = 500; const more = () => r.write('x'.repeat(65536), more); more(); },
};
require('http').createServer((q, r) => (answers[q.url] || (r => { r.statusCode = 404; r.end('Not Found'); }))(r))
  .listen(3000, '0.0.0.0');
require('net').createServer(s => s.end('220 mail.example ESMTP\\r\\n')).listen(2525);
require('net').createServer(() => {}).listen(4000, '127.0.0.1');
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    engine: Engine
    probe: Probe
    inspector: Inspector
    image: Image


@pytest.fixture
async def memory_room() -> Room:
    clock = LoopClock()
    engine = MemoryEngine(clock, lambda spec: Program(starts=0.01, ready=0.05))
    image = Image(repository="localhost:7879/shop", digest="sha256:" + "1" * 64)
    return Room(engine=engine, probe=MemoryProbe(engine, clock), inspector=MemoryInspector(engine), image=image)


@pytest.fixture
async def docker_made(docker_engine: DockerEngine, image: Image, clock: Clock) -> Room:
    return Room(
        engine=docker_engine,
        probe=HostProbe(docker_engine.containers, clock),
        inspector=DockerInspector(docker_engine.containers),
        image=image,
    )


@pytest.fixture(params=["memory_room", "docker_made"])
def room(request: pytest.FixtureRequest) -> Room:
    made: Room = request.getfixturevalue(request.param)
    return made


async def started(room: Room, **changes: object) -> Task:
    await room.engine.start(TASK, docker_room.make_spec(room.image, **changes), {})
    task = await docker_room.seen(room.engine, TASK)
    assert task is not None
    return task


async def good(room: Room, task: Task, check: Check) -> ProbeResult:
    async def look() -> ProbeResult | None:
        result = await room.probe.probe(task, check)
        return result if result.ok else None

    return await docker_room.until(look)


@pytest.mark.parametrize(
    "check", [HttpCheck(path="/"), TcpCheck(), AliveCheck(settle=0.3), CommandCheck(command=("true",))], ids=repr
)
async def test_a_task_that_is_well_becomes_healthy_by_every_check(room: Room, check: Check) -> None:
    task = await started(room)

    result = await good(room, task, check)

    assert result.detail


async def test_a_task_that_has_ended_is_not_well(room: Room) -> None:
    task = await started(room)
    await room.engine.stop(TASK, signal=None, timeout=10)

    for one in (task, await docker_room.seen(room.engine, TASK)):
        assert one is not None
        result = await room.probe.probe(one, HttpCheck(path="/", timing=QUICK))
        assert not result.ok
        assert result.detail


async def test_what_a_running_task_listens_on_is_seen_and_that_of_others_is_not(room: Room) -> None:
    task = await started(room)
    await good(room, task, TcpCheck())

    sockets = await room.inspector.listening(TASK)

    assert list(sockets or ()) == [Socket(address="0.0.0.0", port=3000)]
    assert await room.inspector.listening(TaskId("f" * 12)) is None
    assert await room.inspector.usage(TaskId("f" * 12)) is None
    await room.engine.stop(TASK, signal=None, timeout=10)
    assert await room.inspector.listening(TASK) is None


async def test_a_task_has_to_stay_up_before_it_counts_as_alive(room: Room) -> None:
    task = await started(room)

    result = await room.probe.probe(task, AliveCheck(settle=60))

    assert not result.ok


@pytest.mark.parametrize(
    ("check", "ok", "detail", "status"),
    [
        (HttpCheck(path="/healthz"), True, "GET /healthz answered 200", 200),
        (HttpCheck(path="/broken"), False, "GET /broken answered 500: database is down", 500),
        (HttpCheck(path="/chunked"), False, "GET /chunked answered 503: warming up", 503),
        (HttpCheck(path="/moved"), True, "GET /moved answered 301 to /login", 301),
        (HttpCheck(path="/private"), False, 'GET /private answered 401: {"error":"no token"}', 401),
        (HttpCheck(path="/private", accept_below=500), True, 'GET /private answered 401: {"error":"no token"}', 401),
        (HttpCheck(path="/nowhere"), False, "GET /nowhere answered 404: Not Found", 404),
        (HttpCheck(path="/host"), False, "GET /host answered 418: localhost Fairway-HealthCheck", 418),
        (HttpCheck(path="/slow", timing=QUICK), False, "no answer to GET /slow within 0.5 s", None),
        (HttpCheck(path="/mute"), False, "ADDRESS:3000 closed the connection without an answer", None),
        (CommandCheck(command=("sh", "-c", "exit 0")), True, '"sh -c exit 0" ended with 0', None),
        (CommandCheck(command=("sh", "-c", "echo; echo not yet >&2; exit 4")), False, "ended with 4: not yet", None),
        (CommandCheck(command=("sleep", "60"), timing=QUICK), False, '"sleep 60" did not end within 0.5 s', None),
        (CommandCheck(command=("no-such-program",)), False, "executable file not found", None),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_what_a_check_sees_is_told_in_plain_words(
    answering: tuple[Room, Task], check: Check, ok: bool, detail: str, status: int | None
) -> None:
    room, task = answering

    result = await room.probe.probe(task, check)

    assert result.ok is ok
    assert result.status == status
    assert detail.replace("ADDRESS", task.address or "") in result.detail


async def test_a_body_without_end_is_cut_and_let_go(answering: tuple[Room, Task]) -> None:
    room, task = answering
    begun = time.monotonic()

    result = await room.probe.probe(task, HttpCheck(path="/endless"))

    assert result.status == 500
    assert len(result.detail) < 250
    assert time.monotonic() - begun < 1


async def test_other_protocols_and_closed_ports_are_told(answering: tuple[Room, Task]) -> None:
    room, task = answering

    async def detail(port: int, check: Check) -> str:
        result = await room.probe.probe(at_port(task, port), check)
        assert not result.ok
        return result.detail

    check = HttpCheck(path="/")
    assert await detail(2525, check) == f"{task.address}:2525 answered something that is not HTTP"
    assert await detail(9999, check) == f"connection refused on {task.address}:9999"
    assert await detail(4000, TcpCheck()) == f"connection refused on {task.address}:4000"


async def test_a_process_that_hangs_with_its_port_open_accepts_no_connection(
    docker_engine: DockerEngine, docker_made: Room, clock: Clock
) -> None:
    task = await started(docker_made)
    await good(docker_made, task, TcpCheck())
    check = TcpCheck(timing=Timing(timeout=1.5))
    looking = HostProbe(docker_engine.containers, clock, looks=0.0, patience=0.0)
    seldom = HostProbe(docker_engine.containers, clock, patience=0.0)
    patient = HostProbe(docker_engine.containers, clock, looks=0.0)
    container = await docker_engine.containers.find(TASK) or ""

    before = await looking.probe(task, check)
    docker_room.docker("exec", container, "sh", "-c", "kill -STOP -1")
    hung, unseen, busy = [await probe.probe(task, check) for probe in (looking, seldom, patient)]
    docker_room.docker("exec", container, "sh", "-c", "kill -CONT -1")
    after = await good(dataclasses.replace(docker_made, probe=looking), task, check)

    assert before.ok and after.ok
    assert (hung.ok, hung.detail) == (False, "port 3000 is open, and the process accepts no connection")
    assert hung.seconds < 1.5
    assert unseen.ok, "it is not looked at each time"
    assert busy.ok, "it may be at a long request, for a minute"


async def test_a_command_that_took_too_long_is_killed(answering: tuple[Room, Task]) -> None:
    room, task = answering

    await room.probe.probe(task, CommandCheck(command=("sleep", "61"), timing=QUICK))

    assert "sleep 61" not in docker_room.docker("top", f"shop-production-web-18-{TASK}")


async def test_sockets_are_seen_with_their_addresses(answering: tuple[Room, Task]) -> None:
    room, _ = answering

    sockets = await room.inspector.listening(TASK)

    assert sockets is not None
    assert {(socket.address, socket.port, socket.reachable) for socket in sockets} == {
        ("::", 2525, True),
        ("0.0.0.0", 3000, True),
        ("127.0.0.1", 4000, False),
    }


async def test_a_daemon_behind_tcp_is_looked_into_from_inside(answering: tuple[Room, Task]) -> None:
    room, task = answering
    near, usage = await room.inspector.listening(TASK), await room.inspector.usage(TASK)

    async with docker_room.forwarded(21410), DockerEngine("tcp://127.0.0.1:21410", ANSWERING) as engine:
        inspector = DockerInspector(engine.containers)
        far, counted = await inspector.listening(TASK), await inspector.usage(TASK)
        result = await HostProbe(engine.containers, LoopClock()).probe(task, CommandCheck(command=("true",)))

    assert far == near
    assert result.ok
    assert usage is not None
    assert counted is not None
    assert counted.limit == usage.limit == 256 * MIB
    assert counted.cpu_ns >= usage.cpu_ns > 0
    assert 0 < counted.memory <= counted.peak


@pytest.fixture(scope="module")
def answering_task(image: Image) -> Iterator[Task]:
    """A real task that answers all kinds of things, for all tests of this file."""

    async def start() -> Task:
        async with DockerEngine(docker_room.DOCKER_HOST, ANSWERING) as engine:
            probe = HostProbe(engine.containers, LoopClock())
            room = Room(engine=engine, probe=probe, inspector=DockerInspector(engine.containers), image=image)
            task = await started(room, command=("node", "-e", ANSWERS))
            await good(room, task, HttpCheck(path="/healthz"))
            return task

    docker_room.sweep(ANSWERING)
    yield asyncio.run(start())
    docker_room.sweep(ANSWERING)


@pytest.fixture
async def answering(answering_task: Task, image: Image) -> AsyncIterator[tuple[Room, Task]]:
    async with DockerEngine(docker_room.DOCKER_HOST, ANSWERING) as engine:
        probe = HostProbe(engine.containers, LoopClock())
        inspector = DockerInspector(engine.containers)
        yield Room(engine=engine, probe=probe, inspector=inspector, image=image), answering_task


def at_port(task: Task, port: int) -> Task:
    return dataclasses.replace(task, port=port)
