"""A desk for certificates that says what a test's script has, and keeps what it was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fairway.domain.certificates import Certificate, Failure, Origin, Standing, State
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import FairwayError, NotFound

SHOP, PRODUCTION = AppName("shop"), EnvironmentName("production")
HOST = "shop.example.org"
GIVEN = Certificate(
    host=HOST,
    origin=Origin.GIVEN,
    issuer="Shop CA",
    not_before=1000.0,
    not_after=1_800_000_000.0,
    fingerprint="ab" * 32,
)
ORDERED = replace(GIVEN, origin=Origin.ORDERED, issuer="Let's Encrypt")
FAILURE = Failure(host=HOST, at=1000.0, times=2, cause="the authority got 404 from 192.0.2.7", again=1600.0)


def stand(state: State = State.SECURE, *, host: str = HOST, **changes: Any) -> Standing:
    """How a domain of the shop stands."""
    return Standing(host=host, app=SHOP, environment=PRODUCTION, state=state, **changes)


@dataclass
class ScriptedDesk:
    """`standings` is how the domains stand; `fails` is raised by whatever is asked next; `looks` is how often they were
    listed."""

    standings: list[Standing] = field(default_factory=list)
    fails: FairwayError | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)
    looks: int = 0

    async def listed(self, app: AppName | None) -> Sequence[Standing]:
        self._meet()
        self.looks += 1
        return [each for each in self.standings if app is None or each.app == app]

    async def give(self, host: str, chain: str, key: str) -> Standing:
        return self._become("give", host, State.SECURE, GIVEN, chain, key)

    async def remove(self, host: str) -> None:
        self._become("remove", host, State.PLAIN, None)

    async def again(self, host: str) -> Standing:
        return self._become("again", host, State.ORDERING, None)

    def _become(self, verb: str, host: str, state: State, certificate: Certificate | None, *more: str) -> Standing:
        self._meet()
        self.asked.append((verb, host, *more))
        before = next((each for each in self.standings if each.host == host), None)
        if before is None:
            raise NotFound(f"no app is served under {host}", hint="add it to domains in fairway.toml, and deploy")
        after = replace(before, state=state, certificate=certificate, failure=None, cause="")
        self.standings[self.standings.index(before)] = after
        return after

    def _meet(self) -> None:
        if self.fails is not None:
            raise self.fails
