"""What every builder does: the memory fake is held to what BuildKit does."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.memory.builder import MemoryBuilder
from fairway.errors import WorkFailed
from fairway.ports.builder import Builder, BuildRequest
from support.builder_room import BASE, DOCKER_HOST, OWNER

PATIENCE = 120.0


@pytest.fixture(params=["memory", "docker"])
async def builder(request: pytest.FixtureRequest) -> AsyncIterator[Builder]:
    if request.param == "memory":
        yield MemoryBuilder(bases=frozenset({BASE}))
        return
    async with DockerBuilder(DOCKER_HOST, owner=OWNER) as real:
        await DockerBases(real).ensure(BASE, print)
        yield real
        await real.remove("t-builder-contract:1")


def make(directory: Path, *lines: str, timeout: float = PATIENCE, target: str | None = None) -> BuildRequest:
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "Dockerfile"
    file.write_text("\n".join([f"FROM {BASE}", *lines, ""]), encoding="utf-8")
    return BuildRequest(
        context=directory, dockerfile=file, tag="t-builder-contract:1", args={}, timeout=timeout, target=target
    )


async def test_a_build_gives_the_images_id_and_size_and_logs_its_steps(builder: Builder, tmp_path: Path) -> None:
    log: list[str] = []
    word = uuid.uuid4().hex

    image = await builder.build(make(tmp_path, f"RUN echo {word}"), log.append)

    assert image.id.startswith("sha256:") and image.size > 0
    assert any(line.startswith("[") and line.endswith(f"RUN echo {word}") for line in log)
    assert f"  {word}" in log


async def test_the_same_build_again_gives_the_same_image_and_says_cached(builder: Builder, tmp_path: Path) -> None:
    request = make(tmp_path, f"RUN echo {uuid.uuid4().hex}")
    first = await builder.build(request, print)
    log: list[str] = []

    second = await builder.build(request, log.append)

    assert second.id == first.id
    assert any(line.endswith("] cached") for line in log)


async def test_a_step_with_a_cache_is_done_anew_where_the_caches_are_others(builder: Builder, tmp_path: Path) -> None:
    log: list[str] = []
    request = make(tmp_path, f"RUN --mount=type=cache,id={uuid.uuid4().hex},target=/kept echo once")

    await builder.build(replace(request, caches="stranger"), print)
    await builder.build(request, log.append)
    again = list(log)
    await builder.build(request, log.append)

    assert not any(line.endswith("cached") and line.startswith("[2") for line in again)
    assert any(line.endswith("cached") for line in log[len(again) :])


async def test_a_path_with_spaces_and_other_alphabets_works(builder: Builder, tmp_path: Path) -> None:
    image = await builder.build(make(tmp_path / "Привет, my café", "CMD x"), print)

    assert image.id


async def test_a_failing_step_is_named_with_its_exit_code_and_last_lines(builder: Builder, tmp_path: Path) -> None:
    with pytest.raises(WorkFailed) as caught:
        await builder.build(make(tmp_path, "RUN echo the reason; exit 7"), print)

    assert caught.value.what == "RUN echo the reason; exit 7 failed with exit code 7"
    assert caught.value.log == ("the reason",)


async def test_a_base_that_cant_be_had_is_named(builder: Builder, tmp_path: Path) -> None:
    request = make(tmp_path)
    request.dockerfile.write_text("FROM localhost:21298/nobody/nothing:1\n", encoding="utf-8")

    with pytest.raises(WorkFailed, match="localhost:21298/nobody/nothing:1"):
        await builder.build(request, print)


async def test_an_unknown_target_is_refused(builder: Builder, tmp_path: Path) -> None:
    with pytest.raises(WorkFailed) as caught:
        await builder.build(make(tmp_path, target="nowhere"), print)

    assert "nowhere" in caught.value.why


async def test_a_build_ends_when_its_time_is_over(builder: Builder, tmp_path: Path) -> None:
    with pytest.raises(WorkFailed, match="longer than"):
        await builder.build(make(tmp_path, "RUN echo go; sleep 600", timeout=1.5), print)


async def test_a_cancelled_build_stops_and_the_next_one_works(builder: Builder, tmp_path: Path) -> None:
    begun = asyncio.Event()

    def log(line: str) -> None:
        if line.strip() == "go":
            begun.set()

    async with asyncio.timeout(PATIENCE):
        async with asyncio.TaskGroup() as group:
            building = group.create_task(builder.build(make(tmp_path, "RUN echo go; sleep 600"), log))
            await begun.wait()
            building.cancel()

    assert building.cancelled()
    assert await builder.build(make(tmp_path, "CMD x"), print)


async def test_a_command_runs_in_the_image_and_its_exit_code_comes_back(builder: Builder, tmp_path: Path) -> None:
    image = await builder.build(make(tmp_path, "CMD x"), print)
    log: list[str] = []

    code = await builder.run(image, "echo 3 passed; exit 4", log.append, timeout=PATIENCE)

    assert (code, log) == (4, ["3 passed"])


async def test_a_command_that_takes_too_long_is_ended(builder: Builder, tmp_path: Path) -> None:
    image = await builder.build(make(tmp_path, "CMD x"), print)

    with pytest.raises(WorkFailed, match="longer than"):
        await builder.run(image, "sleep 600", print, timeout=2.0)


async def test_removing_an_image_twice_is_no_error(builder: Builder, tmp_path: Path) -> None:
    await builder.build(make(tmp_path, "CMD x"), print)

    await builder.remove("t-builder-contract:1")
    await builder.remove("t-builder-contract:1")


async def test_images_are_listed_by_their_names_in_one_repository(builder: Builder, tmp_path: Path) -> None:
    await builder.build(make(tmp_path, "CMD x"), print)

    found = await builder.names("t-builder-contract")

    assert list(found) == ["t-builder-contract:1"]
    assert list(await builder.names("t-builder-contra")) == []
    assert list(await builder.names("docker.io/t-builder/contract")) == []


async def test_a_removed_name_is_not_listed_any_more(builder: Builder, tmp_path: Path) -> None:
    await builder.build(make(tmp_path, "CMD x"), print)

    await builder.remove("t-builder-contract:1")
    await builder.remove("t-builder-contract:1")

    assert list(await builder.names("t-builder-contract")) == []


async def test_a_build_cache_within_its_bound_is_kept(builder: Builder, tmp_path: Path) -> None:
    request = make(tmp_path, f"RUN echo {uuid.uuid4().hex}")
    await builder.build(request, print)
    log: list[str] = []

    freed = await builder.trim(10**15)
    await builder.build(request, log.append)

    assert freed == 0
    assert any(line.endswith("] cached") for line in log)
