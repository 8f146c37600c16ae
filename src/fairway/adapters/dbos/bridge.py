"""Between two worlds: a DBOS workflow lives on a thread of its own, the body that it stands for on the event loop.

The body must run on the server's own loop, where the sessions of the adapters live; DBOS's checkpoints are made on the
workflow's thread, which waits here for what the body asks. For each step the two shake hands:

    body (event loop)                         workflow (thread)
    step("build", action)  ── request ──►     is a result kept?
                           ◄── decision ──    yes: that one / no: run it
    awaits action()        ── outcome ──►     keeps the result
                           ◄── decision ──    it is kept
    returns the result                        waits for the next request

The action runs within the body's own task, so that a cancelled body cancels its action, with no thread in between.
"""

import asyncio
import contextlib
import functools
import json
import queue
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

Keep = Callable[[str, Callable[[], Any]], Any]
"""Given a step's name and how to get its result: the result, kept or gotten and kept."""


class Answer(Enum):
    RUN = "run"
    KEPT = "kept"


class Unkept(BaseException):
    """Unwinds a workflow's thread past everything that would keep an outcome (which is done for each Exception)."""


class Stopped(BaseException):
    """Raised by `keep` when the workflow was cancelled from elsewhere: the body is cancelled too."""


@dataclass(slots=True)
class Step:
    """One step on its way over the bridge."""

    name: str
    decision: asyncio.Future[tuple[Answer, Any]]
    outcome: queue.SimpleQueue[tuple[bool, Any]]


class Bridge:
    """One workflow's bridge. The methods named for the body run on its loop, `serve` on the workflow's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._requests: queue.SimpleQueue[Step | None] = queue.SimpleQueue()

    def end(self) -> None:
        """The body has ended: `serve` returns."""
        self._requests.put(None)

    async def step(self, name: str, action: Callable[[], Awaitable[Any]]) -> Any:
        """`ports.durable.Step`."""
        step = Step(name, self._loop.create_future(), queue.SimpleQueue())
        self._requests.put(step)
        try:
            answer, value = await step.decision
            if answer is Answer.KEPT:
                return value
            step.decision = self._loop.create_future()
            # What is kept is JSON, so the first run gets what every later one would get.
            value = json.loads(json.dumps(await action()))
        except BaseException:
            step.outcome.put((False, None))
            raise
        step.outcome.put((True, value))
        return (await step.decision)[1]

    def serve(self, keep: Keep) -> None:
        """Answer the body's steps until it has ended. What `keep` raises is raised in the body."""
        while (step := self._requests.get()) is not None:
            try:
                value = keep(step.name, functools.partial(self._run, step))
            except Unkept:
                continue
            except BaseException as error:  # noqa: BLE001 - it belongs to the body, which decides
                self._tell(step, error)
            else:
                self._tell(step, (Answer.KEPT, value))

    def _run(self, step: Step) -> Any:
        """On the thread: have the body run the action, and wait for what comes of it."""
        self._tell(step, (Answer.RUN, None))
        done, value = step.outcome.get()
        if not done:
            raise Unkept
        return value

    def _tell(self, step: Step, answer: tuple[Answer, Any] | BaseException) -> None:
        # The loop may be gone when a thread is late: then nobody waits for the answer either.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(settle, step, answer)


def settle(step: Step, answer: tuple[Answer, Any] | BaseException) -> None:
    """On the loop: give the waiting body its answer, unless it was cancelled meanwhile."""
    if step.decision.done():
        return
    if isinstance(answer, Stopped):
        step.decision.cancel()
    elif isinstance(answer, BaseException):
        step.decision.set_exception(answer)
    else:
        step.decision.set_result(answer)
