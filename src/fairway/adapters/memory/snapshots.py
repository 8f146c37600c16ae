"""RDS in memory: snapshots and instances that come to be one look after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from fairway.adapters.memory.faults import Faults
from fairway.domain.aws.copies import AVAILABLE, CREATING, Instance, Snapshot, Wanted
from fairway.errors import NotFound


@dataclass(slots=True)
class Held:
    """A snapshot or an instance; `looks` is how many more it is looked at before it is available."""

    found: Snapshot | Instance
    looks: int


@dataclass
class MemorySnapshots:
    """`ports.snapshots.Snapshots`. `sources` are the real instances. What is begun is available after `pace` looks, or
    in the state that `ends` has for its name. `on_take` and `on_restore` are told when one is begun, `on_removed` when
    a copy is gone; `now` is the time."""

    sources: dict[str, Instance] = field(default_factory=dict)
    pace: int = 1
    ends: dict[str, str] = field(default_factory=dict)
    now: Callable[[], float] = lambda: 0.0
    on_take: Callable[[str], None] = lambda name: None
    on_restore: Callable[[Wanted], None] = lambda wanted: None
    on_removed: Callable[[str], None] = lambda name: None
    taken: dict[str, Held] = field(default_factory=dict)
    restored: dict[str, Held] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    async def instance(self, name: str) -> Instance | None:
        """The real one, or a copy that is a look further on."""
        if await self.faults.meet("instance"):
            return None
        if name in self.sources:
            return self.sources[name]
        found = self._look(self.restored, name)
        return found if isinstance(found, Instance) else None

    async def snapshot(self, name: str) -> Snapshot | None:
        """A look further on."""
        if await self.faults.meet("snapshot"):
            return None
        found = self._look(self.taken, name)
        return found if isinstance(found, Snapshot) else None

    async def take(self, name: str, source: str) -> bool:
        """Lying: it is never there."""
        if await self.faults.meet("take"):
            return True
        if source not in self.sources:
            raise NotFound(f"there is no instance {source}")
        if name in self.taken:
            return True
        if self.sources[source].status != AVAILABLE:
            return False
        self.on_take(name)
        self.taken[name] = Held(Snapshot(name=name, status=CREATING, at=self.now(), bytes=1024**3), self.pace)
        return True

    async def restore(self, wanted: Wanted) -> bool:
        """Lying: it is never there."""
        if await self.faults.meet("restore"):
            return True
        held = self.taken.get(wanted.snapshot)
        if held is None:
            raise NotFound(f"there is no snapshot {wanted.snapshot}")
        if wanted.name in self.restored:
            return True
        if held.found.status != AVAILABLE:
            return False
        self.on_restore(wanted)
        made = replace(wanted.like, name=wanted.name, status=CREATING, host="", port=0)
        self.restored[wanted.name] = Held(made, self.pace)
        return True

    async def remove_instance(self, name: str) -> bool:
        """One that is still being created is not let go. Lying: it stays."""
        if await self.faults.meet("remove_instance"):
            return True
        if name in self.restored and self.restored[name].found.status == CREATING:
            return False
        if self.restored.pop(name, None) is not None:
            self.on_removed(name)
        return True

    async def remove_snapshot(self, name: str) -> bool:
        """Likewise."""
        if await self.faults.meet("remove_snapshot"):
            return True
        if name in self.taken and self.taken[name].found.status == CREATING:
            return False
        self.taken.pop(name, None)
        return True

    async def snapshots(self) -> Sequence[Snapshot]:
        """Lying: none."""
        lies = await self.faults.meet("snapshots")
        found = [] if lies else [self._look(self.taken, name) for name in self.taken]
        return [each for each in found if isinstance(each, Snapshot)]

    async def instances(self) -> Sequence[Instance]:
        """Lying: none."""
        lies = await self.faults.meet("instances")
        found = [] if lies else [self._look(self.restored, name) for name in self.restored]
        return [each for each in found if isinstance(each, Instance)]

    def _look(self, held: dict[str, Held], name: str) -> Snapshot | Instance | None:
        one = held.get(name)
        if one is None:
            return None
        if one.found.status == CREATING and one.looks <= 0:
            one.found = arrived(one.found, self.ends.get(name, AVAILABLE))
        one.looks -= 1
        return one.found


def arrived(found: Snapshot | Instance, status: str) -> Snapshot | Instance:
    """The same in its last state: whole, and with an address where it is available."""
    if isinstance(found, Snapshot):
        return replace(found, status=status, percent=100)
    host = f"{found.name}.rds" if status == AVAILABLE else ""
    return replace(found, status=status, host=host, port=5432 if host else 0)
