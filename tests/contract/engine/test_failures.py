"""Every kind of failure, made in a real container and told from what is then seen of it."""

import time
from dataclasses import replace

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.inspector import DockerInspector
from fairway.adapters.docker.logs import DockerLogs
from fairway.adapters.docker.probe import HostProbe
from fairway.adapters.memory.clock import LoopClock
from fairway.domain import diagnosis
from fairway.domain.app import MIB
from fairway.domain.desired import TaskSpec
from fairway.domain.facts import Facts
from fairway.domain.health import HttpCheck, ProbeResult, Timing
from fairway.domain.image import Image
from fairway.domain.observed import Task, TaskStatus
from support import docker_room
from support.sampled import sampled

TASK = docker_room.TASK
HEALTHZ = HttpCheck(path="/healthz", timing=Timing(timeout=0.5))
SERVE = "require('http').createServer((q, r) => { %s }).listen(%s, () => console.log('ready'))"


async def gather(engine: DockerEngine, spec: TaskSpec) -> Facts:
    """What the orchestrator gathers of a task that failed: after its end, or once it is ready and sick."""
    probe, inspector = HostProbe(engine.containers, LoopClock()), DockerInspector(engine.containers)
    logs = DockerLogs(engine.containers)
    await engine.start(TASK, spec, {})

    async def settled() -> Task | None:
        task = await docker_room.seen(engine, TASK)
        lines = [line.text async for line in logs.read(TASK)]
        return task if task and (task.status is TaskStatus.STOPPED or "ready" in lines) else None

    task = await docker_room.until(settled)
    result: ProbeResult | None = None
    if task.status is TaskStatus.RUNNING:
        result = await probe.probe(task, spec.health)
        assert not result.ok
    return Facts(
        task=TASK,
        spec=spec,
        exit=task.exit,
        lived=(task.stopped_at or time.time()) - (task.started_at or task.created_at),
        probe=result,
        sockets=tuple(sockets) if (sockets := await inspector.listening(TASK)) is not None else None,
        usage=await inspector.usage(TASK),
        log=tuple([line.text async for line in logs.read(TASK, tail=50)]),
    )


SCRIPTS = [
    ("require('express')", "the package express is not in the image"),
    (
        "if (!process.env.STRIPE_KEY) throw new Error('STRIPE_KEY is required')",
        "the variable STRIPE_KEY is not set",
    ),
    (
        "require('net').connect(5432, '127.0.0.1').on('error', e => { console.error(e); process.exit(0) })",
        "the app can't reach PostgreSQL at 127.0.0.1:5432: inside a container",
    ),
    ("require('fs').readFileSync('/app/config.json')", "the file /app/config.json is not in the image"),
    ("console.log('migrated')", "the process ended by itself after "),
    ("process.kill(process.pid, 'SIGKILL')", "the process was ended by SIGKILL: "),
    (
        "const h = require('http'); h.createServer().listen(3000); h.createServer().listen(3000)",
        "port 3000 is already in use inside the container",
    ),
    (SERVE % ("r.end()", "3000, '127.0.0.1'"), "the process listens on 127.0.0.1:3000, so nothing outside"),
    (SERVE % ("r.end()", "8080"), "the process listens on port 8080, services.web.port names 3000"),
    (
        SERVE % ("setTimeout(() => r.end(), 5000)", "3000"),
        "GET /healthz takes longer than",
    ),
    (
        SERVE % ("r.statusCode = 404; r.end('Cannot GET')", "3000"),
        "GET /healthz answers 404: the app has no",
    ),
    (SERVE % ("r.statusCode = 500; r.end('no database')", "3000"), "GET /healthz answers 500: no database"),
    ("setInterval(() => {}, 1000); console.log('ready')", "the process runs, but listens on no port"),
]


@pytest.mark.parametrize(
    ("script", "sentence"),
    sampled(SCRIPTS, (0, 1, 4, 6, -1)),
    ids=lambda value: value if isinstance(value, str) and value[0].islower() else "",
)
async def test_a_real_failure_is_told_by_its_cause(
    docker_engine: DockerEngine, image: Image, script: str, sentence: str
) -> None:
    spec = docker_room.make_spec(image, command=("node", "-e", script), health=HEALTHZ)

    cause = diagnosis.diagnose(await gather(docker_engine, spec), previous=None)

    assert cause.sentence.startswith(sentence)


async def test_a_lack_of_memory_is_told_by_its_cause(docker_engine: DockerEngine, image: Image) -> None:
    script = "const all = []; setInterval(() => all.push(Buffer.alloc(8 << 20, 1)), 5)"
    spec = replace(docker_room.make_spec(image, command=("node", "-e", script), health=HEALTHZ), memory=64 * MIB)

    sentences = [diagnosis.diagnose(await gather(docker_engine, spec), previous=None).sentence]
    # The engine hears of the lack and of the end from two sources, and says nothing of the first when it comes second.
    while sentences[-1].endswith("but can miss one") and len(sentences) < 4:
        await docker_engine.remove(TASK)
        sentences.append(diagnosis.diagnose(await gather(docker_engine, spec), previous=None).sentence)

    assert sentences[-1] == "the kernel killed the process: it needed more memory than its limit of 64 MB"


COMMANDS = [
    (("serve", "-s"), 'there is no program "serve" in the image'),
    (("sh", "-c", "nest start"), 'there is no program "nest" in the image'),
    (("/etc/hostname",), '"/etc/hostname" is not executable in the image'),
    (("npm", "--prefix", "/tmp", "start"), "the file /tmp/package.json is not in the image"),
    (("node", "--env-file=.env", "x.js"), "the start command wants the file .env, which the image does not have"),
    (("node", "/app/dist/main.js"), "the file /app/dist/main.js is not in the image"),
]


@pytest.mark.parametrize(("command", "sentence"), sampled(COMMANDS, (0, 2)))
async def test_a_real_command_that_cannot_run_is_told_by_its_cause(
    docker_engine: DockerEngine, image: Image, command: tuple[str, ...], sentence: str
) -> None:
    spec = docker_room.make_spec(image, command=command, health=HEALTHZ)

    cause = diagnosis.diagnose(await gather(docker_engine, spec), previous=None)

    assert cause.sentence == sentence


async def test_a_program_for_another_processor_is_told_by_its_cause(docker_engine: DockerEngine, arm: Image) -> None:
    facts = await gather(docker_engine, docker_room.make_spec(arm, command=("/server",)))

    cause = diagnosis.diagnose(facts, previous=None)

    assert cause.sentence == "the program is built for another kind of processor than this host's"
