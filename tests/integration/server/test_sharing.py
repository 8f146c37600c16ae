"""An app that another server has: whoever asks for it here is told where it is."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from fairway.domain.ids import AppName
from fairway.domain.lease import Lease, Member
from support.git_work import Work
from support.server_world import Served, serving

HERE, THERE = "0a1b2c3d", "bbbb2222"


def make_lease(server: str, *apps: str) -> Lease:
    member = Member(server=server, name=f"host-{server}", url=f"http://{server}:7878", seconds=15.0)
    return Lease(member=member, number=2, renewals=7, renewed_at=1.0, apps=tuple(map(AppName, apps)))


class Elsewhere:
    """`shop` is on another server, whatever is made here is here."""

    def __init__(self) -> None:
        self.here: set[str] = set()

    def holds(self, app: AppName) -> bool:
        return app in self.here

    async def valid(self) -> None:
        """Always."""

    def made(self, app: AppName) -> None:
        self.here.add(app)

    async def list(self) -> Sequence[Lease]:
        return [make_lease(HERE, *self.here), make_lease(THERE, "shop")]

    async def holder(self, app: AppName) -> Lease | None:
        return make_lease(THERE, "shop") if app == "shop" else None


@pytest.fixture
async def shared(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path / "home", Elsewhere()) as running:
        yield running


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/apps/shop"), ("GET", "/apps/shop/executions"), ("DELETE", "/apps/shop"), ("GET", "/apps/shop/releases")],
)
async def test_a_request_for_it_is_answered_with_the_server_that_has_it(shared: Served, method: str, path: str) -> None:
    answer = await shared.api.request(method, f"/api/v1{path}")

    assert answer.status_code == 409
    assert answer.json()["title"] == "shop is on the server on host-bbbb2222"
    assert answer.json()["hint"] == "ask that one: http://bbbb2222:7878"


async def test_a_push_of_it_is_refused_before_anything_is_sent(shared: Served, tmp_path: Path) -> None:
    work = Work(tmp_path / "shop")
    work.commit({"a.txt": b"a"}, "one")

    pushed = await asyncio.to_thread(work.push, shared.remote("shop"), "master")

    assert pushed.returncode != 0
    assert "shop is on the server on host-bbbb2222" in pushed.stderr
    assert shared.pipeline.begun == []


async def test_what_is_made_here_is_here_at_once(shared: Served) -> None:
    assert (await shared.api.post("/api/v1/apps", json={"name": "blog"})).status_code == 201

    assert (await shared.api.get("/api/v1/apps/blog")).status_code == 200


async def test_the_server_tells_who_shares_the_work(shared: Served) -> None:
    servers = (await shared.api.get("/api/v1/server")).json()["servers"]

    assert [(each["server"], each["here"], each["apps"]) for each in servers] == [
        (HERE, True, []),
        (THERE, False, ["shop"]),
    ]
    assert servers[1]["expired"]
