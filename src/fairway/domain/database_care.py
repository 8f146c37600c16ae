"""What a managed database needs next, from its record and what is seen of it. Pure; `now` is an argument.

    no container, never made, no volume        START   the first time
    no container, never made, a volume         ANEW    its making was cut off: nobody has used what is there
    ended, never made                          ANEW    it is half made: the image does not go on from there
    no container, made, its volume there       START   somebody removed the container
    no container, made, no volume              LOST    no empty one is put in its place
    ended, made                                START   killed, out of memory, or Docker was restarted
    runs with another image                    REPLACE the same data, another minor version
    runs with other limits                     LIMIT
    runs                                       WATCH

A database that runs and lets nobody in is left alone: killing it would make it no better, and a restart costs every
session that it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairway.domain import retry
from fairway.domain.database import Condition, Database, Seen, State

SETTLED = 120.0
"""Seconds that it has to run for an earlier end not to count any more."""
LIMIT = 60.0
"""Seconds between two starts at the most."""
PATIENCE = 300.0
"""Seconds from a start in which it may still be on its way up: recovery after a crash reads what was not written."""
CLOSE = 0.001


class Need(StrEnum):
    START = "START"
    ANEW = "ANEW"
    LOST = "LOST"
    REPLACE = "REPLACE"
    LIMIT = "LIMIT"
    WATCH = "WATCH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What it needs, and why, for a sentence ("it was killed for lack of memory (512 MB)")."""

    need: Need
    why: str = ""


def need(database: Database, seen: Seen | None, *, volume: bool) -> Step:
    """What is to be done about it."""
    made = database.made_at is not None
    if seen is None:
        if not made:
            return Step(need=Need.ANEW, why="its making was cut off") if volume else Step(need=Need.START)
        if not volume:
            return Step(need=Need.LOST, why="the volume with its data is gone")
        return Step(need=Need.START, why="its container was removed")
    if not seen.running:
        if not made and seen.started:
            return Step(need=Need.ANEW, why=f"{how_ended(seen, database)} before it was whole")
        return Step(need=Need.START, why=how_ended(seen, database) if seen.started else "")
    if seen.image != database.image:
        return Step(need=Need.REPLACE, why=f"{seen.image} makes way for {database.image}")
    if seen.memory != database.memory or abs(seen.cpu - database.cpu) > CLOSE:
        return Step(need=Need.LIMIT)
    return Step(need=Need.WATCH)


def how_ended(seen: Seen, database: Database) -> str:
    """Why it does not run, as a sentence's end."""
    if seen.oom_killed:
        return f"it was killed for lack of memory (it may use {database.memory // (1024 * 1024)} MB)"
    if seen.code in (0, None):
        return "it was stopped"
    return f"it was killed (exit code {seen.code})" if seen.code == 137 else f"it ended with exit code {seen.code}"


def wait(ends: Sequence[float], now: float) -> float:
    """Seconds until it is started again, from when it ended: at once the first time, then after 1, 2, 4… seconds."""
    if not ends:
        return 0.0
    return max(0.0, ends[-1] + retry.delay(len(ends) - 1, limit=LIMIT) - now)


def judge(before: Condition | None, *, release: str, why: str, host: str, now: float) -> Condition:
    """How one that runs is, from the last look and a try to log in just now: `release` is what it said, "" when nobody
    got in, `why` then why not."""
    if release:
        same = before is not None and before.state is State.HEALTHY
        since = before.since if before is not None and same else now
        return Condition(state=State.HEALTHY, since=since, host=host, release=release)
    if before is not None and before.state is State.STARTING and now - before.since < PATIENCE:
        return Condition(state=State.STARTING, since=before.since, why=why, host=host)
    if before is not None and before.state is State.UNHEALTHY:
        return Condition(state=State.UNHEALTHY, since=before.since, why=why, host=host)
    # A server that came after a killed one has seen nothing of it yet.
    state = State.STARTING if before is None or before.state is State.DOWN else State.UNHEALTHY
    return Condition(state=state, since=now, why=why, host=host)
