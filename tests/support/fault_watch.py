"""Checkpoints: every write of every store and every durable step has a name, and the process can kill itself there.

What counts as a write is found, not listed: all that a store's Protocol offers and that is not one of READS. So a new
write is a checkpoint by being there, and the test that every write is reached fails until the story reaches it.
"""

import inspect
import os
import signal
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fairway.domain.desired import DesiredEnvironment
from fairway.domain.moves import CountRun, GoBack, Move, MoveAction, MoveExecution, MoveStage
from fairway.ports import stores
from fairway.ports.durable import Body, Durable

READS = frozenset(
    {"get", "list", "latest", "outputs", "unfinished", "contenders", "entered", "entries", "disabled", "before"}
)
PROTOCOLS: Mapping[str, type] = {
    "executions": stores.Executions,
    "transitions": stores.Transitions,
    "releases": stores.Releases,
    "deployments": stores.Deployments,
    "desired": stores.DesiredStates,
}
"""The stores that an execution writes to."""


def writes() -> set[str]:
    """`executions.change` and all the others."""
    return {
        f"{store}.{name}"
        for store, protocol in PROTOCOLS.items()
        for name, _ in inspect.getmembers(protocol, inspect.isfunction)
        if not name.startswith("_") and name not in READS
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """Where the process dies: at the checkpoint of that name the first time, "before", "after", or "between", which is
    when a step's action is done and its result not kept."""

    name: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sudden:
    """The process dies some seconds after it came to its checkpoint of that number, wherever it is then."""

    number: int
    delay: float


@dataclass
class Watch:
    """Passes the checkpoints, and writes their names down, and what each step did; dies at one of them."""

    home: Path
    kill: Kill | Sudden | None = None
    passed: Counter[str] = field(default_factory=Counter)

    async def __call__(self, name: str, act: Callable[[], Awaitable[Any]]) -> Any:
        """Pass one checkpoint."""
        self.passed[name] += 1
        self.note("trace", name)
        self.perhaps(name, "before")
        answer = await act()
        self.perhaps(name, "after")
        return answer

    def note(self, file: str, text: str) -> None:
        """Write it down at once: a process that is killed keeps what it has handed to the system."""
        with (self.home / file).open("a") as opened:
            opened.write(f"{text}\n")

    def perhaps(self, name: str, when: str) -> None:
        """Die, if it is here."""
        match self.kill:
            case Kill() as kill if kill == Kill(name=name, when=when) and self.passed[name] == 1:
                die()
            case Sudden(number=number, delay=delay) if when == "before" and self.passed.total() == number:
                timer = threading.Timer(delay, die)
                timer.daemon = True
                timer.start()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class WatchedStore:
    """One store, each write of which is a checkpoint."""

    def __init__(self, name: str, real: Any, watch: Watch) -> None:
        self._name, self._real, self._watch = name, real, watch
        self._newest = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if name in READS:
            return method

        async def write(*arguments: Any, **more: Any) -> Any:
            label = f"{self._name}.{name} {describe(name, arguments, more)}".rstrip()
            if name == "put":
                label += self._back(arguments[0])
            return await self._watch(label, lambda: method(*arguments, **more))

        return write

    def _back(self, desired: DesiredEnvironment) -> str:
        """Whether it is put back to an earlier deployment."""
        deployment = max((each.spec.deployment for each in desired.services), default=0)
        self._newest = max(self._newest, deployment)
        return "" if deployment == self._newest else ", back"


def watch_stores(store: Any, watch: Watch) -> Any:
    """The stores of the pipeline, watched, and the others as they are."""
    watched = {name: WatchedStore(name, getattr(store, name), watch) for name in PROTOCOLS}
    return SimpleNamespace(apps=store.apps, configurations=store.configurations, activities=store.activities, **watched)


class WatchedDurable:
    """The durable executor; each start of a workflow and each step is a checkpoint."""

    def __init__(self, real: Durable, watch: Watch) -> None:
        self._real, self._watch = real, watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def register(self, name: str, body: Body) -> None:
        async def watched(step: Any, arguments: Mapping[str, Any]) -> None:
            async def checked(label: str, action: Callable[[], Awaitable[Any]]) -> Any:
                text = f"{arguments['app']}/{arguments['number']} {label}"

                async def act() -> Any:
                    answer = await action()
                    self._watch.note("done", f"did {text}")
                    self._watch.perhaps(f"step {label}", "between")
                    return answer

                answer = await self._watch(f"step {label}", lambda: step(label, act))
                self._watch.note("done", f"kept {text}")
                return answer

            await body(checked, arguments)

        self._real.register(name, watched)

    async def start(self, id: str, name: str, arguments: Mapping[str, Any]) -> None:
        label = f"durable.start {arguments['stage']} {id.rpartition('/')[2]}"
        await self._watch(label, lambda: self._real.start(id, name, arguments))

    async def cancel(self, id: str) -> None:
        await self._watch("durable.cancel", lambda: self._real.cancel(id))


def describe(name: str, arguments: tuple[Any, ...], more: Mapping[str, Any]) -> str:
    """What tells one write from another of the same kind: the moves; what is deployed, and what was there before."""
    match name, arguments:
        case "change", [execution, moves, *_]:
            return f"{execution.kind} {', '.join(filter(None, map(describe_move, moves)))}"
        case "put", [desired]:
            hangs = any(each.spec.image.digest.startswith("sha256:h") for each in desired.services)
            return "hanging" if hangs else "over another" if desired.version else "first"
        case "start", _:
            return "first" if more["before"] is None else "over another"
        case "finish", [_, _, state]:
            return str(state)
        case "create", [release]:
            return "new" if release.rollback_of is None else "again"
        case "create", _ if more.get("rollback") is not None:
            return "ROLLBACK"
    return ""


def describe_move(move: Move) -> str:
    """`production/deploy SUCCEEDED`."""
    match move:
        case MoveExecution():
            return f"execution {move.expected}→{move.to}"
        case MoveStage():
            return f"{move.stage} {move.to}"
        case MoveAction():
            return f"{move.stage}/{move.action} {move.to}"
        case CountRun():
            return ""
        case GoBack():
            return f"{move.stage} goes back"
    return type(move).__name__
