"""`fairway server install`, `start` and `stop` with a stand-in for the server, which a service manager of the test's
runs as a real process."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairway import settings
from fairway.adapters.memory.boot import MemoryBoot
from fairway.cli import daemon, installable, installing, serving
from fairway.client import connect
from fairway.errors import Conflict, WorkFailed
from fairway.settings import Settings
from support.boots import SpawningBoot, stand_in
from support.ports import free_port
from support.world import until


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    made = {"FAIRWAY_HOME": str(tmp_path / "home"), "FAIRWAY_PORT": str(free_port())}
    for name, value in made.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def boot(tmp_path: Path) -> Iterator[SpawningBoot]:
    made = SpawningBoot(tmp_path)
    yield made
    made.close()


def install(environ: dict[str, str], boot: SpawningBoot) -> installing.Installed:
    configured = settings.read(environ)
    prepared = installing.prepare(configured, environ, boot.texts())
    return installing.install(configured, prepared, boot, timeout=30)


def test_it_runs_begins_with_the_host_and_twice_is_the_same_as_once(
    environ: dict[str, str], boot: SpawningBoot
) -> None:
    first = install(environ, boot)
    calls = list(boot.calls)
    again = install(environ, boot)

    assert (first.started.new, again.started.new) == (True, False)
    assert first.started.pid == again.started.pid == daemon.find(settings.read(environ))
    assert boot.standing().enabled
    assert boot.calls == [*calls, "enable"]


def test_a_server_that_was_started_by_hand_is_taken_over(
    environ: dict[str, str], boot: SpawningBoot, tmp_path: Path
) -> None:
    by_hand = daemon.start(settings.read(environ), timeout=30, command=stand_in(tmp_path))

    done = install(environ, boot)

    assert (done.stopped, done.started.new) == (by_hand.pid, True)
    assert done.started.pid == boot.standing().pid != by_hand.pid
    assert not daemon.alive(by_hand.pid)


def test_changed_settings_start_the_server_anew(environ: dict[str, str], boot: SpawningBoot) -> None:
    first = install(environ, boot)

    changed = install({**environ, "FAIRWAY_KEEP_DAYS": "30"}, boot)

    assert (changed.stopped, changed.started.new) == (first.started.pid, True)
    assert daemon.environment_of(changed.started.pid)["FAIRWAY_KEEP_DAYS"] == "30"


def test_an_installation_that_was_ended_before_the_start_is_made_whole(
    environ: dict[str, str], boot: SpawningBoot
) -> None:
    first = install(environ, boot)
    prepared = installing.prepare(settings.read(environ), {**environ, "FAIRWAY_KEEP_DAYS": "30"})
    boot.write(prepared.unit, prepared.settings)

    again = install({**environ, "FAIRWAY_KEEP_DAYS": "30"}, boot)

    assert again.stopped == first.started.pid
    assert daemon.environment_of(again.started.pid)["FAIRWAY_KEEP_DAYS"] == "30"


def test_stop_and_start_go_through_the_service_manager(environ: dict[str, str], boot: SpawningBoot) -> None:
    configured = settings.read(environ)
    first = install(environ, boot)
    begun = len(boot.calls)

    stopped = serving.stop(configured, timeout=30, boot=boot)
    off = boot.standing()
    started = serving.start(configured, timeout=30, boot=boot)
    again = serving.start(configured, timeout=30, boot=boot)

    assert boot.calls[begun:] == ["stop", "start"]
    assert (stopped, off.wanted, off.enabled) == (first.started.pid, False, True)
    assert (started.new, again.new, again.pid) == (True, False, started.pid)


def test_a_port_that_another_server_has_is_told_before_anything_is_changed(
    environ: dict[str, str], boot: SpawningBoot, tmp_path: Path
) -> None:
    install(environ, boot)
    other = Settings(home=tmp_path / "other", port=int(environ["FAIRWAY_PORT"]))
    fresh = SpawningBoot(tmp_path)

    with pytest.raises(Conflict, match="is taken"):
        installable.require_alone(other, fresh)

    assert fresh.calls == []


def test_a_new_port_that_somebody_else_has_is_told_while_the_server_runs(
    environ: dict[str, str], boot: SpawningBoot
) -> None:
    install(environ, boot)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        moved = settings.read({**environ, "FAIRWAY_PORT": str(taken.getsockname()[1])})

        with pytest.raises(Conflict, match=f"port {moved.port} is taken"):
            installable.require_alone(moved, boot)

    installable.require_alone(moved, boot)
    installable.require_alone(settings.read(environ), boot)


class Overtaken(SpawningBoot):
    """While the server is on its way, that of another home takes the port and answers there."""

    def start(self) -> None:
        """Return when the other one answers."""
        configured = settings.read()
        other = Settings(home=configured.home.parent / "other", port=configured.port)
        environ = {"FAIRWAY_HOME": str(other.home), "FAIRWAY_PORT": str(other.port)}
        self.write(*installing_texts(environ))
        super().start()
        until(connect.connect(other).healthy, what="the other server")


def installing_texts(environ: dict[str, str]) -> tuple[str, str]:
    prepared = installing.prepare(settings.read(environ), environ)
    return prepared.unit, prepared.settings


def test_another_server_that_answers_meanwhile_is_not_taken_for_this_one(
    environ: dict[str, str], tmp_path: Path
) -> None:
    boot = Overtaken(tmp_path)
    try:
        with pytest.raises(WorkFailed, match="does not answer"):
            serving.begin(settings.read(environ), boot, timeout=0.1)
    finally:
        boot.close()


def trying(environ: dict[str, str]) -> tuple[Settings, MemoryBoot]:
    """A server that ends at each start, between two of systemd's tries."""
    configured, boot = settings.read(environ), MemoryBoot(fails=True)
    boot.write(*installing_texts(environ))
    boot.start()
    return configured, boot


def test_what_systemd_was_about_to_start_again_is_started_after_the_pause(environ: dict[str, str]) -> None:
    configured, boot = trying(environ)

    with (
        pytest.raises(WorkFailed, match="the server ended again"),
        serving.paused(configured, timeout=30, boot=boot),
    ):
        meanwhile = boot.standing()

    assert not meanwhile.wanted
    assert boot.standing().wanted


def test_what_goes_wrong_in_the_pause_is_told_and_not_that_the_server_ends_again(environ: dict[str, str]) -> None:
    configured, boot = trying(environ)

    with pytest.raises(Conflict, match="the key is lost"), serving.paused(configured, timeout=30, boot=boot):
        raise Conflict("the key is lost")

    assert boot.standing().wanted


def test_a_server_that_was_stopped_stays_stopped_after_a_pause(environ: dict[str, str], boot: SpawningBoot) -> None:
    configured = settings.read(environ)
    install(environ, boot)
    serving.stop(configured, timeout=30, boot=boot)

    with serving.paused(configured, timeout=30, boot=boot):
        pass

    assert not boot.standing().wanted
