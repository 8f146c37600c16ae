"""People and a running pipeline: approvals, rejections, retries, held-back stages, through the real commands."""

from collections.abc import Callable

import pytest

from support.world import Project, until

pytestmark = pytest.mark.exhaustive

Make = Callable[..., Project]
TWO = """\
[services.web]
health = { path = "/", start_period = "3s", interval = "1s" }

[environments.staging]

[environments.production]
approval = true
"""


@pytest.fixture
def waiting(project: Make) -> Project:
    """Live in staging; execution 1 waits for the approval of production."""
    made = project(toml=TWO)
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    assert "fairway approve 1" in up.text
    return made


def latest(project: Project) -> tuple[int, str]:
    newest = project.fairway("executions", "--json").json["executions"][0]
    return newest["number"], newest["status"]


def test_a_push_waits_for_an_approval_and_goes_live_with_it(waiting: Project) -> None:
    assert waiting.get()[0] in (404, 503)
    waiting.version("two")
    push = waiting.push()
    assert push.status == 0 and "which execution 1 is in, waiting for its approval" in push.stderr, push.stderr

    shown = waiting.fairway("show", "1")
    approved = waiting.fairway("approve", "1", "-m", "looks good")

    assert "runs nothing yet" in shown.stdout and "fairway approve 1" in shown.stdout
    assert approved.status == 0, approved.text
    assert waiting.get() == (200, "one")
    until(lambda: waiting.fairway("show", "2", "--json").json["waits"]["until"], what="the second approval")
    second = waiting.fairway("show", "2")
    assert "1 commit since release" in second.stdout and "Version two" in second.stdout, second.stdout

    rejected = waiting.fairway("reject", "2", "-m", "not on a Friday")
    late = waiting.fairway("approve", "2")

    assert rejected.status == 0 and late.status == 1, (rejected.text, late.text)
    assert "not on a Friday" in waiting.fairway("show", "2").stdout
    assert "waits for no approval" in late.text
    assert waiting.get() == (200, "one")


def test_a_stage_that_is_held_back_lets_the_newest_in_once_it_is_enabled(project: Make) -> None:
    made = project(toml='[services.web]\nhealth = { path = "/", start_period = "3s", interval = "1s" }\n')
    assert made.fairway("up", "--yes").status == 0
    held = made.fairway("transition", "disable", "production", "--reason", "a sale is on")
    made.version("two")
    push = made.push()
    made.version("three")
    made.push()

    assert held.status == 0, held.text
    assert "held back by owner: a sale is on" in push.stderr, push.stderr
    assert made.get() == (200, "one")
    assert made.fairway("transition", "enable", "production").status == 0
    until(lambda: made.get() == (200, "three"), what="the newest version")
    statuses = [each["status"] for each in made.fairway("executions", "--json").json["executions"]]
    assert statuses[1:] == ["SUPERSEDED", "SUCCEEDED"]


def test_a_stage_that_failed_for_a_variable_that_the_code_hides_is_tried_again_without_a_build(project: Make) -> None:
    made = project(toml='[services.web]\nhealth = { path = "/", start_period = "3s", interval = "1s" }\n')
    check = "const name = 'SA' + 'LT'; if (!process.env[name]) throw Error(`${name} is not set`)\n"
    server = (made.path / "server.js").read_text()
    made.commit({"server.js": check + server})
    up = made.fairway("up", "--yes")
    assert up.status == 1 and "SALT" in up.text, up.text

    made.fairway("env", "set", "SALT=pepper")
    retried = made.fairway("retry", "1")

    assert retried.status == 0, retried.text
    assert made.get() == (200, "one")
    assert latest(made) == (1, "SUCCEEDED")
    refused = made.fairway("retry", "1")
    assert refused.status == 1 and "all of its stages succeeded" in refused.text
