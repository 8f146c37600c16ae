"""The releases of an environment in its table, each once: a handover is known again by all that it says."""

import hashlib
import json
from collections.abc import Sequence

from fairway.adapters import codec
from fairway.adapters.aws import packing
from fairway.adapters.aws.records import Records
from fairway.domain.aws.handover import Handover
from fairway.domain.aws.shipment import Shipment
from fairway.errors import NotFound

KIND = "shipment"


class AwsShipments:
    """`ports.shipments.Shipments`. All raise Unavailable, UsageError and Conflict for what AWS refuses."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def keep(self, handover: Handover, *, at: float) -> Shipment:
        """Under the next number, or as it was kept before. Raises WorkFailed for one that is too large."""
        what = f"the release of commit {handover.commit[:7]}"
        packing.pack(what, codec.encode(self._make(0, handover, at)))
        number = await self._records.claim(KIND, digest(handover))
        made = self._make(number, handover, at)
        if await self._records.add(KIND, number, packing.pack(what, codec.encode(made)), version=0):
            return made
        return await self.get(number)

    async def get(self, number: int) -> Shipment:
        """Raises NotFound."""
        if (document := await self._records.get(KIND, number)) is None:
            raise NotFound(f"{self._records.environment} of {self._records.app} has no release {number}")
        return codec.decode(Shipment, document)

    async def list(self, *, limit: int = 50) -> Sequence[Shipment]:
        """Newest first."""
        return [codec.decode(Shipment, document) for document in await self._records.newest(KIND, limit=limit)]

    def _make(self, number: int, handover: Handover, at: float) -> Shipment:
        return Shipment(
            app=self._records.app,
            environment=self._records.environment,
            number=number,
            handover=handover,
            kept_at=at,
        )


def digest(handover: Handover) -> str:
    """Another text for another handover, whatever the order in which its mappings were filled."""
    return hashlib.sha256(json.dumps(codec.plain(handover), sort_keys=True).encode()).hexdigest()
