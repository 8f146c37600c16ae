"""Keeps this server's lease, and takes over the apps of a server whose lease stood still for its whole length.

While the store does not answer, the lease is in doubt: this server acts no more until it has renewed it, and an app
that it has is still its own then, unless another one was faster. A lease that was lost is the end of this process: of
what it knows, nothing may be believed any more. `lost` is called, and must not return.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NoReturn

from fairway.domain import lease as leases_rules
from fairway.domain import retry
from fairway.domain.ids import AppName
from fairway.domain.lease import Lease, Member, Sight
from fairway.errors import FairwayError
from fairway.ports.clock import Clock
from fairway.ports.leases import Leases

LOG = logging.getLogger(__name__)
BEATS = 4
"""How often a lease is renewed while it lasts."""
LOOK = 1.0
"""Seconds between two looks at a lease of which it is not known whether its holder is still there."""

GoOn = Callable[[frozenset[AppName]], Awaitable[None]]
"""Goes on with the work of apps that have become this server's."""


class Keeper:
    """`ports.leases.Holding`, once `join` has returned; `run` is kept running by the server."""

    def __init__(self, leases: Leases, member: Member, clock: Clock, *, lost: Callable[[], NoReturn]) -> None:
        self._leases = leases
        self._member = member
        self._clock = clock
        self._lost = lost
        self._held: frozenset[AppName] = frozenset()
        self._made: frozenset[AppName] = frozenset()
        self._until = float("-inf")
        self._renewed = asyncio.Event()
        self._sights: Mapping[str, Sight] = {}

    async def check(self) -> None:
        """Raise UsageError when this server can't share the work with one that does.

        One that only stands there, its lease not renewed any more, hinders nobody: that takes the length of a lease to
        be seen.
        """
        first = await self._leases.list()
        sights = leases_rules.watch({}, first, self._time())
        while True:
            leases = await self._leases.list()
            sights = leases_rules.watch(sights, leases, self._time())
            if error := leases_rules.disagreement(self._member, [lease for lease in leases if lease not in first]):
                raise error
            gone = leases_rules.silent(sights, leases, self._time(), me=self._member.server)
            if not leases_rules.disagreement(self._member, [lease for lease in leases if lease not in gone]):
                return
            await self._clock.sleep(LOOK)

    async def join(self) -> None:
        """Begin the lease, with the apps that are still this server's and those that nobody has. Raises Unavailable
        when the store does not answer."""
        asked = self._time()
        lease = await self._leases.join(self._member, at=self._clock.now())
        self._extend(asked)
        self._held = await self._leases.claim()
        LOG.info("lease %d of server %s: %d apps", lease.number, self._member.server, len(self._held))

    async def run(self, go_on: GoOn) -> None:
        """Renew it, and take over what others lose, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._clock.sleep(self._member.seconds / BEATS)
                try:
                    new = await self._beat()
                except FairwayError as error:
                    # What nobody could look at was not seen to stand still either.
                    self._sights = {}
                    LOG.warning("the lease is not renewed: %s: %s", error.what, error.why)
                    continue
                if new:
                    LOG.info("goes on with %s", ", ".join(sorted(new)))
                    group.create_task(self._insist(go_on, new))

    def holds(self, app: AppName) -> bool:
        """Whether the app is this server's."""
        return app in self._held

    async def valid(self) -> None:
        """Return when the lease is known to be good."""
        while self._time() >= self._until:
            self._renewed.clear()
            await self._renewed.wait()

    def made(self, app: AppName) -> None:
        """The app was made here."""
        self._held |= {app}
        self._made |= {app}

    async def list(self) -> Sequence[Lease]:
        """Of every server."""
        return await self._leases.list()

    async def holder(self, app: AppName) -> Lease | None:
        """Who has the app."""
        return await self._leases.holder(app)

    async def _insist(self, go_on: GoOn, apps: frozenset[AppName]) -> None:
        """Go on with them, again and again while something that it needs does not answer."""
        failures = 0
        while True:
            try:
                await go_on(apps)
            except FairwayError as error:
                failures += 1
                LOG.warning("%s can't be gone on with: %s: %s", ", ".join(sorted(apps)), error.what, error.why)
                await self._clock.sleep(retry.delay(failures, limit=30.0))
            except Exception:
                # The work of one app must not end the lease of all.
                LOG.exception("%s can't be gone on with", ", ".join(sorted(apps)))
                return
            else:
                return

    async def _beat(self) -> frozenset[AppName]:
        """Renew, look at the others; the apps that have become this server's."""
        asked = self._time()
        if not await self._leases.renew(at=self._clock.now()):
            self._lost()
        self._extend(asked)
        leases = await self._leases.list()
        self._sights = leases_rules.watch(self._sights, leases, self._time())
        for lease in leases_rules.silent(self._sights, leases, self._time(), me=self._member.server):
            if await self._leases.take_over(lease):
                LOG.warning("server %s on %s has lost its lease", lease.member.server, lease.member.name)
        before, self._made = self._held, frozenset()
        claimed = await self._leases.claim()
        # What was made while the store was asked may be missing in its answer.
        self._held = claimed | self._made
        return claimed - before

    def _extend(self, asked: float) -> None:
        """From when it was asked for: whoever sees the renewal sees it later than that."""
        self._until = asked + self._member.seconds
        self._renewed.set()

    def _time(self) -> float:
        return asyncio.get_running_loop().time()
