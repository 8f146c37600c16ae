"""A server that is installed is there again whatever ends it, with systemd as process 1 of a host of its own.

The story that a unit's text can't show: an app is live, the server is killed, stopped and started, the host is shut
down and started again, and nobody types anything in between.
"""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairway.domain import settingsfile
from support.booted import BootedWorld
from support.ports import WORKER
from support.world import Project, create_project, until

pytestmark = pytest.mark.exhaustive

REBOOT = 120.0
"""Seconds that a host may take until its apps serve: systemd, the server, HAProxy, the registry, the tasks' checks."""


@pytest.fixture(scope="module")
def host() -> Iterator[BootedWorld]:
    root = Path(f"/var/lib/fairway-boot-{os.getpid()}")
    root.mkdir(mode=0o755)
    world = BootedWorld(root=root, name=f"fairway-boot-{os.getpid()}-{WORKER}")
    try:
        world.boot()
        yield world
    finally:
        world.close()
        subprocess.run(["rm", "-rf", str(root)], check=True)


@pytest.fixture(scope="module")
def live(host: BootedWorld) -> Project:
    """An app on the installed server."""
    done = host.fairway("server", "install", "--json")
    assert done.status == 0, done.text
    assert done.json["pid"] == host.server_pid() == int(host.unit("MainPID"))
    project = create_project(host, "booted")
    up = project.fairway("up", "--yes")
    assert up.status == 0, up.text
    assert project.get() == (200, "one")
    return project


def test_a_killed_server_is_started_again_and_the_app_serves_meanwhile(host: BootedWorld, live: Project) -> None:
    killed = host.server_pid()
    answers = []

    host.inside("kill", "-9", str(killed))

    def started() -> bool:
        answers.append(live.get())
        status = host.fairway("server", "status", "--json")
        return status.status == 0 and status.json["systemd"] and status.json["pid"] != killed

    until(started, what="another server")
    assert set(answers) == {(200, "one")}
    assert host.unit("NRestarts") == "1"
    assert live.version("two") and live.push().status == 0
    assert live.get() == (200, "two")


def test_stop_and_start_go_through_systemd_and_the_app_serves_meanwhile(host: BootedWorld, live: Project) -> None:
    stopped = host.fairway("server", "stop")
    state, served = host.unit("ActiveState"), live.get()[0]
    started = host.fairway("server", "start")

    assert (stopped.status, state, served) == (0, "inactive", 200)
    assert "by systemd" in started.stderr, started.text


def test_a_command_finds_the_server_without_any_setting(host: BootedWorld, live: Project) -> None:
    found = host.inside("env", f"PYTHONPATH={host.environ['PYTHONPATH']}", *host.command("apps", "--json"))

    assert '"booted"' in found
    assert host.inside("stat", "--format=%a %U", "/etc/fairway/server.env") == "600 root\n"


def test_systemd_reads_the_settings_as_fairway_does(host: BootedWorld) -> None:
    settings = {
        "A": "with spaces  inside ",
        "B": 'a "quoted" word, it\'s',
        "C": "$HOME ${HOME} `id` 100% %n \\ \\n #no ;comment",
        "D": "ünïcode=x=",
        "E": "",
    }
    service = "[Service]\nType=oneshot\nEnvironmentFile=/etc/read.env\nStandardOutput=file:/etc/read.out\n"
    host.put("/etc/read.env", settingsfile.render(settings))
    host.put("/etc/systemd/system/read.service", f"{service}ExecStart=/usr/bin/env --null\n")

    host.inside("systemctl", "daemon-reload")
    host.inside("systemctl", "start", "read.service")

    read = dict(each.split("=", 1) for each in host.inside("cat", "/etc/read.out").split("\0") if each)
    assert {name: read[name] for name in settings} == settings


def test_after_a_start_of_the_host_the_app_serves_and_nobody_has_typed_anything(
    host: BootedWorld, live: Project
) -> None:
    before = live.get()

    host.power_off()
    off = live.get()
    host.power_on()
    until(lambda: live.get() == before, patience=REBOOT, what="the app, after a start of the host")

    assert (before[0], off) == (200, (0, ""))
    assert host.unit("UnitFileState") == "enabled"


def test_an_uninstalled_server_is_off_and_what_it_kept_goes_on_by_hand(host: BootedWorld, live: Project) -> None:
    done = host.fairway("server", "uninstall")
    served = live.get()[0]
    by_hand = host.fairway("server", "start")

    assert (done.status, served, by_hand.status) == (0, 200, 0), done.text + by_hand.text
    assert host.fairway("server", "status", "--json").json["systemd"] is False
    assert live.get()[0] == 200
