"""The endpoints of passages over real HTTP."""

import asyncio
import json
import os
import sys
from dataclasses import replace

from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.moves import Keep
from fairway.wire import guardstyle
from support import passage_values
from support.guard_values import make_backup, make_passage
from support.guard_world import add_column
from support.pipeline_values import IMAGE, PUSH, REVISION, define
from support.server_world import TOKEN

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


TOML = 'app = "shop"\n[environments.production]\n[environments.staging.migrations]\nenabled = false\n[migrations]\n'
DEFAULTS = {"port": 3000, "health_path": None, "command": None}
OUTPUTS = {
    "described": {"text": TOML, "file": "fairway.toml", "defaults": DEFAULTS},
    "image": {"repository": IMAGE.repository, "digest": IMAGE.digest, "size": 1},
}


async def build(served, outputs=OUTPUTS):
    """An execution that has come as far as its outputs."""
    made = await served.store.executions.create(SHOP, REVISION, PUSH, define(["source", "production"]), at=1.0)
    await served.store.executions.change(made, [Keep(outputs=outputs)], at=1.0)


async def test_what_is_pending_is_shown_without_a_deployment(served):
    await build(served)
    await build(served, {})

    found = (await served.api.get("/api/v1/apps/shop/plan", params={"environment": "production"})).json()

    assert (found["execution"], found["environment"]) == (1, "production")
    assert [step["name"] for step in found["plan"]["pending"]] == ["1_coupon"]
    assert found["judged"]["findings"] == []
    assert served.guarded.begun == []


async def test_a_rehearsal_is_begun_and_followed_to_its_report(served):
    await build(served)

    begun = await served.api.post(PASSAGES, json={"environment": "production"})
    followed = await served.api.get(f"{PASSAGES}/1/stream")

    assert (begun.status_code, begun.json()["status"]) == (202, "CHECKING")
    lines = [json.loads(line) for line in followed.text.splitlines()]
    assert lines[0] == {"type": "line", "text": "check         ✓  1 pending: 1_coupon (knex)"}
    assert (lines[-1]["type"], lines[-1]["passage"]["status"]) == ("end", "REHEARSED")
    assert served.guarded.applied == []


async def test_what_can_t_be_rehearsed_is_refused(served):
    nothing = await served.api.post(PASSAGES, json={"environment": "production"})
    await build(served)
    off = await served.api.post(PASSAGES, json={"environment": "staging"})
    unknown = await served.api.post(PASSAGES, json={"environment": "demo"})
    gone = await served.api.get("/api/v1/apps/shop/plan", params={"environment": "production", "execution": 9})

    assert [each.status_code for each in (nothing, off, unknown, gone)] == [404, 422, 422, 404]
    assert off.json()["title"] == "the fairway.toml of execution 1 has no migrations for staging"
    assert unknown.json()["title"] == "the fairway.toml of execution 1 describes no environment demo"


async def fairway(served, *arguments):
    """A command, in a process of its own."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("FAIRWAY_")}
    environ |= {"FAIRWAY_HOME": str(served.settings.home), "FAIRWAY_PORT": str(served.settings.port)}
    (served.settings.home / "token").write_text(TOKEN)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "fairway", "migrate", *arguments, "--app", "shop"),
        env=environ,
        cwd=served.settings.home,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_the_command_plans_rehearses_and_reports(served):
    await build(served)

    planned = await fairway(served, "-e", "production")
    rehearsed = await fairway(served, "-e", "production", "--rehearse")
    reported = await fairway(served, "--report", "1")
    listed = await fairway(served, "--history")
    document = await fairway(served, "-e", "production", "--plan", "--json")

    assert planned[0] == 0, planned
    assert "1_coupon" in planned[1]
    assert "fairway migrate -e production --rehearse" in planned[2]
    assert rehearsed[0] == 0, rehearsed
    assert "rehearsal     ✓" in rehearsed[2]
    assert reported[0] == 0, reported
    assert "passage 1  production" in reported[1]
    assert "REHEARSED" in listed[1]
    assert json.loads(document[1])["plan"]["pending"][0]["name"] == "1_coupon"


async def test_a_rehearsal_that_does_not_hold_ends_the_command_with_1(served):
    await build(served)
    served.guarded.script.ups = {"1_coupon": add_column("coupon", required=True)}

    code, _, said = await fairway(served, "-e", "production", "--rehearse")

    assert code == 1
    assert 'column "coupon" of relation "orders" contains null values' in said
    assert "fairway migrate --report 1" in said


async def test_two_questions_at_once_are_a_wrong_call(served):
    code, _, said = await fairway(served, "--report", "1", "--history")

    assert (code, "--report and --history are two questions" in said) == (2, True)


async def test_without_passages_the_history_says_so(served):
    code, out, _ = await fairway(served, "--history", "--json")

    assert (code, json.loads(out)) == (0, {"passages": []})
