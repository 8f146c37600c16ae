"""The unit of the server and its settings as text.

After a change that is meant: `FAIRWAY_GOLDEN=write pytest tests/golden`.
"""

import os
from pathlib import Path

import pytest

from fairway.domain import settingsfile, unit
from fairway.domain.unit import Placement
from fairway.errors import UsageError

GOLDEN = Path(__file__).parent / "unit"
PLACE = Placement(
    python=Path("/opt/fair way/.venv/bin/python"),
    home=Path("/var/lib/fairway 100%"),
    settings=Path("/etc/fairway/server.env"),
    folders=[Path("/srv/backups")],
)
SETTINGS = {
    "FAIRWAY_HOME": "/var/lib/fairway 100%",
    "FAIRWAY_DATABASE_URL": 'postgresql://fairway:a"b$c\\d%e`f@db/fairway',
    "FAIRWAY_APPS_PORT": "80",
    "NO_PROXY": "localhost, .example.org",
}


@pytest.mark.parametrize(
    ("name", "text"), [("fairway.service", unit.render(PLACE)), ("server.env", settingsfile.render(SETTINGS))]
)
def test_the_text_is_the_one_that_was_approved(name: str, text: str) -> None:
    file = GOLDEN / name
    if os.environ.get("FAIRWAY_GOLDEN") == "write":
        file.write_text(text)

    assert text == file.read_text()


def test_a_unit_says_which_server_it_starts() -> None:
    assert unit.home(unit.render(PLACE)) == PLACE.home
    assert unit.home("[Service]\nExecStart=/bin/true\n") is None


@pytest.mark.parametrize("path", ['/srv/a"b', "/srv/a\\b", "/srv/$HOME", "/srv/a\nExecStart=/bin/sh"])
def test_a_path_that_systemd_would_read_differently_is_refused(path: str) -> None:
    with pytest.raises(UsageError, match="can't stand in a unit"):
        unit.render(Placement(python=Path("/usr/bin/python3"), home=Path(path), settings=PLACE.settings))
