"""A backup that somebody wants back, by a variable of the stage: there is no server to be told so.

A variable stays where it was put. So it counts only while the newest passage of the environment is the one that left
the database half-way and made that very backup: the next passage ends that.
"""

from collections.abc import Sequence

from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.errors import Conflict
from fairway.migrate.advice import Advice
from fairway.migrate.pacing import Paced
from fairway.migrate.parts import Restore
from fairway.ports.builder import LogSink
from fairway.ports.clock import Clock

VARIABLE = "FAIRWAY_RESTORE"
"""Of the stage: the number of a backup."""
LEFT = frozenset({Outcome.HALF, Outcome.UNKNOWN})


def find(wanted: str, made: Sequence[Passage]) -> Passage | None:
    """The passage whose backup is to be put back: the newest of `made`, which are newest first. None where it is not
    that one's, or its database needs none."""
    newest = next((each for each in made if each.goes), None)
    if newest is None or newest.backup is None or newest.status is not PassageStatus.FAILED:
        return None
    return newest if newest.outcome in LEFT and wanted == str(newest.backup) else None


async def put_back(
    wanted: str, made: Sequence[Passage], restore: Restore, by: str, *, log: LogSink, clock: Clock, advice: Advice
) -> None:
    """Put it back where it counts, and say so and how far it has come; say too that it does not. Raises WorkFailed and
    leaves what was there; Conflict, with the way, for a snapshot, which nothing puts in the place of a database;
    Unavailable."""
    if not wanted:
        return
    passage = find(wanted, made)
    if passage is None or passage.backup is None:
        log(f"restore       …  {VARIABLE}={wanted} is passed over: no database was left half-way after that backup")
        return
    if passage.snapshot:
        raise Conflict(
            f"backup {passage.backup} can't be put back by {VARIABLE}: it is the snapshot {passage.snapshot} of RDS",
            why="RDS restores a snapshot as another instance, never in the place of one",
            hint=f"{advice.restore(passage)}; then take {VARIABLE} away",
        )
    log(f"restore       …  backup {passage.backup} takes the place of the database, by {VARIABLE}")
    await restore(passage.app, passage.backup, by=by, report=Paced(clock.now, log).report)
    log(f"restore       ✓  backup {passage.backup}")
