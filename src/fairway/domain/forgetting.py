"""Which records of an app's past may go: its old executions, their passages, and deployments.

A record goes for its place or its age, and never one that goes on, nor one that something kept still needs. What an
execution did to a database is a part of its story: the two are kept together, or go together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fairway.domain.backup import Backup
from fairway.domain.deployment import RolloutState
from fairway.domain.passage import Passage
from fairway.domain.release import Release
from fairway.errors import NotFound

DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Of each row the newest `keep` records are kept, if they are no older than `age` seconds. Whatever their age the
    newest `always` stay: a page of what `fairway executions` shows."""

    keep: int = 1000
    age: float = 365 * DAY
    always: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is asked of an execution. Those of pull requests are a `row` of their own, or a busy forge would push out
    what was deployed. `at` is its end, of one that has none its beginning."""

    number: int
    row: str
    at: float
    ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What is asked of a deployment; its `row` is its environment."""

    number: int
    row: str
    at: float
    release: int
    state: RolloutState

    @property
    def ended(self) -> bool:
        """Whether it has its verdict."""
        return self.state is not RolloutState.IN_PROGRESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What is asked of a passage; its `row` is its environment. The others are the numbers of what it belongs to."""

    number: int
    row: str
    at: float
    ended: bool
    execution: int | None = None
    release: int | None = None
    backup: int | None = None
    back_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of the app for other reasons: the numbers of its releases, of the executions that made them, and of
    its backups."""

    releases: frozenset[int] = frozenset()
    executions: frozenset[int] = frozenset()
    backups: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """The numbers of those that may go, the oldest first."""

    executions: Sequence[int]
    passages: Sequence[int]


def trace(passage: Passage) -> Trace:
    """What is asked of it."""
    return Trace(
        number=passage.number,
        row=passage.environment,
        at=passage.ended_at or passage.created_at,
        ended=passage.finished,
        execution=passage.execution,
        release=passage.release,
        backup=passage.backup,
        back_of=passage.back_of,
    )


def keep(releases: Iterable[Release], backups: Iterable[Backup]) -> Kept:
    """What those that are kept need."""
    every = list(releases)
    return Kept(
        releases=frozenset(each.number for each in every),
        executions=frozenset(each.execution for each in every if each.execution is not None),
        backups=frozenset(each.number for each in backups),
    )


def old(records: Iterable[Entry | Made | Trace], *, now: float, policy: Policy) -> frozenset[int]:
    """The numbers of those whose place or age lets them go."""
    places: Counter[str] = Counter()
    found = set()
    for record in sorted(records, key=lambda each: -each.number):
        place = places[record.row]
        places[record.row] += 1
        late = place >= policy.keep or now - record.at > policy.age
        if record.ended and late and place >= policy.always:
            found.add(record.number)
    return frozenset(found)


def judge(entries: Sequence[Entry], passages: Sequence[Trace], kept: Kept, *, now: float, policy: Policy) -> Going:
    """Of an app's executions and passages those that may go.

    A passage stays for its own sake where its release or its backup is kept, where it is among the newest of its row,
    or goes on; then its execution stays. A passage and the one that took it back are one matter: without the second the
    first would look as if what it did were still there.
    """
    there = {entry.number for entry in entries}
    going = set(old(entries, now=now, policy=policy) - kept.executions)
    aged = old(passages, now=now, policy=policy)
    newest = {each.number for each in passages} - old(passages, now=now, policy=replace(policy, keep=policy.always))
    own = {each.number for each in passages if each.release in kept.releases or each.backup in kept.backups} | newest
    staying: set[int] = set()
    every, settled = matters(passages), False
    while not settled:
        settled = True
        for matter in every:
            executions = {each.execution for each in matter if each.execution in there}
            if any(each.number in own for each in matter) or not executions <= going:
                staying |= {each.number for each in matter}
                settled = settled and not executions & going
                going -= executions
    leaving = {
        each.number
        for matter in every
        for each in matter
        if each.number not in staying and all(one.execution is not None or one.number in aged for one in matter)
    }
    return Going(executions=sorted(going), passages=sorted(leaving))


def matters(passages: Sequence[Trace]) -> Sequence[Sequence[Trace]]:
    """The passages, each together with those that took it back."""
    grouped: dict[int, list[Trace]] = {}
    for each in passages:
        grouped.setdefault(each.back_of or each.number, []).append(each)
    return list(grouped.values())


def deployments_to_go(
    made: Sequence[Made], *, desired: frozenset[int], kept: Kept, now: float, policy: Policy
) -> Sequence[int]:
    """Of an app's deployments those that may go. `desired` are those that something desired came with.

    The newest of an environment that was COMPLETED says what runs there. The first one of a release says since when it
    was there, by which a rollback finds its way.
    """
    completed = [each for each in sorted(made, key=lambda each: each.number) if each.state is RolloutState.COMPLETED]
    newest: Mapping[str, int] = {each.row: each.number for each in completed}
    first: Mapping[int, int] = {each.release: each.number for each in reversed(completed)}
    needed = desired | set(newest.values()) | {first[number] for number in kept.releases if number in first}
    return sorted(old(made, now=now, policy=policy) - needed)


def forgotten(kind: str, number: int, app: str, *, oldest: int | None) -> NotFound:
    """The error for a record whose number was given, and that is not there any more. `kind` is "execution" or
    "deployment", `oldest` the lowest number that is kept."""
    return NotFound(
        f"{kind} {number} of {app} is not kept any more",
        why="old ones go by their number and their age (FAIRWAY_KEEP_EXECUTIONS, FAIRWAY_KEEP_EXECUTION_DAYS)",
        hint=f"the oldest one that is kept is {oldest}" if oldest is not None else "none is kept",
    )
