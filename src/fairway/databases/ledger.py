"""What every part of this room writes: the records, changed from what was read, and what is told of them."""

from collections.abc import Callable
from dataclasses import dataclass

from fairway.domain.database import Database, DatabaseKey
from fairway.domain.events import Event
from fairway.errors import Conflict, NotFound
from fairway.ports.clock import Clock
from fairway.ports.managed import Records
from fairway.ports.notify import Notices

ATTEMPTS = 20
"""How often a change is tried again when somebody else changed the record at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """`records` has every app's; `held` only those of the apps that this server has."""

    records: Records
    held: Records
    clock: Clock
    notices: Notices

    async def change(self, key: DatabaseKey, make: Callable[[Database], Database]) -> Database:
        """The record as `make` makes it of the present one, in which nothing may change that it does not say. Raises
        NotFound, and Conflict when others change it all the time."""
        for _ in range(ATTEMPTS):
            before = await self.records.get(key)
            after = make(before)
            if after == before:
                return before
            if await self.records.change(before, after):
                return await self.records.get(key)
        raise Conflict(f"the database {key} is being changed by others", hint="try again")

    async def find(self, key: DatabaseKey) -> Database | None:
        """The record, None when there is none."""
        try:
            return await self.records.get(key)
        except NotFound:
            return None

    def tell(self, kind: str, text: str, key: DatabaseKey) -> None:
        """What happened, for the events of the app."""
        event = Event(at=self.clock.now(), kind=kind, text=text, app=key.app, environment=key.environment)
        self.notices.publish(event)
