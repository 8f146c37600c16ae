"""The releases of one environment on AWS in memory."""

from collections.abc import Sequence

from fairway.domain.aws.handover import Handover
from fairway.domain.aws.shipment import Shipment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import NotFound


class MemoryShipments:
    """`ports.shipments.Shipments`."""

    def __init__(self, app: AppName, environment: EnvironmentName) -> None:
        self._app = app
        self._environment = environment
        self._kept: list[Shipment] = []

    async def keep(self, handover: Handover, *, at: float) -> Shipment:
        """Under the next number, or as it was kept before."""
        for shipment in self._kept:
            if shipment.handover == handover:
                return shipment
        number = len(self._kept) + 1
        made = Shipment(app=self._app, environment=self._environment, number=number, handover=handover, kept_at=at)
        self._kept.append(made)
        return made

    async def get(self, number: int) -> Shipment:
        """Raises NotFound."""
        if not 1 <= number <= len(self._kept):
            raise NotFound(f"{self._environment} of {self._app} has no release {number}")
        return self._kept[number - 1]

    async def list(self, *, limit: int = 50) -> Sequence[Shipment]:
        """Newest first."""
        return self._kept[: -limit - 1 : -1]
