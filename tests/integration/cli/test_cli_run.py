"""`fairway run ENVIRONMENT`: where the variables come from, what is run, and what goes through to it."""

import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from fairway.cli.commands import run
from fairway.domain.app import Service
from fairway.domain.ids import ServiceName
from support.cli_server import Served

TOML = """app = "shop-api"
[services.web]
port = 3000
command = "node web.js {environment}"
[services.worker]
command = "node worker.js"
[environments.staging]
[environments.production]
env_file = "config/prod.env"
"""
SHOW = "import json, os; print(json.dumps(dict(os.environ)))"


@pytest.fixture
def local(shop: Any) -> Any:
    shop.write("fairway.toml", TOML)
    return shop


def ran(shop: Any, *arguments: str) -> dict[str, str]:
    done = shop.spawn("run", *arguments, "--", sys.executable, "-c", SHOW)
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_the_files_of_an_environment_go_over_each_other(local: Any) -> None:
    local.write(".env", "A=base\nB=base\nC=base\nD=base\nPORT=1\n")
    local.write(".env.local", "B=local\nC=local\nD=local\n")
    local.write(".env.staging", "C=staging\nD=staging\n")
    local.write(".env.staging.local", "D=staging local\n")
    local.write(".env.production", "A=wrong\n")

    found = ran(local, "staging")

    assert [found[name] for name in "ABCD"] == ["base", "local", "staging", "staging local"]
    assert (found["PORT"], found["FAIRWAY_ENVIRONMENT"], found["FAIRWAY_SERVICE"]) == ("3000", "staging", "web")
    assert "PATH" in found


def test_the_env_file_of_fairway_toml_is_the_environments(local: Any) -> None:
    (local.folder / "config").mkdir()
    local.write("config/prod.env", "A=own\nB=${A}\n")
    local.write(".env.production", "A=wrong\n")

    assert ran(local, "production")["A"] == "own"
    assert ran(local, "production")["B"] == "${A}"
    assert ran(local, "production", "--expand")["B"] == "own"


def test_without_files_the_server_is_asked_and_told_what_for(local: Any, server: Served) -> None:
    server.variables["staging"] = {"A": "1", "worker/A": "2", "B": "3"}

    found = ran(local, "staging", "--service", "worker")

    assert (found["A"], found["B"], found["FAIRWAY_SERVICE"]) == ("2", "3", "worker")
    assert "PORT" not in found or found["PORT"] != "3000"
    asked = server.bodies("POST", "/apps/shop-api/environments/staging/variables/reveal")
    assert asked == [{"version": None, "purpose": "fairway run"}]


def test_the_exit_status_is_the_commands(local: Any) -> None:
    local.write(".env.staging", "A=1\n")

    done = local.spawn("run", "staging", "--", sys.executable, "-c", "import sys; sys.exit(7)")

    assert done.returncode == 7


def test_a_signal_goes_to_the_command(local: Any) -> None:
    local.write(".env.staging", "A=1\n")
    code = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(9)); print('up', flush=True); input()"
    command = [sys.executable, "-m", "fairway", "run", "staging", "--", sys.executable, "-c", code]

    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=local.folder, env=local.environ, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None and process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGTERM)

        assert process.wait(30) == 9


def test_the_script_of_the_environment_comes_before_the_command_and_start(local: Any) -> None:
    described = run.local.Local(top=local.folder, app=load(TOML))
    staging = described.environment("staging")
    web = run.local.choose_service(staging, None)

    assert run.default_command(described, staging, web) == ["node", "web.js", "staging"]

    local.write("package.json", json.dumps({"scripts": {"start:staging": "x", "start": "y"}}))
    local.write("pnpm-lock.yaml", "")

    assert run.default_command(described, staging, web) == ["pnpm", "run", "start:staging"]


def load(text: str) -> Any:
    from fairway.manifest.load import load

    return load(text)


def test_values_do_not_stand_in_the_words_of_docker_run() -> None:
    web = Service(name=ServiceName("web"), port=3000, command=("node", "web.js"))
    values = {"SECRET": "kraken-4711", "PORT": "3000", "PATH": "/usr/bin"}

    words = run.docker_command("fairway/shop:9c1f", web, (), values, terminal=False)

    assert "kraken-4711" not in " ".join(words)
    assert words[-4:] == ["--", "fairway/shop:9c1f", "node", "web.js"]
    assert "127.0.0.1:3000:3000" in words and "PATH=/usr/bin" in words


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["prodution"], 'no environment "prodution"'),
        (["staging", "--service", "wroker"], 'no service "wroker"'),
        (["staging", "--from", "files"], "no env file here"),
        (["production", "--", "no-such-program"], "not on this machine"),
    ],
)
def test_what_cant_be_run_is_told(local: Any, arguments: list[str], words: str) -> None:
    (local.folder / "config").mkdir()
    local.write("config/prod.env", "A=1\n")

    done = local.spawn("run", *arguments)

    assert (done.returncode, words in done.stderr) == (2, True), done.stderr


def test_a_wrong_line_of_any_file_stops_it_with_its_place(local: Any) -> None:
    local.write(".env", "A=1\n")
    local.write(".env.staging", "B=1\n2C=3\n")

    done = local.spawn("run", "staging", "--", "true")

    assert done.returncode == 2 and ".env.staging:2" in done.stderr


def test_the_list_explains_where_each_value_comes_from(local: Any, server: Served) -> None:
    server.variables["staging"] = {"A": "1", "worker/A": "2", "PORT": "1"}
    local.write(".env", "A=1\nHERE=1\n")
    local.write(".env.staging", "A=2\n")

    explained = local.fairway("env", "list", "-e", "staging", "--explain", "--json")
    shown = local.fairway("env", "list", "-e", "staging", "--explain")

    rows = {(row["name"], row["service"]): row for row in json.loads(explained.stdout)["variables"]}
    assert rows["A", ""]["source"] == "version 1" and rows["A", ""]["files"] == [".env.staging", ".env"]
    assert rows["A", "worker"]["overrides"] == ["the environment's, version 1"]
    assert (rows["PORT", ""]["source"], rows["PORT", ""]["overrides"]) == (
        "Fairway itself",
        ["the environment's, version 1"],
    )
    assert rows["HERE", ""]["source"] == ""
    assert "not set on the server" in shown.stdout


def test_an_import_says_which_values_could_be_references(local: Any, server: Served) -> None:
    local.write("a.env", "URL=x-${HOST_NAME}\nHOST_NAME=db\nPLAIN='$5'\n")

    plain = local.fairway("env", "import", "-e", "staging", "a.env")
    kept = dict(server.variables["staging"])
    local.fairway("env", "import", "-e", "staging", "--expand", "a.env")

    assert "URL in a.env has a $ that is kept as it stands" in plain.stderr and "PLAIN in" not in plain.stderr
    assert kept["URL"] == "x-${HOST_NAME}"
    assert server.variables["staging"]["URL"] == "x-db"
