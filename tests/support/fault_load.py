"""A mixed load, made from a seed: apps in each mode, with pushes that go well, fail, hang, ask, are stopped, mended
and go back. It can be told again from wherever a dead server left it.
"""

import asyncio
import contextlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fairway.domain.app import Mode
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName
from fairway.domain.pipeline import DisabledTransition
from fairway.errors import Conflict
from support.fault_person import MOMENT, NAME, attend, mend, needs_mending, take_back
from support.fault_watch import Sudden, Watch
from support.fault_world import World, open_world, outcome

ASKING = "an"
ENDS = {
    "g": "SUCCEEDED",
    "a": "SUCCEEDED",
    "n": "FAILED",
    "f": "FAILED",
    "b": "SUCCEEDED",
    "k": "STOPPED",
    "w": "STOPPED",
    "h": "STOPPED",
    "s": "FAILED",
    "r": "SUCCEEDED",
}
"""How the executions of a letter end, if nothing takes their place."""
PUSHES = 4
PATIENCE = 80.0
HELD = DisabledTransition(stage="production", reason="a sale is on", by=NAME, at=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The pushes of one app, by their letters."""

    app: AppName
    mode: Mode
    letters: str


def make(seed: int) -> Sequence[Load]:
    """Two apps in each mode.

    What a load comes to must not hang on who is faster. So a build that is mended is the last push, except where nobody
    can come between (mode PARALLEL); and nothing goes back by itself where others deploy at the same moment.
    """
    chance = random.Random(seed)
    loads = []
    for mode in Mode:
        letters = "ganfkwhr" + ("b" if mode is Mode.PARALLEL else "s")
        for number in (1, 2):
            chosen = "g" + "".join(chance.choices(letters, k=PUSHES - 2)) + chance.choice("gabr")
            loads.append(Load(app=AppName(f"{mode.lower()}-{number}"), mode=mode, letters=chosen))
    return loads


async def tell(home: Path, seed: int, kill: Sudden | None) -> None:
    """Live through all of it, or through what a dead server left of it, and save what it has come to. The process ends
    with it."""
    async with open_world(home, Watch(home, kill), asking=ASKING) as world, asyncio.timeout(PATIENCE):
        loads = make(seed)
        async with asyncio.TaskGroup() as group:
            for load in loads:
                group.create_task(live_through(world, load))
        await world.quiet()
        found = {load.app: {**await outcome(world, load.app), "mode": load.mode, "ends": ENDS} for load in loads}
        (home / "outcome.json").write_text(json.dumps(found))
        world.leave()


async def live_through(world: World, load: Load) -> None:
    """One app's pushes, and a rollback at last. Production is closed until all of them have come."""
    if load.app not in {each.name for each in await world.store.apps.list()}:
        await world.store.apps.create(load.app, at=1.0)
    held = load.mode is Mode.QUEUED
    if held and len(await world.store.executions.list(load.app)) < len(load.letters):
        await world.executor.disable_transition(load.app, HELD)
    async with asyncio.TaskGroup() as group:
        pushing = group.create_task(push(world, load))
        while not pushing.done() or any(await look(world, load.app)):
            await asyncio.sleep(MOMENT)
            if held and pushing.done():
                with contextlib.suppress(Conflict):
                    await world.executor.enable_transition(load.app, "production")
    await take_back(world, load.app)


async def push(world: World, load: Load) -> None:
    """Push one after the other, the next when the one before has left its source."""
    for index, letter in enumerate(load.letters):
        number = await world.push(letter, index, app=load.app, mode=load.mode)
        while (stage := (await world.store.executions.get(load.app, number)).place) and stage.name == "source":
            await asyncio.sleep(MOMENT)


async def look(world: World, app: AppName) -> Sequence[Execution]:
    """See to all executions of the app; those that are not at their end."""
    left = []
    for execution in await world.store.executions.list(app, limit=500):
        if not execution.finished:
            await attend(world, execution)
            left.append(execution)
        elif needs_mending(execution):
            await mend(world, execution)
            left.append(await world.store.executions.get(app, execution.number))
    return [each for each in left if not each.finished or needs_mending(each)]
