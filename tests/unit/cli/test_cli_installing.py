"""`fairway server install` before it changes anything: what it takes along, and what it refuses."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from fairway import settings
from fairway.adapters.memory.boot import MemoryBoot
from fairway.cli import doctor, installable, installing, serving, tree
from fairway.domain import settingsfile, unit
from fairway.domain.unit import Placement
from fairway.errors import Conflict, UsageError, WorkFailed
from fairway.ports.host import CheckState
from fairway.settings import FILE, Settings

HOME = Path("/srv/fairway")
ENVIRON = {
    "PATH": "/bin",
    "FAIRWAY_HOME": str(HOME),
    "FAIRWAY_APPS_PORT": "80",
    "FAIRWAY_KEEP_DAYS": "",
    "FAIRWAY_DATABASE_URL": "postgresql://ada:s3cret@db/fairway",
    "https_proxy": "http://proxy:3128",
    "NODE_EXTRA_CA_CERTS": "/etc/company.pem",
    "FAIRWAY_APP_PORT": "81",
    "AWS_SECRET_ACCESS_KEY": "hush",
    "AWS_PROFILE": "deploy",
}


def written(home: Path) -> tuple[str, str]:
    """A unit and its settings for that home."""
    text = unit.render(Placement(python=Path("/usr/bin/python3"), home=home, settings=FILE))
    return text, settingsfile.render({"FAIRWAY_HOME": str(home)})


def installed(home: Path, *, fails: bool = False) -> MemoryBoot:
    """A host whose server, of that home, is installed and off."""
    boot = MemoryBoot(fails=fails)
    boot.write(*written(home))
    boot.enable()
    return boot


def test_what_the_server_reads_is_taken_and_nothing_else() -> None:
    prepared = installing.prepare(settings.read(ENVIRON), ENVIRON)

    assert sorted(prepared.values) == [
        *("AWS_PROFILE", "FAIRWAY_APPS_PORT", "FAIRWAY_DATABASE_URL", "FAIRWAY_HOME"),
        *("NODE_EXTRA_CA_CERTS", "https_proxy"),
    ]
    assert prepared.left == ("AWS_SECRET_ACCESS_KEY", "FAIRWAY_APP_PORT")
    assert "s3cret" in prepared.settings and "s3cret" not in f"{prepared.unit} {prepared.differences}"


def test_the_same_again_differs_in_nothing() -> None:
    first = installing.prepare(settings.read(ENVIRON), ENVIRON)

    again = installing.prepare(settings.read(ENVIRON), ENVIRON, (first.unit, first.settings))

    assert (first.differs, again.differs, again.differences) == (True, False, ())


def test_every_setting_of_the_reference_is_taken_or_belongs_to_a_stage() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/settings.md").read_text()
    named = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}

    assert named - installing.TAKEN == {"FAIRWAY_STACK_ROLE", "FAIRWAY_ACCEPT_SCHEMA", "FAIRWAY_RESTORE"}


@pytest.mark.parametrize(
    ("home", "program", "named"),
    [
        ("/tmp/fairway", "/opt/fairway", "FAIRWAY_HOME is in /tmp/fairway"),
        ("/run/fairway", "/opt/fairway", "FAIRWAY_HOME is in /run/fairway"),
        ("/var/lib/fairway", "/var/tmp/venv", "Fairway itself is in /var/tmp/venv"),
    ],
)
def test_what_a_start_of_the_host_takes_away_is_refused(home: str, program: str, named: str) -> None:
    with pytest.raises(UsageError, match=named):
        installable.require_lasting(Path(home), Path(program))
    installable.require_lasting(Path("/var/lib/fairway"), Path("/opt/fairway"))


def test_a_program_that_everybody_may_change_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    folder.mkdir()
    folder.chmod(0o777)

    with pytest.raises(UsageError, match=f"{folder} can be changed by every account"):
        installable.require_closed([tmp_path, folder])

    folder.chmod(0o1777)
    installable.require_closed([tmp_path, folder, tmp_path / "not there"])


def test_the_server_of_another_home_is_left_alone() -> None:
    boot = installed(Path("/var/lib/fairway"))

    with pytest.raises(Conflict, match="the server of /var/lib/fairway is installed here"):
        installable.require_alone(Settings(home=HOME), boot)

    assert boot.calls == ["write", "enable"]


def test_a_host_without_systemd_is_told_what_else_there_is() -> None:
    with pytest.raises(UsageError, match="no systemd") as caught:
        installable.require(Settings(home=HOME), MemoryBoot(present=False))

    assert "-m fairway.server" in caught.value.hint


def test_print_shows_both_files_without_passwords_and_changes_nothing(tmp_path: Path) -> None:
    environ = {**ENVIRON, "FAIRWAY_HOME": str(tmp_path / "home")}

    done = CliRunner().invoke(tree.build(), ["server", "install", "--print"], env=environ)

    assert done.exit_code == 0
    assert f"X-FairwayHome={tmp_path}/home" in done.stdout
    assert 'FAIRWAY_DATABASE_URL="postgresql://•••@db/fairway"' in done.stdout
    assert not {"s3cret", "hush"} & set(done.output.replace("@", " ").replace(":", " ").split())
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_ends_again_and_again_is_told_with_its_last_words(tmp_path: Path) -> None:
    boot = installed(tmp_path, fails=True)
    configured = Settings(home=tmp_path, port=1)
    configured.logs.mkdir()
    (configured.logs / "server.log").write_text("earlier\n")

    with pytest.raises(WorkFailed, match="the server ended again") as caught:
        serving.begin(configured, boot, timeout=60)

    assert caught.value.why == "systemd (fairway.service) starts it every 2 s"
    assert caught.value.log == ()


def test_doctor_says_whether_the_server_begins_with_the_host() -> None:
    configured = Settings(home=HOME)

    seen = [
        [(check.state, check.needed) for check in doctor.at_boot(configured, boot, root=root)]
        for boot, root in (
            (installed(HOME), True),
            (MemoryBoot(), True),
            (installed(Path("/var/lib/fairway")), True),
            (MemoryBoot(present=False), True),
            (MemoryBoot(), False),
        )
    ]

    assert seen == [[(CheckState.OK, True)], [(CheckState.MISSING, False)], [(CheckState.MISSING, False)], [], []]
