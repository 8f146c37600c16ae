"""What becomes of plain requests where HAProxy takes TLS too."""

import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.haproxy.terminator import HaproxyTerminator
from fairway.adapters.process import proc
from fairway.domain.ids import TaskId
from support.balancers import SHOP, serve
from support.ports import free_port
from support.tls_pems import make
from support.web_client import Answer, ask

BOTH = replace(SHOP, hosts=("shop.test", "shop-production.localhost"))
"""The second has no certificate."""
A = TaskId("a" * 12)


class Site:
    """A balancer with a route to a real server, and a certificate for the first of its two names."""

    def __init__(self, balancer: HaproxyBalancer) -> None:
        self.balancer, self.terminator = balancer, HaproxyTerminator(balancer)

    @property
    def secure(self) -> str:
        """Where plain requests are sent."""
        return f"https://shop.test:{self.balancer.frame.tls_port}"

    async def ask(self, host: str = "shop.test", path: str = "/", *, method: str = "GET", head: str = "") -> Answer:
        return await ask(self.balancer.frame.port, host, path, method=method, head=head)


@asynccontextmanager
async def serving(directory: Path, trusted: Sequence[str] = ()) -> AsyncIterator[Site]:
    balancer = HaproxyBalancer(directory, "127.0.0.1", free_port(), tls_port=free_port(), trusted=trusted)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(balancer.stop)
        await stack.enter_async_context(balancer)
        await balancer.set_route(BOTH)
        await serve(stack, balancer, A)
        site = Site(balancer)
        await site.terminator.present("shop.test", make("shop.test").both)
        yield site


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with serving(tmp_path / "haproxy") as made:
        yield made


@pytest.mark.parametrize(("method", "status"), [("GET", 301), ("HEAD", 301), ("POST", 308), ("DELETE", 308)])
async def test_a_plain_request_is_sent_on_with_its_path_and_query(site: Site, method: str, status: int) -> None:
    answer = await site.ask("Shop.Test.:8080", "/a%20b//c?d=e&f=https://x", method=method)

    assert answer.status == status
    assert answer.headers["location"] == f"{site.secure}/a%20b//c?d=e&f=https://x"


async def test_a_name_without_a_certificate_is_served_as_before(site: Site) -> None:
    assert (await site.ask("shop-production.localhost")).body == A
    assert (await site.ask("nobody.test")).status == 404


async def test_a_route_that_does_not_want_it_is_served_both_ways_until_it_does(site: Site) -> None:
    await site.balancer.set_route(replace(BOTH, redirect=False))
    served = await site.ask()
    await site.balancer.set_route(BOTH)
    sent = await site.ask()

    assert (served.body, sent.status) == (A, 301)


async def test_where_nothing_is_presented_any_more_nobody_is_sent(site: Site) -> None:
    await site.terminator.withdraw("shop.test")

    assert (await site.ask()).body == A


async def test_a_name_that_got_its_route_after_its_certificate_is_sent_on(site: Site) -> None:
    await site.terminator.present("late.test", make("late.test").both)
    before = await site.ask("late.test")

    await site.balancer.set_route(replace(BOTH, hosts=(*BOTH.hosts, "late.test")))
    after = await site.ask("late.test")
    await site.balancer.set_route(BOTH)
    gone = await site.ask("late.test")

    assert (before.status, after.status, gone.status) == (404, 301, 404)


async def test_challenges_are_never_sent_on_whoever_answers_them(site: Site) -> None:
    path = "/.well-known/acme-challenge/token"
    by_app = await site.ask(path=path)
    await site.terminator.answer("thumb-print")
    by_haproxy = await site.ask(path=path)
    no_token = await site.ask(path="/.well-known/acme-challenge/")

    assert (by_app.body, by_haproxy.body) == (A, "token.thumb-print")
    assert no_token.status == 301


async def test_a_header_that_anybody_may_send_keeps_nobody_from_being_sent_on(site: Site) -> None:
    answer = await site.ask(head="X-Forwarded-Proto: https\r\n")

    assert answer.status == 301


async def test_a_trusted_proxy_that_took_tls_is_not_sent_to_itself(tmp_path: Path) -> None:
    async with serving(tmp_path / "haproxy", ["127.0.0.0/8"]) as site:
        taken = await site.ask(head="X-Forwarded-Proto: https\r\n")
        chained = await site.ask(head="X-Forwarded-Proto: https, http\r\n")
        plain = await site.ask(head="X-Forwarded-Proto: http\r\n")
        silent = await site.ask()

    assert (taken.body, chained.body) == (A, A)
    assert (plain.status, silent.status) == (301, 301)


async def test_redirects_are_there_again_after_haproxy_was_killed(site: Site) -> None:
    os.kill(site.balancer.state.pid or 0, signal.SIGKILL)
    await proc.ended(site.balancer.state.pid or 0)

    async with site.balancer:
        answer = await site.ask()

    assert answer.status == 301


async def test_a_redirect_that_haproxy_has_lost_or_was_told_by_others_is_mended(site: Site) -> None:
    worker = await site.balancer.worker()
    for command in (
        "del map redirects.map shop.test",
        "add map redirects.map shop-production.localhost elsewhere.test",
    ):
        await site.balancer.runtime.change(worker, command)

    await site.balancer.targets()

    assert (await site.ask()).headers["location"] == f"{site.secure}/"
    assert (await site.ask("shop-production.localhost")).body == A
