"""`fairway scale`, its history, and the bounds beside the counts."""

import json
import time
from typing import Any

import pytest

from support.cli_server import Served, environment

HELD = {"min": 2, "max": 10}


def activity(**changes: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "at": time.time() - 130,
        "environment": "production",
        "service": "web",
        "from": 2,
        "to": 4,
        "cause": "requests per task 81 above 50 for 3 of 3 datapoints: 2 -> 4",
        "by": "POLICY",
        "status": "SUCCESSFUL",
        "reason": None,
        "ended_at": time.time() - 120,
        **changes,
    }


def test_the_history_tells_when_what_and_why(shop: Any, server: Served) -> None:
    held = {
        "from": 10,
        "to": 10,
        "status": "NOT_SCALED",
        "reason": "AlreadyAtMaxCapacity",
        "cause": "requests per task 130 above 50 for 3 of 3 datapoints: 26 wanted, 10 is the maximum",
        "at": time.time() - 30,
    }
    person = {"by": "PERSON", "cause": "ada asked for 2: 3 -> 2", "from": 3, "to": 2, "at": time.time() - 7300}
    server.activities = [activity(**held), activity(), activity(**person)]

    history = shop.fairway("scale", "--history")

    lines = history.stdout.splitlines()
    above = "above 50 for 3 of 3 datapoints"
    assert lines[0].split() == ["when", "service", "tasks", "status", "cause"]
    assert lines[1:] == [
        "30 s ago     web      10     not scaled: AlreadyAtMaxCapacity  "
        f"requests per task 130 {above}: 26 wanted, 10 is the maximum",
        f"2 min ago    web      2 → 4  successful                        requests per task 81 {above}: 2 -> 4",
        "2 hours ago  web      3 → 2  successful                        ada asked for 2: 3 -> 2",
    ]


def test_the_history_as_json_is_the_server_s_document(shop: Any, server: Served) -> None:
    server.activities = [activity()]

    history = shop.fairway("scale", "--history", "web", "--json", "-n", "5")

    assert json.loads(history.stdout) == {"activities": server.activities}
    assert history.stderr == ""


def test_without_a_change_the_history_says_so_and_not_among_the_data(shop: Any) -> None:
    history = shop.fairway("scale", "--history")

    assert (history.returncode, history.stdout) == (0, "")
    assert history.stderr == "nothing has changed how many tasks production has\n"


@pytest.mark.parametrize("call", [["scale"], ["scale", "--history", "web=4"], ["scale", "--history", "web", "worker"]])
def test_what_names_no_service_or_too_many_is_refused(shop: Any, server: Served, call: list[str]) -> None:
    refused = shop.fairway(*call)

    assert refused.returncode == 2
    assert "fairway scale" in refused.stderr


def test_a_count_that_scaling_goes_on_from_says_so(shop: Any, server: Served) -> None:
    server.bounds = HELD

    scaled = shop.fairway("scale", "web=4", "worker=2")

    assert scaled.stderr == (
        "web  1 → 4  (2-10)\n"
        "worker  1 → 2\n"
        "Until   the next deployment; replicas in fairway.toml lasts\n"
        "Until   scaling changes web: fairway scale --history\n"
        "Next    fairway ps\n"
    )


def test_ps_and_status_show_the_bounds_beside_the_counts(shop: Any, server: Served) -> None:
    web = {"name": "web", "desired": 4, "running": 4, "healthy": 4, "failed_lately": 0, "port": 3000, "scaling": HELD}
    server.apps["shop-api"]["environments"] = [environment(services=[web])]
    server.scaled = [{"environment": "production", "service": "web", "desired": 4, "scaling": HELD}]

    status, ps = shop.fairway("status"), shop.fairway("ps")

    assert "web        4/4 (2-10) healthy" in status.stdout
    assert "web of production: 4 tasks (2-10)\n" in ps.stderr
