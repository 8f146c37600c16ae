"""A Fairway of a test's own: a home, ports, a server, and repositories that are pushed to it with the real commands."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support import seed
from support.ports import free_port

DOCKERFILE = """\
FROM node:22-slim
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
"""

THOUGHT = 0.02
"""Seconds between two requests of a visitor: short beside any gap that a deployment could leave, and the cores are for
what is tested."""

SOON = '\n[environments.production.deployment]\nbake = "200ms"\n'
"""A release is looked at for a moment once its tasks are healthy, in place of two seconds: a backend of this size has
shown by then what it does, and dozens of deployments would wait for it."""

TOGETHER = 6
"""How many apps are taken down at a time: each waits more than it works."""

SERVER = """\
const http = require('http')
const version = require('./version')
const server = http.createServer((request, response) => {
  if (request.url === '/exit') process.exit(3)
  if (request.url === '/env') return response.end(JSON.stringify(process.env))
  if (request.url === '/slow') return setTimeout(() => response.end(version), 3000)
  response.end(version)
}).listen(process.env.PORT, '0.0.0.0', () => console.log('listening on', process.env.PORT, 'as', version))
process.on('SIGTERM', () => {
  console.log('SIGTERM')
  server.close(() => process.exit(0))
  server.closeIdleConnections()
})
"""


def until(condition: Callable[[], Any], *, patience: float = 60.0, what: str = "it") -> Any:
    """The condition's first true value. Raises AssertionError that names `what` when it never is."""
    deadline = time.monotonic() + patience
    asked = time.monotonic()
    while not (value := condition()):
        if (now := time.monotonic()) > deadline:
            raise AssertionError(f"{what} did not happen within {patience:.0f} s")
        # Many ask by a command: without a pause as long as it took they would take a core from what they wait for.
        time.sleep(max(0.05, now - asked))
        asked = time.monotonic()
    return value


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a command came to."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document that it is."""
        return json.loads(self.stdout)

    @property
    def text(self) -> str:
        """Everything that it printed."""
        return self.stdout + self.stderr


@dataclass(kw_only=True)
class World:
    """A home directory and its server."""

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    closed: bool = False
    elsewhere: tuple[Path, str] | None = None
    """Where another registry than the embedded one has its files, and what its repositories' names begin with."""

    def __post_init__(self) -> None:
        """Choose the ports and cut the environment off from the user's git configuration."""
        identity = {"GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@fairway.invalid"}
        identity |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in identity.items()}
        self.environ = {
            **os.environ,
            **identity,
            "FAIRWAY_HOME": str(self.root / "home"),
            "FAIRWAY_PORT": str(free_port()),
            "FAIRWAY_APPS_PORT": str(free_port()),
            "FAIRWAY_REGISTRY_PORT": str(free_port()),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "HOME": str(self.root),
            "COLUMNS": "160",
            **self.environ,
        }

    @property
    def home(self) -> Path:
        """The server's FAIRWAY_HOME."""
        return Path(self.environ["FAIRWAY_HOME"])

    def run(self, *command: str, cwd: Path | None = None, timeout: float = 180.0, text: str | None = None) -> Result:
        """Run a command and return whatever it came to."""
        done = subprocess.run(
            command,
            cwd=cwd or self.root,
            env=self.environ,
            input=text if text is not None else "",
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        return Result(status=done.returncode, stdout=done.stdout, stderr=done.stderr)

    def fairway(self, *arguments: str, cwd: Path | None = None, text: str | None = None) -> Result:
        """Run a fairway command."""
        return self.run(sys.executable, "-m", "fairway", *arguments, cwd=cwd, text=text)

    def give_layers(self, app: str) -> None:
        """Let the registries have the base image's layers where the app's image will be pushed."""
        if "FAIRWAY_REGISTRY" not in self.environ:
            seed.give(self.home / "registry" / "images", app)
        if self.elsewhere is not None:
            seed.give(self.elsewhere[0], f"{self.elsewhere[1]}/{app}")

    def start(self) -> None:
        """Start the server; a broken precondition is said as such."""
        result = self.fairway("server", "start")
        assert result.status == 0, f"the server did not start:\n{result.text}"

    def server_pid(self) -> int:
        """The server's process id."""
        return int((self.home / "run" / "server.pid").read_text().split()[0])

    def kill_server(self) -> None:
        """SIGKILL, and return once the process is gone."""
        pid = self.server_pid()
        os.kill(pid, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{pid}").exists() or is_zombie(pid), what=f"the end of process {pid}")

    def close(self) -> None:
        """Take every app down and stop everything that this home runs; a second time nothing is left to do."""
        if self.closed or not (self.home / "run").exists():
            return
        self.closed = True
        self.fairway("server", "start")
        listing = self.fairway("apps", "--json")
        apps = [app["name"] for app in listing.json["apps"]] if listing.status == 0 else []
        with ThreadPoolExecutor(TOGETHER) as threads:
            list(threads.map(lambda app: self.fairway("down", "--app", app, "--delete", "--yes"), apps))
        self.fairway("server", "stop", "--all")

    def get(self, host: str, path: str = "/", timeout: float = 10.0) -> tuple[int, str]:
        """Status and body of a request through the load balancer; status 0 when there was no answer."""
        url = f"http://127.0.0.1:{self.environ['FAIRWAY_APPS_PORT']}{path}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host}), timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError:
            return 0, ""


def is_zombie(pid: int) -> bool:
    """Whether the process has ended and only waits to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


@dataclass(frozen=True, kw_only=True)
class Project:
    """A user's repository with a small backend."""

    world: World
    app: str
    path: Path

    @property
    def host(self) -> str:
        """The host name of its production."""
        return f"{self.app}-production.localhost"

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, making their folders."""
        for name, text in files.items():
            file = self.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def git(self, *arguments: str) -> Result:
        """Run git in the repository."""
        return self.world.run("git", *arguments, cwd=self.path)

    def commit(self, files: Mapping[str, str], message: str = "Change") -> str:
        """Write the files, commit everything, and return the commit."""
        self.write(files)
        self.git("add", "--all")
        done = self.git("commit", "--quiet", "--allow-empty", "--message", message)
        assert done.status == 0, done.text
        return self.git("rev-parse", "HEAD").stdout.strip()

    def version(self, version: str) -> str:
        """Commit a new version of the backend."""
        return self.commit({"version.js": f"module.exports = '{version}'\n"}, f"Version {version}")

    def push(self, *arguments: str) -> Result:
        """Push to Fairway."""
        return self.git("push", *(arguments or ("fairway", "master")))

    def fairway(self, *arguments: str, text: str | None = None) -> Result:
        """Run a fairway command in the repository."""
        return self.world.fairway(*arguments, cwd=self.path, text=text)

    def get(self, path: str = "/", timeout: float = 10.0) -> tuple[int, str]:
        """A request to production."""
        return self.world.get(self.host, path, timeout)


def create_project(
    world: World, app: str, *, toml: str = "", files: Mapping[str, str] | None = None, dockerfile: bool = True
) -> Project:
    """A committed repository with a small Node.js backend without dependencies, its version "one"."""
    world.give_layers(app)
    path = world.root / "repositories" / app
    path.mkdir(parents=True)
    project = Project(world=world, app=app, path=path)
    project.git("init", "--quiet", "--initial-branch", "master")
    base = {
        **({"Dockerfile": DOCKERFILE} if dockerfile else {}),
        "server.js": SERVER,
        "version.js": "module.exports = 'one'\n",
        "fairway.toml": f'app = "{app}"\n{toml}{"" if "[environments" in toml else SOON}',
        ".dockerignore": ".git\n",
    }
    project.commit({**base, **(files or {})}, "Begin")
    return project
