"""`fairway run --image`: the image of the commit, on this machine, with an environment's variables."""

import contextlib
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.ports import free_port
from support.world import Project, World, create_project, until

pytestmark = pytest.mark.exhaustive

SECRET = "kelp-2291-under-the-pier"


@pytest.fixture(scope="module")
def live(world: World) -> Iterator[Project]:
    """Live with one secret that the server has; its port is a free one here."""
    toml = f"[services.web]\nport = {free_port()}\n"
    project = create_project(world, f"image-{free_port()}", toml=toml)
    for arguments, text in ((("apps", "create", project.app), ""), (("env", "set", "TOKEN=-"), SECRET)):
        assert (done := project.fairway(*arguments, text=text)).status == 0, done.text
    up = project.fairway("up", "--yes")
    assert up.status == 0, up.text
    yield project


def run_in_image(live: Project, *command: str) -> list[str]:
    return ["run", "production", "--image", "--", *command]


def test_a_command_has_the_variables_of_the_server_and_its_own_end(live: Project) -> None:
    code = "console.log(process.env.TOKEN, require('./version')); process.exit(process.env.PORT ? 7 : 1)"

    done = live.fairway(*run_in_image(live, "node", "-e", code))

    assert done.status == 7
    assert done.stdout.splitlines()[-1] == f"{SECRET} one"


def test_what_is_run_is_the_commit_and_not_the_work_tree(live: Project) -> None:
    live.write({"version.js": "module.exports = 'not committed'\n"})

    done = live.fairway(*run_in_image(live, "node", "-p", "require('./version')"))

    assert done.stdout.splitlines()[-1] == "one"
    live.git("checkout", "--", "version.js")


def test_a_commit_that_was_never_built_is_refused(live: Project) -> None:
    live.version("never pushed")

    done = live.fairway(*run_in_image(live, "true"))

    assert done.status != 0 and "No such image" in done.text
    live.git("reset", "--quiet", "--hard", "HEAD~1")


def test_the_backend_serves_on_its_port_until_it_is_told_to_end(live: Project) -> None:
    port = next(each["port"] for each in live.fairway("ps", "--json").json["tasks"])
    command = [sys.executable, "-m", "fairway", "run", "production", "--image"]
    process = subprocess.Popen(command, cwd=live.path, env=live.world.environ, stdout=subprocess.PIPE, text=True)

    until(lambda: ask(port) == "one", what="an answer of the image")
    words = processes()
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=60)

    assert "SIGTERM" in said and process.returncode == 0
    assert b"--pull=never" in words and SECRET.encode() not in words
    assert ask(port) == ""


def processes() -> bytes:
    """The words of all processes."""
    words = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            words.append(file.read_bytes())
    return b" ".join(words)


def ask(port: int) -> str:
    """What answers on the port of this machine, "" when nothing does."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            text: str = answer.read().decode()
            return text
    except (OSError, urllib.error.URLError):
        return ""
