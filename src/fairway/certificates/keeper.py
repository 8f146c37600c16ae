"""Keeps a certificate for each domain that has a route: orders, renews, presents and withdraws.

It looks again and again, and compares what there is (`domain.certificate_plan`); so it needs to remember nothing, and
a server that was killed in the middle simply looks. What it writes, in this order, for one order:

1. a failure, "did not come to its end": a server that dies while it orders leaves that behind, so that one that dies
   at each order still waits longer each time, and an authority's limits hold;
2. what is presented, which every later look puts right by what is kept;
3. the certificate with its key, which forgets the failure; or the failure with the words of whoever refused.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from fairway.certificates import reading
from fairway.domain.certificate_plan import plan
from fairway.domain.certificate_standing import moment
from fairway.domain.certificate_times import fail
from fairway.domain.certificates import Failure, Origin
from fairway.domain.events import Event
from fairway.errors import FairwayError, Unavailable, UsageError
from fairway.ports.balancer import Balancer, Route
from fairway.ports.certificates import Authority, Certificates, Limited, Terminator
from fairway.ports.clock import Clock
from fairway.ports.notify import Notices

LOG = logging.getLogger(__name__)
ROUTES = 5.0
"""Seconds between two looks at the routes."""
EACH = 60.0
"""Seconds after which the certificates are looked at though no route has changed: the shortest wait after a failure."""
BESIDE = 3
"""How many orders are under way at a time: an authority counts new orders, and each has a thread of its own."""
BEGUN = "the order did not come to its end: the server ended while it was under way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """`authority` is None where none is set; `unsigned` says then why no certificate is ordered."""

    authority: Authority | None
    certificates: Certificates
    terminator: Terminator
    balancer: Balancer
    clock: Clock
    notices: Notices
    unsigned: str = ""


class Keeper:
    """`run` is kept running by the server. Whoever changes what is kept or presented holds `turn` meanwhile."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.turn = asyncio.Lock()
        self._woken = asyncio.Event()
        self._few = asyncio.Semaphore(BESIDE)
        self._ordering: set[str] = set()
        self._wanted: set[str] = set()
        self._hosts: frozenset[str] | None = None
        self._next = float("-inf")

    def wake(self) -> None:
        """Look now."""
        self._next = float("-inf")
        self._woken.set()

    def hurry(self, host: str) -> None:
        """Order for the host now, whatever it waits for."""
        self._wanted.add(host)
        self.wake()

    def is_ordering(self, host: str) -> bool:
        """Whether an order for it is under way, or is about to be."""
        return host in self._ordering or host in self._wanted

    async def run(self) -> None:
        """Look at once, and then again and again, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._woken.clear()
                try:
                    for host in await self.look():
                        self._ordering.add(host)
                        group.create_task(self._see_through(host), name=f"certificate of {host}")
                except FairwayError as error:
                    LOG.warning("the certificates are not looked at: %s", words(error))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ROUTES):
                        await self._woken.wait()

    async def look(self) -> list[str]:
        """Bring what is presented in line with what is kept; the hosts that orders are to be made for. Nothing when no
        route has changed and the time for a look has not come. Raises Unavailable."""
        hosts = frozenset(routed(await self.parts.balancer.routes()))
        now = self.parts.clock.now()
        if hosts == self._hosts and now < self._next:
            return []
        # Before anything is read: who asks for a look or an order meanwhile, asks for the next one.
        self._next, wanted = now + EACH, frozenset(self._wanted)
        try:
            orders = await self._compare(hosts, wanted, now)
        except FairwayError:
            self._next = float("-inf")
            raise
        self._hosts = hosts
        self._wanted -= wanted
        # One that is wanted while its order is under way gets what that brings.
        return [host for host in orders if host not in self._ordering]

    async def _compare(self, hosts: frozenset[str], wanted: frozenset[str], now: float) -> Sequence[str]:
        """Present and withdraw what has to be, forget what is past; the hosts that are to be ordered for."""
        async with self.turn:
            certificates, terminator = self.parts.certificates, self.parts.terminator
            found = plan(
                hosts,
                await certificates.all(),
                await certificates.failures(),
                await terminator.presented(),
                now,
                directory="" if self.parts.authority is None else self.parts.authority.directory,
                wanted=wanted,
            )
            for certificate in found.presents:
                await self._apart(certificate.host, self._present)
            for host in found.withdrawals:
                await self._apart(host, terminator.withdraw)
            for host in found.forgets:
                await self._apart(host, certificates.remove)
        return found.orders

    async def _present(self, host: str) -> None:
        pem = await self.parts.certificates.pem(host)
        if pem is not None:
            await self.parts.terminator.present(host, pem)

    async def _apart(self, host: str, work: Callable[[str], Awaitable[None]]) -> None:
        """What can't be done for one host keeps no other from being served."""
        try:
            await work(host)
        except FairwayError as error:
            LOG.warning("the certificate of %s: %s", host, words(error))

    async def _see_through(self, host: str) -> None:
        """One order, whatever becomes of it."""
        try:
            async with self._few:
                await self.order(host)
        except FairwayError as error:
            LOG.warning("the certificate of %s: %s", host, words(error))
        except Exception:
            # One host's order must not end the others', nor the server.
            LOG.exception("the certificate of %s", host)
        else:
            self.wake()  # only then: a store that is full would be written to again and again, without a pause
        finally:
            self._ordering.discard(host)

    async def order(self, host: str) -> None:
        """Order for the host, and keep and present what comes of it, or keep why nothing did. Raises Unavailable when
        the store or the load balancer is down."""
        assert self.parts.authority is not None, "a plan without an authority has no orders"
        certificates, terminator = self.parts.certificates, self.parts.terminator
        before = {each.host: each for each in await certificates.failures()}.get(host)
        await certificates.failed(fail(before, host, BEGUN, now=self.parts.clock.now()))
        try:
            await terminator.answer(await self.parts.authority.thumbprint())
            pem = await self.parts.authority.order(host)
            certificate = reading.read(host, pem, self.parts.authority.directory)
        except FairwayError as error:
            await self._keep_failure(before, host, error)
            return
        async with self.turn:
            if any(each.host == host and each.origin is Origin.GIVEN for each in await certificates.all()):
                return  # an operator was quicker, and has the last word
            try:
                # Before it is kept: the load balancer alone knows all that it takes, and goes on with the former one.
                await terminator.present(host, pem)
            except UsageError as error:
                await self._keep_failure(before, host, error)
                return
            except FairwayError as error:
                LOG.warning("the certificate of %s is presented later: %s", host, words(error))
            await certificates.put(certificate, pem)
            text = f"{host} has a certificate by {certificate.issuer} until {moment(certificate.not_after)}"
            await self.tell("certificate.ordered", text, host)

    async def _keep_failure(self, before: Failure | None, host: str, error: FairwayError) -> None:
        now = self.parts.clock.now()
        asked = error.seconds if isinstance(error, Limited) else 0.0
        reached = not isinstance(error, Unavailable)
        failure = fail(before, host, words(error), now=now, reached=reached, asked=asked)
        await self.parts.certificates.failed(failure)
        text = f"{host} has got no certificate: {failure.cause}; it is ordered again at {moment(failure.again)}"
        await self.tell("certificate.failed", text, host)

    async def tell(self, kind: str, text: str, host: str) -> None:
        """What happened, for the events of the app that the host belongs to. Raises Unavailable."""
        route = routed(await self.parts.balancer.routes()).get(host)
        event = Event(
            at=self.parts.clock.now(),
            kind=kind,
            text=text,
            app=None if route is None else route.app,
            environment="" if route is None else route.environment,
        )
        self.parts.notices.publish(event)


def routed(routes: Sequence[Route]) -> Mapping[str, Route]:
    """Each host name that has a route, in lower case, with its route."""
    return {host.lower(): route for route in routes for host in route.hosts}


def words(error: FairwayError) -> str:
    """What it says, in one sentence: what, why, and what to do."""
    text = f"{error.what}: {error.why}" if error.why else error.what
    return f"{text}; {error.hint}" if error.hint else text
