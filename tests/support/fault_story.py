"""The story that comes to every checkpoint, in chapters: each begins where the one before has ended, so that a death in
one needs no other chapter to be told again.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from fairway.adapters.memory.builder import MemoryBuilder
from fairway.adapters.memory.durable import MemoryDurable
from fairway.domain import forgetting
from fairway.domain.execution import Execution, StageStatus
from fairway.domain.pipeline import DisabledTransition
from fairway.domain.retention import Policy
from fairway.errors import Conflict
from fairway.pipeline.forgetting import Archive, Forgetter
from fairway.pipeline.log import StageLogs
from fairway.pipeline.stages import package
from fairway.registry.needs import Records
from fairway.registry.prune import Pruner
from support.fault_person import MOMENT, NAME, attend, is_deploying, mend, needs_mending, see_through, take_back
from support.fault_stages import BEHAVIOUR
from support.fault_watch import Kill, Watch
from support.fault_world import World, open_world, outcome
from support.pipeline_values import APP

HELD = DisabledTransition(stage="production", reason="a sale is on", by=NAME, at=1.0)
FEW = Policy(keep=2, always=1)
LITTLE = forgetting.Policy(keep=2, always=1)
PATIENCE = 60.0
"""Seconds for a chapter."""


async def held(world: World) -> None:
    """Production is closed, and opened again when the first push waits for it; somebody approves it."""
    if not await world.store.executions.list(APP):
        await world.executor.disable_transition(APP, HELD)

    async def let_in(world: World, execution: Execution) -> None:
        stage = execution.place
        if stage is not None and stage.name == "production" and stage.status is StageStatus.PENDING:
            with contextlib.suppress(Conflict):
                await world.executor.enable_transition(APP, "production")
        await attend(world, execution)

    await see_through(world, await world.push("g", 0), let_in)


async def mended(world: World) -> None:
    """A build fails, is mended and tried again."""
    number = await world.push("b", 1)
    while needs_mending(execution := await see_through(world, number, attend)):
        await mend(world, execution)


async def overtaken(world: World) -> None:
    """A deployment hangs, and two pushes come to its stage meanwhile: the second takes the place of the first. The
    deployment is stopped, and the one that waits goes on."""

    async def wait_for_others(world: World, execution: Execution) -> None:
        if await is_deploying(world, execution):
            for number in (3, 4):
                await come_to_production(world, number)
            await attend(world, execution)
        elif execution.place is not None and execution.place.waiting is not None:
            await attend(world, execution)

    await see_through(world, await world.push("h", 2), wait_for_others)
    await see_through(world, await world.push("g", 4), attend)


async def come_to_production(world: World, key: int) -> None:
    """A push comes to that stage, or is superseded on its way."""
    number = await world.push("g", key)
    while (found := (await world.store.executions.get(APP, number)).place) is not None and found.name != "production":
        await asyncio.sleep(MOMENT)


async def refused_by_a_check(world: World) -> None:
    """A check after the deployment fails, and the environment goes back by itself."""
    await see_through(world, await world.push("s", 5), attend)
    for execution in await world.store.executions.list(APP):
        await see_through(world, execution.number, attend)


async def tried_again(world: World) -> None:
    """A check after the deployment fails the first time."""
    await see_through(world, await world.push("r", 6), attend)


async def stopped_with_patience(world: World) -> None:
    """A build that is under way comes to its end, and nothing further begins."""
    await see_through(world, await world.push("w", 7), attend)


async def stopped_at_once(world: World) -> None:
    """A build that is under way is given up."""
    await see_through(world, await world.push("k", 8), attend)


async def rejected(world: World) -> None:
    """Somebody says no."""
    await see_through(world, await world.push("n", 9), attend)


async def taken_back(world: World) -> None:
    """A person takes production back."""
    await take_back(world)


async def pruned(world: World) -> None:
    """Old releases are deleted."""
    stores = world.watched
    records = Records(
        releases=stores.releases,
        deployments=stores.deployments,
        desired=stores.desired,
        executions=stores.executions,
        find_pushed=package.find,
    )
    pruner = Pruner(records=records, registry=None, builder=MemoryBuilder(), tell=lambda kind, text: None)
    await pruner.prune(APP, now=world.yard.clock.now(), policy=FEW)


async def forgotten(world: World) -> None:
    """Old executions and deployments are forgotten."""
    stores, real = world.watched, world.store
    archive = Archive(
        apps=real.apps,
        executions=stores.executions,
        deployments=stores.deployments,
        desired=stores.desired,
        releases=stores.releases,
        passages=real.passages,
        backups=real.backups,
        events=real.events,
    )
    logs = StageLogs(world.home / "executions")
    await Forgetter(archive, logs, MemoryDurable(), world.yard.clock, LITTLE).clear_up()


CHAPTERS: tuple[Callable[[World], Awaitable[None]], ...] = (
    held,
    mended,
    overtaken,
    refused_by_a_check,
    tried_again,
    stopped_with_patience,
    stopped_at_once,
    rejected,
    taken_back,
    pruned,
    forgotten,
)


async def tell(home: Path, chapter: int, kill: Kill | None) -> None:
    """Tell a chapter, from its beginning or from where a dead server left it, and save what has come of it. The process
    ends with it."""
    asking = "".join(BEHAVIOUR)
    async with open_world(home, Watch(home, kill), asking=asking) as world, asyncio.timeout(PATIENCE):
        if not await world.store.apps.list():
            await world.store.apps.create(APP, at=1.0)
        await CHAPTERS[chapter](world)
        await world.quiet()
        (home / "outcome.json").write_text(json.dumps(await outcome(world)))
        world.leave()
