"""The endpoints of backups over real HTTP."""

from fairway.domain.ids import AppName, EnvironmentName
from support.guard_values import make_backup

SHOP = AppName("shop")
BACKUPS = "/api/v1/apps/shop/backups"


async def test_backups_are_listed_newest_first_and_shown(served):
    await served.store.backups.create(make_backup(app=SHOP))
    await served.store.backups.create(make_backup(app=SHOP, environment=EnvironmentName("staging")))

    everything = (await served.api.get(BACKUPS)).json()["backups"]
    of_staging = (await served.api.get(BACKUPS, params={"environment": "staging"})).json()["backups"]
    shown = (await served.api.get(f"{BACKUPS}/2")).json()
    missing = await served.api.get(f"{BACKUPS}/3")

    assert [each["number"] for each in everything] == [2, 1]
    assert of_staging == [shown]
    assert (shown["verdict"], shown["rows"], shown["tables"]) == ("VERIFIED", 3, 1)
    assert (missing.status_code, missing.json()["title"]) == (404, "shop has no backup 3")
