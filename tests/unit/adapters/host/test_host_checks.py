"""What `fairway doctor` sees in machines of many kinds, and which command it proposes there."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from fairway.adapters.host import checks, system
from fairway.adapters.host.checks import GIB
from fairway.adapters.host.system import Family, System
from fairway.ports.host import Check, CheckState

BOOKWORM = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n'
NOBLE = 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nID_LIKE=debian\n'
ROCKY = 'PRETTY_NAME="Rocky Linux 9"\nID="rocky"\nID_LIKE="rhel centos fedora"\n'
DEBIAN = system.read(BOOKWORM, kernel="Linux", root=True)
ENGINE = Check(name="Docker Engine", state=CheckState.OK, seen="20.10.24")


class Machine:
    """A machine that has the programs that it is given, each with what it answers: (exit code, output)."""

    home = Path("/var/lib/fairway")
    docker_host = "unix:///var/run/docker.sock"
    local_docker = True

    def __init__(self, answers: Mapping[str, tuple[int, str]] = {}, **facts: object) -> None:
        self.answers = answers
        self.facts = facts

    def python(self) -> tuple[int, int, int]:
        return self.facts.get("python", (3, 11, 2))

    def find(self, program: str) -> str | None:
        return f"/usr/bin/{program}" if program in self.facts.get("programs", ()) else None

    def docker_commands(self) -> list[str]:
        return self.facts.get("docker", ["/usr/bin/docker"])

    async def run(self, *command: str, **options: object) -> tuple[int, str]:
        line = " ".join(command)
        return next((answer for start, answer in self.answers.items() if line.startswith(start)), (-1, "no such file"))

    async def hub_answers(self) -> bool:
        return bool(self.facts.get("hub"))

    def free_space(self, path: Path) -> int:
        return self.facts["free"][str(path)]

    def holder(self, port: int) -> tuple[int, str] | None:
        return self.facts.get("holder")

    def runs_systemd(self) -> bool:
        return bool(self.facts.get("systemd"))


@pytest.mark.parametrize(
    ("text", "kernel", "family", "name"),
    [
        (BOOKWORM, "Linux", Family.DEBIAN, "Debian GNU/Linux 12 (bookworm)"),
        (NOBLE, "Linux", Family.DEBIAN, "Ubuntu 24.04.1 LTS"),
        (ROCKY, "Linux", Family.FEDORA, "Rocky Linux 9"),
        ("ID=alpine\n", "Linux", Family.ALPINE, "alpine"),
        ("ID=arch\n", "Linux", Family.OTHER, "arch"),
        ("", "Linux", Family.OTHER, "Linux"),
        ("", "Darwin", Family.MACOS, "macOS"),
    ],
)
def test_the_system_is_known_by_its_release_file(text: str, kernel: str, family: Family, name: str) -> None:
    found = system.read(text, kernel=kernel, root=True)

    assert (found.family, found.name) == (family, name)


@pytest.mark.parametrize(
    ("family", "root", "command"),
    [
        (Family.DEBIAN, True, "apt-get install -y --no-install-recommends haproxy docker-registry"),
        (Family.DEBIAN, False, "sudo apt-get install -y --no-install-recommends haproxy docker-registry"),
        (Family.FEDORA, False, "sudo dnf install -y haproxy docker-distribution"),
        (Family.ALPINE, True, "apk add haproxy docker-registry"),
        (Family.MACOS, False, system.ON_MACOS),
    ],
)
def test_each_family_has_its_own_command(family: Family, root: bool, command: str) -> None:
    assert System(family=family, name="", root=root).install("haproxy", "registry") == command


def test_an_unknown_system_is_told_what_to_install_in_words() -> None:
    other = System(family=Family.OTHER, name="Arch", root=True)

    assert other.install("haproxy") == "install HAProxy 2.6 or newer with your package manager"
    assert not other.mendable


def test_only_root_on_debian_may_be_mended() -> None:
    assert DEBIAN.mendable
    assert not system.read(BOOKWORM, kernel="Linux", root=False).mendable
    assert not system.read(ROCKY, kernel="Linux", root=True).mendable


def test_macos_is_told_that_the_server_runs_on_linux() -> None:
    check = checks.python(Machine(), system.read("", kernel="Darwin", root=False))

    assert (check.state, check.fix) == (CheckState.BROKEN, system.ON_MACOS)


async def test_without_a_docker_command_the_engine_is_missing() -> None:
    check = await checks.docker(Machine(docker=[]), DEBIAN)

    assert (check.state, check.fix) == (
        CheckState.MISSING,
        "apt-get install -y --no-install-recommends docker.io",
    )


async def test_a_bare_client_is_no_engine() -> None:
    machine = Machine({"/usr/bin/docker version": (1, "Cannot connect to the Docker daemon")})

    check = await checks.docker(machine, DEBIAN)

    assert check.state is CheckState.MISSING
    assert "no engine" in check.seen


@pytest.mark.parametrize(("systemd", "fix"), [(True, "systemctl enable --now docker"), (False, "dockerd &")])
async def test_an_engine_that_does_not_run_is_started_as_the_system_starts_things(systemd: bool, fix: str) -> None:
    machine = Machine(
        {"/usr/bin/docker version": (1, "Cannot connect to the Docker daemon")}, programs=["dockerd"], systemd=systemd
    )

    check = await checks.docker(machine, DEBIAN)

    assert (check.state, check.fix) == (CheckState.BROKEN, fix)


async def test_an_engine_that_is_not_ours_to_use_is_told_from_one_that_does_not_run() -> None:
    machine = Machine({"/usr/bin/docker version": (1, "Got permission denied while trying to connect")})

    check = await checks.docker(machine, system.read(BOOKWORM, kernel="Linux", root=False))

    assert check.fix == 'sudo usermod -aG docker "$USER", then log in again'


async def test_the_docker_command_that_builds_is_found_behind_one_that_does_not() -> None:
    machine = Machine(
        {
            "/usr/local/bin/docker build": (1, "ERROR: BuildKit is enabled but the buildx component is missing"),
            "/usr/bin/docker build": (0, ""),
        },
        docker=["/usr/local/bin/docker", "/usr/bin/docker"],
    )

    check = await checks.buildkit(machine, DEBIAN, ENGINE)

    assert (check.state, check.seen) == (CheckState.OK, "/usr/bin/docker builds with it")


async def test_a_docker_command_without_buildx_is_broken() -> None:
    machine = Machine({"/usr/bin/docker build": (1, "the buildx component is missing or broken")})

    check = await checks.buildkit(machine, DEBIAN, ENGINE)

    assert check.state is CheckState.BROKEN
    assert check.fix.endswith("docker-buildx")


@pytest.mark.parametrize(
    ("printed", "state"),
    [
        ("HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/", CheckState.OK),
        ("HAProxy version 3.0.2-abc 2024/06/14", CheckState.OK),
        ("HAProxy version 2.4.24-0ubuntu0.22.04.1", CheckState.BROKEN),
        ("HA-Proxy version 1.8.27", CheckState.BROKEN),
        ("", CheckState.BROKEN),
    ],
)
async def test_haproxy_must_be_2_6_or_newer(printed: str, state: CheckState) -> None:
    machine = Machine({"/usr/bin/haproxy -v": (0, printed)}, programs=["haproxy"])

    assert (await checks.haproxy(machine, DEBIAN)).state is state


@pytest.mark.parametrize(("hub", "state"), [(True, CheckState.OK), (False, CheckState.MISSING)])
async def test_mmdebstrap_is_needed_only_where_docker_hub_does_not_answer(hub: bool, state: CheckState) -> None:
    assert (await checks.mmdebstrap(Machine(hub=hub), DEBIAN)).state is state


async def test_a_full_disk_is_broken_and_says_which() -> None:
    machine = Machine(
        {"/usr/bin/docker info": (0, "/data/docker")}, free={"/var/lib/fairway": 9 * GIB, "/data/docker": GIB}
    )

    check = await checks.space(machine)

    assert check.state is CheckState.BROKEN
    assert "1.0 GiB free for Docker (/data/docker)" in check.seen


def test_a_taken_port_is_named_with_its_holder_and_stops_nothing() -> None:
    check = checks.port(Machine(holder=(77, "nginx")), "FAIRWAY_APPS_PORT", 8080)

    assert check.seen == "taken by nginx (pid 77)"
    assert check.fix == "choose another port with FAIRWAY_APPS_PORT"
    assert check.passes


async def test_git_without_its_http_backend_is_broken(tmp_path: Path) -> None:
    answers = {"git --version": (0, "git version 2.39.5"), "git --exec-path": (0, os.fspath(tmp_path))}

    check = await checks.git(Machine(answers, programs=["git"]), DEBIAN)

    assert check.state is CheckState.BROKEN
