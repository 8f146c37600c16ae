"""The demo's own little world: a Fairway home with its own ports, a repository with the sample, and commands run there.

Everything lies under one directory, `FAIRWAY_HOME/demo`, and everything in Docker belongs to that home, so that the
demo touches neither the user's own server nor its apps, and can be removed whole.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fairway.cli.demo import docker
from fairway.errors import NotFound, WorkFailed

SAMPLE = "shop-api"
PORT_VARIABLES = ("FAIRWAY_PORT", "FAIRWAY_APPS_PORT", "FAIRWAY_REGISTRY_PORT")
TRUST = "FAIRWAY_CA_FILE"
"""Whom builds trust, which is the network's affair and no setting of a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """`root` holds `home` (FAIRWAY_HOME of the demo's server) and `repository`; `environ` is given to every command."""

    root: Path
    environ: Mapping[str, str]

    @property
    def home(self) -> Path:
        """The demo server's FAIRWAY_HOME."""
        return self.root / "home"

    @property
    def repository(self) -> Path:
        """The sample's repository."""
        return self.root / SAMPLE

    @property
    def shell(self) -> Path:
        """A file that makes a shell one of this world: `. FILE`, and `fairway status` is about the sample."""
        return self.root / "shell"

    @property
    def apps_port(self) -> int:
        """Where HAProxy serves the demo's apps."""
        return int(self.environ["FAIRWAY_APPS_PORT"])

    def run(
        self, *command: str, check: bool = True, timeout: float = 300.0, text: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the repository, `text` its standard input, and return it with what it printed.

        Raises WorkFailed with the last lines when it fails and `check` is set.
        """
        done = subprocess.run(
            command,
            cwd=self.repository,
            env=dict(self.environ),
            input=text,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode != 0:
            lines = (done.stdout + done.stderr).strip().splitlines()
            raise WorkFailed(f"{' '.join(command[:3])} failed with {done.returncode}", log=lines[-25:])
        return done

    def fairway(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a fairway command in the repository."""
        return self.run(sys.executable, "-m", "fairway", *arguments, check=check)

    def ask(self, *arguments: str) -> Any:
        """Run a fairway command with `--json` and return the document."""
        return json.loads(self.fairway(*arguments, "--json").stdout)

    def write(self, path: str, text: str) -> None:
        """Write a new file of the repository, for the next commit."""
        (self.repository / path).write_text(text)
        self.run("git", "add", path)

    def commit(self, path: str, old: str, new: str, message: str) -> None:
        """Replace `old` by `new` in a file of the repository and commit it."""
        file = self.repository / path
        file.write_text(file.read_text().replace(old, new))
        self.run("git", "commit", "--quiet", "--all", "--message", message)


def create(root: Path) -> Sandbox:
    """Make the directory, the repository with the sample as its first commit, and choose the ports."""
    root.mkdir(parents=True, exist_ok=True)
    ports = {variable: str(docker.free_port("127.0.0.1")) for variable in PORT_VARIABLES}
    (root / "demo.json").write_text(json.dumps(ports))
    sandbox = open_existing(root)
    sandbox.shell.write_text(describe_shell(sandbox))
    shutil.copytree(find_sample(), sandbox.repository, ignore=shutil.ignore_patterns("node_modules", ".env"))
    sandbox.run("git", "init", "--quiet", "--initial-branch", "master")
    sandbox.run("git", "add", "--all")
    sandbox.run("git", "commit", "--quiet", "--message", "Open the shop")
    return sandbox


def open_existing(root: Path) -> Sandbox:
    """The sandbox that lies there. Raises NotFound when there is none."""
    try:
        ports = json.loads((root / "demo.json").read_text())
    except FileNotFoundError as error:
        raise NotFound("there is no demo to clean up", why=f"{root} does not exist") from error
    identity = {"GIT_AUTHOR_NAME": "Demo", "GIT_AUTHOR_EMAIL": "demo@fairway.invalid"}
    identity |= {key.replace("AUTHOR", "COMMITTER"): value for key, value in identity.items()}
    # No setting of the user's server: the demo has its own store, registry and ports, and is thrown away.
    own = {name: value for name, value in os.environ.items() if not name.startswith("FAIRWAY_") or name == TRUST}
    environ = {**own, **ports, **identity, "FAIRWAY_HOME": str(root / "home"), "GIT_CONFIG_GLOBAL": os.devnull}
    return Sandbox(root=root, environ=environ)


def describe_shell(sandbox: Sandbox) -> str:
    """The commands that make a shell one of this world, in its repository."""
    own = {name: sandbox.environ[name] for name in ("FAIRWAY_HOME", *PORT_VARIABLES)}
    program = shlex.quote(str(Path(sys.executable).parent))
    return (
        "".join(f"export {name}={shlex.quote(value)}\n" for name, value in own.items())
        + f"export PATH={program}:$PATH\ncd {shlex.quote(str(sandbox.repository))}\n"
    )


def find_sample() -> Path:
    """The sample's files: in the package, or beside it in a checkout of Fairway."""
    package = Path(__file__).parents[2]
    for candidate in (package / "examples" / SAMPLE, package.parents[1] / "examples" / SAMPLE):
        if (candidate / "package.json").is_file():
            return candidate
    raise NotFound("the demo's sample backend is not there", why=f"neither in {package} nor beside it")
