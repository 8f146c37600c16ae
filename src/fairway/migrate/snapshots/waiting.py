"""Until RDS has a snapshot, or an instance: asked for, looked at every `EVERY` seconds, and said how far it has come.

What a killed build has begun under the same name is gone on with where nobody can have touched it, and else removed
first. Each look decides anew what is to be done, so that a call whose answer was lost is no other case than the rest.
"""

from dataclasses import dataclass

from fairway.domain.aws import copies
from fairway.domain.aws.copies import Instance, Snapshot, Standing, Wanted
from fairway.errors import Conflict, NotFound, UsageError, WorkFailed
from fairway.ports.clock import Clock
from fairway.ports.databases import Progress, Report
from fairway.ports.snapshots import Snapshots
from fairway.wire import words

EVERY = 15.0
"""Seconds between two looks."""
SAID = 120.0
"""Seconds after which the same is said once more."""
PATIENCE = 7200.0
"""Seconds for a snapshot, and for an instance: the first snapshot of a large database is all of it."""


class Telling:
    """Says how one of them stands when that changes, and now and then."""

    def __init__(self, doing: str, clock: Clock, report: Report) -> None:
        self._doing = doing
        self._clock = clock
        self._report = report
        self._began = clock.now()
        self._last = ("", 0.0)

    def say(self, text: str) -> None:
        """It stands so."""
        now = self._clock.now()
        said, at = self._last
        if text != said or now - at >= SAID:
            self._last = (text, now)
            after = words.duration(now - self._began)
            self._report(Progress(doing=self._doing, done=0, total=0, said=f"{text}, after {after}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A snapshot that is available. `found`: an earlier try of the same stage had begun it."""

    snapshot: Snapshot
    found: bool


class Waiting:
    """Waits for them."""

    def __init__(self, snapshots: Snapshots, clock: Clock) -> None:
        self._snapshots = snapshots
        self._clock = clock

    async def take(self, name: str, source: str, report: Report) -> Taken:
        """A snapshot of the instance. Raises WorkFailed for one that came to nothing, Conflict for an instance that is
        not there or not at work, UsageError for one of Aurora's, Unavailable."""
        telling = Telling(f"the snapshot {name}", self._clock, report)
        found = await self._snapshots.snapshot(name)
        kept = found is not None and copies.goes_on(found, now=self._clock.now())
        if found is not None and not kept:
            await self._remove(name, telling)
        until = self._clock.now() + PATIENCE
        while True:
            found = await self._snapshots.snapshot(name)
            if found is not None and copies.of_snapshot(found) is Standing.READY:
                return Taken(snapshot=found, found=kept)
            if found is None:
                telling.say(await self._ask(name, source))
            elif copies.of_snapshot(found) is Standing.LOST:
                raise lost(f"the snapshot {name}", found.status)
            else:
                telling.say(f"{found.status}, {found.percent} %")
            await self._pause(until, f"the snapshot {name}", found.status if found is not None else "")

    async def restore(self, wanted: Wanted, report: Report, *, goes_on: bool) -> Instance:
        """An instance from the snapshot. `goes_on`: one of that name may be from that very snapshot. Raises WorkFailed
        for one that came to nothing, Conflict for a quota that is reached, Unavailable."""
        name = wanted.name
        telling = Telling(f"the copy {name}", self._clock, report)
        found = await self._snapshots.instance(name)
        if found is not None and not (goes_on and copies.untouched(found)):
            await self.remove(name, telling)
        until = self._clock.now() + PATIENCE
        while True:
            found = await self._snapshots.instance(name)
            if found is not None and copies.of_instance(found) is Standing.READY:
                return found
            if found is None:
                begun = await self._snapshots.restore(wanted)
                telling.say("restoring" if begun else "the snapshot is busy")
            elif copies.of_instance(found) is Standing.LOST:
                raise lost(f"the copy {name}", found.status)
            else:
                telling.say(found.status)
            await self._pause(until, f"the copy {name}", found.status if found is not None else "")

    async def source(self, name: str) -> Instance:
        """The real instance. Raises Conflict for one that is not there, or that nobody can take a snapshot of;
        UsageError for one of Aurora's."""
        found = await self._snapshots.instance(name)
        if found is None:
            raise Conflict(
                f"there is no instance {name} in RDS",
                why="the data stack of the environment names it",
                hint="fairway aws plan --drift shows what was changed by hand",
            )
        if found.cluster:
            raise UsageError(
                f"the instance {name} can't be copied by a snapshot",
                why=f"it belongs to the cluster {found.cluster} of Aurora, and Fairway's data stack makes none",
                hint='copy_by = "dump" under [migrations]',
            )
        if copies.of_instance(found) is Standing.LOST:
            raise Conflict(
                f"the instance {name} can't be copied by a snapshot", why=f"RDS says that it is {found.status}"
            )
        return found

    async def remove(self, name: str, telling: Telling) -> None:
        """An instance of an earlier try, until it is gone. Raises WorkFailed, Unavailable."""
        until = self._clock.now() + PATIENCE
        while (found := await self._snapshots.instance(name)) is not None:
            let = await self._snapshots.remove_instance(name)
            telling.say("what an earlier try has left is being removed" if let else f"an earlier one is {found.status}")
            await self._pause(until, f"the copy {name}", found.status)

    async def _remove(self, name: str, telling: Telling) -> None:
        until = self._clock.now() + PATIENCE
        while (found := await self._snapshots.snapshot(name)) is not None:
            await self._snapshots.remove_snapshot(name)
            telling.say("an earlier try's is too old, and is removed")
            await self._pause(until, f"the snapshot {name}", found.status)

    async def _ask(self, name: str, source: str) -> str:
        """Begin it, and what is to be said of that."""
        standing = await self.source(source)
        try:
            begun = await self._snapshots.take(name, source)
        except NotFound as error:
            raise Conflict(f"there is no instance {source} in RDS", why=error.why) from error
        return "begun" if begun else f"waiting for {source}, which is {standing.status}"

    async def _pause(self, until: float, what: str, status: str) -> None:
        if self._clock.now() >= until:
            raise WorkFailed(
                f"{what} was not there in time",
                why=f"RDS said {status or 'nothing of it'} for {words.duration(PATIENCE)}",
                hint="the events of RDS's console say what it does; a retry of the stage begins again",
            )
        await self._clock.sleep(EVERY)


def lost(what: str, status: str) -> WorkFailed:
    """The error for one that came to nothing."""
    return WorkFailed(
        f"{what} came to nothing",
        why=f"RDS says that it is {status}",
        hint="the events of RDS's console say why: aws rds describe-events --duration 120",
    )
