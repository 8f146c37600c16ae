"""`POST /webhooks/APP` over HTTP: what each forge sends, and what nobody may send."""

import asyncio
import json
import socket
import time
from urllib.parse import urlencode

import httpx
import pytest

from fairway.domain.ids import AppName
from support import forge_payloads, forge_pulls, git_forge
from support.forge_payloads import PAYLOADS, PUSHERS
from support.sampled import sampled

SHOP = AppName("shop")
SOURCE = "/api/v1/apps/shop/source"
MIB = 1024 * 1024


@pytest.fixture
def forge(tmp_path):
    with git_forge.serving(tmp_path / "elsewhere") as running:
        yield running


@pytest.fixture
async def secret(served, forge) -> str:
    """The secret of the shop's webhook; one commit was fetched, and a second one waits at the forge."""
    forge.commit({"a": b"1"})
    await served.api.put(SOURCE, json={"url": forge.url(), "deploy": False})
    made = await served.api.post(f"{SOURCE}/webhook")
    forge.commit({"a": b"2"})
    return made.json()["secret"]


@pytest.fixture
async def outside(served):
    """Somebody without any token."""
    async with httpx.AsyncClient(base_url=served.settings.url, trust_env=False, verify=False, timeout=30) as client:
        yield client


async def call(outside, name, secret, *, body=None, id="d1", app="shop", **changed):
    body = forge_payloads.encode(name) if body is None else body
    headers = forge_payloads.headers(name, secret, body, id=id, time=int(time.time()))
    sent = changed.pop("sent", body)
    return await outside.post(f"/webhooks/{app}", content=sent, headers={**headers, **changed.pop("headers", {})})


async def executions(served, count):
    """The executions, once there are so many."""
    async with asyncio.timeout(20):
        while len(found := await served.store.executions.list(SHOP)) < count:
            await asyncio.sleep(0.02)
    return found


async def unchanged(served) -> bool:
    source = await served.store.sources.get(SHOP)
    return (source is None or source.wanted_at is None) and await served.store.executions.list(SHOP) == []


@pytest.mark.parametrize("name", sampled(PAYLOADS, (0, 1, -1)))
async def test_a_forges_push_deploys_what_the_fetch_finds(served, forge, secret, outside, name):
    answer = await call(outside, name, secret)

    (execution,) = await executions(served, 1)
    assert (answer.status_code, answer.json()) == (202, {"result": "accepted"})
    assert execution.revision.commit == forge.work.head()
    assert (execution.trigger.kind, execution.trigger.by) == ("webhook", PUSHERS[name])


@pytest.mark.parametrize("name", sampled(PAYLOADS, (0, 1, -1)))
async def test_a_forged_call_is_refused_and_changes_nothing(served, secret, outside, name):
    answer = await call(outside, name, "whsec_Zm9yZ2Vk")

    assert answer.status_code == 401
    assert await unchanged(served)


async def test_a_truncated_call_is_refused_and_changes_nothing(served, secret, outside):
    body = forge_payloads.encode("github")

    answer = await call(outside, "github", secret, body=body, sent=body[:-1])

    assert answer.status_code == 401
    assert await unchanged(served)


async def test_a_call_that_breaks_off_changes_nothing(served, secret):
    body = forge_payloads.encode("gitlab")
    head = f"POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nX-Gitlab-Event: Push Hook\r\n"

    def send() -> bytes:
        with socket.create_connection(("127.0.0.1", served.settings.port), timeout=10) as connection:
            connection.sendall(head.encode() + f"X-Gitlab-Token: {secret}\r\n\r\n".encode() + body[:20])
            connection.shutdown(socket.SHUT_WR)
            return connection.recv(100)

    answer = await asyncio.to_thread(send)

    assert b" 20" not in answer[:12]
    assert await unchanged(served)


async def test_a_commit_that_was_forced_away_before_the_fetch_is_not_deployed_and_said(served, forge, secret, outside):
    gone = forge.work.head()
    forge.work.git("reset", "--hard", "--quiet", "HEAD~1")
    there = forge.commit({"a": b"3"})

    await call(outside, "github", secret, body=json.dumps({"ref": "refs/heads/master", "after": gone}).encode())
    (execution,) = await executions(served, 1)
    answer = await served.api.post("/api/v1/apps/shop/executions", json={"ref": gone})

    assert execution.revision.commit == there
    assert answer.status_code == 404
    assert answer.json()["title"] == f'no branch, tag or commit "{gone}" was pushed to shop'
    assert len(await served.store.executions.list(SHOP)) == 1


async def test_a_delivery_that_comes_again_is_refused(served, secret, outside):
    await call(outside, "github", secret, id="d1")
    await executions(served, 1)

    again = await call(outside, "github", secret, id="d1")

    assert again.status_code == 409
    assert len(await served.store.executions.list(SHOP)) == 1


async def test_without_an_id_the_same_body_is_the_same_delivery(served, secret, outside):
    first = await call(outside, "gitlab", secret, id="")
    again = await call(outside, "gitlab", secret, id="")

    assert (first.status_code, again.status_code) == (202, 409)


async def test_a_signed_call_of_yesterday_is_refused(served, secret, outside):
    body = forge_payloads.encode("gitlab-signed")
    headers = forge_payloads.headers("gitlab-signed", secret, body, time=int(time.time()) - 86400)

    answer = await outside.post("/webhooks/shop", content=body, headers=headers)

    assert answer.status_code == 401
    assert await unchanged(served)


async def test_thirty_megabytes_are_refused_by_their_announced_length(served, secret, outside):
    answer = await call(outside, "github", secret, body=b"x" * (30 * MIB))

    assert answer.status_code == 413
    assert await unchanged(served)


async def test_thirty_megabytes_that_nobody_announced_are_refused_while_they_are_read(served, secret):
    sent = 0
    head = "POST /webhooks/shop HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nX-Gitlab-Event: Push Hook\r\n"
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"

    def send() -> bytes:
        nonlocal sent
        with socket.create_connection(("127.0.0.1", served.settings.port), timeout=20) as connection:
            connection.sendall(head.encode() + f"X-Gitlab-Token: {secret}\r\n\r\n".encode())
            while sent < 30 * MIB:
                try:
                    connection.sendall(chunk)
                except OSError:
                    break
                sent += 0x10000
            return connection.recv(100)

    answer = await asyncio.to_thread(send)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert await unchanged(served)


async def test_a_large_payload_within_the_limit_is_checked_and_taken(served, secret, outside):
    body = json.dumps({"commits": ["x" * (20 * MIB)]}).encode()

    answer = await call(outside, "github", secret, body=body)

    assert answer.status_code == 202
    assert (await executions(served, 1))[0].trigger.by == ""


async def test_a_form_is_read_as_github_sends_it_by_default(served, secret, outside):
    body = urlencode({"payload": forge_payloads.encode("github").decode()}).encode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = await call(outside, "github", secret, body=body, headers=form)

    assert answer.status_code == 202
    assert (await executions(served, 1))[0].trigger.by == "Codertocat"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000])
async def test_a_signed_payload_that_is_no_json_object_is_refused(served, secret, outside, body):
    answer = await call(outside, "github", secret, body=body)

    assert answer.status_code == 422
    assert await unchanged(served)


async def test_a_ping_is_answered(served, secret, outside):
    answer = await call(outside, "github", secret, headers={"X-GitHub-Event": "ping"})

    assert (answer.status_code, answer.json()) == (200, {"result": "pong"})
    assert await unchanged(served)


async def test_another_event_is_answered_with_the_reason_and_changes_nothing(served, secret, outside):
    answer = await call(outside, "gitlab", secret, headers={"X-Gitlab-Event": "Issue Hook"})

    assert (answer.status_code, answer.json()) == (
        202,
        {"result": "ignored", "reason": "Issue Hook deploys nothing"},
    )
    assert await unchanged(served)


@pytest.mark.parametrize("app", ["nowhere", "Shop", "%00", "x" * 100])
async def test_an_app_without_a_webhook_is_answered_as_a_wrong_secret_is(served, secret, outside, app):
    wrong = await call(outside, "github", "whsec_Zm9yZ2Vk")

    answer = await call(outside, "github", secret, app=app)

    assert answer.status_code == 401
    assert answer.json() == wrong.json()


async def test_an_unsigned_call_is_refused(outside, served, secret):
    answer = await outside.post("/webhooks/shop", content=forge_payloads.encode("github"))

    assert answer.status_code == 401
    assert await unchanged(served)


async def test_the_secret_is_shown_once_and_replaced_only_when_asked(served, secret, outside):
    refused = await served.api.post(f"{SOURCE}/webhook")
    replaced = await served.api.post(f"{SOURCE}/webhook", json={"replace": True})

    assert refused.status_code == 409
    assert secret not in refused.text
    assert replaced.json()["url"] == f"{served.settings.url}/webhooks/shop"
    assert (await call(outside, "github", secret, id="a")).status_code == 401
    assert (await call(outside, "github", replaced.json()["secret"], id="b")).status_code == 202
    assert secret not in (await served.api.get(SOURCE)).text


async def test_a_new_host_forgets_the_old_hosts_secret(served, secret, outside, forge):
    await served.api.put(SOURCE, json={"url": forge.url().replace("127.0.0.1", "localhost"), "deploy": False})

    assert (await call(outside, "github", secret)).status_code == 401


FILTERED = b"""app = "shop"
[[source.filters]]
pull_requests = ["opened", "updated"]
branches = ["master"]
"""


@pytest.fixture
async def proposed(served, forge) -> str:
    """The secret of the shop's webhook. Its master takes pull requests, and the forge has number 2, wherever a forge
    keeps its head."""
    forge.commit({"fairway.toml": FILTERED})
    await served.api.put(SOURCE, json={"url": forge.url(), "deploy": False})
    made = await served.api.post(f"{SOURCE}/webhook")
    forge.work.commit({"a": b"proposed"}, "Add coupons")
    for ref in set(forge_pulls.REFS.values()):
        forge.push(f"HEAD:{ref}")
    return made.json()["secret"]


async def call_of_pull(outside, name, secret, *, body=None, **more):
    body = forge_pulls.encode(name) if body is None else body
    headers = forge_pulls.headers(name, secret, body, time=int(time.time()), **more)
    return await outside.post("/webhooks/shop", content=body, headers=headers)


@pytest.mark.parametrize("name", sampled(forge_pulls.PAYLOADS, (0, 1)))
async def test_a_forges_pull_request_is_tried_and_not_deployed(served, forge, proposed, outside, name):
    answer = await call_of_pull(outside, name, proposed)

    (execution,) = await executions(served, 1)
    assert (answer.status_code, answer.json()) == (202, {"result": "accepted"})
    assert (execution.revision.commit, execution.revision.pull_request) == (forge.work.head(), 2)
    assert (execution.trigger.kind, execution.trigger.by) == ("webhook", forge_pulls.BY[name])
    assert [stage.name for stage in execution.stages] == ["source", "build"]


async def test_a_call_about_a_pull_request_is_taken_once_under_whichever_id(proposed, outside):
    first = await call_of_pull(outside, "github", proposed, id="d1")

    again = await call_of_pull(outside, "github", proposed, id="d2")

    assert (first.status_code, again.status_code) == (202, 409)


async def test_a_label_on_a_pull_request_is_ignored(served, proposed, outside):
    body = json.dumps({**forge_pulls.GITHUB, "action": "labeled"}).encode()

    answer = await call_of_pull(outside, "github", proposed, body=body)

    assert answer.json() == {
        "result": "ignored",
        "reason": "nothing happened to the pull request that concerns a build",
    }
    assert await served.store.sources.pulls(SHOP) == []


async def test_a_payload_of_a_pull_request_that_names_none_is_refused(served, proposed, outside):
    answer = await call_of_pull(outside, "github", proposed, body=b'{"action": "opened", "number": "2; rm -rf"}')

    assert (answer.status_code, answer.json()["title"]) == (422, "the payload of github is none of a pull request")
    assert await served.store.sources.pulls(SHOP) == []


async def test_a_payload_of_a_pull_request_beyond_a_mebibyte_is_ignored(served, proposed, outside):
    body = json.dumps({**forge_pulls.GITHUB, "padding": "x" * MIB}).encode()

    answer = await call_of_pull(outside, "github", proposed, body=body)

    assert answer.json() == {"result": "ignored", "reason": "its payload has more than 1 MiB"}
