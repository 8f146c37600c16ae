"""The room of certificates over memory, on virtual time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fairway.adapters.memory.balancer import MemoryBalancer
from fairway.adapters.memory.certificates import MemoryAuthority, MemoryCertificates
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.shelf import Shelf
from fairway.adapters.memory.terminator import MemoryTerminator
from fairway.certificates.desk import CertificateDesk
from fairway.certificates.keeper import Keeper, Parts
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.ports.balancer import Route
from support.certificate_pems import sign
from support.certificate_stores import open_, seal

SHOP, PRODUCTION, WEB = AppName("shop"), EnvironmentName("production"), ServiceName("web")


class Signing(MemoryAuthority):
    """Signs for every host, from now on for so many days, each time another certificate."""

    def __init__(self, clock: LoopClock, days: float = 90) -> None:
        super().__init__({})
        self.clock = clock
        self.days = days
        self.times: list[float] = []
        self.beside = self.most_beside = 0

    async def order(self, host: str) -> str:
        self.orders.append(host)
        self.times.append(self.clock.now())
        self.beside += 1
        self.most_beside = max(self.most_beside, self.beside)
        try:
            await self.faults.meet("order")
            await self.clock.sleep(2.0)
        finally:
            self.beside -= 1
        return sign(host, first=self.clock.now(), days=self.days).pem


@dataclass
class Room:
    clock: LoopClock = field(default_factory=LoopClock)
    shelf: Shelf = field(default_factory=Shelf)
    balancer: MemoryBalancer = field(default_factory=MemoryBalancer)
    terminator: MemoryTerminator = field(default_factory=MemoryTerminator)
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    authority: Signing = field(init=False)
    certificates: MemoryCertificates = field(init=False)

    def __post_init__(self) -> None:
        self.authority = Signing(self.clock)
        self.certificates = MemoryCertificates(self.shelf, seal, open_)

    def keeper(self, ports: Mapping[str, Any] | None = None, *, unsigned: str = "") -> Keeper:
        """A server's keeper; `ports` are those that stand in for the room's."""
        own: dict[str, Any] = {
            "authority": None if unsigned else self.authority,
            "certificates": self.certificates,
            "terminator": self.terminator,
            "balancer": self.balancer,
            **(ports or {}),
        }
        return Keeper(Parts(clock=self.clock, notices=self.notices, unsigned=unsigned, **own))

    def desk(self, keeper: Keeper, *, closed: str = "") -> CertificateDesk:
        return CertificateDesk(keeper, closed=closed)

    async def route(self, *hosts: str) -> None:
        """The hosts of the one service, in place of the former ones."""
        await self.balancer.set_route(Route(app=SHOP, environment=PRODUCTION, service=WEB, hosts=hosts))
