"""How often the tasks of a deployment failed: for the back-off, and for the deployment's verdict.

The two count differently. The back-off counts rounds: ten tasks that were started together and die together are one
round, a task that was well for a while before it died begins a new count, and the first ones that were well for a
moment do not raise it. The verdict counts tasks, each together with the facts that explain it, and begins anew when one
becomes healthy; those that were healthy for a moment only have a count of their own, or a process that answers once
before it dies would keep its deployment waiting until the time is over.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from fairway.domain import crashloop, retry
from fairway.domain.crashloop import LATELY, Loop
from fairway.domain.facts import Facts
from fairway.domain.ids import DeploymentId, ServiceName
from fairway.domain.observed import Task
from fairway.domain.rollout import Failures

STEADY = 10.0
"""Seconds of health after which a failure is a new one and not the next of a loop (Docker has the same rule)."""
FREE = 10
"""How many tasks in a row may become healthy and fail soon after, before the next start is delayed: such a service
serves more when it is started again at once, but one that does so for ever must not keep the host busy."""

Key = tuple[DeploymentId, ServiceName]


@dataclass(slots=True)
class Ledger:
    """The counts of one environment; `short` are the tasks in a row that were healthy for a moment only."""

    rounds: dict[Key, int] = field(default_factory=dict)
    short: dict[Key, int] = field(default_factory=dict)
    last: dict[Key, float] = field(default_factory=dict)
    failures: dict[Key, Failures] = field(default_factory=dict)
    times: dict[Key, list[float]] = field(default_factory=dict)
    """A failure is remembered for a while whatever came after it: a task that dies every half minute is well whenever
    somebody looks, and its service is not."""
    looping: set[Key] = field(default_factory=set)
    """The loops that were told."""

    def failed(self, task: Task, *, healthy_since: float | None, now: float) -> None:
        """A task ended by itself, could not be started or became unhealthy."""
        key = task.deployment, task.service
        rounds, last = self.rounds.get(key, 0), self.last.get(key, 0.0)
        self.last[key] = now
        self.times[key] = [*(at for at in self.times.get(key, ()) if now - at < LATELY), now]
        if healthy_since is not None and now - healthy_since >= STEADY and now - last >= STEADY:
            self.rounds[key], self.short[key] = 1, 0
        elif rounds == 0 or task.created_at >= last:
            short = self.short.get(key, 0) + (1 if healthy_since is not None else 0)
            self.short[key] = short
            self.rounds[key] = max(1, short - FREE + 1) if healthy_since is not None else rounds + 1

    def explained(self, task: Task, facts: Facts, *, ended: bool) -> None:
        """The facts of a failure are there: it counts for the verdict from now on."""
        key = task.deployment, task.service
        before = self.failures.get(key, Failures())
        after = replace(before, exits=before.exits + 1) if ended else replace(before, unhealthy=before.unhealthy + 1)
        self.failures[key] = replace(after, facts=facts, relapses=self.short.get(key, 0))

    def healthy(self, task: Task) -> None:
        """A task became healthy. Whether it stays so is not known yet."""
        key = task.deployment, task.service
        if (before := self.failures.pop(key, None)) and before.relapses:
            self.failures[key] = Failures(relapses=before.relapses, facts=before.facts)

    def new_loop(self, task: Task, now: float) -> tuple[Loop, float] | None:
        """The loop that the task's service is in, with the seconds for which its next start is held back, when it is
        found for the first time; None at each of its later turns."""
        key = task.deployment, task.service
        loop = None if key in self.looping else crashloop.find(self.times.get(key, ()), now)
        if loop is None:
            return None
        self.looping.add(key)
        return loop, max(0.0, self.last[key] + retry.delay(self.rounds.get(key, 0) - 1) - now)

    def ended_loops(self, now: float) -> list[Key]:
        """The loops that are over, once."""
        over = [key for key in self.looping if crashloop.is_over(self.last[key], now)]
        self.looping.difference_update(over)
        return sorted(over)

    def counted(self, now: float) -> dict[Key, Failures]:
        """What progress is counted with."""
        lately = {key: sum(now - at < LATELY for at in times) for key, times in self.times.items()}
        return {key: replace(self.failures.get(key, Failures()), lately=lately.get(key, 0)) for key in lately}

    def keep_only(self, deployments: Iterable[DeploymentId]) -> None:
        """Forget the deployments that are neither desired nor have a task any more."""
        kept = set(deployments)
        for counts in (self.rounds, self.short, self.last, self.failures, self.times):
            forget_others(counts, kept)
        self.looping = {key for key in self.looping if key[0] in kept}


def forget_others(counts: dict[Key, Any], kept: set[DeploymentId]) -> None:
    """Drop the counts of all other deployments."""
    for key in [key for key in counts if key[0] not in kept]:
        del counts[key]
