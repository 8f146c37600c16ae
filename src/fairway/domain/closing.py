"""Why an environment is closed, and what opens it: pure.

A passage closes it, and what follows opens it: its own end where the database is as before, else the deployment. When
nothing follows any more, since the execution was stopped or has failed, somebody has to say what shall: these are the
commands that do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairway.domain import guarding
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import EnvironmentName
from fairway.domain.passage import Passage, PassageStatus

CLOSED = frozenset({PassageStatus.MIGRATING, PassageStatus.MIGRATED, PassageStatus.FAILED})
"""The statuses of a passage that may have closed its environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """A command, and what it does."""

    command: str
    does: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """`since` is when it was closed, None where an older Fairway closed it. `passage` is the number of the one that it
    was closed for and `execution` of that one's, None where they are not known. `settled`: nothing that goes on will
    open it, but the `ways` do. `migrates`: the passage has not come to its end yet."""

    environment: EnvironmentName
    since: float | None = None
    passage: int | None = None
    execution: int | None = None
    settled: bool = True
    migrates: bool = False
    ways: tuple[WayOut, ...] = ()


def find_passage(passages: Sequence[Passage]) -> Passage | None:
    """The newest of an environment's passages that it was closed for, None when there is none."""
    closing = (each for each in passages if each.status in CLOSED and guarding.closes(each, maintenance=True))
    return max(closing, key=lambda passage: passage.number, default=None)


def leaves_closed(passages: Sequence[Passage], execution: int) -> bool:
    """Whether an execution that is in an environment's stage would leave it closed, were it given up now: what it has
    migrated, or migrates, is what the release that served fails on."""
    passage = find_passage(passages)
    if passage is None or passage.execution != execution or passage.status is PassageStatus.FAILED:
        return False
    return passage.number not in {each.back_of for each in passages if each.status is PassageStatus.MIGRATED}


def describe(desired: DesiredEnvironment, passage: Passage | None, *, goes_on: bool) -> Closing | None:
    """Why the environment is closed, None when it is not. `passage` is what `find_passage` gives; `goes_on`: its
    execution has not ended."""
    if not desired.closed:
        return None
    name = desired.environment
    if passage is None:
        return Closing(environment=name, since=desired.closed_at, ways=ways(name, None))
    return Closing(
        environment=name,
        since=desired.closed_at,
        passage=passage.number,
        execution=passage.execution,
        settled=not goes_on,
        migrates=not passage.finished,
        ways=ways(name, passage),
    )


def ways(environment: EnvironmentName, passage: Passage | None) -> tuple[WayOut, ...]:
    """The commands that open it, what keeps the new schema first."""
    if passage is None or passage.execution is None:
        onward = WayOut(command="fairway deploy", does="deploys the newest commit, which opens it")
    else:
        onward = WayOut(command=f"fairway retry {passage.execution}", does="deploys its release, which opens it")
    return (onward, way_back(environment, passage))


def way_back(environment: EnvironmentName, passage: Passage | None) -> WayOut:
    """To the release that served: with the way down that was rehearsed, else with the backup."""
    restart = f"fairway restart -e {environment}"
    opens = "opens it with the release that served, once the database is as that needs it"
    if passage is None or passage.back_of is not None:
        return WayOut(command=restart, does=opens)
    rehearsal = passage.rehearsal
    if rehearsal is not None and rehearsal.back and rehearsal.old is not None:
        return WayOut(
            command=f"fairway rollback {rehearsal.old.release} -e {environment} --take-back",
            does=f"takes the migrations back, and opens it with release {rehearsal.old.release}",
        )
    if passage.backup is not None:
        return WayOut(
            command=f"fairway db restore {passage.backup}", does=f"says which writes would be lost; then {restart}"
        )
    return WayOut(command=restart, does=opens)
