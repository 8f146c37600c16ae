"""Certificates for domains: who signs them, where they are kept, and who presents them to those who connect.

`pem` is always the private key (PKCS #8) followed by the certificate and its chain, the leaf first. It is a secret.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from fairway.domain.certificates import Certificate, Failure
from fairway.errors import Conflict, WorkFailed


class Limited(WorkFailed):
    """The authority signs nothing more for this account or name for so many `seconds` from now."""

    def __init__(self, what: str, *, seconds: float, why: str = "", hint: str = "") -> None:
        super().__init__(what, why=why, hint=hint)
        self.seconds = seconds


class Authority(Protocol):
    """A certificate authority that proves who holds a name by HTTP-01 (RFC 8555, section 8.3).

    Both methods raise Unavailable when it can't be reached, and WorkFailed with its own words when it refuses: Limited
    when it says for how long.
    """

    @property
    def directory(self) -> str:
        """The URL of its directory (RFC 8555, section 7.1.1)."""
        ...

    async def thumbprint(self) -> str:
        """The account key's thumbprint (RFC 7638), of which the answers to its challenges are made; base64url.

        Makes the account at first use.
        """
        ...

    async def order(self, host: str) -> str:
        """A new certificate for `host` with a new key: its `pem`. Takes a minute or two at most.

        Requests for /.well-known/acme-challenge/ on port 80 of the host have to be answered already.
        """
        ...


class Certificates(Protocol):
    """Where they are kept, the keys sealed. One row for each host name; each method is done whole or not at all."""

    async def all(self) -> Sequence[Certificate]:
        """Every one, by its host name."""
        ...

    async def pem(self, host: str) -> str | None:
        """What the host presents; None when there is none."""
        ...

    async def put(self, certificate: Certificate, pem: str) -> None:
        """Keep it in place of the host's former one, and forget that orders failed."""
        ...

    async def remove(self, host: str) -> None:
        """Forget the host's certificate and its failures. One that has none is no error."""
        ...

    async def failures(self) -> Sequence[Failure]:
        """The latest failure of each host whose latest order failed, by its host name."""
        ...

    async def failed(self, failure: Failure) -> None:
        """Keep it in place of the host's former one."""
        ...


class Terminator(Protocol):
    """Takes TLS connections for host names, and decides what becomes of plain ones.

    Every method can be repeated: done twice is the same as done once. What was presented is presented again after any
    restart. All raise Unavailable when it is down.
    """

    async def present(self, host: str, pem: str) -> None:
        """Present this from when this returns, in place of any former one; no connection is closed for it.

        Raises UsageError when it is no certificate with its key.
        """
        ...

    async def withdraw(self, host: str) -> None:
        """Present nothing for the host any more. One that has none is no error."""
        ...

    async def presented(self) -> Mapping[str, str]:
        """The fingerprint (as `Certificate.fingerprint`) of what each host presents."""
        ...

    async def answer(self, thumbprint: str) -> None:
        """Answer HTTP-01 challenges for the account of this thumbprint, for every host name, from when this returns."""
        ...


class Unterminated:
    """A `Terminator` where no port takes TLS connections."""

    async def present(self, host: str, pem: str) -> None:
        """Raises Conflict: there is nobody to present it to."""
        raise Conflict(
            "nothing is served by TLS here",
            why="FAIRWAY_APPS_TLS_PORT is not set",
            hint="set it, for example to 443, and start the server again",
        )

    async def withdraw(self, host: str) -> None:
        """There is none."""

    async def presented(self) -> Mapping[str, str]:
        """None."""
        return {}

    async def answer(self, thumbprint: str) -> None:
        """Nobody asks."""
