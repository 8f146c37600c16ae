"""The web port over httpx: one connection for each call, to an address that was looked at first.

The name is resolved here and the connection goes to that very address, with the name in the Host header and in TLS, so
that a name which stands for another address a moment later leads nowhere else. No proxy, no `.netrc`, no redirects.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence

import httpx

from fairway.domain import addresses
from fairway.errors import WorkFailed
from fairway.ports.web import Answer, Call

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses that a host's name stands for. Raises OSError when there is none."""
PORTS = {"http": 80, "https": 443}
AGENT = "Fairway"


async def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the host's own resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class HttpxWeb:
    """`ports.web.Web`. `find_refusal` says why an address is not called, "" for one that is; `authorities` makes the
    context that trusts the host's own certificate authorities, a company's among them."""

    def __init__(
        self,
        *,
        find_refusal: Callable[[str], str] = addresses.find_refusal,
        resolve: Resolve = resolve,
        authorities: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._authorities = authorities
        self._find_refusal = find_refusal
        self._resolve = resolve

    async def call(self, call: Call, *, timeout: float, keep: int) -> Answer:
        """Send it. Raises WorkFailed."""
        try:
            url = httpx.URL(call.url)
        except httpx.InvalidURL as error:
            raise WorkFailed("its address is no URL") from error
        if url.scheme not in PORTS or not url.host:
            raise WorkFailed("its address is no URL", why="it begins with http:// or https:// and a host")
        try:
            async with asyncio.timeout(timeout):
                return await self._send(call, url, await self._find(url), timeout, keep)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise WorkFailed(f"{url.host} did not answer within {timeout:g} s") from error

    async def _find(self, url: httpx.URL) -> Sequence[str]:
        """The addresses of its host that may be called."""
        try:
            found = await self._resolve(url.host, url.port or PORTS[url.scheme])
        except (OSError, UnicodeError) as error:
            raise WorkFailed(f"there is no host {url.host}", why="its name stands for no address") from error
        refusals = {address: self._find_refusal(address) for address in found}
        allowed = [address for address, why in refusals.items() if not why]
        if not allowed:
            why = next(iter(refusals.values()), "")
            raise WorkFailed(f"{url.host} is not called", why=f"it is {why}", hint="give an address on another host")
        return allowed

    async def _send(self, call: Call, url: httpx.URL, found: Sequence[str], timeout: float, keep: int) -> Answer:
        """Try one address after the other until one takes the connection."""
        last: httpx.TransportError | None = None
        for address in found:
            try:
                return await self._ask(call, url, address, timeout, keep)
            except httpx.TimeoutException:
                raise
            except httpx.ConnectError as error:
                last = error
            except httpx.TransportError as error:
                raise WorkFailed(f"{url.host} broke the connection off", why=words(error)) from error
        assert last is not None, "there is at least one address"
        raise WorkFailed(f"{url.host} can't be reached", why=words(last)) from last

    async def _ask(self, call: Call, url: httpx.URL, address: str, timeout: float, keep: int) -> Answer:
        # Without TLS an empty context spares the loading of the authorities.
        secure = url.scheme == "https"
        context = self._authorities() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        transport = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
        headers = httpx.Headers({"User-Agent": AGENT})
        # By `update`, for which the names' case makes no difference.
        headers.update(dict(call.headers))
        headers.update({"Host": url.netloc.decode("ascii"), "Accept-Encoding": "identity"})
        async with (
            httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, timeout=timeout) as client,
            client.stream(
                call.method,
                url.copy_with(host=address, username=None, password=None),
                headers=headers,
                content=call.body,
                extensions={"sni_hostname": url.host},
            ) as response,
        ):
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk[: keep - len(body)]
                if len(body) >= keep:
                    break
            return Answer(status=response.status_code, body=bytes(body))


def words(error: httpx.TransportError) -> str:
    """What went wrong, without the address that was asked."""
    text = str(error)
    if "certificate verify failed" in text.lower():
        return "its certificate can't be trusted"
    if isinstance(error, httpx.ConnectError):
        return "nothing takes the connection"
    protocol = isinstance(error, httpx.ProtocolError)
    return "what it answered is no whole HTTP" if protocol else "it closed the connection"
