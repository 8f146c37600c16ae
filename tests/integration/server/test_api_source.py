"""`/api/v1/apps/APP/source` over HTTP, with a real forge's git behind it."""

import pytest

from fairway.domain.ids import AppName
from support import git_forge
from support.git_forge import TOKEN

SHOP = AppName("shop")
PATH = "/api/v1/apps/shop/source"


@pytest.fixture
def forge(tmp_path):
    with git_forge.serving(tmp_path / "elsewhere") as running:
        yield running


async def test_setting_a_source_fetches_it_and_starts_an_execution(served, forge):
    forge.token, commit = TOKEN, forge.commit({"a": b"1"})

    answer = await served.api.put(PATH, json={"url": forge.url(), "token": TOKEN})

    assert answer.status_code == 200
    (outcome,) = answer.json()["outcomes"]
    assert (outcome["ref"], outcome["commit"], outcome["execution"]) == ("refs/heads/master", commit, 1)
    (execution,) = await served.store.executions.list(SHOP)
    assert (execution.trigger.kind, execution.trigger.by) == ("fetch", "owner")


async def test_what_is_shown_says_that_there_is_a_token_and_not_which(served, forge):
    forge.token = TOKEN
    forge.commit({"a": b"1"})
    await served.api.put(PATH, json={"url": forge.url(), "token": TOKEN, "deploy": False})

    answer = await served.api.get(PATH)

    shown = answer.json()["source"]
    assert (shown["url"], shown["token"], shown["deploy_key"], shown["failures"]) == (forge.url(), True, False, 0)
    assert shown["fetched_at"] is not None
    assert TOKEN not in answer.text
    assert await served.store.executions.list(SHOP) == []


async def test_a_fetch_deploys_what_has_moved_since(served, forge):
    forge.commit({"a": b"1"})
    await served.api.put(PATH, json={"url": forge.url(), "deploy": False})
    commit = forge.commit({"a": b"2"})

    answer = await served.api.post(f"{PATH}/fetch")

    assert [each["commit"] for each in answer.json()["outcomes"]] == [commit]
    assert (await served.api.post(f"{PATH}/fetch")).json()["outcomes"] == []


async def test_a_branch_named_like_a_command_is_a_name_and_nothing_else(served, forge, tmp_path):
    forge.commit({"a": b"1"})
    await served.api.put(PATH, json={"url": forge.url(), "deploy": False})
    branch = f"$(touch${{IFS}}{tmp_path}/pwned);`id`|x&"
    forge.commit({"a": b"2"}, branch=branch)

    answer = await served.api.post(f"{PATH}/fetch")

    (outcome,) = answer.json()["outcomes"]
    assert outcome["ref"] == f"refs/heads/{branch}"
    assert outcome["reason"] == "nothing is deployed (source.branch is master)"
    assert await served.store.executions.list(SHOP) == []
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "body",
    [
        {"url": "file:///etc"},
        {"url": "https://ada:s3cr3t@host/x"},
        {"url": "https://host/acme/shop", "token": "two words"},
        {"url": "https://host/acme/shop", "deploy_key": "s3cr3t"},
        {"url": "https://host/acme/shop", "forge": "sourcehut"},
        {"url": 7, "token": "s3cr3t"},
        {"url": "x" * 3000},
    ],
)
async def test_bad_input_is_refused_without_repeating_it_and_nothing_is_kept(served, body):
    answer = await served.api.put(PATH, json=body)

    assert answer.status_code == 422
    assert "s3cr3t" not in answer.text
    assert (await served.api.get(PATH)).json() == {"source": None}


async def test_a_refused_credential_is_told_and_nothing_is_kept(served, forge):
    forge.token = TOKEN

    answer = await served.api.put(PATH, json={"url": forge.url(), "token": "wr0ng"})

    assert answer.status_code == 422
    assert "refuses the credential" in answer.json()["title"]
    assert "wr0ng" not in answer.text
    assert (await served.api.get(PATH)).json() == {"source": None}


async def test_unsetting_needs_a_source_and_forgets_it(served, forge):
    forge.commit({"a": b"1"})
    await served.api.put(PATH, json={"url": forge.url(), "deploy": False})

    first, second = await served.api.delete(PATH), await served.api.delete(PATH)

    assert (first.status_code, second.status_code) == (204, 404)
    assert (await served.api.get(PATH)).json() == {"source": None}
    assert (await served.api.post(f"{PATH}/fetch")).status_code == 404


async def test_the_source_of_an_unknown_app_is_not_found(served):
    assert (await served.api.get("/api/v1/apps/nowhere/source")).status_code == 404
