"""The scaling history over HTTP, and the bounds beside the counts."""

from dataclasses import replace

import pytest

from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.domain.scaling import Scaling
from fairway.domain.scaling_activity import Activity, By, NotScaledReason, Status
from support.pipeline_values import make_desired

SHOP, PRODUCTION, WEB = AppName("shop"), EnvironmentName("production"), ServiceName("web")
PATH = "/api/v1/apps/shop"
OUT = Activity(
    app=SHOP,
    environment=PRODUCTION,
    service=WEB,
    at=5.0,
    before=2,
    after=4,
    cause="requests per task 81 above 50 for 3 of 3 datapoints: 2 -> 4",
    by=By.POLICY,
)
HELD = {"min": 2, "max": 10}


@pytest.fixture
async def live(served):
    """`shop` with a service that is scaled."""
    web, worker = make_desired().services
    scaled = replace(web, scaling=Scaling(minimum=2, maximum=10))
    await served.store.desired.put(replace(make_desired(), app=SHOP, services=(scaled, worker)))
    return served


async def test_the_history_is_told_newest_first_and_searched(live):
    await live.store.activities.note(OUT)
    await live.store.activities.note(
        replace(OUT, at=6.0, before=4, status=Status.NOT_SCALED, reason=NotScaledReason.MAX)
    )

    newest = (await live.api.get(f"{PATH}/scaling", params={"limit": 1})).json()["activities"]
    every = (await live.api.get(f"{PATH}/scaling", params={"environment": "production"})).json()["activities"]

    assert [(each["id"], each["reason"]) for each in newest] == [(2, "AlreadyAtMaxCapacity")]
    assert every[1] == {
        "id": 1,
        "at": 5.0,
        "environment": "production",
        "service": "web",
        "from": 2,
        "to": 4,
        "cause": "requests per task 81 above 50 for 3 of 3 datapoints: 2 -> 4",
        "by": "POLICY",
        "status": "IN_PROGRESS",
        "reason": None,
        "ended_at": None,
    }


@pytest.mark.parametrize("query", [{"service": "wev"}, {"environment": "prodution"}])
async def test_a_slip_of_the_pen_is_no_empty_history(live, query):
    unknown = await live.api.get(f"{PATH}/scaling", params=query)
    empty = await live.api.get(f"{PATH}/scaling", params={"service": "web"})

    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert (empty.status_code, empty.json()) == (200, {"activities": []})


async def test_what_is_scaled_shows_its_bounds_beside_the_counts(live):
    status = (await live.api.get(PATH)).json()["environments"][0]["services"]
    tasks = (await live.api.get(f"{PATH}/tasks")).json()["scaled"]
    scaled = await live.api.post(f"{PATH}/scale", json={"environment": "production", "services": {"web": 4}})

    assert [each["scaling"] for each in status] == [HELD, None]
    assert tasks == [{"environment": "production", "service": "web", "desired": 2, "scaling": HELD}]
    assert scaled.json() == {"services": {"web": {"from": 1, "to": 4, "scaling": HELD}}}
