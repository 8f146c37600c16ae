"""Which values a build is given, and how the docker command gets them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.adapters.buildkit import command
from fairway.adapters.buildkit.client import Client
from fairway.build import secrets
from fairway.domain.app import App
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import UsageError
from fairway.manifest.load import load
from fairway.ports.builder import BuildRequest

TOML = """app = "shop"
[build]
secrets = ["NPM_TOKEN", "OTHER"]
[environments.staging]
[environments.production]
[pipeline]
stages = ["staging", "production"]
"""
VALUES = {"staging": {"NPM_TOKEN": "of staging"}, "production": {"NPM_TOKEN": "of production", "OTHER": "x", "Z": "z"}}


@pytest.fixture
def app() -> App:
    return load(TOML)


async def latest(app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
    return VALUES[environment]


async def test_the_first_environment_that_has_one_counts(app: App) -> None:
    assert await secrets.find(app, latest) == {"NPM_TOKEN": "of staging", "OTHER": "x"}


async def test_one_that_no_environment_has_is_told_with_the_command_that_sets_it(app: App) -> None:
    wanted = replace(app, build=replace(app.build, secrets=("NPM_TOKEN", "NOPE")))

    with pytest.raises(UsageError, match="the build needs NOPE") as raised:
        await secrets.find(wanted, latest)

    assert raised.value.hint == "fairway env set -e staging --service build NOPE"


async def test_no_variables_are_looked_at_for_a_build_without_secrets(app: App) -> None:
    async def never(app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
        raise AssertionError("nobody asked")

    assert await secrets.find(replace(app, build=replace(app.build, secrets=())), never) == {}


def test_no_value_stands_in_the_words_of_the_docker_command(tmp_path: Path) -> None:
    request = BuildRequest(
        context=tmp_path, dockerfile=tmp_path / "Dockerfile", tag="t", args={}, secrets={"NPM_TOKEN": "kraken-4711"}
    )
    client = Client(command="docker", version="28", environment={"PATH": "/usr/bin"}, buildx=False)

    words, environment = command.for_build(request, client, request.dockerfile, tmp_path / "iid", None, {})

    assert "id=NPM_TOKEN,env=SECRET_OF_BUILD_NPM_TOKEN" in words
    assert environment["SECRET_OF_BUILD_NPM_TOKEN"] == "kraken-4711"
    assert "kraken-4711" not in " ".join(words) + repr(request)
