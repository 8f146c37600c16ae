"""What only the real Docker Engine can show: limits, names, signals, and what ends a task."""

import asyncio
import contextlib
import time

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.logs import DockerLogs
from fairway.domain.app import MIB
from fairway.domain.ids import AppName, EnvironmentName, TaskId
from fairway.domain.image import Image
from fairway.domain.observed import Task, TaskStatus
from fairway.errors import Conflict, Unavailable, UsageError, WorkFailed
from fairway.ports.engine import EngineEvent
from support import docker_room

TASK = docker_room.TASK
NAME = f"shop-production-web-18-{TASK}"
APP, PRODUCTION, STAGING = AppName("shop"), EnvironmentName("production"), EnvironmentName("staging")

PACKAGE = r"""
mkdir -p /app && cd /app &&
echo '{"name":"a","version":"1.0.0","scripts":{"start":"node server.js"}}' > package.json &&
cat > server.js <<'EOF'
%s
EOF
exec npm start
"""


async def printed(engine: DockerEngine, task: TaskId = TASK) -> list[str]:
    return [line.text async for line in DockerLogs(engine.containers).read(task)]


async def ready(engine: DockerEngine, word: str = "ready") -> None:
    async def look() -> bool:
        return any(word in line for line in await printed(engine))

    await docker_room.until(look)


def networks(engine: DockerEngine) -> int:
    """How many the environment `production` has."""
    labels = (f"fairway.instance={engine.containers.instance}", "fairway.environment=production")
    filters = [word for label in labels for word in ("--filter", f"label={label}")]
    return len(docker_room.docker("network", "ls", "-q", *filters).split())


async def ended(engine: DockerEngine, task: TaskId = TASK) -> Task:
    async def look() -> Task | None:
        one = await docker_room.seen(engine, task)
        return one if one is not None and one.status is TaskStatus.STOPPED else None

    return await docker_room.until(look)


async def test_a_container_has_its_limits_its_names_and_no_privileges(
    docker_engine: DockerEngine, image: Image
) -> None:
    spec = docker_room.make_spec(image, cpu=0.5, memory=128 * MIB)

    await docker_engine.start(TASK, spec, {"PORT": "3000", "TEXT": "two\nlines = ünï"})

    inspected = docker_room.inspect(NAME)
    host = inspected["HostConfig"]
    assert inspected["Config"]["Hostname"] == f"web-{TASK}"
    assert "TEXT=two\nlines = ünï" in inspected["Config"]["Env"]
    assert host["CpuQuota"] / host["CpuPeriod"] == 0.5
    assert host["Memory"] == host["MemorySwap"] == 128 * MIB
    assert host["PidsLimit"] == 4096
    assert host["Init"] is True
    assert host["RestartPolicy"]["Name"] in ("no", "")
    assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}
    assert host["SecurityOpt"] == ["no-new-privileges"]
    status = docker_room.docker("exec", NAME, "cat", "/proc/1/status")
    assert "NoNewPrivs:\t1" in status
    # CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID are bits 0, 1, 3 to 7; NET_BIND_SERVICE is bit 10.
    assert f"CapBnd:\t{0b100_1111_1011:016x}" in status


async def test_services_of_an_environment_reach_each_other_by_name_and_no_other_environment(
    docker_engine: DockerEngine, image: Image
) -> None:
    await docker_engine.start(TASK, docker_room.make_spec(image), {})
    await docker_engine.start(TaskId("b" * 12), docker_room.make_spec(image, service="worker"), {})
    await docker_engine.start(TaskId("c" * 12), docker_room.make_spec(image, service="worker", environment=STAGING), {})
    await ready(docker_engine)
    ask = "fetch('http://web:3000').then(r => r.text()).then(console.log, e => console.log(e.cause.code))"

    near = docker_room.docker("exec", f"shop-production-worker-18-{'b' * 12}", "node", "-e", ask)
    far = docker_room.docker("exec", f"shop-staging-worker-18-{'c' * 12}", "node", "-e", ask)

    assert near == "hello\n"
    assert far in ("ENOTFOUND\n", "EAI_AGAIN\n")


async def test_tasks_that_are_started_at_once_share_one_network(docker_engine: DockerEngine, image: Image) -> None:
    spec = docker_room.make_spec(image)
    await docker_engine.forget(APP, PRODUCTION)

    async with asyncio.TaskGroup() as group:
        for number in range(3):
            group.create_task(docker_engine.start(TaskId(f"{number:012x}"), spec, {}))

    assert len(await docker_engine.observe()) == 3
    assert networks(docker_engine) == 1


async def test_the_network_is_kept_while_it_is_used_and_goes_when_it_is_forgotten(
    docker_engine: DockerEngine, image: Image
) -> None:
    await docker_engine.start(TASK, docker_room.make_spec(image), {})

    with pytest.raises(Conflict, match="is still used"):
        await docker_engine.forget(APP, PRODUCTION)
    await docker_engine.stop(TASK, signal=None, timeout=5)
    await docker_engine.remove(TASK)
    await docker_engine.forget(APP, PRODUCTION)

    assert networks(docker_engine) == 0


@pytest.mark.exhaustive
async def test_a_network_that_was_removed_by_hand_is_made_again(docker_engine: DockerEngine, image: Image) -> None:
    await docker_engine.start(TASK, docker_room.make_spec(image), {})
    await docker_engine.stop(TASK, signal=None, timeout=5)
    await docker_engine.remove(TASK)
    docker_room.docker("network", "rm", f"fairway-{docker_engine.containers.instance}-shop-production")

    await docker_engine.start(TASK, docker_room.make_spec(image), {})

    task = await docker_room.seen(docker_engine, TASK)
    assert task is not None
    assert task.status is TaskStatus.RUNNING


async def test_a_handler_of_the_stop_signal_runs_to_its_end(docker_engine: DockerEngine, image: Image) -> None:
    await docker_engine.start(TASK, docker_room.make_spec(image), {})
    await ready(docker_engine)

    await docker_engine.stop(TASK, signal=None, timeout=10)

    assert await printed(docker_engine) == ["ready", "closing", "closed"]
    assert (await ended(docker_engine)).exit is not None


async def test_a_server_under_npm_start_gets_the_signal_once_and_runs_its_handler(
    docker_engine: DockerEngine, image: Image
) -> None:
    command = ("sh", "-c", PACKAGE % docker_room.SERVER)
    await docker_engine.start(TASK, docker_room.make_spec(image, command=command), {})
    await ready(docker_engine)

    await docker_engine.stop(TASK, signal=None, timeout=20)

    lines = await printed(docker_engine)
    assert lines.count("closing") == 1
    assert lines.count("closed") == 1


@pytest.mark.exhaustive
async def test_a_server_behind_a_shell_gets_the_signal(docker_engine: DockerEngine, image: Image) -> None:
    script = f'echo before; node -e "{docker_room.SERVER}"; echo the shell goes on'
    await docker_engine.start(TASK, docker_room.make_spec(image, command=("sh", "-c", script)), {})
    await ready(docker_engine)

    await docker_engine.stop(TASK, signal=None, timeout=20)

    assert await printed(docker_engine) == ["before", "ready", "closing", "closed", "the shell goes on"]


@pytest.mark.exhaustive
async def test_a_shell_that_handles_the_signal_gets_it_itself(docker_engine: DockerEngine, image: Image) -> None:
    script = "trap 'echo trapped; exit 0' TERM; echo ready; while :; do sleep 0.1; done"
    await docker_engine.start(TASK, docker_room.make_spec(image, command=("sh", "-c", script)), {})
    await ready(docker_engine)

    await docker_engine.stop(TASK, signal=None, timeout=20)

    assert await printed(docker_engine) == ["ready", "trapped"]


@pytest.mark.exhaustive
async def test_a_service_may_have_another_stop_signal(docker_engine: DockerEngine, image: Image) -> None:
    script = "trap 'echo interrupted; exit 0' INT; trap '' TERM; echo ready; while :; do sleep 0.1; done"
    spec = docker_room.make_spec(image, command=("sh", "-c", script), stop_signal="SIGINT")
    await docker_engine.start(TASK, spec, {})
    await ready(docker_engine)

    await docker_engine.stop(TASK, signal=None, timeout=20)

    assert await printed(docker_engine) == ["ready", "interrupted"]


async def test_a_task_that_ignores_the_signal_is_killed_when_its_time_is_over(
    docker_engine: DockerEngine, image: Image
) -> None:
    script = "process.on('SIGTERM', () => console.log('ignored')); setInterval(() => {}, 1000); console.log('ready')"
    await docker_engine.start(TASK, docker_room.make_spec(image, command=("node", "-e", script)), {})
    await ready(docker_engine)
    begun = time.monotonic()

    await docker_engine.stop(TASK, signal=None, timeout=1)

    assert 1 <= time.monotonic() - begun < 5
    task = await ended(docker_engine)
    assert task.exit is not None
    assert task.exit.code == 137
    assert not task.exit.oom_killed
    assert await printed(docker_engine) == ["ready", "ignored"]


@pytest.mark.exhaustive
async def test_a_stop_that_was_cancelled_goes_on_without_a_second_signal(
    docker_engine: DockerEngine, image: Image
) -> None:
    script = "process.on('SIGTERM', () => { console.log('asked'); setTimeout(() => process.exit(0), 1500) }); "
    script += "setInterval(() => {}, 1000); console.log('ready')"
    await docker_engine.start(TASK, docker_room.make_spec(image, command=("node", "-e", script)), {})
    await ready(docker_engine)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await docker_engine.stop(TASK, signal=None, timeout=20)
    await docker_engine.stop(TASK, signal=None, timeout=20)

    assert await printed(docker_engine) == ["ready", "asked"]


async def test_running_out_of_memory_is_told_from_a_kill(docker_engine: DockerEngine, image: Image) -> None:
    script = "const all = []; setInterval(() => all.push(Buffer.alloc(8 << 20, 1)), 5)"
    spec = docker_room.make_spec(image, command=("node", "-e", script), memory=64 * MIB)

    await docker_engine.start(TASK, spec, {})

    task = await ended(docker_engine)
    assert task.exit is not None
    assert task.exit.oom_killed
    assert task.exit.code == 137


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (("no-such-program",), 127, "No such file or directory"),
        (("/etc/hostname",), 126, "Permission denied"),
        (("node", "-e", "process.exit(3)"), 3, ""),
        (("sh", "-c", "kill -SEGV $$"), 139, ""),
    ],
)
async def test_how_a_task_ended_is_seen(
    docker_engine: DockerEngine, image: Image, command: tuple[str, ...], code: int, words: str
) -> None:
    await docker_engine.start(TASK, docker_room.make_spec(image, command=command), {})

    task = await ended(docker_engine)

    assert task.exit is not None
    assert task.exit.code == code
    assert words in "\n".join(await printed(docker_engine))


async def test_a_program_for_another_processor_says_so_in_its_log(docker_engine: DockerEngine, arm: Image) -> None:
    await docker_engine.start(TASK, docker_room.make_spec(arm, command=("/server",)), {})

    task = await ended(docker_engine)

    assert task.exit is not None
    assert task.exit.code != 0
    assert "exec format error" in (await printed(docker_engine))[0]


async def test_without_an_init_a_program_that_is_missing_is_refused_by_name(instance: str, image: Image) -> None:
    spec = docker_room.make_spec(image, command=("no-such-program", "--flag"))

    async with DockerEngine(docker_room.DOCKER_HOST, instance, init=False) as engine:
        with pytest.raises(WorkFailed) as caught:
            await engine.start(TASK, spec, {})
        task = await docker_room.seen(engine, TASK)

    assert caught.value.what == 'web can\'t start: there is no program "no-such-program" in the image'
    assert caught.value.why == 'the command "no-such-program --flag" names it'
    assert task is not None
    assert task.status is TaskStatus.STOPPED
    assert task.exit is not None
    assert "no-such-program" in task.exit.error


async def test_an_image_without_a_command_says_so(docker_engine: DockerEngine, image: Image) -> None:
    with pytest.raises(WorkFailed, match="nothing says which command to run"):
        await docker_engine.start(TASK, docker_room.make_spec(image, command=None), {})

    assert await docker_engine.observe() == []


async def test_another_instance_is_never_seen_or_touched(docker_engine: DockerEngine, image: Image) -> None:
    await docker_engine.start(TASK, docker_room.make_spec(image), {})
    other = docker_engine.containers.instance + "-b"
    try:
        async with DockerEngine(docker_room.DOCKER_HOST, other) as stranger:
            assert await stranger.observe() == []
            await stranger.stop(TASK, signal=None, timeout=0)
            await stranger.remove(TASK)
            await stranger.forget(APP, PRODUCTION)
            await stranger.start(TASK, docker_room.make_spec(image), {})

            mine, theirs = await docker_engine.observe(), await stranger.observe()
            assert [task.status for task in (*mine, *theirs)] == [TaskStatus.RUNNING, TaskStatus.RUNNING]
            assert mine[0].started_at != theirs[0].started_at
    finally:
        docker_room.sweep(other)


@pytest.mark.exhaustive
async def test_a_task_that_was_created_and_never_started_is_pending_and_can_be_started(
    docker_engine: DockerEngine, image: Image
) -> None:
    spec = docker_room.make_spec(image)
    await docker_engine.start(TASK, spec, {})
    labels = [f"--label={key}={value}" for key, value in docker_room.inspect(NAME)["Config"]["Labels"].items()]
    docker_room.docker("rm", "-f", NAME)
    docker_room.docker("create", "--name", NAME, *labels, docker_room.IMAGE_NAME, "sleep", "60")
    async with DockerEngine(docker_room.DOCKER_HOST, docker_engine.containers.instance) as restarted:
        before = await docker_room.seen(restarted, TASK)

        await restarted.start(TASK, spec, {})

        after = await docker_room.seen(restarted, TASK)
    assert before is not None
    assert after is not None
    assert (before.status, after.status) == (TaskStatus.PENDING, TaskStatus.RUNNING)


async def test_events_go_on_after_docker_was_away_and_say_that_anything_may_have_changed(
    docker_engine: DockerEngine, image: Image
) -> None:
    await docker_engine.start(TASK, docker_room.make_spec(image), {})
    events: asyncio.Queue[EngineEvent] = asyncio.Queue()

    async def follow(engine: DockerEngine) -> None:
        async for event in engine.events():
            events.put_nowait(event)

    async def anything(engine: DockerEngine) -> bool:
        with contextlib.suppress(Unavailable):
            await engine.observe()
        return not events.empty()

    instance = docker_engine.containers.instance
    async with DockerEngine("tcp://127.0.0.1:21411", instance) as engine, asyncio.TaskGroup() as group:
        async with docker_room.forwarded(21411):
            await engine.observe()
            follower = group.create_task(follow(engine))
            await asyncio.sleep(0.2)
            assert events.empty()
        with pytest.raises(Unavailable, match="Docker does not answer"):
            await engine.observe()
        async with docker_room.forwarded(21411):
            await docker_room.until(lambda: anything(engine))
            await docker_engine.stop(TASK, signal=None, timeout=10)
            async with asyncio.timeout(20):
                while events.qsize() < 2:
                    await asyncio.sleep(0.05)
            follower.cancel()

    assert events.get_nowait() == EngineEvent(app=APP, environment=PRODUCTION)


async def test_no_docker_is_said_in_plain_words(tmp_path: object) -> None:
    async with DockerEngine(f"unix://{tmp_path}/docker.sock", "t-docker") as engine:
        with pytest.raises(Unavailable) as caught:
            await engine.observe()

    assert caught.value.what == "Docker does not answer"
    assert "there is no socket at" in caught.value.why


async def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(UsageError, match="DOCKER_HOST=ssh://host is no address"):
        async with DockerEngine("ssh://host", "t-docker"):
            pass
