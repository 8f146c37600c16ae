"""The releases of one environment on AWS, kept for the migration guard."""

from collections.abc import Sequence
from typing import Protocol

from fairway.domain.aws.handover import Handover
from fairway.domain.aws.shipment import Shipment


class Shipments(Protocol):
    """Those of one environment of one app. Each write is whole or not at all. All raise Unavailable."""

    async def keep(self, handover: Handover, *, at: float) -> Shipment:
        """Keep it under the next number. The same handover a second time, by all that it says, returns the first one's:
        a stage that is tried again, or goes back, names the same release. Raises WorkFailed for one that is too large
        to be kept."""
        ...

    async def get(self, number: int) -> Shipment:
        """Raises NotFound."""
        ...

    async def list(self, *, limit: int = 50) -> Sequence[Shipment]:
        """Newest first, by their numbers."""
        ...
