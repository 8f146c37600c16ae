"""Backups over real HTTP, and by the commands: begun, followed, restored, and what bad input is answered."""

import asyncio
import json
import os
import sys
import time

import pytest

from fairway.adapters.memory.databases import MemoryDatabase
from fairway.domain import address
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import WorkFailed
from support.guard_values import make_backup
from support.server_world import TOKEN

SHOP, PRODUCTION = AppName("shop"), EnvironmentName("production")
BACKUPS, ERRANDS = "/api/v1/apps/shop/backups", "/api/v1/apps/shop/errands"
URL = "postgres://shop:s3cretPassw0rd@db:5432/shop"


@pytest.fixture
async def live(served):
    """Production has a database with three orders."""
    served.world.now = time.time()
    served.world.put(address.read(URL)).create("public.orders", ["id"], 3)
    await served.variables.change(SHOP, PRODUCTION, set={"DATABASE_URL": URL})
    return served


def database(served) -> MemoryDatabase:
    return served.world.at(address.read(URL))


async def follow(served, answer):
    assert answer.status_code == 202, answer.text
    stream = await served.api.get(f"{ERRANDS}/{answer.json()['number']}/stream")
    return [json.loads(line) for line in stream.text.splitlines()]


async def back_up(served):
    return await follow(served, await served.api.post(BACKUPS, json={"environment": "production"}))


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


async def test_a_backup_is_begun_and_followed_to_its_verdict(live):
    messages = await back_up(live)

    end = messages[-1]
    assert {each["type"] for each in messages[:-1]} == {"errand"}
    assert (end["errand"]["status"], end["errand"]["kind"], end["errand"]["backup"]) == ("SUCCEEDED", "backup", 1)
    assert (end["backup"]["verdict"], end["backup"]["rows"], end["backup"]["by"]) == ("VERIFIED", 3, "owner")
    assert "s3cretPassw0rd" not in json.dumps(messages)


async def test_what_it_failed_with_is_the_streams_last_line(live):
    live.dumps.faults.fail("dump", WorkFailed("it can't be dumped", why="permission denied for table orders"))

    messages = await back_up(live)

    assert messages[-1]["type"] == "problem"
    assert messages[-1]["problem"]["detail"] == "permission denied for table orders"
    assert (await live.api.get(f"{BACKUPS}/1")).json()["verdict"] == "FAILED"


async def test_one_that_goes_on_is_not_begun_again(live):
    live.dumps.faults.hang("dump")
    await live.api.post(BACKUPS, json={"environment": "production"})

    again = await live.api.post(BACKUPS, json={"environment": "production"})
    listed = (await live.api.get(ERRANDS)).json()["errands"]
    live.dumps.faults.mend()

    assert (again.status_code, again.json()["hint"]) == (409, "follow it: fairway db follow 1")
    assert [(each["number"], each["status"]) for each in listed] == [(1, "IN_PROGRESS")]


async def test_a_restore_says_what_is_lost_and_wants_the_name(live):
    await back_up(live)
    database(live).insert("public.orders", [{"id": "new"}])

    loss = (await live.api.get(f"{BACKUPS}/1/loss")).json()
    refused = await live.api.post(f"{BACKUPS}/1/restore", json={"confirm": "prod"})
    messages = await follow(live, await live.api.post(f"{BACKUPS}/1/restore", json={"confirm": "production"}))

    assert [sentence.split(":")[0] for sentence in loss["writes"]] == ["public.orders"]
    assert (loss["environment"], loss["source"]) == ("production", "postgres://shop@db:5432/shop")
    assert (refused.status_code, refused.json()["title"]) == (422, "the name of the environment is production")
    assert messages[-1]["errand"]["before"] == 2
    assert len(database(live).rows["public.orders"]) == 3


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "", {"environment": "Not a name"}, 422),
        ("POST", "", {"environment": "staging"}, 404),
        ("POST", "", {"environment": "production", "variable": "NOPE"}, 404),
        ("POST", "", {}, 422),
        ("POST", "/9/verify", None, 404),
        ("POST", "/9/drill", None, 404),
        ("POST", "/0/drill", None, 422),
        ("GET", "/9/loss", None, 404),
        ("POST", "/9/restore", {"confirm": "production"}, 404),
        ("POST", "/9/restore", {}, 422),
    ],
)
async def test_bad_input_is_answered_and_nothing_is_begun(live, method, path, body, status):
    answer = await live.api.request(method, BACKUPS + path, json=body)

    assert answer.status_code == status, answer.text
    assert (await live.api.get(ERRANDS)).json() == {"errands": []}


async def test_an_unknown_errand_is_not_found(live):
    assert (await live.api.get(f"{ERRANDS}/7/stream")).status_code == 404


async def fairway(served, *arguments, text=""):
    """A command, in a process of its own."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("FAIRWAY_")}
    environ |= {"FAIRWAY_HOME": str(served.settings.home), "FAIRWAY_PORT": str(served.settings.port)}
    (served.settings.home / "token").write_text(TOKEN)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "fairway",
        "db",
        *arguments,
        "--app",
        "shop",
        env=environ,
        cwd=served.settings.home,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate(text.encode())
    return process.returncode, out.decode(), err.decode()


async def test_the_commands_back_up_list_verify_and_drill(live):
    made = await fairway(live, "backup", "-e", "production")
    listed = await fairway(live, "backups", "--json")
    verified = await fairway(live, "verify", "1")
    drilled = await fairway(live, "drill", "-e", "production", "--json")

    assert made[0] == 0, made
    assert "backup 1 of production: VERIFIED" in made[2]
    assert "3 rows in 1 table" in made[2]
    assert [each["verdict"] for each in json.loads(listed[1])["backups"]] == ["VERIFIED"]
    assert "backup 1 is what was backed up; recovery took" in verified[2]
    assert json.loads(drilled[1])["errand"]["kind"] == "drill"
    assert len((await live.api.get(f"{BACKUPS}/1")).json()["drills"]) == 1


async def test_the_restore_command_says_what_is_lost_and_takes_no_yes(live):
    await back_up(live)
    database(live).insert("public.orders", [{"id": "new"}])

    asked = await fairway(live, "restore", "1")
    wrong = await fairway(live, "restore", "1", "--confirm", "staging")
    rows = len(database(live).rows["public.orders"])
    done = await fairway(live, "restore", "1", "--confirm", "production")

    assert (asked[0], wrong[0], rows, done[0]) == (2, 2, 4, 0), (asked, wrong, done)
    assert "would be lost" in asked[2] and "public.orders" in asked[2]
    assert "--confirm production" in asked[2]
    assert "has what backup 1 holds" in done[2]
    assert "fairway db restore 2 --into production" in done[2]
    assert len(database(live).rows["public.orders"]) == 3


async def test_a_backup_that_fails_ends_the_command_with_1_and_its_cause(live):
    live.dumps.faults.lie("dump")

    status, out, err = await fairway(live, "backup", "-e", "production")

    assert (status, out) == (1, "")
    assert "Error   backup 1 of shop is not what is in the database" in err
    assert "public.orders" in err


async def test_work_that_nobody_waits_for_goes_on_and_can_be_followed(live):
    live.dumps.faults.hang("dump")
    begun = await fairway(live, "backup", "-e", "production", "--no-wait")
    live.dumps.faults.mend()
    followed = await fairway(live, "follow", "1")
    unknown = await fairway(live, "follow", "7")

    assert (begun[0], "fairway db follow 1" in begun[2]) == (0, True)
    assert (followed[0], "VERIFIED" in followed[2]) == (0, True)
    assert unknown[0] == 2


async def test_without_a_server_the_status_is_3(live):
    home = live.settings.home
    environ = {**os.environ, "FAIRWAY_HOME": str(home), "FAIRWAY_PORT": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "fairway", "db", "backup", "--app", "shop", "-e", "production", env=environ,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip

    await process.communicate()

    assert process.returncode == 3


async def test_an_app_that_is_deleted_takes_its_backups_with_it(live):
    await back_up(live)
    vault = live.settings.vault

    answer = await live.api.delete("/api/v1/apps/shop", params={"data": "shop"})

    assert answer.status_code == 200
    assert list(vault.iterdir()) == []
