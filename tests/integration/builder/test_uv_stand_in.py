"""uv's own image, or its stand-in where no registry answers, gives the program to a Dockerfile that copies it."""

import secrets
from pathlib import Path

import pytest

from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.build import generated, run
from fairway.domain.app import App, Build, Source
from fairway.domain.ids import AppName
from support.builder_room import DOCKER_HOST, OWNER

COMMIT = "7b1f2e7a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e"
DOCKERFILE = """\
FROM python:3.11-slim
COPY --from=ghcr.io/astral-sh/uv:0.5.11 /uv /uvx /bin/
WORKDIR /app
RUN --mount=type=bind,source=pyproject.toml,target=pyproject.toml uv --version && uv sync --no-install-project
CMD ["python"]
"""
PROJECT = "[project]\nname = 'shop'\nversion = '1'\nrequires-python = '>=3.11'\ndependencies = ['six==1.16.0']\n"


@pytest.mark.exhaustive
async def test_a_dockerfile_that_copies_uv_is_built(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (tmp_path / "pyproject.toml").write_text(PROJECT + f"# not in any cache: {secrets.token_hex(8)}\n")
    app = App(name=AppName("t-builder-uv"), source=Source(), build=Build(), environments=(), stages=())
    log: list[str] = []

    async with DockerBuilder(DOCKER_HOST, owner=OWNER) as builder:
        bases = DockerBases(builder)
        built = await run.build(
            app, tmp_path, COMMIT, builder=builder, bases=bases, recipe=generated.write, log=log.append
        )
        await builder.remove(f"fairway/t-builder-uv:{COMMIT[:12]}")

    assert built.bases == ("python:3.11-slim", "ghcr.io/astral-sh/uv:0.5.11")
    assert [line for line in log if "uv 0.5.11" in line], log
