"""What all Statuses do: the fake, and the real one against a small HTTP server that plays each forge's API."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from fairway.adapters.forge import statuses as adapter
from fairway.adapters.forge.statuses import HttpStatuses
from fairway.adapters.memory.forge import MemoryStatuses
from fairway.domain import remotes
from fairway.domain.remotes import Forge
from fairway.domain.statuses import CommitStatus, State
from fairway.errors import Unavailable, UsageError
from fairway.ports.forge import Statuses
from fairway.ports.sources import Remote

TOKEN = "s3cr3t-token"
COMMIT = "9c1f2e7" + "0" * 33
PATHS = {
    Forge.GITHUB: f"/api/v3/repos/acme/shop/statuses/{COMMIT}",
    Forge.GITLAB: f"/api/v4/projects/acme%2Fshop/statuses/{COMMIT}",
    Forge.GITEA: f"/api/v1/repos/acme/shop/statuses/{COMMIT}",
    Forge.BITBUCKET: f"/2.0/repositories/acme/shop/commit/{COMMIT}/statuses/build",
    Forge.BITBUCKET_SERVER: f"/rest/api/latest/projects/acme/repos/shop/commits/{COMMIT}/builds",
}
CREDENTIALS = {
    Forge.GITHUB: ("Authorization", f"Bearer {TOKEN}"),
    Forge.GITLAB: ("PRIVATE-TOKEN", TOKEN),
    Forge.GITEA: ("Authorization", f"token {TOKEN}"),
    Forge.BITBUCKET: ("Authorization", f"Bearer {TOKEN}"),
    Forge.BITBUCKET_SERVER: ("Authorization", f"Bearer {TOKEN}"),
}
WORDS = {
    Forge.GITHUB: ("pending", "success", "failure", "error"),
    Forge.GITLAB: ("running", "success", "failed", "canceled"),
    Forge.GITEA: ("pending", "success", "failure", "error"),
    Forge.BITBUCKET: ("INPROGRESS", "SUCCESSFUL", "FAILED", "STOPPED"),
    Forge.BITBUCKET_SERVER: ("INPROGRESS", "SUCCESSFUL", "FAILED", "CANCELLED"),
}


@dataclass
class Played:
    """A forge's API: it takes a status for COMMIT alone, with the token alone; `status` is answered instead if set.
    `stalled` makes it never answer, `endless` never stop."""

    forge: Forge
    port: int = 0
    status: int = 0
    redirect: str = ""
    stalled: threading.Event | None = None
    endless: bool = False
    bodies: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        played: Played = self.server.played  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name, credential = CREDENTIALS[played.forge]
        given = self.headers.get(name) or ""
        played.tokens.append(given)
        if played.stalled:
            played.stalled.wait()
            return
        if played.endless:
            self.send_response(403)
            self.end_headers()
            with contextlib.suppress(OSError):
                while True:
                    self.wfile.write(b"no " * 10_000)
        if played.redirect:
            self.send_response(307)
            self.send_header("Location", played.redirect)
            self.end_headers()
            return
        status = played.status or (401 if given != credential else 404 if self.path != PATHS[played.forge] else 201)
        message = f"{status} for {given}"
        if (
            status == 201
            and played.forge is Forge.GITLAB
            and [each["state"] for each in played.bodies[-1:]] == [body["state"]]
        ):
            # As GitLab does with the state that it shows already.
            status, message = 400, "Cannot transition status via :run from :running (Reason(s): ...)"
        if status == 201:
            played.bodies.append(body)
        self.send_response(status)
        content = json.dumps({"message": message}).encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is printed."""


@contextmanager
def playing(forge: Forge) -> Iterator[Played]:
    """The API, on a free port of loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    played = Played(forge=forge, port=server.server_address[1])
    server.played = played  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))  # how soon it sees its end
    thread.start()
    try:
        yield played
    finally:
        if played.stalled:
            played.stalled.set()
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class Yard:
    """`shown` is the newest state that stands beside COMMIT, in the forge's own words or ours; `fail` makes it answer
    nothing any more."""

    statuses: Statuses
    forge: Forge
    url: str
    shown: Callable[[], str | None]
    fail: Callable[[], None]

    async def post(self, state: State = State.SUCCESS, *, commit: str = COMMIT, token: str | None = TOKEN) -> None:
        remote = Remote(address=remotes.parse(self.url), token=token)
        await self.statuses.post(self.forge, remote, make(state, commit))


def make(state: State, commit: str = COMMIT) -> CommitStatus:
    return CommitStatus(
        commit=commit, state=state, context="fairway/shop", description="execution 1: under way", url="http://localhost"
    )


@contextmanager
def memory() -> Iterator[Yard]:
    """The fake."""
    fake = MemoryStatuses(TOKEN)

    def shown() -> str | None:
        status = fake.shown.get((COMMIT, "fairway/shop"))
        return None if status is None else str(status.state)

    def fail() -> None:
        fake.trouble = Unavailable("the forge can't be told")

    yield Yard(fake, Forge.GITHUB, "https://github.com/acme/shop.git", shown, fail)


@contextmanager
def real(forge: Forge) -> Iterator[Yard]:
    """HTTP, and a server that plays the forge's API."""
    with playing(forge) as played:

        def shown() -> str | None:
            if not played.bodies:
                return None
            return str(dict(zip(WORDS[forge], State, strict=True))[played.bodies[-1]["state"]])

        def fail() -> None:
            played.status = 503

        yield Yard(HttpStatuses(), forge, f"http://127.0.0.1:{played.port}/acme/shop.git", shown, fail)


@pytest.fixture(params=[None, *Forge], ids=["memory", *Forge])
def yard(request: pytest.FixtureRequest) -> Iterator[Yard]:
    with memory() if request.param is None else real(request.param) as made:
        yield made


@pytest.mark.parametrize("state", State)
async def test_a_status_stands_beside_its_commit(yard, state):
    await yard.post(state)

    assert yard.shown() == state


async def test_the_same_word_twice_is_no_error(yard):
    await yard.post(State.PENDING)
    await yard.post(State.PENDING)

    assert yard.shown() == State.PENDING


async def test_the_newest_status_counts(yard):
    await yard.post(State.PENDING)
    await yard.post(State.FAILURE)

    assert yard.shown() == State.FAILURE


@pytest.mark.parametrize("token", ["wr0ng-token", None])
async def test_a_refusal_is_the_users_to_mend_and_shows_no_token(yard, token):
    with pytest.raises(UsageError) as raised:
        await yard.post(token=token)

    error = raised.value
    assert "wr0ng" not in f"{error.what} {error.why} {error.hint}"
    assert yard.shown() is None


async def test_a_forge_that_fails_is_unavailable(yard):
    yard.fail()

    with pytest.raises(Unavailable):
        await yard.post()


@pytest.mark.parametrize("forge", Forge)
async def test_a_commit_that_the_forge_has_not_is_refused(forge):
    with real(forge) as yard, pytest.raises(UsageError, match="takes no status for acme/shop"):
        await yard.post(commit="0" * 40)


async def test_a_forge_that_nobody_listens_for_is_unavailable():
    remote = Remote(address=remotes.parse("http://127.0.0.1:9/acme/shop"), token=TOKEN)

    with pytest.raises(Unavailable, match="can't be told"):
        await HttpStatuses().post(Forge.GITEA, remote, make(State.SUCCESS))


async def test_a_forge_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(adapter, "WHOLE", 0.3)
    with playing(Forge.GITEA) as played:
        played.stalled = threading.Event()
        remote = Remote(address=remotes.parse(f"http://127.0.0.1:{played.port}/acme/shop"), token=TOKEN)

        with pytest.raises(Unavailable, match="can't be told"):
            await HttpStatuses().post(Forge.GITEA, remote, make(State.SUCCESS))


async def test_of_an_answer_without_an_end_only_the_beginning_is_read():
    with playing(Forge.GITEA) as played:
        played.endless = True
        remote = Remote(address=remotes.parse(f"http://127.0.0.1:{played.port}/acme/shop"), token=TOKEN)

        with pytest.raises(UsageError, match="takes no status") as raised:
            await HttpStatuses().post(Forge.GITEA, remote, make(State.SUCCESS))

        assert len(raised.value.why) < 400


async def test_a_redirect_gets_no_token():
    with playing(Forge.GITEA) as thief, playing(Forge.GITEA) as played:
        played.redirect = f"http://127.0.0.1:{thief.port}/"
        remote = Remote(address=remotes.parse(f"http://127.0.0.1:{played.port}/acme/shop"), token=TOKEN)

        with pytest.raises(UsageError):
            await HttpStatuses().post(Forge.GITEA, remote, make(State.SUCCESS))

        assert thief.tokens == []
