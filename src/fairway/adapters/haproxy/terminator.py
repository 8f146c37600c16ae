"""TLS on the balancer's HAProxy: `ports.certificates.Terminator`.

A certificate is shown to the running HAProxy first, since only HAProxy itself knows all that it takes, and one that it
would not start with must not be on disk: it would take every other one along. Then the table has it, and whatever dies
in between, the next look makes HAProxy do what the table says. The key goes over HAProxy's own socket and into a file
of mode 0600, and nowhere else.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from fairway.adapters import pem
from fairway.adapters.haproxy import keys, secure
from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.haproxy.runtime import Refused
from fairway.adapters.haproxy.table import Presented, clean_host
from fairway.errors import Unavailable, UsageError

THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{1,200}")


class HaproxyTerminator:
    """On a balancer that takes TLS. Raises UsageError for one that does not."""

    def __init__(self, balancer: HaproxyBalancer) -> None:
        if not balancer.frame.tls_port:
            raise UsageError("the load balancer takes no TLS", hint="FAIRWAY_APPS_TLS_PORT=443 lets it")
        self._balancer = balancer

    async def present(self, host: str, pem: str) -> None:
        """See the port."""
        wanted = clean_host(host)
        read = read_pem(wanted, pem)
        entry = Presented(host=wanted, file=keys.file_name(wanted, read.text), fingerprint=read.fingerprint)
        balancer = self._balancer
        async with balancer.lock:
            put(balancer, entry.file, read.text)
            await balancer.align()
            if entry not in balancer.table.presented:
                await self._try(entry, read.text)
            await balancer.change(balancer.table.presenting(entry))

    async def withdraw(self, host: str) -> None:
        """See the port."""
        async with self._balancer.lock:
            await self._balancer.change(self._balancer.table.not_presenting(clean_host(host)))

    async def presented(self) -> Mapping[str, str]:
        """See the port. What HAProxy has lost or was told by others is mended on the way."""
        balancer = self._balancer
        async with balancer.lock:
            await balancer.align()
            seen = await balancer.runtime.certificates(await balancer.worker())
            return {each.host: each.fingerprint for each in balancer.table.presented if each.file in seen.listed}

    async def answer(self, thumbprint: str) -> None:
        """See the port. Raises UsageError when it is no thumbprint."""
        if not THUMBPRINT.fullmatch(thumbprint):
            raise UsageError(f'"{thumbprint}" is no thumbprint', why="it is base64url: letters, digits, dashes and _")
        async with self._balancer.lock:
            await self._balancer.change(replace(self._balancer.table, thumbprint=thumbprint))

    async def _try(self, entry: Presented, text: str) -> None:
        """Have HAProxy present it beside any former one. Raises UsageError with its words, and leaves nothing."""
        runtime = self._balancer.runtime
        worker = await runtime.worker()
        for command in secure.add(entry.file, entry.host, text):
            try:
                await runtime.change(worker, command)
            except Refused as refusal:
                await self._balancer.align()
                keys.prune(self._balancer.directory, {each.file for each in self._balancer.table.presented})
                raise UsageError(
                    f"the load balancer does not take the certificate of {entry.host}",
                    why=f'HAProxy said "{" / ".join(str(refusal).splitlines())}"',
                    hint="a key has 2048 bits (RSA) or 256 (EC) at least, and signatures are made with SHA-256 or more",
                ) from refusal


def read_pem(host: str, text: str) -> pem.Pem:
    """What is in it. Raises UsageError that names the host."""
    try:
        return pem.read(text)
    except UsageError as error:
        raise UsageError(
            f"what is given for {host} can't be presented",
            why=f"{error.what}. {error.why}".rstrip(". "),
            hint=error.hint,
        ) from error


def put(balancer: HaproxyBalancer, file: str, text: str) -> None:
    """Write the file. Raises Unavailable."""
    try:
        keys.put(balancer.directory, file, text)
    except OSError as error:
        raise Unavailable(
            "the load balancer's key can't be written", why=f"{balancer.directory}: {error.strerror}"
        ) from error
