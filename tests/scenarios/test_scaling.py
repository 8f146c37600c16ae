"""A service is scaled with real traffic, and the history tells each change."""

from collections.abc import Callable

import pytest

from support.paced_load import sending
from support.world import Project, World, until

pytestmark = pytest.mark.exhaustive

Make = Callable[..., Project]
SCALED = """\
[services.web]
health = { path = "/", start_period = "3s", interval = "1s" }
cpu = 0.3
memory = "128M"

[services.web.scaling]
max = 4
metric = "requests_per_task"
target = 15
period = "1s"
low_datapoints = 4
cooldown_out = "3s"
cooldown_in = "3s"
"""


@pytest.fixture
def live(project: Make) -> Project:
    made = project(toml=SCALED)
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    return made


def healthy(live: Project) -> int:
    (environment,) = live.fairway("status", "--json").json["environments"]
    (web,) = environment["services"]
    return int(web["healthy"]) if web["healthy"] == web["running"] == web["desired"] else -1


def test_traffic_adds_tasks_its_end_takes_them_away_and_no_request_fails(live: Project, world: World) -> None:
    # Half as much again as four tasks are for: a host that is slow at this moment, and so the load, changes nothing.
    with sending(int(world.environ["FAIRWAY_APPS_PORT"]), f"{live.app}.localhost", 90.0) as load:
        until(lambda: healthy(live) == 4, what="four tasks under load")
        deployed = live.fairway("restart", "--yes")
        kept = healthy(live)
        load.rate = 10.0
        until(lambda: healthy(live) == 1, what="one task without it")

    assert (load.tally.failed, load.tally.reasons) == (0, [])
    assert load.tally.sent > 300
    assert (deployed.status, kept) == (0, 4), "a deployment keeps what scaling has reached"
    told = live.fairway("scale", "--history", "--json").json["activities"]
    changes = [each for each in reversed(told) if each["reason"] is None]
    assert "AlreadyAtMaxCapacity" in [each["reason"] for each in told]
    assert changes[0]["from"] == 1 and changes[-1]["to"] == 1
    assert all(each["cause"].startswith("requests per task ") for each in changes)
    assert all(f"{each['from']} -> {each['to']}" in each["cause"] for each in changes)
    assert changes[-1]["status"] in ("SUCCESSFUL", "IN_PROGRESS")


def test_a_count_that_scaling_does_not_allow_is_refused(live: Project) -> None:
    refused = live.fairway("scale", "web=9")

    assert refused.status == 2
    assert "scaling keeps it from 1 to 4" in refused.text
    assert healthy(live) == 1
