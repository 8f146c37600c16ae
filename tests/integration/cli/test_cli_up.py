"""`fairway up` and `fairway init` in real repositories, with real pushes to a server that speaks the API document."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fairway.manifest import load
from support.cli_server import Served, create_app, execution


@pytest.fixture
def repository(shell: Any, server_runs: Any) -> Any:
    shell.git("init", "--quiet", "--initial-branch", "master")
    shell.commit(fairway__toml='app = "shop-api"\n', Dockerfile='FROM node:22-slim\nCMD ["node", "server.js"]\n')
    return shell


def test_up_creates_the_app_pushes_and_prints_the_url(repository: Any, server: Served) -> None:
    head = repository.git("rev-parse", "HEAD")

    up = repository.spawn("up")

    assert up.returncode == 0, up.stderr
    assert up.stdout == "production   http://shop-api-production.localhost:8080\n"
    assert "remote: hello from the hook" in up.stderr
    assert [item["commit"] for item in server.executions] == [head]
    assert repository.git("remote", "get-url", "fairway") == f"http://localhost:{server.port}/git/shop-api.git"


def test_after_up_a_plain_push_works_and_no_file_of_the_repository_has_the_token(
    repository: Any, server: Served
) -> None:
    repository.spawn("up")
    repository.commit(version="two")

    push = repository.run("git", "push", "fairway", "master")

    assert push.returncode == 0, push.stderr
    assert len(server.executions) == 2
    assert "t0ken" not in (repository.folder / ".git" / "config").read_text()


def test_a_second_up_says_that_the_commit_is_live(repository: Any, server: Served) -> None:
    repository.spawn("up")

    again = repository.spawn("up", "--json")

    assert again.returncode == 0
    assert "is what runs already" in again.stderr
    assert json.loads(again.stdout)["execution"]["number"] == 1
    assert len(server.executions) == 1


@pytest.mark.exhaustive
def test_a_second_up_after_a_failure_tries_again(repository: Any, server: Served) -> None:
    repository.spawn("up")
    server.executions[0]["status"] = "FAILED"

    again = repository.spawn("up")

    assert again.returncode == 0, again.stderr
    assert len(server.executions) == 2


def test_no_url_is_printed_of_what_does_not_answer(repository: Any, server: Served) -> None:
    server.state = "down"

    up = repository.spawn("up")

    assert up.stdout == ""


def test_without_a_committed_fairway_toml_the_work_trees_is_sent_along(repository: Any, server: Served) -> None:
    repository.git("rm", "--quiet", "--cached", "fairway.toml")
    repository.git("commit", "--quiet", "--message", "Forget it")

    up = repository.spawn("up")

    assert up.returncode == 0, up.stderr
    sent = server.bodies("POST", "/apps/shop-api/executions")
    assert sent == [{"ref": repository.git("rev-parse", "HEAD"), "manifest": 'app = "shop-api"\n'}]
    assert "git add fairway.toml" in up.stderr
    assert len(server.executions) == 1
    # What is deployed next would be belied by the hook's "kept; nothing is deployed".
    assert "remote:" not in up.stderr


@pytest.mark.exhaustive
def test_a_push_of_that_kind_that_is_rejected_is_told_in_gits_own_words(repository: Any, server: Served) -> None:
    repository.spawn("up")
    repository.git("rm", "--quiet", "--cached", "fairway.toml")
    repository.git("commit", "--quiet", "--amend", "--message", "Another history")

    up = repository.spawn("up")

    assert up.returncode == 1
    assert "hint: Updates were rejected" in up.stderr
    assert "git push --force fairway HEAD:master" in up.stderr


@pytest.mark.parametrize(
    ("commands", "branch"),
    [
        (["checkout -q -b main", "branch -q -D master"], "main"),
        (["checkout -q -b main"], "master"),
        (["checkout -q -b topic", "branch -q -m master main"], "main"),
        (["checkout -q -b trunk", "branch -q -D master"], "trunk"),
        (
            [
                "update-ref refs/remotes/origin/dev HEAD",
                "symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/dev",
            ],
            "dev",
        ),
        (["checkout -q --detach", "branch -q -D master"], "master"),
    ],
)
def test_what_init_writes_deploys_the_branch_that_the_repository_has(
    repository: Any, server: Served, commands: list[str], branch: str
) -> None:
    for command in commands:
        repository.git(*command.split())
    (repository.folder / "fairway.toml").unlink()

    init = repository.fairway("init", "--yes", "--app", "shop-api")

    assert init.returncode == 0, init.stderr
    assert load.load((repository.folder / "fairway.toml").read_text()).source.branch == branch


@pytest.mark.exhaustive
def test_what_is_not_committed_is_told_and_not_deployed(repository: Any, server: Served) -> None:
    repository.write("new file.js", "x")
    repository.git("checkout", "--quiet", "--detach")

    up = repository.spawn("up")

    assert "1 file not committed and not deployed: new file.js" in up.stderr
    assert "detached HEAD" in up.stderr
    assert up.returncode == 0


def test_another_repositorys_app_is_refused(repository: Any, server: Served) -> None:
    create_app(server, "shop-api")
    server.executions = [execution(1)]

    up = repository.spawn("up")

    assert up.returncode == 1
    assert "--app ANOTHER-NAME" in up.stderr
    assert repository.run("git", "remote").stdout == ""


@pytest.mark.exhaustive
def test_an_app_that_was_only_created_is_taken(repository: Any, server: Served) -> None:
    create_app(server, "shop-api")

    assert repository.spawn("up").returncode == 0


@pytest.mark.exhaustive
def test_the_env_file_is_imported_once(repository: Any, server: Served) -> None:
    toml = 'app = "shop-api"\n[environments.production]\nenv_file = ".env.production"\n'
    repository.commit(fairway__toml=toml, __gitignore=".env*\n")
    repository.write(".env.production", "SECRET=hush\n")

    first = repository.spawn("up")
    repository.write(".env.production", "SECRET=louder\n")
    repository.spawn("up")

    assert server.variables == {"production": {"SECRET": "hush"}}
    assert "1 variable of .env.production imported into production" in first.stderr
    assert "hush" not in first.stderr


@pytest.mark.exhaustive
def test_neither_up_nor_a_plain_push_goes_through_a_proxy(repository: Any, server: Served) -> None:
    repository.environ.update(dict.fromkeys(("http_proxy", "HTTP_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"))
    for name in ("no_proxy", "NO_PROXY"):
        repository.environ.pop(name, None)

    up = repository.spawn("up")
    repository.commit(version="two")
    push = repository.run("git", "push", "fairway", "master")

    assert (up.returncode, push.returncode) == (0, 0), up.stderr + push.stderr
    assert len(server.executions) == 2


@pytest.mark.exhaustive
def test_a_shallow_clone_is_told_how_it_gets_the_other_commits(repository: Any, server: Served) -> None:
    repository.commit(version="two")
    whole = repository.folder.rename(repository.folder.with_name("whole"))
    repository.run("git", "clone", "--quiet", "--depth", "1", whole.as_uri(), str(repository.folder), cwd=whole)

    up = repository.spawn("up")

    assert up.returncode == 1
    assert "git fetch --unshallow" in up.stderr


@pytest.mark.exhaustive
def test_a_server_that_goes_during_the_push_is_waited_for(repository: Any, server: Served, tmp_path: Path) -> None:
    head = repository.git("rev-parse", "HEAD")
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    # The first push breaks off; the server does not answer then, and does the next time that it is asked.
    wrapper.write_text(
        f"#!/bin/sh\n"
        f'if [ "$1" = push ] && [ ! -e {tmp_path}/pushed ]; then touch {tmp_path}/pushed {server.gone}; exit 128; fi\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    wrapper.chmod(0o755)
    repository.environ["PATH"] = f"{wrapper.parent}:{repository.environ['PATH']}"

    up = repository.spawn("up")

    assert up.returncode == 0, up.stderr
    assert "waiting for the server to come back" in up.stderr
    assert [item["commit"] for item in server.executions] == [head]
    # The push that broke off has shown nothing of it, or not its end.
    assert "shop-api  execution 1  " in up.stderr and "  build       ✓" in up.stderr


def test_a_rejected_push_fails_with_gits_own_words(repository: Any, server: Served) -> None:
    repository.spawn("up")
    repository.git("commit", "--quiet", "--amend", "--allow-empty", "--message", "Another history")

    up = repository.spawn("up")

    assert up.returncode == 1
    assert "non-fast-forward" in up.stderr
    assert "git push --force fairway HEAD:master" in up.stderr
    assert server.executions[-1]["number"] == 1


def test_a_broken_fairway_toml_is_told_before_anything_is_done(repository: Any, server: Served) -> None:
    repository.commit(fairway__toml='app = "shop-api"\n[services.web]\nprot = 1\nreplicas = -1\n')

    up = repository.spawn("up")

    assert up.returncode == 2
    assert "  fairway.toml:3  services.web.prot  unknown key\n" in up.stderr
    assert "  fairway.toml:4  services.web.replicas  expected a whole number" in up.stderr
    assert server.apps == {}


@pytest.mark.exhaustive
def test_no_repository_and_no_commit_are_told(shell: Any, server_runs: Any) -> None:
    nowhere = shell.spawn("up")
    shell.git("init", "--quiet")
    empty = shell.spawn("up")

    assert (nowhere.returncode, "git init" in nowhere.stderr) == (2, True)
    assert (empty.returncode, "no commit yet" in empty.stderr) == (2, True)


@pytest.mark.exhaustive
def test_git_gets_the_token_for_this_server_alone(shell: Any, server_runs: Any, server: Served) -> None:
    shell.git("init", "--quiet", "--initial-branch", "master")
    shell.commit(Dockerfile='FROM node:22-slim\nCMD ["node", "server.js"]\n')
    up = shell.spawn("up", "--yes")
    assert "added" in up.stderr, up.stderr

    def fill(host: str) -> str:
        asked = f"protocol=http\nhost={host}\n\n"
        done = shell.run("git", "-c", "core.askPass=true", "credential", "fill", text=asked)
        return done.stdout

    assert "password=t0ken-of-the-test\n" in fill(f"localhost:{server.port}")
    assert "t0ken" not in fill("example.com")
    assert "t0ken" not in (shell.folder / ".git" / "config").read_text()


PACKAGE = '{"name": "x", "scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}}'


def test_init_says_what_it_found_and_writes_a_file_that_up_takes(shell: Any, server_runs: Any, server: Served) -> None:
    shell.git("init", "--quiet", "--initial-branch", "master")
    key = "if (!process.env.STRIPE_KEY) throw new Error('no key')\n"
    shell.write("server.js", f"{key}require('express')().listen(process.env.PORT || 4000)\n")
    shell.commit(package__json=PACKAGE)

    init = shell.spawn("init", "--yes", "--json")
    again = shell.spawn("init", "--yes")
    up = shell.spawn("up")

    assert init.returncode == 0, init.stderr
    assert "Found" in init.stderr and "Next   fairway up" in init.stderr
    written = json.loads(init.stdout)
    assert (written["app"], written["kind"], "fairway.toml" in written["wrote"]) == ("shop-api", "node", True)
    assert written["variables"] == [{"name": "STRIPE_KEY", "required": True, "where": "server.js:1"}]
    assert "Reads  1 variable, 1 of them required: STRIPE_KEY (server.js:1)" in init.stderr
    assert "Kept   fairway.toml" in again.stderr
    assert up.returncode == 0, up.stderr
    assert server.executions[0]["app"] == "shop-api"


def test_init_writes_the_dockerfile_when_asked_and_overwrites_none(shell: Any) -> None:
    shell.write("package.json", PACKAGE)
    shell.write("server.js", "require('express')().listen(process.env.PORT || 4000)\n")

    first = shell.spawn("init", "--yes", "--dockerfile")
    text = (shell.folder / "Dockerfile").read_text()
    shell.write("Dockerfile", 'FROM node:22-slim\nCMD ["node", "server.js"]\n')
    second = shell.spawn("init", "--yes", "--dockerfile")

    assert (first.returncode, "FROM" in text) == (0, True), first.stderr
    assert second.returncode == 0
    assert (shell.folder / "Dockerfile").read_text() == 'FROM node:22-slim\nCMD ["node", "server.js"]\n'


def test_init_refuses_what_nothing_can_be_made_of(shell: Any) -> None:
    shell.write("README", "nothing")

    init = shell.spawn("init", "--yes")

    assert init.returncode == 1
    assert "Dockerfile" in init.stderr
    assert not (shell.folder / "fairway.toml").exists()


def test_init_takes_an_app_whose_start_only_fairway_toml_says(shell: Any) -> None:
    shell.write("package.json", '{"name": "shop"}')

    refused = shell.spawn("init", "--yes")
    shell.write("fairway.toml", 'app = "shop"\n[services.web]\ncommand = ["node", "shop.mjs"]\n')
    taken = shell.spawn("init", "--yes")

    assert (refused.returncode, taken.returncode) == (1, 0)
    assert "nothing says how the app starts" in refused.stderr
    assert "nothing says how the app starts" not in taken.stderr


def test_init_keeps_env_files_out_of_git_and_images_and_writes_their_names(shell: Any) -> None:
    shell.git("init", "--quiet", "--initial-branch", "master")
    shell.write(
        "package.json", '{"name": "shop", "scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}}'
    )
    shell.write("server.js", "require('express')().listen(process.env.PORT)\n")
    shell.write(".gitignore", "node_modules")
    shell.write(".dockerignore", "node_modules\n")
    shell.write(".env", "B=s3cret\nA=1\n")
    shell.write(".env.staging", "C=1\n")
    shell.write("broken.env", "=\n")

    first = shell.spawn("init", "--yes")
    second = shell.spawn("init", "--yes")

    assert first.returncode == second.returncode == 0, first.stderr
    assert "Added  .env .env.* !.env.example to .gitignore and .dockerignore" in first.stderr
    assert "Added" not in second.stderr
    kept = (shell.folder / ".gitignore").read_text()
    assert kept.startswith("node_modules\n\n# Env files hold secrets") and kept.endswith(
        "\n.env\n.env.*\n!.env.example\n"
    )
    assert (shell.folder / ".dockerignore").read_text().endswith("\n.env\n.env.*\n!.env.example\n")
    assert (shell.folder / ".env.example").read_text().splitlines()[1:] == ["A=", "B=", "C="]
    assert '"start:production": "node server.js"' in first.stderr
    assert "s3cret" not in first.stdout + first.stderr


def test_init_tells_env_files_that_are_committed(shell: Any) -> None:
    shell.git("init", "--quiet", "--initial-branch", "master")
    shell.write("package.json", '{"name": "shop", "scripts": {"start": "node server.js"}}')
    shell.write("server.js", "require('http').createServer().listen(process.env.PORT)\n")
    shell.write(".env.production", "A=1\n")
    shell.write(".env.sample", "A=\n")
    shell.git("add", "-f", ".")

    done = shell.spawn("init", "--yes")

    assert "Watch  .env.production: committed" in done.stderr and ".env.sample" not in done.stderr
