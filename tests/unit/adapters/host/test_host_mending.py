"""What `fairway doctor --fix` installs, starts and switches off, on a machine that only writes down its commands."""

import dataclasses

import pytest

from fairway.adapters.host import system
from fairway.adapters.host.host import LocalHost
from fairway.adapters.host.system import System
from fairway.errors import WorkFailed
from fairway.ports.host import Check, CheckState

APT = "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300"
ENGINE = Check(name="Docker Engine", state=CheckState.MISSING, seen="not installed")
STOPPED = dataclasses.replace(ENGINE, state=CheckState.BROKEN, seen="does not run")
HAPROXY = Check(name="HAProxy", state=CheckState.MISSING, seen="not installed")
BASE = Check(name="image node:22-slim", state=CheckState.MISSING, seen="not on the engine")


class Machine:
    """Debian 12 with systemd, as root; each package can be had but those of newer releases."""

    docker_host = "unix:///var/run/docker.sock"
    local_docker = True

    def __init__(self, *, root: bool = True, failing: str = "no command at all") -> None:
        self.root, self.failing = root, failing
        self.commands: list[str] = []
        self.running = False
        self.environ: dict[str, str] = {}

    def system(self) -> System:
        return system.read("ID=debian\n", kernel="Linux", root=self.root)

    def find(self, program: str) -> str | None:
        return f"/usr/sbin/{program}"

    def docker_commands(self) -> list[str]:
        return ["/usr/bin/docker"]

    def runs_systemd(self) -> bool:
        return True

    def enforces_apparmor(self) -> bool:
        return False

    async def run(self, *command: str, **options: object) -> tuple[int, str]:
        line = " ".join(command)
        if line.startswith("apt-cache"):
            return (100, "") if command[-1] in ("docker-buildx", "docker-cli") else (0, "")
        if line.startswith("/usr/bin/docker version"):
            return (0, "20.10.24") if self.running else (1, "Cannot connect to the Docker daemon")
        if line.startswith("/usr/bin/docker build"):
            return 0, ""
        self.commands.append(line)
        self.running |= line.startswith("systemctl enable --now docker")
        return (100, "E: Unable to fetch some archives") if self.failing in line else (0, "")


def host(machine: Machine, made: list[str]) -> LocalHost:
    async def make_base(image: str, say: object) -> None:
        made.append(image)
        if image == "gone:1":
            raise WorkFailed("gone:1 can't be pulled", why="there is no such image")

    return LocalHost(machine=machine, make_base=make_base)


async def test_what_is_missing_is_installed_in_one_go_and_its_own_service_switched_off() -> None:
    machine, said = Machine(), []

    await host(machine, []).mend([ENGINE, HAPROXY], said.append)

    assert machine.commands == [
        f"{APT} update -qq",
        f"{APT} install -y -qq --no-install-recommends docker.io ca-certificates haproxy",
        "systemctl disable --now haproxy",
        "systemctl enable --now docker",
    ]
    assert "Switched off Debian's own service haproxy: Fairway runs its own" in said


async def test_an_engine_that_only_does_not_run_is_started_and_nothing_installed() -> None:
    machine = Machine()

    await host(machine, []).mend([STOPPED, dataclasses.replace(STOPPED, name="BuildKit")], [].append)

    assert machine.commands == ["systemctl enable --now docker"]


async def test_without_root_nothing_is_installed_or_started() -> None:
    machine = Machine(root=False)

    await host(machine, []).mend([ENGINE, HAPROXY], [].append)

    assert machine.commands == []


async def test_a_failed_installation_ends_with_what_apt_said() -> None:
    with pytest.raises(WorkFailed, match="apt-get install failed") as raised:
        await host(Machine(failing="install"), []).mend([HAPROXY], [].append)

    assert raised.value.why == "E: Unable to fetch some archives"


async def test_a_base_image_is_made_and_one_that_cannot_be_is_told() -> None:
    made: list[str] = []
    said: list[str] = []

    await host(Machine(), made).mend([BASE, dataclasses.replace(BASE, name="image gone:1")], said.append)

    assert made == ["node:22-slim", "gone:1"]
    assert said[-1] == "gone:1 can't be pulled: there is no such image"
