"""A server that deploys to ECS: what its settings have to be, and what of an app it refuses."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fairway import settings
from fairway.adapters.memory.clock import LoopClock
from fairway.bootstrap import rolling
from fairway.errors import Conflict, UsageError
from fairway.settings import Settings

FILE = """
region = "eu-central-1"
cluster = "fairway"
subnets = ["subnet-1"]
security_groups = ["sg-1"]
execution_role = "arn:aws:iam::1:role/execution"
log_group = "/fairway/tasks"
"""
REGISTRY = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/fairway"


def open_engine(home: Path, **changes: Any) -> rolling.Rolling | None:
    made = Settings(home=home, engine="ecs", registry=REGISTRY)
    return rolling.open_engine(replace(made, **changes), "i1", LoopClock())


def test_docker_is_the_engine_of_those_who_say_nothing(tmp_path: Path) -> None:
    assert settings.read({"FAIRWAY_HOME": str(tmp_path)}).engine == "docker"
    assert open_engine(tmp_path, engine="docker") is None


def test_an_engine_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="FAIRWAY_ENGINE=podman is no engine"):
        settings.read({"FAIRWAY_HOME": str(tmp_path), "FAIRWAY_ENGINE": "podman"})


def test_ecs_is_opened_where_its_file_says(tmp_path: Path) -> None:
    (tmp_path / "ecs.toml").write_text(FILE)

    found = open_engine(tmp_path)

    assert found is not None
    assert found.session.region == "eu-central-1"
    assert found.engine.capabilities().rolls


def test_without_a_file_or_a_registry_or_with_a_shared_store_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ecs\.toml is not there"):
        open_engine(tmp_path)
    (tmp_path / "ecs.toml").write_text(FILE)
    with pytest.raises(UsageError, match="needs FAIRWAY_REGISTRY"):
        open_engine(tmp_path, registry="")
    with pytest.raises(UsageError, match="can't share a store"):
        open_engine(tmp_path, database_url="postgresql://db/fairway")


async def test_an_environment_with_a_database_of_fairways_own_is_refused_by_name() -> None:
    preparing = rolling.NoDatabases()
    bare: Any = SimpleNamespace(name="production", databases=())
    with_one: Any = SimpleNamespace(name="production", databases=(SimpleNamespace(name="main"),))

    await preparing.prepare("shop", bare, print)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="production of shop can't have the database main"):
        await preparing.prepare("shop", with_one, print)  # type: ignore[arg-type]
