"""What the host can hold: how much its tasks may reserve, what a change needs at its peak, and whether that fits.

Memory is reserved as ECS reserves it: a task's limit is its reservation, and all of them together fit into the host's
memory without what is kept for the system. CPU is a share: a task's limit holds it back, but most tasks wait most of
the time, so that the limits together may be several times the cores (docs/decisions/0018-admission.md).

Pure. What comes in is the host, what others have reserved, and what is desired before and after; what goes out is the
change as it fits, or a refusal that says by how much it does not (`capacity_text`). Nothing is counted that was seen:
a reservation holds whether its tasks run or not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from fairway.domain import rounding
from fairway.domain.desired import DesiredEnvironment, DesiredService
from fairway.domain.ids import ServiceName
from fairway.domain.run import Run, RunStatus

MIB = 1024 * 1024
SYSTEM_LEAST, SYSTEM_MOST = 128 * MIB, 2048 * MIB
"""A tenth of the memory is kept for the system, Docker, HAProxy and Fairway, within these bounds."""
SLACK = 1e-6
"""Cores by which sums of limits may be off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Memory in bytes, CPU in cores."""

    memory: int = 0
    cpu: float = 0.0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(memory=self.memory + other.memory, cpu=self.cpu + other.cpu)

    def __sub__(self, other: "Amount") -> "Amount":
        """Negative where the other is more."""
        return Amount(memory=self.memory - other.memory, cpu=self.cpu - other.cpu)

    def __mul__(self, count: int) -> "Amount":
        return Amount(memory=self.memory * count, cpu=self.cpu * count)

    def within(self, other: "Amount") -> bool:
        """Whether it is no more than the other, in both."""
        return self.memory <= other.memory and self.cpu <= other.cpu + SLACK


NOTHING = Amount()


def add(amounts: Iterable[Amount]) -> Amount:
    """Their sum."""
    return sum(amounts, NOTHING)


def greater(one: Amount, other: Amount) -> Amount:
    """The greater of each."""
    return Amount(memory=max(one.memory, other.memory), cpu=max(one.cpu, other.cpu))


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The machine that the containers run on: cores, and bytes of memory."""

    cores: float
    memory: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How much of a host tasks may reserve. `system` are bytes kept from them, None a tenth (`SYSTEM_LEAST` to
    `SYSTEM_MOST`); `memory_percent` of the rest may be reserved, and `cpu_factor` times the cores. `surge_percent` may
    be reserved while tasks are replaced that have no other way: it lasts for seconds, and few tasks use all that they
    may."""

    system: int | None = None
    memory_percent: int = 100
    cpu_factor: int = 16
    surge_percent: int = 150

    def system_of(self, host: Host) -> int:
        """The bytes that are kept for the system."""
        kept = min(SYSTEM_MOST, max(SYSTEM_LEAST, host.memory // 10)) if self.system is None else self.system
        return min(kept, host.memory)

    def whole(self, host: Host) -> Amount:
        """All that tasks may reserve.

        Concrete example: a host with 2 cores and 4 GB keeps 0.4 GB; its tasks may reserve 3.6 GB and 32 cores.
        """
        return Amount(
            memory=(host.memory - self.system_of(host)) * self.memory_percent // 100, cpu=host.cores * self.cpu_factor
        )

    def surge(self, host: Host) -> Amount:
        """All that tasks may reserve for the time of a rollout that has no other way.

        Concrete example: a host with 1 GB keeps 128 MB, and its tasks may reserve 896 MB. The one task of 512 MB that
        it has could never be replaced without a gap; 1344 MB for some seconds let it.
        """
        percent = max(self.memory_percent, self.surge_percent)
        return replace(self.whole(host), memory=(host.memory - self.system_of(host)) * percent // 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one environment may reserve: the whole, less what `others` have, by names that people know."""

    host: Host
    policy: Policy
    others: Mapping[str, Amount] = field(default_factory=dict)

    @property
    def whole(self) -> Amount:
        """All that tasks may reserve."""
        return self.policy.whole(self.host)

    @property
    def free(self) -> Amount:
        """What is left; negative where others have reserved more than there is (the host has shrunk)."""
        return self.whole - add(self.others.values())

    @property
    def surge(self) -> Amount:
        """What is left for the time of a rollout that has no other way."""
        return self.policy.surge(self.host) - add(self.others.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One service while it changes: `old` tasks of `old_each` give way to `new` ones of `new_each`. At most `maximum`
    may be there at a time, and with fewer than `least` nothing could move."""

    service: ServiceName
    old: int
    old_each: Amount
    new: int
    new_each: Amount
    least: int
    maximum: int

    def corners(self, maximum: int) -> Sequence[tuple[int, int]]:
        """The old and the new tasks at the two moments that can be the peak: no old one has left, all new ones are
        there.

        Concrete example: 4 give way to 4, at most 6: first 4 and 2, at last 2 and 4.
        """
        first = self.old, min(self.new, max(0, maximum - self.old))
        last = min(self.old, max(0, maximum - self.new)), self.new
        return first, last

    def peak(self, maximum: int) -> Amount:
        """The most that it reserves on the way."""
        first, last = (self.old_each * old + self.new_each * new for old, new in self.corners(maximum))
        return greater(first, last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """It fits. `maximums` are of those services that can't have the surplus that their percentages allow: how many
    tasks they may have at a time. `beyond` is what is reserved beyond the host's memory meanwhile."""

    desired: DesiredEnvironment
    maximums: Mapping[ServiceName, int] = field(default_factory=dict)
    beyond: Amount = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """It does not fit even when every service moves with as few tasks as it can: `need`, of `changes`, is more than
    `room`. `in_place`: it would fit if tasks might be stopped before their successors serve."""

    budget: Budget
    changes: Sequence[Change]
    need: Amount
    room: Amount
    in_place: bool

    @property
    def excess(self) -> Amount:
        """By how much; nothing of what there is enough of."""
        return greater(self.need - self.room, NOTHING)


def each_of(service: DesiredService) -> Amount:
    """What one task reserves."""
    return Amount(memory=service.spec.memory, cpu=service.spec.cpu)


def steady(desired: DesiredEnvironment | None) -> Amount:
    """What an environment reserves while nothing changes."""
    return add(each_of(each) * each.replicas for each in desired.services) if desired else NOTHING


def reserved_by(runs: Iterable[Run]) -> Amount:
    """What the containers of these runs have reserved; one that has not begun, or has ended, has none."""
    return add(
        Amount(memory=run.spec.memory, cpu=run.spec.cpu)
        for run in runs
        if run.status in (RunStatus.STARTING, RunStatus.RUNNING, RunStatus.STOPPING)
    )


def reserve(before: DesiredEnvironment | None, after: DesiredEnvironment) -> Amount:
    """What an environment reserves on the way from one desired state to the other."""
    return add(each.peak(each.maximum) for each in find_changes(before, after))


def admit(budget: Budget, before: DesiredEnvironment | None, after: DesiredEnvironment) -> Fitting | Refusal:
    """Whether the environment can go from the one to the other, and with how many tasks at a time.

    Where there is no room for the whole surplus that the percentages allow, services get as much of it as fits, one
    task after the other; that is ECS's way too, which places what it can. Where there is not even room for the one that
    has to come before another goes, but for all tasks once that has gone, the policy's surge is allowed. What needs no
    more than the environment has reserved already is never refused: a scale-in helps a host that is too full.
    """
    changes = find_changes(before, after)
    room = greater(budget.free, steady(before))
    if add(each.peak(each.maximum) for each in changes).within(room):
        return Fitting(desired=after)
    need = add(each.peak(each.least) for each in changes)
    held = {each.service: each.least for each in changes if each.least < each.maximum}
    if not need.within(room) and steady(after).within(room) and need.within(greater(budget.surge, steady(before))):
        return Fitting(desired=hold_to(after, held), maximums=held, beyond=greater(need - room, NOTHING))
    if not need.within(room):
        in_place = add(each.peak(max(each.new, 1)) for each in changes).within(room)
        return Refusal(budget=budget, changes=changes, need=need, room=room, in_place=in_place)
    maximums = share(changes, room)
    return Fitting(desired=hold_to(after, maximums), maximums=maximums)


def find_changes(before: DesiredEnvironment | None, after: DesiredEnvironment) -> Sequence[Change]:
    """Each service of either. Of one that keeps its deployment no task is replaced: only the numbers differ."""
    old = {each.spec.service: each for each in before.services} if before else {}
    new = {each.spec.service: each for each in after.services}
    return [
        find_change(name, old.get(name), new.get(name)) for name in [*new, *(name for name in old if name not in new)]
    ]


def find_change(name: ServiceName, old: DesiredService | None, new: DesiredService | None) -> Change:
    """One service's."""
    present = old.replicas if old else 0
    wanted = new.replicas if new else 0
    same = old is not None and new is not None and old.spec.deployment == new.spec.deployment
    bounds = rounding.bounds(wanted, new.rollout) if new else rounding.Bounds(minimum=0, maximum=0)
    least = min(bounds.maximum, bounds.minimum + 1 if bounds.minimum >= wanted else wanted)
    return Change(
        service=name,
        old=0 if same else present,
        old_each=each_of(old) if old else NOTHING,
        new=wanted,
        new_each=each_of(new) if new else NOTHING,
        least=wanted if same else least,
        maximum=wanted if same else bounds.maximum,
    )


def share(changes: Sequence[Change], room: Amount) -> Mapping[ServiceName, int]:
    """How many tasks at a time each service may have that can't have all it would like: from the least on each gets
    one more in turn, while that fits."""
    chosen = {each.service: each.least for each in changes}
    wanting = [each for each in changes if each.least < each.maximum]
    while wanting:
        for each in list(wanting):
            more = chosen[each.service] + 1
            total = add(other.peak(more if other is each else chosen[other.service]) for other in changes)
            if more > each.maximum or not total.within(room):
                wanting.remove(each)
            else:
                chosen[each.service] = more
    return {each.service: chosen[each.service] for each in changes if chosen[each.service] < each.maximum}


def hold_to(desired: DesiredEnvironment, maximums: Mapping[ServiceName, int]) -> DesiredEnvironment:
    """The same environment, its rollouts held to so many tasks at a time."""
    services = []
    for each in desired.services:
        most = maximums.get(each.spec.service)
        if most is not None:
            percent = rounding.percent(each.replicas, most)
            each = replace(each, rollout=replace(each.rollout, maximum_percent=percent))
        services.append(each)
    return replace(desired, services=tuple(services))
