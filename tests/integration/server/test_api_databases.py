"""The endpoints of managed databases over real HTTP, and that an app with data is not deleted by a slip."""

from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName
from support.guard_values import make_backup
from support.managed_values import make_database
from support.pipeline_values import PRODUCTION

SHOP = AppName("shop")
DATABASES = "/api/v1/apps/shop/databases"


async def test_databases_are_shown_without_their_passwords(served):
    await served.store.managed.create(make_database(app=SHOP))
    await served.store.backups.create(make_backup(app=SHOP))

    answer = await served.api.get(DATABASES)

    [shown] = answer.json()["databases"]
    assert (shown["name"], shown["state"], shown["why"]) == ("main", "STARTING", "it has not been looked at yet")
    assert shown["url"] == "postgresql://app@main.databases.internal:5432/app"
    assert shown["last_backup"]["number"] == 1
    assert (shown["last_drill_seconds"], shown["schedule"]) == (2.5, "0 3 * * * UTC")
    assert "password" not in answer.text


async def test_an_app_with_data_is_deleted_only_for_who_types_its_name(served):
    await served.store.managed.create(make_database(app=SHOP))
    await served.store.backups.create(make_backup(app=SHOP))

    refused = await served.api.delete("/api/v1/apps/shop")
    mistyped = await served.api.delete("/api/v1/apps/shop", params={"data": "shpo"})
    kept = await served.store.managed.list(SHOP)
    done = await served.api.delete("/api/v1/apps/shop", params={"data": "shop"})

    assert (refused.status_code, mistyped.status_code, len(kept)) == (409, 409, 1)
    assert "the database main of production, 1 backup" in refused.text
    assert done.status_code == 200
    assert "the database main of production is deleted with its data" in done.text
    assert await served.store.managed.list(SHOP) == []


async def test_a_database_is_deleted_only_when_it_is_declared_no_more_and_the_name_is_typed(served):
    await served.store.managed.create(make_database(app=SHOP))
    await served.store.managed.create(make_database(app=SHOP, name="old", id="ba9876543210", declared=False))

    declared = await served.api.delete(f"{DATABASES}/production/main", params={"data": "shop"})
    untyped = await served.api.delete(f"{DATABASES}/production/old")
    done = await served.api.delete(f"{DATABASES}/production/old", params={"data": "shop"})
    again = await served.api.delete(f"{DATABASES}/production/old", params={"data": "shop"})

    assert (declared.status_code, untyped.status_code, done.status_code, again.status_code) == (409, 409, 204, 404)
    assert [each.name for each in await served.store.managed.list(SHOP)] == ["main"]


async def test_the_apps_status_has_its_databases(served):
    await served.store.desired.put(DesiredEnvironment(app=SHOP, environment=PRODUCTION, services=()))
    await served.store.managed.create(make_database(app=SHOP))

    document = (await served.api.get("/api/v1/apps/shop")).json()

    [environment] = document["environments"]
    assert environment["databases"] == [{"name": "main", "state": "STARTING", "why": "it has not been looked at yet"}]
