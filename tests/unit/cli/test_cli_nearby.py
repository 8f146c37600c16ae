"""Which databases a process on this machine is given: those that it reaches, and none in place of its own."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.cli import nearby
from fairway.domain.managed import Managed
from support.pipeline_values import DESCRIPTION

ENVIRONMENT = replace(DESCRIPTION, databases=(Managed(name="main"),))


def test_nothing_is_asked_for_where_an_env_file_has_the_variable_or_there_is_no_database() -> None:
    assert nearby.give("shop", ENVIRONMENT, {"DATABASE_URL": "postgres://me@localhost/dev"}) == {}
    assert nearby.give("shop", DESCRIPTION, {}) == {}


def test_without_a_server_it_is_said_that_the_variable_is_not_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAIRWAY_HOME", str(tmp_path))
    monkeypatch.setenv("FAIRWAY_PORT", "9")

    given = nearby.give("shop", ENVIRONMENT, {})

    assert given == {}
    assert "DATABASE_URL is not set, the URL of the database main: " in capsys.readouterr().err


def test_an_address_is_reached_when_somebody_listens_and_a_file_when_it_may_be_written(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        assert nearby.is_reached(f"postgresql://app:p@127.0.0.1:{port}/app")
    assert not nearby.is_reached(f"postgresql://app:p@127.0.0.1:{port}/app")
    assert nearby.is_reached(f"sqlite:///{tmp_path}/a.db")
    assert not nearby.is_reached(f"sqlite:///{tmp_path}/b.db")
