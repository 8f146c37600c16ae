"""A host of a test's own that is started and stopped like one: systemd is process 1 of a container.

The container has no software of its own: it sees this machine's programs, this repository and its environment, the
machine's network and its Docker Engine, and keeps /etc and /var for itself. Units that would get in the way of the
machine's own (Docker, HAProxy) are masked. What is asked of the host is asked in the container.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from support.world import Result, World, until

ROOT = Path(__file__).parents[2]
SYSTEMD = Path("/lib/systemd/systemd")
SOCKET = "/var/docker.sock"
"""The engine's socket in there: /run is a file system of the container's own, as systemd wants it."""
MASKED = (
    *("docker.service", "docker.socket", "containerd.service", "haproxy.service", "docker-registry.service"),
    *("systemd-networkd.service", "systemd-networkd-wait-online.service", "systemd-resolved.service"),
    *("systemd-timesyncd.service", "systemd-udevd.service", "systemd-udev-trigger.service"),
    *("systemd-logind.service", "systemd-firstboot.service", "getty.target"),
)
COPIED = ("passwd", "group", "nsswitch.conf", "hosts")
OWN = ("PATH", "HOME", "LANG", "PYTHONPATH", "DOCKER_HOST")
"""Variables that a command in there gets besides those of Fairway, git and certificates."""


@dataclass(kw_only=True)
class BootedWorld(World):
    """A World in such a host. `root` is no directory of those that a start of a host empties."""

    name: str

    def __post_init__(self) -> None:
        """Commands find the code and the engine."""
        super().__post_init__()
        self.environ |= {"PYTHONPATH": str(ROOT / "src"), "DOCKER_HOST": f"unix://{SOCKET}"}

    def boot(self) -> None:
        """Make the host and start it for the first time."""
        have_systemd()
        self._make_image()
        engine = Path("/var/run/docker.sock").resolve()
        places = {ROOT, Path(sys.prefix).resolve(), Path(sys.base_prefix).resolve()}
        seen = [f"{place}:{place}:ro" for place in sorted(places) if not place.is_relative_to("/usr")]
        seen += [f"/{each}:/{each}:ro" for each in ("usr", "etc/ssl", "etc/alternatives")]
        seen += [f"{self.root}:{self.root}", f"{engine}:{SOCKET}", "/sys/fs/cgroup:/sys/fs/cgroup"]
        # Not --privileged: that asks for every capability, and a machine in a container does not have them all.
        docker(
            *("run", "--detach", "--name", self.name, "--stop-signal", "SIGRTMIN+3", "--network", "host"),
            *("--cgroupns", "host", "--cap-add", "SYS_ADMIN", "--cap-add", "NET_ADMIN", "--cap-add", "SYS_PTRACE"),
            *("--security-opt", "seccomp=unconfined", "--security-opt", "apparmor=unconfined"),
            *("--tmpfs", "/run", "--tmpfs", "/tmp:exec", "--env", "container=docker"),
            *(word for each in seen for word in ("--volume", each)),
            *(self.name, str(SYSTEMD)),
        )
        self._await_boot()
        # As `systemctl edit fairway` would: a checkout is not installed into the environment that runs it.
        edit = "/etc/systemd/system/fairway.service.d"
        self.inside("mkdir", "-p", edit)
        self.put(f"{edit}/test.conf", f"[Service]\nEnvironment=PYTHONPATH={ROOT / 'src'}\n")

    def power_off(self) -> None:
        """Shut the host down in order, and end the tasks as the end of a machine does: its engine ends with it."""
        docker("stop", "--time", "90", self.name)
        instance = (self.home / "instance").read_text().strip()
        tasks = docker("ps", "--quiet", "--filter", f"label=fairway.instance={instance}").split()
        if tasks:
            docker("kill", *tasks)

    def power_on(self) -> None:
        """Start it again."""
        docker("start", self.name)
        self._await_boot()

    def run(self, *command: str, cwd: Path | None = None, timeout: float = 180.0, text: str | None = None) -> Result:
        """Run a command in there."""
        kept = {
            name: value
            for name, value in self.environ.items()
            if name in OWN or name.startswith(("FAIRWAY_", "GIT_")) or name.endswith(("_CERTS", "_FILE", "_BUNDLE"))
        }
        settings = [word for name, value in kept.items() for word in ("--env", f"{name}={value}")]
        where = str(cwd or self.root)
        done = subprocess.run(
            ["docker", "exec", "--interactive", "--workdir", where, *settings, self.name, *command],
            input=text or "",
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        return Result(status=done.returncode, stdout=done.stdout, stderr=done.stderr)

    def command(self, *arguments: str) -> tuple[str, ...]:
        """The words of a fairway command."""
        return (sys.executable, "-m", "fairway", *arguments)

    def inside(self, *command: str) -> str:
        """Standard output of a command in there that must succeed, with an environment of nobody's."""
        return docker("exec", self.name, *command)

    def put(self, file: str, text: str) -> None:
        """Write a file in there."""
        command = ["docker", "exec", "--interactive", self.name, "tee", file]
        subprocess.run(command, input=text, text=True, capture_output=True, check=True)

    def unit(self, name: str) -> str:
        """A property of the server's unit."""
        return self.inside("systemctl", "show", "--value", f"--property={name}", "fairway.service").strip()

    def close(self) -> None:
        """Take every app down, and the host away."""
        super().close()
        for arguments in (("rm", "--force"), ("rmi", "--force")):
            # One that was never made is as well gone.
            subprocess.run(["docker", *arguments, self.name], capture_output=True)

    def _await_boot(self) -> None:
        def up() -> bool:
            asked = ["docker", "exec", self.name, "systemctl", "is-system-running"]
            return subprocess.run(asked, capture_output=True, text=True).stdout.strip() in ("running", "degraded")

        until(up, what="the start of systemd")

    def _make_image(self) -> None:
        """An image with nothing but /etc and the names under which programs are looked for."""
        top = self.root / "image"
        for folder in ("etc/systemd/system", "usr", "run", "tmp", "proc", "sys", "dev", "root", "var/log", "var/lib"):
            (top / folder).mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (top / name).symlink_to(f"usr/{name}")
        for name in COPIED:
            if (Path("/etc") / name).exists():
                (top / "etc" / name).write_bytes((Path("/etc") / name).read_bytes())
        (top / "etc/machine-id").write_text("")
        for unit in MASKED:
            (top / "etc/systemd/system" / unit).symlink_to("/dev/null")
        with subprocess.Popen(["tar", "--create", "--directory", str(top), "."], stdout=subprocess.PIPE) as packed:
            subprocess.run(["docker", "import", "-", self.name], stdin=packed.stdout, check=True, capture_output=True)


def have_systemd() -> None:
    """Install systemd on this machine (as root, on Debian), where it is not; it is started in containers alone."""
    if not SYSTEMD.exists():
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "systemd"]
        subprocess.run(install, env=environ, check=True, capture_output=True)


def docker(*arguments: str) -> str:
    """Standard output of a docker command that must succeed."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, f"docker {arguments[0]}: {done.stderr}"
    return done.stdout
