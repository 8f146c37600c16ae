"""The endpoints of passages over real HTTP."""

from dataclasses import replace

from fairway.domain.ids import AppName, EnvironmentName
from fairway.wire import guardstyle
from support import passage_values
from support.guard_values import make_backup, make_passage

SHOP = AppName("shop")
PASSAGES = "/api/v1/apps/shop/passages"


async def test_passages_are_listed_newest_first_and_shown_with_their_backup(served):
    kept = await served.store.backups.create(make_backup(app=SHOP))
    await served.store.passages.create(make_passage(app=SHOP, key="a", backup=kept.number))
    await served.store.passages.create(
        make_passage(app=SHOP, key="b", environment=EnvironmentName("staging"), backup=99)
    )

    everything = (await served.api.get(PASSAGES)).json()["passages"]
    of_staging = (await served.api.get(PASSAGES, params={"environment": "staging"})).json()["passages"]
    shown = (await served.api.get(f"{PASSAGES}/1")).json()
    without = (await served.api.get(f"{PASSAGES}/2")).json()
    missing = await served.api.get(f"{PASSAGES}/3")

    assert [each["number"] for each in everything] == [2, 1]
    assert [each["number"] for each in of_staging] == [2]
    assert (shown["backup_number"], shown["backup"]["verdict"]) == (1, "VERIFIED")
    assert (without["backup_number"], without["backup"]) == (99, None)
    assert (missing.status_code, missing.json()["title"]) == (404, "shop has no passage 3")


async def test_the_page_of_a_passage_is_sealed(served):
    await served.store.passages.create(replace(passage_values.hostile(), app=SHOP))

    page = await served.api.get(f"{PASSAGES}/1.html")
    missing = await served.api.get(f"{PASSAGES}/2.html")

    assert page.status_code == 200, page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == guardstyle.POLICY
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "<script" not in page.text
    assert missing.status_code == 404


async def test_a_secret_of_the_app_is_in_no_form_of_the_report(served):
    secret = "hunter2&<swordfish>"
    await served.api.patch("/api/v1/apps/shop/environments/production/variables", json={"set": {"DB_PASSWORD": secret}})
    await served.store.passages.create(replace(passage_values.half(), app=SHOP, summary=secret, source=secret))

    document = (await served.api.get(f"{PASSAGES}/1")).text
    page = (await served.api.get(f"{PASSAGES}/1.html")).text

    assert "swordfish" not in document
    assert "swordfish" not in page
    assert "•••" in page
