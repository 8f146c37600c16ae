"""What is said of a task beside its status."""

from dataclasses import replace

from fairway.domain.observed import Exit
from fairway.wire.tasks import Task, Use
from support.orchestrator_world import task


def detail(exit: Exit) -> str:
    seen = task("a", "ended")
    return Task.of(replace(seen, task=replace(seen.task, exit=exit)), Use()).detail


def test_what_the_engine_said_of_its_end_comes_first() -> None:
    assert detail(Exit(code=-1, error="there is no such image")) == "there is no such image"
    assert detail(Exit(code=143, stopped_for="Task failed ELB health checks")) == "Task failed ELB health checks"
    assert detail(Exit(code=1)) == ""
