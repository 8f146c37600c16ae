"""What the controller remembers of one environment between two looks. Nothing of it has to survive the process."""

import asyncio
from dataclasses import dataclass, field

from fairway.domain.desired import TaskSpec
from fairway.domain.ids import DeploymentId, ServiceName, TaskId
from fairway.domain.observed import ObservedEnvironment, Task
from fairway.domain.rollout import Progress
from fairway.errors import FairwayError
from fairway.orchestrator.ledger import Ledger
from fairway.orchestrator.lookout import Key


@dataclass(slots=True)
class Watch:
    """`known` are the tasks of the last look, None before the first; `specs` what they were started from.

    `draining` says since when; `stopping` were given their stop signal by us, `accounted` have ended and were counted
    or need not be; `looked_into` are being looked into and must not go, of `explaining` the facts are being gathered.
    `refusals` is what an engine that rolls by itself would not begin, with its words. `problem` is what an operation in
    the background met, `trouble` what the last of so many `attempts` met, "" when all is well.
    """

    key: Key
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    ledger: Ledger = field(default_factory=Ledger)
    known: dict[TaskId, Task] | None = None
    specs: dict[TaskId, TaskSpec] = field(default_factory=dict)
    draining: dict[TaskId, float] = field(default_factory=dict)
    stopping: set[TaskId] = field(default_factory=set)
    accounted: set[TaskId] = field(default_factory=set)
    looked_into: set[TaskId] = field(default_factory=set)
    explaining: set[TaskId] = field(default_factory=set)
    refusals: dict[tuple[DeploymentId, ServiceName], str] = field(default_factory=dict)
    observed: ObservedEnvironment = ObservedEnvironment()
    progress: Progress | None = None
    problem: FairwayError | None = None
    attempts: int = 0
    trouble: str = ""
    polling: bool = False
    forgotten: bool = False
