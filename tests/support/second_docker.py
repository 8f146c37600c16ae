"""A Docker Engine of a test's own beside the machine's: it may be killed.

Everything that two daemons could meet in is apart: data, containers' runtime, socket, process id, bridge, address pool.
It writes no firewall rules, since those of the machine's own daemon would go, so nothing in its containers reaches the
world; the host reaches them as ever. Its containerd is a process of its own, as it is where systemd starts the two.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 60.0
CONTAINERD = """\
version = 2
root = "{root}/containerd"
state = "{root}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "{root}/containerd.sock"
"""


@dataclass(kw_only=True)
class SecondDocker:
    """Start it, kill it, start it again. `root` must be on a disk that overlay file systems can lie on."""

    root: Path
    number: int
    """Which networks it has: 10.98.NUMBER.0/24 for its bridge, 10.(99 + NUMBER).0.0/16 for those that it makes."""
    options: Sequence[str] = ()
    containerd: subprocess.Popen[bytes] | None = field(default=None, init=False)
    daemon: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def host(self) -> str:
        """It, as in DOCKER_HOST."""
        return f"unix://{self.root / 'docker.sock'}"

    @property
    def bridge(self) -> str:
        """Its bridge's name."""
        return f"fwt{self.number}"

    def start(self) -> None:
        """Start it, and return once it answers. Nothing happens when it does already."""
        if self.containerd is None:
            config = self.root / "containerd.toml"
            config.write_text(CONTAINERD.format(root=self.root))
            self.containerd = self._spawn("containerd", "--config", str(config))
            self._until((self.root / "containerd.sock").exists, self.containerd)
        if self.daemon is not None and self.daemon.poll() is None:
            return
        self.daemon = self._spawn(
            "dockerd",
            f"--host={self.host}",
            f"--containerd={self.root / 'containerd.sock'}",
            f"--data-root={self.root / 'data'}",
            f"--exec-root={self.root / 'exec'}",
            f"--pidfile={self.root / 'docker.pid'}",
            f"--bridge={self.bridge}",
            f"--default-address-pool=base=10.{99 + self.number}.0.0/16,size=24",
            "--iptables=false",
            "--ip-masq=false",
            *self.options,
        )
        self._until(lambda: self.run("version", check=False).returncode == 0, self.daemon)

    def kill(self) -> None:
        """SIGKILL to the daemon, and return once it is gone."""
        assert self.daemon is not None
        self.daemon.kill()
        self.daemon.wait()

    def stop(self) -> None:
        """SIGTERM to the daemon, and return once it is gone."""
        assert self.daemon is not None
        self.daemon.terminate()
        self.daemon.wait()

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A docker command against it."""
        command = ["docker", "--host", self.host, *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE * 2)
        assert done.returncode == 0 or not check, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
        return done

    def take(self, *images: str) -> None:
        """Images of the machine's own daemon, by the same names. They are sent whole: 330 MB take 6 s."""
        saved = subprocess.Popen(["docker", "save", *images], stdout=subprocess.PIPE)
        assert saved.stdout is not None
        with saved.stdout:
            load = ["docker", "--host", self.host, "load", "--quiet"]
            loaded = subprocess.run(load, stdin=saved.stdout, stdout=subprocess.DEVNULL, check=False)
        assert (saved.wait(), loaded.returncode) == (0, 0), f"{images} could not be taken over"

    def end(self) -> None:
        """Remove its containers and networks, and end it."""
        if self.daemon is not None and self.daemon.poll() is None:
            if left := self.run("ps", "--all", "--quiet", check=False).stdout.split():
                self.run("rm", "--force", "--volumes", *left, check=False)
            if networks := self.run("network", "ls", "--quiet", "--filter", "type=custom", check=False).stdout.split():
                self.run("network", "rm", *networks, check=False)
        for process in (self.daemon, self.containerd):
            if process is not None:
                process.terminate()
                process.wait()

    def _spawn(self, *command: str) -> subprocess.Popen[bytes]:
        with (self.root / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def _until(self, holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            said = (self.root / "log").read_text(errors="replace")[-2000:]
            assert process.poll() is None and time.monotonic() < deadline, f"it does not start:\n{said}"
            time.sleep(0.02)


@contextlib.contextmanager
def running(root: Path, number: int, *options: str) -> Iterator[SecondDocker]:
    """One that runs, and is gone with its containers, networks and files afterwards, also on failure."""
    root.mkdir(parents=True, exist_ok=True)
    docker = SecondDocker(root=root, number=number, options=options)
    if not is_used(docker):
        # A run that was killed could not remove them.
        remove_links(docker)
    ip("link", "add", docker.bridge, "type", "bridge")
    try:
        ip("addr", "add", f"10.98.{number}.1/24", "dev", docker.bridge)
        ip("link", "set", docker.bridge, "up")
        docker.start()
        yield docker
    finally:
        docker.end()
        sweep(root)
        remove_links(docker)


def remove_links(docker: SecondDocker) -> None:
    """Remove its bridge and those of the networks that it made."""
    for line in ip("-brief", "addr").splitlines():
        if f" 10.{99 + docker.number}." in line or line.split()[0] == docker.bridge:
            ip("link", "del", line.split()[0])


def is_used(docker: SecondDocker) -> bool:
    """Whether a daemon of another run has the bridge at this moment."""
    option = f"--bridge={docker.bridge}".encode()
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if option in file.read_bytes().split(b"\0"):
                return True
    return False


def ip(*words: str) -> str:
    """What an ip command prints."""
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


def sweep(root: Path) -> None:
    """What a killed daemon left: processes that were started with a path below the root, mounts, files."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and f"{root}/" in (entry / "cmdline").read_text():
                os.kill(int(entry.name), signal.SIGKILL)
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in sorted((each for each in mounts if each.startswith(f"{root}/")), reverse=True):
        subprocess.run(["umount", "--lazy", mount], check=False)
    shutil.rmtree(root)
