"""Where the logs of an app's tasks are read, those that run and those that are gone."""

from collections.abc import Sequence

from fairway.domain.ids import AppName
from fairway.domain.printed import Origin
from fairway.logkeeping.merge import Log
from fairway.logkeeping.source import Source
from fairway.ports.logs import KeptLog, LogStore, Printing


class Reading:
    """Opens logs."""

    def __init__(self, *, printing: Printing, store: LogStore) -> None:
        self._printing = printing
        self._store = store

    async def kept(self, app: AppName) -> Sequence[KeptLog]:
        """The logs of which something is kept, in the order in which they began."""
        return sorted(await self._store.logs(app), key=lambda log: log.begun)

    def gone(self, log: KeptLog) -> Log:
        """The log of a task whose container is gone."""
        source = Source(log.origin, printing=self._printing, store=self._store, gone=True)
        return Log(source=source, begun=log.begun, written=log.written)

    def living(self, origin: Origin) -> Log:
        """The log of a task whose container is there. From when on it has lines is not known: it may be far behind."""
        return Log(source=Source(origin, printing=self._printing, store=self._store), begun=0)
