"""What an authority's refusals become: its words, a hint, and how long to wait."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
from acme import messages
from cryptography.hazmat.primitives.asymmetric import ec
from josepy.jwk import JWKEC
from josepy.util import ComparableECKey

from fairway.adapters.acme import refusals
from fairway.adapters.acme.authority import AcmeAuthority, Place, apart
from fairway.adapters.acme.conversation import Network
from fairway.errors import FairwayError, Unavailable, WorkFailed
from fairway.ports.certificates import Limited
from support.certificate_pems import encode_key

HOST = "shop.example.org"
PREFIX = "urn:ietf:params:acme:error:"


def error(kind: str, detail: str = "its words", **more: object) -> messages.Error:
    found: messages.Error = messages.Error.from_json({"type": PREFIX + kind, "detail": detail, **more})
    return found


def test_a_name_that_could_not_be_proved_is_told_in_the_authoritys_words_with_a_hint() -> None:
    said = error("unauthorized", f"192.0.2.7: Invalid response from http://{HOST}/.well-known/acme-challenge/x: 404")

    found = refusals.unproved(HOST, [said])

    assert found.what == f"the authority could not see that {HOST} is served here"
    assert found.why == f"192.0.2.7: Invalid response from http://{HOST}/.well-known/acme-challenge/x: 404"
    assert found.hint.startswith("the name leads to another server")


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("dns", "A or AAAA record"),
        ("connection", "port 80"),
        ("caa", "CAA records"),
        ("rejectedIdentifier", "your own"),
    ],
)
def test_what_to_do_is_said_for_each_kind_of_refusal(kind: str, hint: str) -> None:
    found = refusals.explain("ca.example", HOST, error(kind), 0.0)

    assert isinstance(found, WorkFailed)
    assert (found.what, found.why) == (f"ca.example signs no certificate for {HOST}", "its words")
    assert hint in found.hint


def test_the_words_on_each_part_of_a_request_are_kept() -> None:
    parts = [{"type": PREFIX + "caa", "detail": "CAA forbids it"}, {"type": PREFIX + "dns", "detail": "SERVFAIL"}]

    assert refusals.explain("ca", HOST, error("compound", subproblems=parts), 0.0).why == (
        "its words; CAA forbids it; SERVFAIL"
    )


def test_words_without_an_end_are_cut() -> None:
    assert len(refusals.explain("ca", HOST, error("caa", "word " * 1000), 0.0).why) == refusals.LONGEST


def test_a_server_that_has_trouble_is_unavailable() -> None:
    assert isinstance(refusals.explain("ca", HOST, error("serverInternal"), 0.0), Unavailable)


NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, 0.0),
        ("120", 120.0),
        ("0", 0.0),
        ("Fri, 01 May 2026 12:10:00 GMT", 600.0),
        ("Fri, 01 May 2026 14:10:00 +0200", 600.0),
        ("Fri, 01 May 2026 12:10:00 -0000", 600.0),
        ("Fri, 01 May 2026 11:00:00 GMT", 0.0),
        ("soon", 0.0),
        ("-5", 0.0),
        ("9" * 400, refusals.LONGEST_ASKED),
        ("Fri, 01 May 9999 12:10:00 GMT", refusals.LONGEST_ASKED),
        ("Fri, 99 May 2026 12:10:00 GMT", 0.0),
    ],
)
def test_how_long_to_wait_is_read_in_seconds_and_as_a_time_wherever_this_host_is(
    said: str | None, seconds: float
) -> None:
    assert refusals.read_wait(said, NOW) == seconds


@pytest.mark.parametrize(("said", "read"), [("0", "1"), ("Fri, 01 May 2020 12:10:00 GMT", "1"), ("9" * 30, "604800")])
def test_certbots_client_is_told_to_wait_a_second_at_least_and_never_longer_than_it_can_count(
    said: str, read: str
) -> None:
    key = JWKEC(key=ComparableECKey(ec.generate_private_key(ec.SECP256R1())))  # type: ignore[arg-type]
    response = requests.Response()
    response.headers["Retry-After"] = said

    requests.hooks.dispatch_hook("response", Network(key, None).session.hooks, response)

    assert response.headers["Retry-After"] == read


class Answers:
    """What a stand-in says to each POST in turn; the last one again and again. No authority: it only refuses."""

    def __init__(self, *answers: tuple[int, str, dict[str, str]], directory: object = None) -> None:
        self.answers = list(answers)
        self.directory = directory
        self.posts = 0
        self.url = ""


@contextmanager
def refusing(answers: Answers) -> Iterator[Answers]:
    class Handler(BaseHTTPRequestHandler):
        def send(self, status: int, body: object, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Replay-Nonce": "bm9uY2U", "Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(json.dumps(body).encode())

        def do_HEAD(self) -> None:
            self.send(200, {}, {})

        def do_GET(self) -> None:
            names = {name: f"{answers.url}/{name}" for name in ("newNonce", "newAccount", "newOrder")}
            self.send(200, names if answers.directory is None else answers.directory, {})

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answers.posts += 1
            status, kind, headers = answers.answers.pop(0) if len(answers.answers) > 1 else answers.answers[0]
            body = {"type": PREFIX + kind, "detail": "its words"} if kind else {"status": "valid"}
            self.send(status, body, headers)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        answers.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield answers
        finally:
            server.shutdown()
            thread.join()


async def enter(answers: Answers) -> str:
    key = encode_key(ec.generate_private_key(ec.SECP256R1()))

    async def get() -> str:
        return key

    with refusing(answers):
        return await AcmeAuthority(Place(directory=answers.url, email="a@example.org"), get).thumbprint()


async def fail(answers: Answers) -> FairwayError:
    with pytest.raises(FairwayError) as caught:
        await enter(answers)
    return caught.value


@pytest.mark.parametrize(
    ("headers", "least", "most"), [({"Retry-After": "7200"}, 7100, 7200), ({}, refusals.UNSAID, refusals.UNSAID)]
)
async def test_a_limit_carries_how_long_the_authority_said_to_wait(
    headers: dict[str, str], least: float, most: float
) -> None:
    found = await fail(Answers((429, "rateLimited", headers)))

    assert isinstance(found, Limited)
    assert least <= found.seconds <= most
    assert (found.what, found.why) == ("127.0.0.1 gives no account", "its words")


async def test_a_limit_without_an_end_is_asked_about_again_after_a_week() -> None:
    found = await fail(Answers((429, "rateLimited", {"Retry-After": "9" * 30})))

    assert isinstance(found, Limited)
    assert found.seconds == refusals.LONGEST_ASKED


@pytest.mark.parametrize("directory", [[], [1], {"newNonce": []}, "text", 5])
async def test_json_that_is_no_directory_is_told_as_no_acme(directory: object) -> None:
    found = await fail(Answers((201, "", {}), directory=directory))

    assert isinstance(found, Unavailable)
    assert found.what == "what 127.0.0.1 answered is no ACME"


async def test_a_stale_nonce_is_replaced_and_what_was_said_is_said_again() -> None:
    answers = Answers((400, "badNonce", {}), (400, "badNonce", {}), (201, "", {"Location": "http://x.test/account/1"}))

    assert len(await enter(answers)) == 43
    assert answers.posts == 3


async def test_an_authority_that_never_takes_a_nonce_is_not_asked_for_ever() -> None:
    answers = Answers((400, "badNonce", {}))

    assert isinstance(await fail(answers), WorkFailed)
    assert answers.posts == 6


async def test_what_a_thread_raises_is_raised_where_it_is_awaited() -> None:
    def work() -> None:
        raise WorkFailed("no")

    with pytest.raises(WorkFailed, match="no"):
        await apart(work)
