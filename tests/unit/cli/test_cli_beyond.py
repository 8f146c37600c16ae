"""What `fairway doctor` says beyond this host: closed environments, and the program that sessions on ECS need."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fairway.adapters.ecs import plugin
from fairway.adapters.memory.host import MemoryHost
from fairway.cli import beyond, doctor
from fairway.client.api import Client, Query
from fairway.domain.closing import Closing, WayOut
from fairway.domain.ids import EnvironmentName
from fairway.errors import Unreachable
from fairway.ports.host import Check, CheckState
from fairway.settings import Settings
from fairway.wire.closing import Closed

NOW = 1_000.0
CLOSING = Closing(
    environment=EnvironmentName("production"),
    since=NOW - 720,
    passage=7,
    execution=42,
    ways=(
        WayOut(command="fairway retry 42", does="deploys its release, which opens it"),
        WayOut(command="fairway restart -e production", does="opens it with the release that served"),
    ),
)


class Serving(Client):
    """A server in memory; None is one that does not run."""

    def __init__(self, answers: dict[str, Any] | None) -> None:
        super().__init__("http://127.0.0.1:1", "")
        self.answers = answers

    def get(self, path: str, query: Query | None = None) -> Any:
        if self.answers is None:
            raise Unreachable("the server does not answer")
        return self.answers[path]


def status(closing: Closing | None) -> dict[str, Any]:
    found = Closed.of(closing)
    environments = [
        {"name": "staging", "closed": None},
        {"name": "production", "closed": found.model_dump() if found else None},
    ]
    return {"app": "shop", "environments": environments}


def serving(closing: Closing | None) -> Serving:
    return Serving({"/server": {"servers": []}, "/apps": {"apps": [{"name": "shop"}]}, "/apps/shop": status(closing)})


async def test_a_closed_environment_is_told_with_each_command_that_opens_it(capsys: pytest.CaptureFixture[str]) -> None:
    checks = beyond.closed([status(CLOSING)], NOW)

    async def others() -> list[Check]:
        return list(checks)

    ends = await doctor.look(MemoryHost([]), fix=False, base=None, as_json=False, others=others)

    assert ends == 0
    assert capsys.readouterr().out.splitlines() == [
        "! shop production  closed 12 min ago for passage 7 of execution 42; nothing that goes on opens it",
        "                   fairway retry 42 --app shop                deploys its release, which opens it",
        "                   fairway restart -e production --app shop   opens it with the release that served",
    ]


def test_one_that_its_execution_opens_asks_nobody_for_anything() -> None:
    (check,) = beyond.closed([status(replace(CLOSING, settled=False))], NOW)

    assert check == Check(
        name="shop production",
        state=CheckState.OK,
        seen="closed 12 min ago for passage 7 of execution 42, which goes on",
        needed=False,
    )


def test_the_server_is_asked_for_every_app() -> None:
    assert [each.name for each in doctor.ask_server(serving(CLOSING))] == ["shop production"]


def test_open_environments_are_not_named() -> None:
    assert doctor.ask_server(serving(None)) == []


def test_nothing_is_said_where_no_server_runs() -> None:
    assert doctor.ask_server(Serving(None)) == []


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ('app = "shop"\n', False),
        ('app = "shop"\n[aws]\nregion = "eu-central-1"\n', True),
        ('app = "shop"\n[environments.production.aws]\nnat = "none"\n', True),
        ("[aws\n", False),
        ('environments = "none"\n', False),
    ],
)
def test_ecs_is_used_where_the_app_here_is_for_aws(
    text: str, used: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fairway.toml").write_text(text)
    monkeypatch.chdir(tmp_path)

    assert beyond.deploys_to_aws(Settings(home=tmp_path)) is used


def test_ecs_is_used_where_the_server_deploys_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert beyond.deploys_to_aws(Settings(home=tmp_path, engine="ecs"))


def put_plugin(folder: Path, version: str) -> None:
    program = folder / plugin.NAME
    program.write_text(f"#!/bin/sh\necho {version}\n")
    program.chmod(0o755)


async def test_a_missing_plugin_is_told_with_where_it_is_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    check = await plugin.examine("this host")

    assert (check.state, check.passes) == (CheckState.MISSING, True)
    assert check.seen.startswith("session-manager-plugin is not on this host: sessions in tasks on ECS")
    assert plugin.INSTALL in check.fix


async def test_one_that_would_show_the_token_is_told_as_too_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_plugin(tmp_path, "1.2.497.0")
    monkeypatch.setenv("PATH", str(tmp_path))

    check = await plugin.examine("this host")

    assert check.state is CheckState.BROKEN
    assert check.seen.startswith("session-manager-plugin 1.2.497.0 is too old: it would take the session's token")


async def test_a_new_one_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_plugin(tmp_path, "1.2.707.0")
    monkeypatch.setenv("PATH", str(tmp_path))

    check = await plugin.examine("this host")

    assert (check.state, check.seen) == (CheckState.OK, "session-manager-plugin 1.2.707.0")
