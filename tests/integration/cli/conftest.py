"""The commands as a user types them, in a folder with a server that speaks the API document."""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fairway.cli import app
from support.cli_server import TOKEN, Served, create_app, serve

SOURCES = Path(__file__).parents[3] / "src"


@dataclass(frozen=True)
class Shell:
    """Runs commands in `folder`; every variable of a user's own Fairway and git is kept out."""

    folder: Path
    environ: dict[str, str]

    def run(self, *command: str, text: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=cwd or self.folder,
            env=self.environ,
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def spawn(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """A command as a process of its own."""
        return self.run(sys.executable, "-m", "fairway", *arguments, text=text)

    def fairway(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """A command in this process, which takes a tenth of the time."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        before, stdin, cwd = dict(os.environ), sys.stdin, Path.cwd()
        try:
            os.environ.clear()
            os.environ.update(self.environ)
            os.chdir(self.folder)
            sys.stdin = io.StringIO(text)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = app.main(arguments)
        finally:
            os.chdir(cwd)
            os.environ.clear()
            os.environ.update(before)
            sys.stdin = stdin
        texts = [stream.buffer.getvalue().decode() for stream in (out, err)]  # type: ignore[attr-defined]
        return subprocess.CompletedProcess(arguments, status, *texts)

    def git(self, *arguments: str) -> str:
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def commit(self, **files: str) -> str:
        for name, text in files.items():
            self.write(name.replace("__", "."), text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "Change")
        return self.git("rev-parse", "HEAD")


def make_shell(folder: Path, **environ: Any) -> Shell:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("FAIRWAY_", "GIT_"))}
    identity = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Test"), ("EMAIL", "test@fairway.invalid"))
    }
    return Shell(
        folder,
        {
            **kept,
            **identity,
            "PYTHONPATH": str(SOURCES),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "COLUMNS": "120",
            **environ,
        },
    )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with serve(tmp_path / "server") as served:
        yield served


@pytest.fixture
def shell(tmp_path: Path, server: Served) -> Shell:
    """A folder that is no repository, and the server's home with its token."""
    home, folder = tmp_path / "home", tmp_path / "shop-api"
    (home / "run").mkdir(parents=True)
    (home / "token").write_text(TOKEN + "\n")
    folder.mkdir()
    return make_shell(folder, FAIRWAY_HOME=str(home), FAIRWAY_PORT=str(server.port), HOME=str(tmp_path))


@pytest.fixture
def server_runs(tmp_path: Path, server: Served) -> Iterator[None]:
    """A process that looks like the server of this home to `fairway up`."""
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()  # fairway.server"]) as process:
        run = tmp_path / "home" / "run"
        run.mkdir(parents=True, exist_ok=True)
        (run / "server.pid").write_text(f"{process.pid}\n")
        server.pid = process.pid
        yield
        process.terminate()


@pytest.fixture
def shop(shell: Shell, server: Served) -> Shell:
    """A folder with shop-api's fairway.toml, and the app on the server."""
    create_app(server, "shop-api")
    shell.write("fairway.toml", 'app = "shop-api"\n')
    return shell
