"""Who calls, and whether it is really them."""

import pytest

from fairway.domain import webhooks
from fairway.domain.remotes import Forge
from fairway.domain.webhooks import Check, Concern
from fairway.errors import Unauthorized
from support import forge_payloads
from support.forge_payloads import PAYLOADS

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOW = 1614265330


def lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def holds(headers: dict[str, str], body: bytes, secret: str = SECRET) -> bool:
    check = Check(webhooks.read(lower(headers), now=NOW), secret)
    for part in (body[:10], body[10:]):
        check.add(part)
    return check.holds()


def test_the_example_of_githubs_documentation_holds():
    signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    headers = {"X-GitHub-Event": "push", "X-GitHub-Delivery": "1", "X-Hub-Signature-256": signature}

    assert holds(headers, b"Hello, World!", "It's a Secret to Everybody")
    assert not holds(headers, b"Hello, World?", "It's a Secret to Everybody")


def test_the_example_of_standard_webhooks_holds():
    headers = {
        "X-Gitlab-Event": "Push Hook",
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }

    assert holds(headers, b'{"test": 2432232314}')
    assert not holds({**headers, "webhook-id": "another"}, b'{"test": 2432232314}')


@pytest.mark.parametrize("name", PAYLOADS)
def test_each_forges_call_is_recognised_and_holds(name):
    body = forge_payloads.encode(name)
    headers = forge_payloads.headers(name, SECRET, body, id="d7", time=NOW)

    call = webhooks.read(lower(headers), now=NOW)

    forges = {"gitlab-signed": Forge.GITLAB, "forgejo": Forge.GITEA}
    assert call.forge == forges.get(name, name)
    assert (call.id, call.concern) == ("d7", Concern.PUSH)
    assert holds(headers, body)


@pytest.mark.parametrize("name", PAYLOADS)
def test_another_secret_never_holds(name):
    body = forge_payloads.encode(name)

    assert not holds(forge_payloads.headers(name, "whsec_b3RoZXI=", body, time=NOW), body)


@pytest.mark.parametrize("name", [name for name in PAYLOADS if name != "gitlab"])
@pytest.mark.parametrize("change", [lambda body: body[:-1], lambda body: body + b" ", lambda body: b""])
def test_a_body_that_was_changed_never_holds(name, change):
    body = forge_payloads.encode(name)

    assert not holds(forge_payloads.headers(name, SECRET, body, time=NOW), change(body))


@pytest.mark.parametrize("time", [NOW - 301, NOW + 301])
def test_a_signed_time_that_is_not_now_is_refused(time):
    body = forge_payloads.encode("gitlab-signed")

    with pytest.raises(Unauthorized, match="too old"):
        holds(forge_payloads.headers("gitlab-signed", SECRET, body, time=time), body)


@pytest.mark.parametrize("stamp", ["", "now", "-1", "1e9", "9" * 30])
def test_a_time_that_is_none_is_refused(stamp):
    headers = {"webhook-id": "1", "webhook-timestamp": stamp, "webhook-signature": "v1,AAAA"}

    with pytest.raises(Unauthorized):
        webhooks.read(headers, now=NOW)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-github-event": "push"},
        {"x-github-event": "push", "x-hub-signature": "sha1=00"},
        {"x-gitea-event": "push"},
        {"x-event-key": "repo:push"},
        {"x-event-key": "repo:push", "x-hub-signature": "sha1=00"},
        {"x-gitlab-event": "Push Hook", "x-gitlab-token": ""},
        {"x-gitlab-event": "Push Hook", "x-gitlab-token": "x" * 10_000},
        {"x-github-event": "push", "x-hub-signature-256": "sha256=00", "x-github-delivery": "x" * 1000},
    ],
)
def test_a_call_that_proves_nothing_is_refused(headers):
    with pytest.raises(Unauthorized, match="not signed"):
        webhooks.read(headers, now=NOW)


@pytest.mark.parametrize("proof", ["", "sha256=", "sha256=ü", "v1,", "x" * 64])
def test_a_signature_that_is_none_never_holds(proof):
    headers = {"X-GitHub-Event": "push", "X-Hub-Signature-256": proof or "-"}

    assert not holds(headers, b"{}")


def test_a_signature_counts_more_than_a_token_beside_it():
    headers = {"webhook-id": "1", "webhook-timestamp": str(NOW), "webhook-signature": "v1,AAAA"}

    assert not holds({**headers, "X-Gitlab-Token": SECRET}, b"{}")


@pytest.mark.parametrize(
    ("event", "concern"),
    [
        ("push", Concern.PUSH),
        ("Tag Push Hook", Concern.PUSH),
        ("repo:refs_changed", Concern.PUSH),
        ("ping", Concern.PING),
        ("diagnostics:ping", Concern.PING),
        ("issues", Concern.NONE),
        ("Note Hook", Concern.NONE),
        ("", Concern.NONE),
    ],
)
def test_only_pushes_concern_us(event, concern):
    headers = {"x-github-event": event, "x-hub-signature-256": "sha256=00"}

    assert webhooks.read(headers, now=NOW).concern is concern
