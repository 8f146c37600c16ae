"""A forge tells of a stranger's pull request: it is built and tested, and that is all that comes of it."""

import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support import forge_pulls, git_forge
from support.git_forge import Forge
from support.world import Project, until

pytestmark = pytest.mark.exhaustive

QUICK = '[services.web]\nhealth = { path = "/", start_period = "3s", interval = "1s" }\n'
FILTER = '[[source.filters]]\npull_requests = ["opened", "updated"]\nbranches = ["master"]\n'
STRANGERS = """
[build]
test = "node -e 'console.log(process.env.PASSWORD); require(`./version`)'"
[environments.staging]
[environments.production]
[[environments.production.actions]]
name = "steal"
command = "env"
before = "deploy"
"""
HEAD = "refs/pull/2/head"


@pytest.fixture
def forge(tmp_path: Path) -> Iterator[Forge]:
    with git_forge.serving(tmp_path) as running:
        yield running


@pytest.fixture
def live(project: Callable[..., Project], forge: Forge) -> Project:
    """It runs, has a variable, and its code lives at the forge."""
    made = project(toml=QUICK + FILTER)
    assert (up := made.fairway("up", "--yes")).status == 0, up.text
    kept = made.fairway("env", "set", "-e", "production", "PASSWORD=s3cr3t")
    assert kept.status == 0, kept.text
    made.git("push", "--quiet", forge.bare(), "master")
    found = made.fairway("source", "set", forge.url(), "--forge", "github")
    assert found.status == 0, found.text
    return made


@pytest.fixture
def call(live: Project) -> Callable[..., int]:
    """The forge calls: the answer's status."""
    made = live.fairway("source", "webhook", "--json").json

    def send(action: str = "opened", **changed: Any) -> int:
        body = json.dumps({**forge_pulls.GITHUB, "action": action, **changed}).encode()
        headers = {**forge_pulls.headers("github", made["secret"], body), "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{live.world.environ['FAIRWAY_PORT']}/webhooks/{live.app}"
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers)) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return int(error.code)

    return send


def propose(live: Project, forge: Forge, version: str) -> str:
    """A commit that only the pull request's head has."""
    toml = (live.path / "fairway.toml").read_text() + STRANGERS
    commit = live.commit({"fairway.toml": toml, "version.js": version}, "Add coupons")
    pushed = live.git("push", "--quiet", "--force", forge.bare(), f"HEAD:{HEAD}")
    assert pushed.status == 0, pushed.text
    live.git("reset", "--quiet", "--hard", "HEAD~1")
    return commit


def ended(live: Project, commit: str) -> Any:
    """The pull request's execution of that commit, once it has ended."""

    def find() -> Any:
        listed = live.fairway("executions", "--commit", commit, "--json").json["executions"]
        return next((each for each in listed if each["ended_at"]), None)

    return until(find, what=f"the end of the execution of {commit[:7]}")


def test_a_strangers_head_is_built_and_tested_and_reaches_nothing(
    live: Project, forge: Forge, call: Callable[..., int]
) -> None:
    commit = propose(live, forge, "module.exports = 'theirs'\n")
    before = live.fairway("releases", "--json").json

    answered = call()
    execution = ended(live, commit)
    deployed = live.fairway("deploy", commit)

    assert (answered, call()) == (202, 409)
    assert (execution["status"], execution["kind"], execution["pull_request"]) == ("SUCCEEDED", "PULL_REQUEST", 2)
    assert [stage["name"] for stage in execution["stages"]] == ["source", "build"]
    assert (deployed.status, live.get()) == (1, (200, "one"))
    assert "may have come with a pull request" in deployed.stderr
    assert live.fairway("releases", "--json").json == before
    assert "s3cr3t" not in live.fairway("show", str(execution["number"]), "--log").text
    assert "pull request 2" in live.fairway("executions").stdout


def test_a_head_that_fails_its_tests_says_so_and_a_newer_one_is_tried(
    live: Project, forge: Forge, call: Callable[..., int]
) -> None:
    broken = propose(live, forge, "throw new Error('no coupons')\n")
    call()
    failed = ended(live, broken)

    mended = propose(live, forge, "module.exports = 'mended'\n")
    call("synchronize")
    succeeded = ended(live, mended)

    assert (failed["status"], succeeded["status"]) == ("FAILED", "SUCCEEDED")
    assert "no coupons" in live.fairway("show", str(failed["number"])).text
    assert live.get() == (200, "one")


def test_without_a_filter_on_the_target_branch_nothing_of_it_is_fetched(
    project: Callable[..., Project], live: Project, forge: Forge, call: Callable[..., int]
) -> None:
    commit = propose(live, forge, "module.exports = 'theirs'\n")
    live.git("push", "--quiet", forge.bare(), "master:plain")
    live.commit({"fairway.toml": f'app = "{live.app}"\n{QUICK}'}, "Take no pull requests")
    live.git("push", "--quiet", forge.bare(), "HEAD:plain")
    base = {**forge_pulls.GITHUB["pull_request"], "base": {"ref": "plain"}}
    count = len(forge.requests)

    call(pull_request=base)
    until(lambda: len(forge.requests) > count, what="a fetch")
    told = until(
        lambda: [each for each in show_fetches(live) if "pull request 2" in each],
        what="what became of the pull request",
    )

    assert "fairway.toml of plain has no filter of pull requests" in told[0]
    assert live.fairway("executions", "--commit", commit, "--json").json["executions"] == []


def show_fetches(live: Project) -> list[str]:
    """What the server's log of events says of this app."""
    with sqlite3.connect(f"file:{live.world.home / 'fairway.db'}?mode=ro", uri=True) as database:
        rows = database.execute("select text from events where app = ? and kind = 'source.moved'", (live.app,))
        return [str(text) for (text,) in rows]
