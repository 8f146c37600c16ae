"""Traffic for the demo: shoppers who write an order, read it back and look at the front page, and count every failure.

Each shopper keeps one connection, as a browser or another backend would. A request has failed when the connection
breaks before a whole answer, when the status is not the expected one, or when the order that is read back is not the
one that was written. Nothing is sent again by the client: what the load balancer does not save is counted. An order
has an Idempotency-Key, as clients of shops and payment systems send one, so that the load balancer may send it again
when a task died over it.
"""

import asyncio
import json
import secrets
from dataclasses import dataclass, field

ANSWER_LIMIT = 64 * 1024
PATIENCE = 30.0


class RequestFailed(Exception):
    """One request did not get its answer; the text says how."""


@dataclass(slots=True)
class Tally:
    """What was sent and what failed, with the first few reasons."""

    sent: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)

    def count(self, reason: str | None) -> None:
        """Count one request; `reason` is None when it was answered."""
        self.sent += 1
        if reason is not None:
            self.failed += 1
            if len(self.reasons) < 5:
                self.reasons.append(reason)


class Shopper:
    """One keep-alive connection to one host name."""

    def __init__(self, port: int, host: str, address: str = "127.0.0.1") -> None:
        self.port = port
        self.address = address
        self.host = host
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def request(self, method: str, path: str, body: dict[str, object] | None = None) -> tuple[int, bytes]:
        """Status and body of the answer. Raises RequestFailed when there is no whole one."""
        payload = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nContent-Length: {len(payload)}\r\n"
        if body is not None:
            head += f"Content-Type: application/json\r\nIdempotency-Key: {secrets.token_hex(8)}\r\n"
        try:
            async with asyncio.timeout(PATIENCE):
                if self.writer is None:
                    self.reader, self.writer = await asyncio.open_connection(self.address, self.port)
                self.writer.write(head.encode() + b"\r\n" + payload)
                await self.writer.drain()
                return await self._answer()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as error:
            self.close()
            raise RequestFailed(f"{method} {path}: {error or type(error).__name__}") from error

    async def _answer(self) -> tuple[int, bytes]:
        assert self.reader is not None
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(" ", 2)[1])
        length = next((int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length:")), 0)
        body = await self.reader.readexactly(min(length, ANSWER_LIMIT))
        if "connection: close" in head:
            self.close()
        return status, body

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


class Load:
    """`shoppers` at once, from entering the block to leaving it; `tally` may be swapped between steps."""

    def __init__(
        self,
        port: int,
        host: str,
        *,
        shoppers: int = 16,
        store: bool = True,
        address: str = "127.0.0.1",
        pause: float = 0.0,
    ) -> None:
        """`store` false: look at the front page only, for a sample whose tasks share no database. `pause` is how many
        seconds a shopper thinks before the next round."""
        self.port = port
        self.address = address
        self.host = host
        self.shoppers = shoppers
        self.store = store
        self.pause = pause
        self.tally = Tally()
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Send until `stop` is called."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self.shoppers):
                group.create_task(self._shop())

    def stop(self) -> None:
        """Let every shopper finish its request and go."""
        self._stop.set()

    def begin(self) -> Tally:
        """A fresh tally from now on; the old one is complete but for the requests under way."""
        self.tally = Tally()
        return self.tally

    async def _shop(self) -> None:
        shopper = Shopper(self.port, self.host, self.address)
        try:
            while not self._stop.is_set():
                order = None
                if self.store:
                    order = await self._ask(shopper, "POST", "/orders", 201, {"item": "buoy", "quantity": 2})
                if order is not None:
                    await self._ask(shopper, "GET", f"/orders/{order['id']}", 200, None, expected=order)
                await self._ask(shopper, "GET", "/", 200)
                await asyncio.sleep(self.pause)
        finally:
            shopper.close()

    async def _ask(
        self,
        shopper: Shopper,
        method: str,
        path: str,
        status: int,
        body: dict[str, object] | None = None,
        *,
        expected: dict[str, object] | None = None,
    ) -> dict[str, object] | None:
        tally = self.tally
        try:
            seen, text = await shopper.request(method, path, body)
            answer = json.loads(text) if seen == status else None
        except (RequestFailed, ValueError) as error:
            tally.count(str(error))
            return None
        if answer is None:
            tally.count(f"{method} {path} answered {seen}")
        elif expected is not None and answer != expected:
            tally.count(f"{method} {path} answered another order")
        else:
            tally.count(None)
            return dict(answer)
        return None
