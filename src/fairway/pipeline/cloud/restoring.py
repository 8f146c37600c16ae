"""A backup that somebody wants back, by a variable of the stage: there is no server to be told so.

A variable stays where it was put. So it counts only while the newest passage of the environment is the one that left
the database half-way and made that very backup: the next passage ends that. In an environment that is closed, where
nobody writes, it counts too while that passage's migration is in the way of what served before, or could not be taken
back.
"""

from collections.abc import Sequence

from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.errors import Conflict
from fairway.migrate.pacing import Paced
from fairway.migrate.parts import Parts
from fairway.ports.builder import LogSink

VARIABLE = "FAIRWAY_RESTORE"
"""Of the stage: the number of a backup."""
LEFT = frozenset({Outcome.HALF, Outcome.UNKNOWN})


def find(wanted: str, made: Sequence[Passage], *, shut: bool = False) -> Passage | None:
    """The passage whose backup is to be put back: one of `made`, which are newest first. None where it is not that
    one's, or its database needs none. `shut`: the environment is closed."""
    gone = [each for each in made if each.goes]
    found = [gone[0]] if gone and gone[0].status is PassageStatus.FAILED and gone[0].outcome in LEFT else []
    if shut:
        found += find_behind_the_door(gone)
    return next((each for each in found if each.backup is not None and wanted == str(each.backup)), None)


def find_behind_the_door(gone: Sequence[Passage]) -> list[Passage]:
    """The passage of whose migration a closed environment may be rid by its backup: the newest that did anything, or
    the one that it did not take back."""
    newest = next((each for each in gone if each.status is not PassageStatus.SKIPPED), None)
    if newest is None or (newest.status is PassageStatus.MIGRATED) is (newest.back_of is not None):
        return []
    return [newest] if newest.back_of is None else [each for each in gone if each.number == newest.back_of]


async def put_back(wanted: str, made: Sequence[Passage], parts: Parts, by: str, *, shut: bool, log: LogSink) -> None:
    """Put it back where it counts, and say so and how far it has come; say too that it does not. Raises WorkFailed and
    leaves what was there; Conflict, with the way, for a snapshot, which nothing puts in the place of a database;
    Unavailable."""
    if not wanted:
        return
    passage = find(wanted, made, shut=shut)
    if passage is None or passage.backup is None:
        log(f"restore       …  {VARIABLE}={wanted} is passed over: no database was left half-way after that backup")
        return
    if passage.snapshot:
        raise Conflict(
            f"backup {passage.backup} can't be put back by {VARIABLE}: it is the snapshot {passage.snapshot} of RDS",
            why="RDS restores a snapshot as another instance, never in the place of one",
            hint=f"{parts.advice.restore(passage)}; then take {VARIABLE} away",
        )
    log(f"restore       …  backup {passage.backup} takes the place of the database, by {VARIABLE}")
    await parts.restore(passage.app, passage.backup, by=by, report=Paced(parts.clock.now, log).report)
    log(f"restore       ✓  backup {passage.backup}")
