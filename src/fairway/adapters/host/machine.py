"""What the checks ask of the machine: programs and their output, ports, files. The one place here that touches them."""

import asyncio
import contextlib
import http.client
import os
import platform
import shutil
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from fairway.adapters.host import system
from fairway.adapters.host.system import System
from fairway.adapters.process import proc, start

ANSWER = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine as one Fairway sees it: its home, its ports by name, its Docker Engine's address."""

    home: Path
    ports: Mapping[str, int]
    docker_host: str
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def local_docker(self) -> bool:
        """Whether the engine is this machine's own, at the usual place."""
        return self.docker_host in ("unix:///var/run/docker.sock", "unix:///run/docker.sock")

    def system(self) -> System:
        """The operating system."""
        release = Path("/etc/os-release")
        text = release.read_text() if release.exists() else ""
        return system.read(text, kernel=platform.system(), root=os.geteuid() == 0)

    def python(self) -> tuple[int, int, int]:
        """The version of the Python that runs this."""
        return sys.version_info[:3]

    def find(self, program: str) -> str | None:
        """The program's path, with the system's directories searched as well."""
        return shutil.which(program, path=start.search_path())

    def docker_commands(self) -> list[str]:
        """Every docker command, in the order of PATH; each file once."""
        places = [Path(directory) / "docker" for directory in start.search_path().split(os.pathsep) if directory]
        places += [Path("/usr/bin/docker"), Path("/usr/local/bin/docker")]
        found = {place.resolve(): str(place) for place in reversed(places) if os.access(place, os.X_OK)}
        return list(reversed(found.values()))

    async def run(self, *command: str, stdin: bytes = b"", timeout: float = 30.0) -> tuple[int, str]:
        """Exit code and output of a command; (-1, why) when it can't be started or does not end in time."""
        environ = {**self.environ, "DOCKER_HOST": self.docker_host, "DOCKER_BUILDKIT": "1", "LC_ALL": "C.UTF-8"}
        environ.pop("DOCKER_CONTEXT", None)
        try:
            child = await asyncio.create_subprocess_exec(*command, stdin=-1, stdout=-1, stderr=-2, env=environ)
        except OSError as error:
            return -1, (error.strerror or "it can't be started").lower()
        try:
            async with asyncio.timeout(timeout):
                output, _ = await child.communicate(stdin)
        except TimeoutError:
            child.kill()
            await child.wait()
            return -1, f"no answer in {timeout:g} s"
        return child.returncode or 0, output.decode(errors="replace").strip()

    async def hub_answers(self) -> bool:
        """Whether the engine reaches Docker Hub, by its own way (its proxy, its DNS)."""
        return await asyncio.to_thread(engine_reaches, self.docker_host, "library/hello-world:latest")

    def free_space(self, path: Path) -> int:
        """Bytes that are free where the path is, or will be."""
        there = next(each for each in (path, *path.parents) if each.exists())
        return shutil.disk_usage(there).free

    def holder(self, port: int) -> tuple[int, str] | None:
        """Who listens on the port; None when it is free, or when this Fairway's own server, HAProxy or registry do."""
        found = proc.port_holder(port)
        if found is None:
            return (0, "another user's program") if set(proc.listening_inodes(port)) else None
        pid = found[0]
        if {pid, proc.parent(pid)} & self._own_pids() or str(self.home) in " ".join(proc.command_line(pid)):
            return None
        return found

    def _own_pids(self) -> set[int | None]:
        pids: set[int | None] = set()
        for file in [*self.home.glob("*.pid"), *self.home.glob("*/*.pid"), *self.home.glob("*/*/*.pid")]:
            with contextlib.suppress(OSError, ValueError, IndexError):
                pids.add(int(file.read_text().split()[0]))
        return pids

    def runs_systemd(self) -> bool:
        """Whether systemd is process 1 here."""
        return Path("/run/systemd/system").is_dir()

    def enforces_apparmor(self) -> bool:
        """Whether the kernel has AppArmor on, so that Docker needs its tools."""
        switch = Path("/sys/module/apparmor/parameters/enabled")
        return switch.exists() and switch.read_text().strip() == "Y"


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=ANSWER)
        self._path = path

    def connect(self) -> None:
        """See the base class."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(ANSWER)
        self.sock.connect(self._path)


def engine_reaches(docker_host: str, image: str) -> bool:
    """Whether the engine can ask the image's registry for it."""
    url = urlsplit(docker_host)
    connection: http.client.HTTPConnection = (
        UnixConnection(url.path)
        if url.scheme == "unix"
        else http.client.HTTPConnection(url.hostname or "localhost", url.port or 2375, timeout=ANSWER)
    )
    try:
        connection.request("GET", f"/distribution/{quote(image)}/json")
        # 200: it has it. 401, 403, 404, 429: it answered, though it keeps it from us.
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
