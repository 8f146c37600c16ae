"""What only real BuildKit shows: stopped processes, secrets, a private CA, limits, stand-ins."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.adapters.buildkit import client, limits
from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.domain.image import LocalImage
from fairway.errors import Unavailable, WorkFailed
from fairway.ports.builder import BuildRequest
from support.builder_room import BASE, DOCKER_HOST, NODE, OWNER

TAG = "t-builder-integration:1"


@pytest.fixture
async def builder() -> AsyncIterator[DockerBuilder]:
    async with DockerBuilder(DOCKER_HOST, owner=OWNER) as real:
        await DockerBases(real).ensure(BASE, print)
        yield real
        await real.remove(TAG)


def make(directory: Path, text: str, args: Mapping[str, str] | None = None) -> BuildRequest:
    (directory / "Dockerfile").write_text(text, encoding="utf-8")
    return BuildRequest(context=directory, dockerfile=directory / "Dockerfile", tag=TAG, args=args or {}, timeout=300.0)


def processes() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


async def build_until(builder: DockerBuilder, request: BuildRequest, word: str) -> asyncio.Task[object]:
    begun = asyncio.Event()
    task: asyncio.Task[object] = asyncio.ensure_future(
        builder.build(request, lambda line: begun.set() if line.strip() == word else None)
    )
    async with asyncio.timeout(60):
        await begun.wait()
    return task


async def test_cancelling_ends_the_step_and_the_docker_command(builder: DockerBuilder, tmp_path: Path) -> None:
    seconds = f"9{uuid.uuid4().int % 10**6:06d}"
    task = await build_until(builder, make(tmp_path, f"FROM {BASE}\nRUN echo go; sleep {seconds}; true\n"), "go")
    async with asyncio.timeout(60):
        while f"sleep {seconds}" not in processes():
            await asyncio.sleep(0.01)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    async with asyncio.timeout(10):
        while f"sleep {seconds}" in processes():
            await asyncio.sleep(0.05)
    assert not [line for line in processes() if str(tmp_path) in line]


async def test_a_build_arguments_value_stands_in_no_list_of_processes(builder: DockerBuilder, tmp_path: Path) -> None:
    word = f"secret-{uuid.uuid4().hex}"
    text = f"FROM {BASE}\nARG WORD\nRUN [ -n $WORD ] && echo got && sleep 900\n"
    task = await build_until(builder, make(tmp_path, text, {"WORD": word}), "got")

    seen = [line for line in processes() if word in line and "docker" in line.split(" ")[0]]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert seen == []


async def test_the_steps_run_within_the_limits(builder: DockerBuilder, tmp_path: Path) -> None:
    log: list[str] = []
    text = f"FROM {BASE}\nRUN cat /proc/self/cgroup; echo {uuid.uuid4().hex}\n"

    await builder.build(make(tmp_path, text), log.append)

    assert any(f"/{limits.PARENT}/" in line for line in log)
    legacy, unified = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup")
    if legacy.is_dir():
        assert (legacy / limits.PARENT / "cpu.shares").read_text().strip() == str(limits.SHARES)
    else:
        assert (unified / limits.PARENT / "cpu.weight").exists()


async def test_a_builder_that_is_alone_on_its_machine_gets_all_there_is(tmp_path: Path) -> None:
    log: list[str] = []
    seen: list[str] = []
    where = "/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes"

    async with DockerBuilder(DOCKER_HOST, owner=OWNER, alone=True) as alone:
        await DockerBases(alone).ensure(BASE, log.append)
        image = await alone.build(make(tmp_path, f"FROM {BASE}\nCMD true\n"), log.append)
        await alone.run(image, f"cat {where} 2>/dev/null; true", seen.append, timeout=60.0)
        await alone.remove(TAG)

    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert int(seen[0]) > limits.memory_for(total)
    assert not [line for line in log if "without a limit" in line or "CPU weight" in line]


@pytest.mark.exhaustive
async def test_npm_install_in_somebody_elses_dockerfile_trusts_what_the_host_trusts(
    builder: DockerBuilder, tmp_path: Path
) -> None:
    await DockerBases(builder).ensure(NODE, print)
    (tmp_path / "package.json").write_text('{"name":"x","version":"1.0.0","dependencies":{"is-odd":"3.0.1"}}')
    text = f"FROM {NODE}\nWORKDIR /app\nCOPY package.json .\nRUN npm install # {uuid.uuid4().hex}\nUSER node\nCMD x\n"
    log: list[str] = []

    image = await builder.build(make(tmp_path, text), log.append)

    look = "ls node_modules/is-odd/package.json; env; ls -A /run/secrets 2>/dev/null; whoami"
    seen: list[str] = []
    assert await builder.run(image, look, seen.append, timeout=60) == 0
    assert "node_modules/is-odd/package.json" in seen
    assert "node" in seen
    assert not [line for line in seen if "CA" in line.partition("=")[0].split("_") or line.endswith(".crt")]


async def test_no_engine_is_unavailable(tmp_path: Path) -> None:
    async with DockerBuilder(f"unix://{tmp_path}/none.sock", owner=OWNER) as builder:
        with pytest.raises(Unavailable):
            await builder.build(make(tmp_path, f"FROM {BASE}\n"), print)


async def test_a_docker_command_without_buildx_is_not_chosen(tmp_path: Path) -> None:
    bare = tmp_path / "docker"
    bare.write_text('#!/bin/sh\n[ "$1" = --version ] && { echo "Docker version 28.2.2, build x"; exit 0; }\nexit 1\n')
    bare.chmod(0o755)

    chosen = await client.choose(DOCKER_HOST, {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"})

    assert chosen.command != str(bare)


async def test_a_frontend_that_cant_be_reached_is_replaced_by_the_engines_own(
    builder: DockerBuilder, tmp_path: Path
) -> None:
    log: list[str] = []
    script = "RUN <<EOF\nset -e\ntest $(cat /x) = a\nEOF\n"
    copied = "COPY --link <<EOF /x\na\nEOF\n"
    text = f"# syntax=localhost:21297/docker/dockerfile:1\nFROM {BASE}\nRUN echo {uuid.uuid4().hex}\n{copied}{script}"

    image = await builder.build(make(tmp_path, text), log.append)

    assert image.id
    assert any("# syntax=" in line and "engine's own" in line for line in log)


@pytest.mark.exhaustive
async def test_an_official_image_is_there_after_asking_whether_pulled_or_made(builder: DockerBuilder) -> None:
    reference, log, seen = "node:20.15.1-bookworm-slim", list[str](), list[str]()
    await builder.remove(reference)

    async with asyncio.timeout(600):
        await DockerBases(builder).ensure(reference, log.append)

    found = await builder.inspect(reference)
    assert found is not None
    image = LocalImage(id=found["Id"], size=found["Size"])
    await builder.run(image, "node --version; id -u node; npm --version >/dev/null; echo $?", seen.append, timeout=60)
    assert seen == ["v20.15.1", "1000", "0"]
    made = (found["Config"]["Labels"] or {}).get("fairway.stand-in") == "1"
    assert made == any("stand-in for node:20.15.1-bookworm-slim" in line for line in log)
    await builder.remove(reference)


async def test_a_version_that_was_never_published_is_told(builder: DockerBuilder) -> None:
    with pytest.raises(WorkFailed, match=r"99\.1\.0"):
        await DockerBases(builder).ensure("node:99.1.0-slim", print)


async def test_what_a_stranger_leaves_in_a_cache_no_other_build_finds(builder: DockerBuilder, tmp_path: Path) -> None:
    word = uuid.uuid4().hex
    cache = f"RUN --mount=type=cache,id={uuid.uuid4().hex},target=/kept"
    poison = make(tmp_path, f"FROM {BASE}\n{cache} echo {word} > /kept/word\n", {"BUILDKIT_CACHE_MOUNT_NS": ""})
    await builder.build(replace(poison, caches="t-stranger"), print)

    own = await builder.build(make(tmp_path, f"FROM {BASE}\n{cache} ! test -e /kept/word\n"), print)
    stranger = make(tmp_path, f"FROM {BASE}\n{cache} grep {word} /kept/word\n")
    found = await builder.build(replace(stranger, caches="t-stranger"), print)

    assert own.id and found.id


async def test_a_stranger_chooses_no_frontend(builder: DockerBuilder, tmp_path: Path) -> None:
    log: list[str] = []
    text = f"# syntax=127.0.0.1:1/mallory/frontend:1\nFROM {BASE}\nRUN echo {uuid.uuid4().hex}\n"

    image = await builder.build(replace(make(tmp_path, text), caches="t-stranger"), log.append)

    assert image.id.startswith("sha256:")
    assert not any("mallory" in line for line in log)
