"""`fairway check` in real repositories: what it prints, how it ends, and how a rule is silenced."""

import json
from typing import Any

import pytest

MANIFEST = 'app = "shop-api"\n[services.web]\nhealth = { path = "/healthz" }\n'
PACKAGE = '{ "name": "shop-api", "scripts": { "start": "node server.js" } }\n'
SERVER = "require('http').createServer().listen(process.env.PORT)\nprocess.on('SIGTERM', () => process.exit(0))\n"
KEY = "AKIA" + "QYLPMN5HHHFPZAM2"


@pytest.fixture
def code(shop: Any) -> Any:
    """A repository without a finding."""
    shop.git("init", "--quiet", "--initial-branch", "master")
    shop.commit(fairway__toml=MANIFEST, package__json=PACKAGE, server__js=SERVER)
    shop.write("package-lock.json", "{}\n")
    return shop


def test_a_repository_that_is_fit_ends_with_0(code: Any) -> None:
    done = code.fairway("check")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "Nothing was found\n")


def test_each_finding_has_its_place_why_it_matters_and_the_fix(code: Any) -> None:
    code.write("Dockerfile", 'FROM node:22-slim\nCMD ["npm", "start"]\n')

    done = code.fairway("check")

    assert done.returncode == 1
    assert done.stdout == (
        "package-manager-command\n"
        "  Dockerfile:2  CMD npm start\n"
        "    Why   npm, yarn and pnpm end at SIGTERM and leave the app running until it is killed\n"
        '    Fix   start the app itself: CMD ["node", "server.js"]\n'
        "runs-as-root\n"
        "  Dockerfile:1  there is no USER: it is root, unless its base says otherwise\n"
        "    Why   whoever breaks into the app is root in its container\n"
        "    Fix   add USER node (or another user that the image has) before CMD\n"
    )
    assert done.stderr.startswith("2 findings\nNext    mend them, or say under [check] in fairway.toml: silence = { ")


def test_a_rule_is_silenced_with_a_reason(code: Any) -> None:
    code.write("Dockerfile", 'FROM node:22-slim\nCMD ["node", "server.js"]\n')
    code.write("fairway.toml", MANIFEST + '[check]\nsilence = { runs-as-root = "the base drops its rights" }\n')

    done = code.fairway("check")
    document = code.fairway("check", "--json")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "Nothing was found; 1 silenced in fairway.toml\n"
    assert [(each["rule"], each["silenced"]) for each in json.loads(document.stdout)["findings"]] == [
        ("runs-as-root", "the base drops its rights")
    ]


@pytest.mark.parametrize(
    ("silence", "said"),
    [
        ('{ runs-as-rot = "x" }', "the nearest is runs-as-root"),
        ('{ runs-as-root = "" }', "runs-as-root needs a reason"),
        ('["runs-as-root"]', "a table of rules"),
    ],
)
def test_a_silence_without_a_rule_or_a_reason_is_refused(code: Any, silence: str, said: str) -> None:
    code.write("fairway.toml", MANIFEST + f"[check]\nsilence = {silence}\n")

    done = code.fairway("check")

    assert done.returncode == 2
    assert said in done.stderr


def test_a_secret_is_found_in_an_earlier_commit_and_never_printed(code: Any) -> None:
    commit = code.commit(config__js=f"module.exports = '{KEY}'\n")
    code.commit(config__js="module.exports = process.env.KEY\n")

    done = code.fairway("check")
    skipped = code.fairway("check", "--no-history")

    assert done.returncode == 1
    assert f"config.js  git's history has what looks like an AWS Access Key (commit {commit[:7]})" in done.stdout
    assert KEY not in done.stdout + done.stderr
    assert skipped.returncode == 0


def test_an_env_file_that_git_ignores_is_no_finding(code: Any) -> None:
    code.write(".env", "TOKEN=abc\n")
    found = code.fairway("check", "--rule", "env-file-committed")
    code.write(".gitignore", ".env\n")

    ignored = code.fairway("check", "--rule", "env-file-committed")

    assert ".env:1  git has this file, or would take it; it sets TOKEN" in found.stdout
    assert ignored.returncode == 0


def test_an_unknown_rule_is_refused_with_the_list(code: Any) -> None:
    done = code.fairway("check", "--rule", "nonsense")

    assert done.returncode == 2
    assert "runs-as-root" in done.stderr
