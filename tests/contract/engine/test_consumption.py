"""What real tasks use, as their control groups tell it."""

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.meter import DockerMeter
from fairway.domain.app import MIB
from fairway.domain.image import Image
from fairway.domain.metrics import Series, Use
from support import docker_room

TASK = docker_room.TASK
BUSY = "setInterval(() => { const end = Date.now() + 5; while (Date.now() < end); }, 10)"


async def test_a_running_task_is_told_with_its_use_and_its_limits(docker_engine: DockerEngine, image: Image) -> None:
    meter = DockerMeter(docker_engine)
    spec = docker_room.make_spec(image, command=("node", "-e", BUSY), cpu=0.5, memory=128 * MIB)
    series = Series(app=spec.app, environment=spec.environment, service=spec.service, task=TASK)
    await docker_engine.start(TASK, spec, {})
    await docker_engine.observe()

    first = (await meter.read())[series]

    async def later() -> Use | None:
        use = (await meter.read())[series]
        return use if (use.cpu_seconds or 0.0) > (first.cpu_seconds or 0.0) + 0.1 else None

    second = await docker_room.until(later)
    assert second is not None
    assert (second.cpu_limit, second.memory_limit) == (0.5, 128 * MIB)
    assert 1 * MIB < (second.memory or 0) <= 128 * MIB


async def test_a_task_that_is_gone_is_told_no_more(docker_engine: DockerEngine, image: Image) -> None:
    meter = DockerMeter(docker_engine)
    await docker_engine.start(TASK, docker_room.make_spec(image), {})
    await docker_engine.observe()
    before = await meter.read()

    await docker_engine.stop(TASK, signal="SIGKILL", timeout=5)
    between = await meter.read()
    await docker_engine.observe()
    after = await meter.read()

    assert [series.task for series in before] == [TASK]
    # Until the next look at the engine it is one that can't be looked into.
    assert list(between.values()) == [Use()]
    assert after == {}
