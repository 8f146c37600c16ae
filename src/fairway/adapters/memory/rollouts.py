"""ECS in memory, as far as it is read: what tests put there is what is seen."""

from collections.abc import Mapping, Sequence

from fairway.adapters.memory.faults import Faults
from fairway.domain.aws.rollouts import SeenService, StoppedTask


class MemoryRollouts:
    """`ports.rollouts.Rollouts`. `held` are the services by cluster and name: a list of states is gone through, one at
    each look, and the last one stays. `living` are the definitions of those that have not ended, gone
    through likewise; `tasks` are the stopped ones by cluster and family, `logs` lines by group and stream."""

    def __init__(self) -> None:
        self.faults = Faults()
        self.held: dict[tuple[str, str], list[SeenService]] = {}
        self.living: dict[tuple[str, str], list[Sequence[str]]] = {}
        self.tasks: dict[tuple[str, str], list[StoppedTask]] = {}
        self.logs: dict[tuple[str, str], list[str]] = {}

    def put(self, cluster: str, *states: SeenService) -> None:
        """From now on the service is seen in these states, one after the other."""
        self.held[cluster, states[0].name] = list(states)

    async def services(self, cluster: str, names: Sequence[str]) -> Mapping[str, SeenService]:
        """See ports.rollouts.Rollouts; while it lies: none."""
        if await self.faults.meet("services"):
            return {}
        found: dict[str, SeenService] = {}
        for name in names:
            if states := self.held.get((cluster, name)):
                found[name] = states.pop(0) if len(states) > 1 else states[0]
        return found

    async def stopped(self, cluster: str, family: str) -> Sequence[StoppedTask]:
        """See ports.rollouts.Rollouts; while it lies: none."""
        if await self.faults.meet("stopped"):
            return ()
        return sorted(self.tasks.get((cluster, family), ()), key=lambda each: -(each.stopped_at or 0.0))[:100]

    async def alive(self, cluster: str, family: str) -> Sequence[str]:
        """See ports.rollouts.Rollouts; while it lies: none."""
        states = self.living.get((cluster, family), [()])
        if await self.faults.meet("alive"):
            return ()
        return tuple(states.pop(0) if len(states) > 1 else states[0])

    async def printed(self, group: str, stream: str, *, lines: int) -> tuple[str, ...]:
        """See ports.rollouts.Rollouts; while it lies: none."""
        if await self.faults.meet("printed"):
            return ()
        return tuple(self.logs.get((group, stream), ())[-lines:])
