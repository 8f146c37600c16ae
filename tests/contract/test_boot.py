"""What everything that starts the server with the host does: the memory one, and systemd's with a systemctl that keeps
its states in files. A real systemd is in `tests/scenarios/test_installed.py`."""

import os
import stat
from pathlib import Path

import pytest

from fairway.adapters.host.systemd import Systemd
from fairway.adapters.memory.boot import MemoryBoot
from fairway.domain import settingsfile, unit
from fairway.domain.unit import Placement
from fairway.errors import UsageError, WorkFailed
from fairway.ports.boot import Boot, Standing

HOME = Path("/srv/fairway")
SETTINGS = settingsfile.render({"FAIRWAY_HOME": str(HOME)})
UNIT = unit.render(Placement(python=Path("/usr/bin/python3"), home=HOME, settings=Path("/etc/fairway/server.env")))
SYSTEMCTL = """\
#!/bin/sh
cd "$(dirname "$0")" && echo "$@" >> calls
known() { [ -f root/etc/systemd/system/fairway.service ] || { echo "Unit fairway.service not found." >&2; exit 5; }; }
case "$1" in
  enable) known; touch enabled ;;
  disable) rm -f enabled active ;;
  start) known; touch active ;;
  stop) known; rm -f active ;;
  reset-failed) exit 1 ;;
  show)
    [ -f enabled ] && echo UnitFileState=enabled || echo UnitFileState=disabled
    [ -f active ] && printf 'ActiveState=active\\nMainPID=4712\\n' || printf 'ActiveState=inactive\\nMainPID=0\\n'
    echo NRestarts=0 ;;
esac
"""


def memory(tmp_path: Path) -> Boot:
    return MemoryBoot()


def systemd(tmp_path: Path) -> Systemd:
    program = tmp_path / "systemctl"
    program.write_text(SYSTEMCTL)
    program.chmod(0o755)
    root = tmp_path / "root"
    (root / "run/systemd/system").mkdir(parents=True)
    return Systemd(root=root, settings_file=root / "etc/fairway/server.env", systemctl=str(program))


@pytest.fixture(params=[memory, systemd], ids=["memory", "systemd"])
def boot(request: pytest.FixtureRequest, tmp_path: Path) -> Boot:
    made: Boot = request.param(tmp_path)
    return made


def test_nothing_is_installed_at_first(boot: Boot) -> None:
    assert (boot.present(), boot.home(), boot.texts(), boot.standing()) == (True, None, ("", ""), Standing())
    with pytest.raises(WorkFailed):
        boot.start()


def test_what_is_written_is_read_and_starts_nothing(boot: Boot) -> None:
    boot.write(UNIT, SETTINGS)

    assert (boot.home(), boot.texts()) == (HOME, (UNIT, SETTINGS))
    assert boot.standing() == Standing()


def test_it_begins_with_the_host_and_now_and_twice_is_the_same_as_once(boot: Boot) -> None:
    boot.write(UNIT, SETTINGS)

    seen = []
    for _ in range(2):
        boot.enable()
        boot.start()
        seen.append(boot.standing())

    assert seen == [Standing(enabled=True, wanted=True, pid=4712)] * 2


def test_a_stop_leaves_it_for_the_next_start_of_the_host(boot: Boot) -> None:
    boot.write(UNIT, SETTINGS)
    boot.enable()
    boot.start()

    boot.stop()
    boot.stop()

    assert boot.standing() == Standing(enabled=True)


def test_removed_it_is_off_and_gone_and_the_settings_stay(boot: Boot) -> None:
    boot.write(UNIT, SETTINGS)
    boot.enable()
    boot.start()

    boot.remove()
    boot.remove()

    assert (boot.home(), boot.texts(), boot.standing()) == (None, ("", SETTINGS), Standing())


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_the_settings_are_for_this_account_alone_whatever_was_there_and_the_umask_is(
    tmp_path: Path, umask: int
) -> None:
    boot = systemd(tmp_path)
    boot.settings_file.parent.mkdir(parents=True)
    boot.settings_file.write_text("")
    boot.settings_file.chmod(0o644)

    former = os.umask(umask)
    try:
        boot.write(UNIT, SETTINGS)
    finally:
        os.umask(former)

    modes = [stat.S_IMODE(file.stat().st_mode) for file in (boot.settings_file, boot.unit_file)]
    assert modes == [0o600, 0o644]
    assert sorted(file.name for file in boot.settings_file.parent.iterdir()) == ["server.env"]


def test_a_systemctl_that_refuses_is_told_in_its_own_words(tmp_path: Path) -> None:
    boot = systemd(tmp_path)

    with pytest.raises(WorkFailed, match="systemctl stop failed") as caught:
        boot.stop()

    assert caught.value.why == "Unit fairway.service not found."


def test_a_folder_that_can_not_be_written_to_is_told(tmp_path: Path) -> None:
    boot = systemd(tmp_path)
    (tmp_path / "root/etc").write_text("no folder")

    with pytest.raises(UsageError, match=r"server\.env can't be written"):
        boot.write(UNIT, SETTINGS)
