"""`fairway check --fix` in real repositories: what it mends, what it leaves, and that twice is as good as once."""

import json
from pathlib import Path
from typing import Any

import pytest

from fairway.cli import contract, mending
from fairway.cli.commands import env_check
from fairway.errors import UsageError

MANIFEST = 'app = "shop-api"\n[services.web]\nhealth = { path = "/healthz" }\n'
PACKAGE = '{ "name": "shop-api", "scripts": { "start": "node server.js" } }\n'
SERVER = (
    "const url = process.env.PAYMENT_URL\nconst port = process.env.PORT\n"
    "require('http').createServer().listen(port)\nprocess.on('SIGTERM', () => process.exit(0))\n"
)
DOCKERFILE = 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nUSER node\nCMD ["node", "server.js"]\n'
IGNORED = ".env .env.* !.env.example"


@pytest.fixture
def code(shop: Any) -> Any:
    """A repository whose Dockerfile would take everything, with an env file that git would."""
    shop.git("init", "--quiet", "--initial-branch", "master")
    shop.commit(fairway__toml=MANIFEST, package__json=PACKAGE, server__js=SERVER)
    shop.write("package-lock.json", "{}\n")
    shop.write("Dockerfile", DOCKERFILE)
    shop.write(".env", "TOKEN=abc\n")
    return shop


def snapshot(folder: Path) -> dict[str, bytes]:
    """The files of the work tree."""
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.is_file()}


def test_what_is_safe_is_mended_and_each_change_is_named(code: Any) -> None:
    before = code.fairway("check")
    done = code.fairway("check", "--fix")

    assert before.returncode == 1
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        f"Fixed   .gitignore  added {IGNORED}\n"
        f"Fixed   .dockerignore  added {IGNORED} **/node_modules .git\n"
        "Fixed   .env.example  named PAYMENT_URL, without values\n"
        "Nothing was found\n"
    )
    assert (code.folder / ".env.example").read_text().endswith("\nPAYMENT_URL=\n")
    assert (code.folder / ".env").read_text() == "TOKEN=abc\n"


def test_the_second_time_changes_nothing(code: Any) -> None:
    code.fairway("check", "--fix")
    once = snapshot(code.folder)

    done = code.fairway("check", "--fix", "--json")

    assert json.loads(done.stdout) == {"findings": [], "fixed": []}
    assert snapshot(code.folder) == once


@pytest.mark.parametrize("written", [0, 1, 2])
def test_one_that_died_between_two_files_is_taken_up_by_the_next(code: Any, written: int) -> None:
    app = env_check.describe(code.folder)
    rewrites = list(mending.plan(code.folder, app, frozenset(), contract.listed(code.folder)))
    for each in rewrites[:written]:
        each.write()

    done = code.fairway("check", "--fix", "--json")

    assert [each["path"] for each in json.loads(done.stdout)["fixed"]] == [each.path for each in rewrites[written:]]
    assert all((code.folder / each.path).read_bytes() == each.after for each in rewrites)


def test_of_two_at_once_the_second_says_so_and_writes_nothing_twice(code: Any) -> None:
    app = env_check.describe(code.folder)
    first, second = (list(mending.plan(code.folder, app, frozenset(), contract.listed(code.folder))) for _ in range(2))
    first[0].write()

    with pytest.raises(UsageError) as refused:
        second[0].write()

    assert refused.value.why == "something else wrote to it meanwhile"
    assert (code.folder / ".gitignore").read_bytes() == first[0].after


def test_what_a_person_has_to_mend_stays_a_finding(code: Any) -> None:
    code.write("Dockerfile", DOCKERFILE.replace("USER node\n", "").replace("COPY . .", "COPY . .\nCOPY .env ./"))

    done = code.fairway("check", "--fix", "--json")

    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert [each["rule"] for each in document["findings"]] == ["runs-as-root", "copies-env-file", "copies-env-file"]
    assert [(each["path"], each["what"]) for each in document["fixed"]][1] == (
        ".dockerignore",
        "added **/node_modules .git",
    )


def test_lines_that_are_there_stay_and_so_do_their_ends(code: Any) -> None:
    (code.folder / ".dockerignore").write_bytes(b"dist\r\nnode_modules\r\n")

    code.fairway("check", "--fix")

    assert (code.folder / ".dockerignore").read_bytes() == (
        b"dist\r\nnode_modules\r\n\r\n# What never goes into the image (added by fairway check).\r\n"
        b".env\r\n.env.*\r\n!.env.example\r\n.git\r\n"
    )


@pytest.mark.parametrize(
    ("arguments", "silence", "paths"),
    [
        (("--rule", "env-file-committed"), "", [".gitignore"]),
        (("--rule", "no-dockerignore"), "", [".dockerignore"]),
        (("--rule", "runs-as-root"), "", []),
        ((), '[check]\nsilence = { env-file-committed = "they are no secrets" }\n', [".dockerignore", ".env.example"]),
    ],
)
def test_only_what_is_asked_for_and_not_silenced_is_mended(
    code: Any, arguments: tuple[str, ...], silence: str, paths: list[str]
) -> None:
    code.write("fairway.toml", MANIFEST + silence)

    done = code.fairway("check", "--fix", "--json", *arguments)

    assert [each["path"] for each in json.loads(done.stdout)["fixed"]] == paths


def test_nothing_is_written_when_one_file_can_not_be(code: Any) -> None:
    (code.folder / ".dockerignore").mkdir()
    before = snapshot(code.folder)

    done = code.fairway("check", "--fix")

    assert done.returncode == 2
    assert ".dockerignore can't be added to" in done.stderr and "it is a folder" in done.stderr
    assert snapshot(code.folder) == before


def test_a_committed_env_file_stays_and_so_does_its_finding(code: Any) -> None:
    code.git("add", ".env")
    code.git("commit", "--quiet", "-m", "env")

    done = code.fairway("check", "--fix")

    assert done.returncode == 1
    assert ".env:1  git has this file, or would take it; it sets TOKEN" in done.stdout
    assert "Fixed   .gitignore" in done.stderr


TWO = MANIFEST + "[environments.staging]\n[environments.production]\n"


def test_a_missing_script_is_minor_and_can_be_added(code: Any) -> None:
    code.write("fairway.toml", TWO)

    told = code.fairway("check", "--rule", "missing-script")
    fixed = code.fairway("check", "--rule", "missing-script", "--fix")
    again = code.fairway("check", "--rule", "missing-script", "--fix")

    assert told.returncode == 0
    assert told.stdout.startswith("missing-script (minor)\n")
    assert "package.json  it has no script start:staging, which fairway run staging looks for" in told.stdout
    assert fixed.stderr == "Fixed   package.json  added start:staging start:production\nNothing was found\n"
    assert json.loads((code.folder / "package.json").read_text())["scripts"]["start:staging"] == "node server.js"
    assert again.stderr == "Nothing was found\n"


def test_a_script_that_can_not_be_made_stays_a_finding(code: Any) -> None:
    code.write("fairway.toml", TWO)
    code.write("package.json", PACKAGE.replace('"start"', '"prestart": "node warm.js", "start"'))
    before = snapshot(code.folder)

    done = code.fairway("check", "--rule", "missing-script", "--fix", "--json")

    document = json.loads(done.stdout)
    assert (document["fixed"], [each["minor"] for each in document["findings"]]) == ([], [True, True])
    assert snapshot(code.folder) == before


def test_init_proposes_the_scripts_and_says_what_adds_them(code: Any) -> None:
    code.write("fairway.toml", TWO)

    done = code.fairway("init", "--yes")

    assert '"start:staging": "node server.js" among the scripts of package.json' in done.stderr
    assert "       fairway check --rule missing-script --fix   adds them\n" in done.stderr
    assert (code.folder / "package.json").read_text() == PACKAGE


def test_init_names_the_package_json_of_the_folder_that_is_deployed(shop: Any) -> None:
    shop.git("init", "--quiet", "--initial-branch", "master")
    (shop.folder / "server").mkdir()
    shop.write("server/package.json", PACKAGE)
    shop.write("server/server.js", SERVER)

    done = shop.fairway("init", "--yes")

    assert '"start:production": "node server.js" among the scripts of server/package.json' in done.stderr
