"""Certificates in memory: kept on the shelf, and signed by whoever wrote the test."""

from collections.abc import Mapping, Sequence

from fairway.adapters.memory.faults import Faults
from fairway.adapters.memory.shelf import Shelf
from fairway.domain.certificates import Certificate, Failure
from fairway.ports.sealed import OpenFor, SealFor, place_of_certificate


class MemoryCertificates:
    """`ports.certificates.Certificates`."""

    def __init__(self, shelf: Shelf, seal: SealFor, open_: OpenFor) -> None:
        self._shelf = shelf
        self._seal = seal
        self._open = open_

    async def all(self) -> Sequence[Certificate]:
        """By host name."""
        self._shelf.visit()
        return [each for _, (each, _) in sorted(self._shelf.certificates.items())]

    async def pem(self, host: str) -> str | None:
        """Raises Conflict when it was sealed with another key."""
        self._shelf.visit()
        kept = self._shelf.certificates.get(host)
        return None if kept is None else self._open(place_of_certificate(host), kept[1])

    async def put(self, certificate: Certificate, pem: str) -> None:
        """In place of the former one; the failure goes with it."""
        sealed = self._seal(place_of_certificate(certificate.host), pem)
        self._shelf.change()
        self._shelf.certificates[certificate.host] = certificate, sealed
        self._shelf.certificate_failures.pop(certificate.host, None)

    async def remove(self, host: str) -> None:
        """One that has none is no error."""
        self._shelf.change()
        self._shelf.certificates.pop(host, None)
        self._shelf.certificate_failures.pop(host, None)

    async def failures(self) -> Sequence[Failure]:
        """By host name."""
        self._shelf.visit()
        return [each for _, each in sorted(self._shelf.certificate_failures.items())]

    async def failed(self, failure: Failure) -> None:
        """In place of the former one."""
        self._shelf.change()
        self._shelf.certificate_failures[failure.host] = failure


class MemoryAuthority:
    """`ports.certificates.Authority`. It signs what `pems` has for the host; `orders` are those that were made. Its
    methods can be made to fail and hang with `faults`."""

    directory = "https://ca.example/directory"

    def __init__(self, pems: Mapping[str, str]) -> None:
        self.faults = Faults()
        self.pems = dict(pems)
        self.orders: list[str] = []

    async def thumbprint(self) -> str:
        """Always the same."""
        await self.faults.meet("thumbprint")
        return "thumbprint"

    async def order(self, host: str) -> str:
        """Its `pem`."""
        self.orders.append(host)
        await self.faults.meet("order")
        return self.pems[host]
