"""A server's log keeping in a process of its own, so that it can be killed: `python -m support.log_process HOME
INSTANCE`. It looks at the engine as the orchestrator does, and says `ready` once it has."""

import asyncio
import sys
import time
from pathlib import Path

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.printing import DockerPrinting
from fairway.adapters.files.logstore import FileLogStore
from fairway.adapters.memory.board import Board
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.stores import make_store
from fairway.domain.health import Health, HealthState
from fairway.domain.observed import ObservedEnvironment, ObservedTask, Task
from fairway.domain.rollout import Progress
from fairway.logkeeping.collector import Collector
from support import docker_room


def post(board: Board, tasks: list[Task]) -> None:
    """Post the tasks of the one environment that the tests have."""
    seen = tuple(ObservedTask(task=task, health=Health(state=HealthState.HEALTHY)) for task in tasks)
    spec = docker_room.make_spec(None)  # type: ignore[arg-type]  # for its names alone
    progress = Progress(app=spec.app, environment=spec.environment, at=time.time(), services={})
    board.post(progress, ObservedEnvironment(tasks=seen))


def make_collector(engine: DockerEngine, home: Path, board: Board) -> Collector:
    """A collector over Docker and files."""
    return Collector(
        printing=DockerPrinting(engine.containers),
        store=FileLogStore(home),
        observations=board,
        apps=make_store().apps,
        notices=MemoryNotices(),
        clock=LoopClock(time.time() - asyncio.get_running_loop().time()),
    )


async def look(engine: DockerEngine, board: Board) -> None:
    """Post what there is, again and again."""
    while True:
        post(board, list(await engine.observe()))
        await asyncio.sleep(0.1)


async def main(home: str, instance: str) -> None:
    """Keep logs until killed."""
    async with DockerEngine(docker_room.DOCKER_HOST, instance) as engine, asyncio.TaskGroup() as group:
        board = Board()
        post(board, list(await engine.observe()))
        group.create_task(make_collector(engine, Path(home), board).run())
        group.create_task(look(engine, board))
        sys.stdout.write("ready\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
