"""What the room works with: one account and region, time, and somebody to tell."""

from dataclasses import dataclass

from fairway.ports.account import Account, CloudPipeline, CloudSecrets
from fairway.ports.clock import Clock
from fairway.ports.stacks import Stacks
from fairway.provision.telling import Tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The ports, and whoever is told."""

    stacks: Stacks
    account: Account
    secrets: CloudSecrets
    pipeline: CloudPipeline
    clock: Clock
    tell: Tell
