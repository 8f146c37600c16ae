"""Who presents certificates, in memory: what each host presents, and what challenges are answered with."""

from collections.abc import Mapping

from fairway.adapters.memory.faults import Faults
from fairway.adapters.pem import Pem, read


class MemoryTerminator:
    """`ports.certificates.Terminator`. Its methods can be made to fail, hang and lie with `faults`; `pems` is what each
    host presents and `thumbprint` that of `answer`, "" before."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.pems: dict[str, Pem] = {}
        self.thumbprint = ""

    async def present(self, host: str, pem: str) -> None:
        """Present it. Raises UsageError when it is no certificate with its key."""
        if not await self.faults.meet("present"):
            self.pems[host.lower()] = read(pem)

    async def withdraw(self, host: str) -> None:
        """Present nothing for it. One that has none is no error."""
        if not await self.faults.meet("withdraw"):
            self.pems.pop(host.lower(), None)

    async def presented(self) -> Mapping[str, str]:
        """The fingerprint of what each host presents."""
        await self.faults.meet("presented")
        return {host: each.fingerprint for host, each in self.pems.items()}

    async def answer(self, thumbprint: str) -> None:
        """Answer for the account of this thumbprint."""
        if not await self.faults.meet("answer"):
            self.thumbprint = thumbprint
