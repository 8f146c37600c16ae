"""A release on AWS, as the migration guard keeps it: where no server is, nothing else knows which one came before.

The number is the environment's own, and is what a passage calls its release.
"""

from dataclasses import dataclass

from fairway.domain.aws.handover import Handover
from fairway.domain.ids import AppName, EnvironmentName


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A handover that was brought to an environment, or was to be: refused ones have a number too. `number` counts up
    from 1 in each environment, `kept_at` is seconds since the epoch."""

    app: AppName
    environment: EnvironmentName
    number: int
    handover: Handover
    kept_at: float
