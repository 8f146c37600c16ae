"""Old runs go, and their logs with them."""

from fairway.domain.run import Policy, RunStatus
from fairway.jobs.pruning import Pruner
from support.jobs_room import Room
from support.jobs_values import make_run
from support.pipeline_values import APP


async def fill(room: Room) -> None:
    """Four runs that have ended and one that goes on, each with a log."""
    await room.store.apps.create(APP, at=1.0)
    for status in (*[RunStatus.SUCCEEDED] * 4, RunStatus.RUNNING):
        run = await room.store.runs.create(make_run(status=status, ended_at=room.clock.now()))
        with room.logs.write(APP, run.number, "1", resume=False) as log:
            log("a line")


async def test_the_oldest_runs_go_with_their_logs_and_none_that_goes_on(room):
    await fill(room)
    pruner = Pruner(room.store.apps, room.store.runs, room.logs, room.clock, Policy(keep=2))

    await pruner.clear_up()

    assert [run.number for run in await room.all()] == [3, 4, 5]
    assert [room.printed(number) for number in range(1, 6)] == [(), (), ("a line",), ("a line",), ("a line",)]
