"""An authority that speaks ACME, as `ports.certificates.Authority`: accounts, orders, HTTP-01.

The client is certbot's `acme`, which blocks. So each conversation has a thread of its own, and one that the server has
no time for any more when it stops: it is a daemon, and an order that was cut off is made again. `acme` is imported in
that thread, when the first certificate is ordered: it brings `requests` and half a second with it.
"""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from fairway.adapters.acme.conversation import Account

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which authority: the URL of its `directory`, the `email` that it may write to, and the file of the authorities
    that `trust`ed connections to it are checked with, None for those of Python's `certifi`."""

    directory: str
    email: str
    trust: str | None = None


class AcmeAuthority:
    """`key` gives the account's private key in PEM, the same one each time. Raises what that raises."""

    def __init__(self, place: Place, key: Callable[[], Awaitable[str]]) -> None:
        self._place = place
        self._key = key
        self._account: Account | None = None
        self._turn = asyncio.Lock()

    @property
    def directory(self) -> str:
        """See the port."""
        return self._place.directory

    async def thumbprint(self) -> str:
        """Makes the account at first use."""
        return (await self._known()).thumbprint

    async def order(self, host: str) -> str:
        """See the port."""
        account = await self._known()

        def work() -> str:
            from fairway.adapters.acme.conversation import Conversation

            return Conversation(self._place, account.key).order(account, host)

        try:
            return await apart(work)
        except BaseException:
            # The next order asks for the account anew: this one may have failed because it is gone.
            self._account = None
            raise

    async def _known(self) -> "Account":
        async with self._turn:
            if self._account is None:
                key = await self._key()

                def work() -> "Account":
                    from fairway.adapters.acme.conversation import Conversation

                    return Conversation(self._place, key).enter()

                self._account = await apart(work)
            return self._account


def find_trust(environ: Mapping[str, str]) -> str | None:
    """The file of the authorities that connections are checked with: FAIRWAY_CA_FILE's when there is one, else the
    host's own, which SSL_CERT_FILE may name; None when it has none in one file."""
    return environ.get("FAIRWAY_CA_FILE") or ssl.get_default_verify_paths().cafile


async def apart(work: Callable[[], T]) -> T:
    """What `work` returns or raises, done in a thread that nobody waits for when this is cancelled."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(act: Callable[[], None]) -> None:
        # A loop that has ended takes nothing any more, and wants nothing.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(lambda: None if future.done() else act())

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - it is raised where `apart` is awaited
            # Bound by a default: Python forgets `error` at the end of this block.
            settle(lambda raised=error: future.set_exception(raised))  # type: ignore[misc]
        else:
            settle(lambda: future.set_result(result))

    threading.Thread(target=run, name="fairway-acme", daemon=True).start()
    return await future
