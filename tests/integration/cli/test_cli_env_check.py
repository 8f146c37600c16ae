"""`fairway env check`, `fairway show --contract`, and what `fairway up` says of variables that are missing."""

import json
from typing import Any

import pytest

from support.cli_server import Served, execution

MANIFEST = """app = "shop-api"
[environments.staging]
env_file = ".env.staging"
[environments.production]
"""
PACKAGE = '{ "name": "shop-api", "scripts": { "start": "node server.js" } }\n'
SERVER = """const { PORT = 3000, LEVEL = 'info' } = process.env
if (!process.env.STRIPE_KEY) throw new Error('STRIPE_KEY')
const secret = process.env.SESSION_SECRET.trim()
const size = Number(process.env.POOL_SIZE)
"""


@pytest.fixture
def code(shop: Any) -> Any:
    """A repository whose code needs two variables and may need a third."""
    shop.git("init", "--quiet", "--initial-branch", "master")
    shop.write(".gitignore", ".env*\n")
    shop.commit(fairway__toml=MANIFEST, package__json=PACKAGE, server__js=SERVER)
    return shop


def test_the_env_files_of_the_work_tree_are_compared_without_a_server(code: Any, server: Served) -> None:
    code.write(".env.staging", "STRIPE_KEY=sk_1\nSESSION_SECRET=changeme\nPOOL_SIZE=many\nOLD_ONE=1\n")
    code.write(".env.production", "SESSION_SECRET=s3cr3t\n")

    done = code.fairway("env", "check")

    assert done.returncode == 1
    assert done.stdout == (
        "staging has what the code can't start without: 2 variables   (.env.staging)\n"
        "staging has what looks like a placeholder for SESSION_SECRET (server.js:3)\n"
        "staging has a value for POOL_SIZE that is not a number (server.js:4)\n"
        "staging sets what nothing in the code reads: OLD_ONE\n"
        "production lacks 1 required: STRIPE_KEY (server.js:2)   (.env.production)\n"
        "production does not set what may be needed: POOL_SIZE (server.js:4)\n"
        "Next  fairway env set -e production STRIPE_KEY\n"
    )
    assert server.executions == []


def test_one_environment_that_has_everything_ends_well(code: Any) -> None:
    code.write(".env.staging", "STRIPE_KEY=sk_1\nSESSION_SECRET=s3cr3t\nPOOL_SIZE=5\n")

    done = code.fairway("env", "check", "staging")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "staging has what the code can't start without: 2 variables   (.env.staging)\n"


def test_the_server_is_asked_about_its_own_values_and_gives_none(code: Any, server: Served) -> None:
    server.variables["staging"] = {"STRIPE_KEY": "sk_1", "SESSION_SECRET": "xxx", "POOL_SIZE": "5"}

    done = code.fairway("env", "check", "--server", "--json")

    environments = json.loads(done.stdout)["environments"]
    assert done.returncode == 1
    assert [(each["name"], each["against"]) for each in environments] == [
        ("staging", "the server"),
        ("production", "the server"),
    ]
    assert [(found["name"], found["about"]) for found in environments[0]["findings"]] == [
        ("SESSION_SECRET", "placeholder")
    ]
    assert [found["name"] for found in environments[1]["findings"] if found["about"] == "missing"] == [
        "SESSION_SECRET",
        "STRIPE_KEY",
    ]
    assert "xxx" not in done.stdout


def test_json_has_the_contract_with_every_place(code: Any) -> None:
    code.write(".env.staging", "STRIPE_KEY=sk_1\nSESSION_SECRET=s3cr3t\n")

    done = code.fairway("env", "check", "staging", "--json")

    variables = {each["name"]: each for each in json.loads(done.stdout)["contract"]["variables"]}
    assert done.returncode == 0
    assert variables["LEVEL"]["default"] == "info"
    assert variables["STRIPE_KEY"]["uses"] == [
        {"file": "server.js", "line": 2, "how": "process.env.STRIPE_KEY", "need": "required", "rule": "throws"}
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], 'there is no environment "nowhere"'),
        (["staging"], ".env.staging is not here"),
        ([], "there is nothing to compare the code with"),
    ],
)
def test_what_can_not_be_compared_is_said_with_what_to_do(code: Any, arguments: list[str], said: str) -> None:
    done = code.fairway("env", "check", *arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_an_ignored_env_file_gives_the_code_no_value(code: Any) -> None:
    code.write(".env", "STRIPE_KEY=only-here\n")
    code.write(".env.production", "SESSION_SECRET=s3cr3t\n")

    done = code.fairway("env", "check", "production")

    assert done.returncode == 1
    assert "production lacks 1 required: STRIPE_KEY" in done.stdout


def test_the_contract_of_an_execution_is_printed_as_a_table(shop: Any, server: Served) -> None:
    use = {"file": "src/pay.ts", "line": 12, "how": "zod", "need": "required", "rule": "schema"}
    variable = {"need": "required", "rule": "schema", "default": None, "type": "url", "choices": [], "uses": [use]}
    server.executions = [execution()]
    server.contract = {
        "variables": [
            {**variable, "name": "HOOK"},
            {**variable, "name": "LEVEL", "need": "optional", "default": "", "type": "choice", "choices": ["a", "b"]},
        ],
        "dynamic": ["src/a.ts:3"],
        "partial": "",
    }

    shown = shop.fairway("show", "42", "--contract")
    document = shop.fairway("show", "42", "--contract", "--json")

    assert shown.stdout == (
        "variable  needed    type  default  read at\n"
        "HOOK      required  url            src/pay.ts:12\n"
        'LEVEL     no        a|b   ""       src/pay.ts:12\n'
    )
    assert shown.stderr == "Names that only the running app knows: src/a.ts:3\n"
    assert json.loads(document.stdout) == server.contract


def test_up_stops_before_the_push_when_required_variables_are_missing(
    code: Any, server: Served, server_runs: Any
) -> None:
    server.variables["staging"] = {"STRIPE_KEY": "sk_1", "SESSION_SECRET": "s3cr3t"}

    done = code.spawn("up")

    assert done.returncode == 1
    assert (
        "Variables  production lacks 2 required: SESSION_SECRET (server.js:3), STRIPE_KEY (server.js:2)\n"
        "           fairway env set -e production SESSION_SECRET STRIPE_KEY\n"
    ) in done.stderr
    assert server.executions == []


def test_up_only_warns_when_what_lies_here_is_not_what_is_deployed(code: Any, server: Served, server_runs: Any) -> None:
    code.write("server.js", SERVER + "// a change\n")

    done = code.spawn("up")

    assert "production lacks 2 required" in done.stderr
    assert len(server.executions) == 1
