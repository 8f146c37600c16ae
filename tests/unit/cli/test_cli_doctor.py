"""`fairway doctor` over a machine in memory: what it prints, and with which status it ends."""

import json
from pathlib import Path

import pytest

from fairway.adapters.host.host import LocalHost
from fairway.adapters.memory.host import MemoryHost
from fairway.cli import doctor
from fairway.ports.host import Check, CheckState

GIT = Check(name="git", state=CheckState.OK, seen="2.39.5")
HAPROXY = Check(name="HAProxy", state=CheckState.MISSING, seen="not installed", fix="apt-get install haproxy")
PORT = Check(name="port 8080", state=CheckState.BROKEN, seen="taken by nginx (pid 77)", fix="…", needed=False)


async def test_a_host_that_has_everything_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    status = await doctor.look(MemoryHost([GIT]), fix=False, base=None, as_json=False)

    out, err = capsys.readouterr()
    assert status == 0
    assert out == "✓ git  2.39.5\n"
    assert err == "Fairway has what it needs here\n"


async def test_what_is_missing_is_shown_with_its_command_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    status = await doctor.look(MemoryHost([GIT, HAPROXY]), fix=False, base=None, as_json=False)

    out, err = capsys.readouterr()
    assert status == 1
    assert out.splitlines()[1:] == ["✗ HAProxy  not installed", "           apt-get install haproxy"]
    assert err == "Lacking: HAProxy; fairway doctor --fix installs and starts what it can\n"


async def test_fix_mends_and_tells_what_stands_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    host = MemoryHost([GIT, HAPROXY], mendable=["HAProxy", "image node:22-slim"])

    status = await doctor.look(host, fix=True, base="node:22-slim", as_json=True)

    out, err = capsys.readouterr()
    assert status == 0
    assert json.loads(out)["ok"] is True
    assert [check["state"] for check in json.loads(out)["checks"]] == ["ok", "ok", "ok"]
    assert err == "Mending HAProxy\nMending image node:22-slim\n"


async def test_fix_leaves_a_host_alone_that_has_everything(capsys: pytest.CaptureFixture[str]) -> None:
    host = MemoryHost([GIT])

    await doctor.look(host, fix=True, base=None, as_json=False)

    assert host.mended == 0


async def test_what_could_not_be_mended_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert await doctor.look(MemoryHost([HAPROXY]), fix=True, base=None, as_json=False) == 1


async def test_a_taken_port_is_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    status = await doctor.look(MemoryHost([PORT]), fix=False, base=None, as_json=False)

    out, err = capsys.readouterr()
    assert status == 0
    assert out.startswith("! port 8080  taken by nginx (pid 77)")
    assert err == "Fairway has what it needs here, but look at port 8080\n"


@pytest.mark.parametrize(("tls", "looked_at"), [("0", False), ("8443", True)])
def test_the_port_of_tls_is_looked_at_where_there_is_one(
    tls: str, looked_at: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRWAY_HOME", str(tmp_path))
    monkeypatch.setenv("FAIRWAY_APPS_TLS_PORT", tls)

    host = doctor.local_host()

    assert isinstance(host, LocalHost)
    assert host.machine.ports.get("FAIRWAY_APPS_TLS_PORT") == (8443 if looked_at else None)
