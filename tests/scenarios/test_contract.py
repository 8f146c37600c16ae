"""A variable that the code can't start without, from the push that lacks it to the live app."""

from collections.abc import Callable

import pytest

from support.world import SERVER, Project, World

pytestmark = pytest.mark.exhaustive

Make = Callable[..., Project]
QUICK = '[services.web]\nhealth = { path = "/", start_period = "3s", interval = "1s" }\n'
NEEDS = "if (!process.env.SIGNING_KEY) throw new Error('SIGNING_KEY is missing')\n"


def test_a_push_that_lacks_a_variable_is_stopped_before_the_build_and_goes_on_once_it_is_set(project: Make) -> None:
    made = project(toml=QUICK)
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    made.commit({"server.js": NEEDS + SERVER, "version.js": "module.exports = 'two'\n"}, "Sign")

    push = made.push()
    shown = made.fairway("show", "2", "--contract")
    before = made.get()
    given = made.fairway("env", "set", "--from-stdin", "SIGNING_KEY", text="s3cr3t-signing-key")
    retried = made.fairway("retry", "2")

    assert "source      ✗" in push.stderr, push.stderr
    assert "production lacks 1 required: SIGNING_KEY (server.js:1)" in push.stderr
    assert "fairway env set -e production SIGNING_KEY" in push.stderr
    assert "build  " not in push.stderr
    assert "SIGNING_KEY  required" in shown.stdout
    assert before == (200, "one")
    assert given.status == 0, given.text
    assert retried.status == 0, retried.text
    assert made.get() == (200, "two")
    assert "s3cr3t" not in push.text + shown.text + retried.text


def test_up_says_what_is_missing_and_pushes_nothing(world: World, project: Make) -> None:
    made = project(toml=QUICK, files={"server.js": NEEDS + SERVER})

    up = made.fairway("up", "--yes")
    checked = made.fairway("env", "check", "--server")

    assert (up.status, checked.status) == (1, 1)
    assert "Variables  production lacks 1 required: SIGNING_KEY (server.js:1)" in up.text
    assert "Push " not in up.text
    assert "production lacks 1 required: SIGNING_KEY (server.js:1)   (the server)" in checked.stdout
