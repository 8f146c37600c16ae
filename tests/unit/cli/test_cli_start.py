"""What the commands load: a command's start is what people feel, so nothing heavy is imported by the way."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from fairway.cli import app, table, tree

SOURCES = Path(__file__).parents[3] / "src"
HEAVY = (
    *("pydantic", "httpx", "rich", "asyncio", "websockets", "tomlkit", "jinja2", "sqlalchemy", "fastapi", "yaml"),
    *("boto3", "botocore", "troposphere"),
)


def loaded(code: str) -> set[str]:
    """The top-level modules that are there after the code has run, in a fresh interpreter."""
    script = f"import sys\nsys.path.insert(0, {str(SOURCES)!r})\n{code}\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stderr.split()}


def test_help_loads_no_library_at_all() -> None:
    modules = loaded("from fairway.cli import app; app.main(['--help'])")

    assert not modules & {*HEAVY, "click", "http", "subprocess"}


def test_no_command_loads_anything_heavy_before_it_needs_it() -> None:
    light = [name for name in table.COMMANDS if name not in ("doctor", "demo")]
    modules = loaded(f"from fairway.cli import tree\nfor name in {light}: tree.load(name)")

    assert not modules & set(HEAVY)


@pytest.mark.parametrize("name", table.COMMANDS)
def test_every_command_of_the_table_exists_and_explains_itself(name: str) -> None:
    command = tree.load(name)

    assert command.help
    assert len(table.COMMANDS[name].help) < 75


def test_help_lists_every_command_that_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    status = app.main([])

    text = capsys.readouterr().out
    assert status == 0
    assert all((f"  {name} " in text) is bool(entry.section) for name, entry in table.COMMANDS.items())


def test_debug_is_an_option_of_every_command_but_not_of_what_exec_runs() -> None:
    assert app.take_debug(["status", "--debug"]) == (True, ["status"])
    assert app.take_debug(["exec", "--", "node", "--debug"]) == (False, ["exec", "--", "node", "--debug"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["statsu"], 'there is no command "statsu"; the nearest is status'),
        (["status", "--nope"], "--nope"),
        (["show", "x"], "not a valid integer"),
        (["scale"], "no service was named"),
        (["exec"], "Missing argument"),
        (["completion", "tcsh"], "no completion for tcsh"),
        (["deploy", "--timeout", "soon"], "--timeout soon is no duration"),
        (["server"], "Usage: fairway server"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_is_wrong(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = app.main(arguments)

    captured = capsys.readouterr()
    assert (status, captured.out) == (2, "")
    assert words in captured.err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["completion", shell]) == 0
    assert "_FAIRWAY_COMPLETE" in capsys.readouterr().out


@pytest.mark.parametrize(("group", "typed", "nearest"), [("db", "bakup", "backup"), ("aws", "pln", "plan")])
def test_a_group_names_the_nearest_of_its_commands(group: str, typed: str, nearest: str) -> None:
    done = CliRunner().invoke(tree.build(), [group, typed])

    assert done.exit_code == 2
    assert f"the nearest is {nearest}" in done.output
