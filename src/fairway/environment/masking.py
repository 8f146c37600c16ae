"""The secrets of each app as one redactor, renewed when its variables change.

Masked are the secrets of the newest VERSIONS of every environment: a task that still runs has an older one, and so has
a log. What an action handed on is masked where it is used.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from fairway.domain import secrecy, variables
from fairway.domain.ids import AppName
from fairway.domain.redaction import Redactor
from fairway.environment import rotation
from fairway.environment.seal import open_sealed
from fairway.ports.masks import Mask
from fairway.ports.sealed import Place
from fairway.ports.stores import Configurations, SealedConfiguration

VERSIONS = 20
Given = Callable[[AppName], Awaitable[Mapping[str, str]]]
"""By name the values of an app that nobody has set."""


class Live(Redactor):
    """A mask that many hold, and whose secrets change under them."""

    def take(self, other: Redactor) -> None:
        """Mask from now on what the other one does."""
        self._sorted, self._longest, self._at, self._heads = other._sorted, other._longest, other._at, other._heads


class Masking:
    """`ports.masks.Masks`. `key` is what `key.load` gives; `given` are the values of an app that are in no version of
    its variables."""

    def __init__(self, configurations: Configurations, key: bytes, given: Given | None = None) -> None:
        self._configurations = configurations
        self._key = key
        self._given = given
        self._masks: dict[str, Live] = {}
        self._lock = asyncio.Lock()

    async def of(self, app: str) -> Mask:
        """Made at the first call."""
        if app not in self._masks:
            await self.renew(app)
        return self._masks[app]

    async def renew(self, app: str) -> None:
        """Take the variables as they are now, for all who hold the mask: called before a new version reaches a task."""
        async with self._lock:
            found = await self._configurations.recent(AppName(app), limit=VERSIONS)
            given = {} if self._given is None else await self._given(AppName(app))
            redactor = await asyncio.to_thread(self._make, found, given)
            self._masks.setdefault(app, Live()).take(redactor)

    def _make(self, found: Sequence[SealedConfiguration], given: Mapping[str, str]) -> Redactor:
        known: set[str] = {name for each in found for name in (each.app, each.environment)}
        known |= {service for each in found for service in variables.services_of(each.values)}
        sealed = {
            (Place(app=each.app, environment=each.environment, name=name), value)
            for each in found
            for name, value in each.values.items()
        }
        secrets = secrecy.secrets_of(given, known)
        for place, value in sealed:
            # One that no key opens is in no task either.
            if rotation.opens(self._key, place, value):
                plain = open_sealed(self._key, value, app=place.app, environment=place.environment, name=place.name)
                secrets |= secrecy.secrets_of({variables.split(place.name)[1]: plain}, known)
        return Redactor(secrets)
