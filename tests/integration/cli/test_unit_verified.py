"""The unit of the server as systemd's own check reads it: every directive is known, and its value is one."""

import subprocess
from pathlib import Path

from fairway.domain import unit
from fairway.domain.unit import Placement
from support import booted


def verify(file: Path) -> str:
    """What systemd-analyze complains of."""
    booted.have_systemd()
    done = subprocess.run(["systemd-analyze", "verify", str(file)], capture_output=True, text=True)
    return f"{done.stdout}{done.stderr}"


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    place = Placement(
        python=Path("/usr/bin/python3"), home=Path("/var/lib/fair way 100%"), settings=Path("/etc/fairway/server.env")
    )
    file = tmp_path / unit.NAME
    file.write_text(unit.render(place))

    assert unit.NAME not in verify(file)


def test_the_check_would_find_a_directive_that_there_is_not(tmp_path: Path) -> None:
    file = tmp_path / unit.NAME
    file.write_text("[Service]\nExecStart=/usr/bin/true\nRestartPace=2s\n")

    assert "RestartPace" in verify(file)
