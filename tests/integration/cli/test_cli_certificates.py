"""`fairway certificates` as a user types it, against the real app with a desk that says what the test has."""

import asyncio
import json

import pytest

from fairway.domain.certificates import State
from fairway.errors import Conflict
from support.certificate_desk import FAILURE, HOST, ORDERED, stand
from support.server_world import TOKEN, serving

from .conftest import make_shell

KEY = "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n"
CHAIN = "-----BEGIN CERTIFICATE-----\npublic\n-----END CERTIFICATE-----\n"


@pytest.fixture
async def shop(tmp_path):
    """A folder with a certificate and its key, and a server; `run` is a command typed there."""
    async with serving(tmp_path / "home") as served:
        (tmp_path / "home" / "token").write_text(TOKEN + "\n")
        (tmp_path / "chain.pem").write_text(CHAIN)
        (tmp_path / "key.pem").write_text(KEY)
        (tmp_path / "key.der").write_bytes(b"\x30\x82\x04\xbd")
        home, port = str(tmp_path / "home"), str(served.settings.port)
        shell = make_shell(tmp_path, FAIRWAY_HOME=home, FAIRWAY_PORT=port, HOME=str(tmp_path))

        async def run(*arguments, text=""):
            return await asyncio.to_thread(shell.spawn, "certificates", *arguments, text=text)

        run.desk = served.certificates
        yield run


async def test_domains_are_listed_with_what_to_do_about_those_without_a_certificate(shop):
    shop.desk.standings = [
        stand(host="blog.example.org", certificate=ORDERED),
        stand(State.FAILED, failure=FAILURE, cause=FAILURE.cause),
    ]

    done = await shop()

    head, secure, failed = done.stdout.splitlines()
    assert head.split() == ["domain", "app", "environment", "state", "issuer", "ends", "cause"]
    assert secure.startswith("blog.example.org  shop  production   secure  Let's Encrypt  2027-01-15  -")
    assert failed.endswith(f"failed  -              -           {FAILURE.cause}")
    assert f"{HOST}  about to be tried again; now: fairway certificates order {HOST}" in done.stderr
    document = json.loads((await shop("--json", "--app", "shop")).stdout)
    assert [each["state"] for each in document["certificates"]] == ["SECURE", "FAILED"]


async def test_without_domains_it_says_where_they_are_named(shop):
    assert "domains in an environment of fairway.toml" in (await shop()).stderr


@pytest.mark.parametrize(("key", "text"), [("key.pem", ""), ("-", KEY)])
async def test_a_certificate_is_added_with_its_key_from_a_file_or_standard_input(shop, key, text):
    shop.desk.standings = [stand(State.PLAIN)]

    done = await shop("add", HOST, "--chain", "chain.pem", "--key", key, text=text)

    assert done.returncode == 0, done.stderr
    assert done.stderr == f"{HOST} is served with it until 2027-01-15; renew it before\n"
    assert shop.desk.asked == [("give", HOST, CHAIN, KEY)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--chain", "none.pem", "--key", "key.pem"), "--chain none.pem can't be read"),
        (("--chain", "chain.pem", "--key", "."), "--key . can't be read"),
        (("--chain", "chain.pem", "--key", "key.der"), "--key key.der is not PEM"),
        (("--chain", "key.pem", "--key", "key.pem"), "--chain key.pem has no certificate in it"),
        (("--chain", "chain.pem", "--key", "chain.pem"), "--key chain.pem has no private key in it"),
        (("--chain", "-", "--key", "-"), "standard input can't be both"),
        (("--chain", "chain.pem"), "Missing option '--key'"),
    ],
)
async def test_what_can_not_be_a_certificate_and_its_key_is_never_sent(shop, arguments, said):
    shop.desk.standings = [stand(State.PLAIN)]

    done = await shop("add", HOST, *arguments, text=KEY)

    assert done.returncode == 2
    assert said in done.stderr
    assert "secret" not in done.stderr + done.stdout
    assert shop.desk.asked == []


@pytest.mark.parametrize("verb", ["order", "remove"])
async def test_what_is_no_host_name_is_not_asked_for(shop, verb):
    done = await shop(verb, f"https://{HOST}/")

    assert done.returncode == 2
    assert f"https://{HOST}/ is no host name" in done.stderr


async def test_one_is_ordered_and_removed(shop):
    shop.desk.standings = [stand(State.FAILED)]

    ordered, removed = await shop("order", HOST), await shop("remove", HOST.upper(), "--json")

    assert ordered.stderr.splitlines() == [f"A certificate is being ordered for {HOST}", "Next    fairway certificates"]
    assert json.loads(removed.stdout) == {"domain": HOST, "removed": True}
    assert shop.desk.asked == [("again", HOST), ("remove", HOST)]


async def test_what_the_server_refuses_is_said_with_why_and_what_to_do(shop):
    shop.desk.fails = Conflict("no certificate is ordered", why="it has no route", hint="deploy it")

    done = await shop("order", HOST)

    assert done.returncode == 1
    assert [line.split(maxsplit=1) for line in done.stderr.splitlines()] == [
        ["Error", "no certificate is ordered"],
        ["Why", "it has no route"],
        ["Hint", "deploy it"],
    ]
