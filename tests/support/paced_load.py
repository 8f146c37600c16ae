"""Traffic of a given rate, beside the test that changes it; every failure is counted."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fairway.cli.demo.load import RequestFailed, Shopper, Tally

CONNECTIONS = 10


class PacedLoad:
    """`rate` requests a second, over CONNECTIONS kept-alive connections; it may be set while they are sent."""

    def __init__(self, port: int, host: str, rate: float) -> None:
        self.port, self.host, self.rate = port, host, rate
        self.tally = Tally()
        self._ended = threading.Event()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._send())

    async def _send(self) -> None:
        shopper = Shopper(self.port, self.host)
        due = asyncio.get_running_loop().time()
        while not self._ended.is_set():
            due += CONNECTIONS / self.rate
            now = asyncio.get_running_loop().time()
            # What a slow host has missed is not caught up on: the rate would be another one then.
            due = max(due, now)
            await asyncio.sleep(due - now)
            try:
                status, _ = await shopper.request("GET", "/")
            except RequestFailed as error:
                self.tally.count(str(error))
            else:
                self.tally.count(None if status == 200 else f"status {status}")
        shopper.close()

    def end(self) -> None:
        self._ended.set()


@contextmanager
def sending(port: int, host: str, rate: float) -> Iterator[PacedLoad]:
    """Requests for as long as the block lasts; all are answered, or counted, at its end."""
    load = PacedLoad(port, host, rate)
    thread = threading.Thread(target=lambda: asyncio.run(load.run()))
    thread.start()
    try:
        yield load
    finally:
        load.end()
        thread.join()
