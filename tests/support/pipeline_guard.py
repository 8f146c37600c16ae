"""The guard as a stage sees it: one that ends each order as it is told to, and what a stage is given with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fairway.domain.app import Environment
from fairway.domain.execution import ActionStatus, Execution, ExecutionStatus, StageStatus, make_stages
from fairway.domain.guarding import Return
from fairway.domain.ids import AppName, ExecutionNumber
from fairway.domain.migrations import Migrations
from fairway.domain.passage import Passage, PassageStatus
from fairway.domain.pipeline import Duty, define_environment
from fairway.domain.release import Release
from fairway.migrate.parts import Order, WayBack
from fairway.pipeline.stages import described
from fairway.pipeline.work import Work
from support.guard_values import make_passage
from support.pipeline_values import APP, DESCRIPTION, IMAGE, PUSH, REVISION

TOML = 'app = "shop-api"\n[environments.production]\n[migrations]\ncommand = "m"\n'


def environment(**settings: Any) -> Environment:
    approval = settings.pop("approval", None)
    return replace(DESCRIPTION, approval=approval, migrations=Migrations(command=("m",), **settings))


def execution(found: Environment, **changes: Any) -> Execution:
    stages = make_stages([define_environment(found)])
    first = replace(stages[0].actions[0], status=ActionStatus.IN_PROGRESS)
    begun = replace(stages[0], status=StageStatus.IN_PROGRESS, actions=(first, *stages[0].actions[1:]))
    values: dict[str, Any] = {
        "app": APP,
        "number": ExecutionNumber(42),
        "revision": REVISION,
        "trigger": PUSH,
        "status": ExecutionStatus.IN_PROGRESS,
        "stages": (begun,),
        "created_at": 1.0,
    }
    return Execution(**{**values, **changes})


@dataclass
class Fake:
    """A guard that ends each order as it is told to."""

    ends: Callable[[Order], Passage]
    orders: list[Order] = field(default_factory=list)
    passages: dict[int, Passage] = field(default_factory=dict)
    abandoned: list[str] = field(default_factory=list)
    made: Sequence[Passage] = ()
    ways_back: Sequence[WayBack] = ()
    back: Passage | Exception = field(default_factory=make_passage)

    async def take(self, order: Order, log: Callable[[str], None]) -> Passage:
        self.orders.append(order)
        ended = replace(self.ends(order), number=len(self.orders))
        self.passages[ended.number] = ended
        return ended

    async def take_back(self, wanted: WayBack, log: Callable[[str], None]) -> Passage:
        self.ways_back = (*self.ways_back, wanted)
        if isinstance(self.back, Exception):
            raise self.back
        return self.back

    async def get(self, app: AppName, number: int) -> Passage:
        return self.passages[number]

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 20) -> Sequence[Passage]:
        return self.made

    async def abandon(self, app: AppName, key: str) -> None:
        self.abandoned.append(key)

    async def find_return(self, release: Release) -> Return | None:
        return None


def ended(status: PassageStatus, **changes: Any) -> Callable[[Order], Passage]:
    return lambda order: make_passage(status=status, summary=status.lower(), **changes)


def work(
    found: Execution, action: str = "deploy", outputs: dict[str, Any] | None = None, attempt: int = 1, toml: str = TOML
) -> Work:
    async def step(name: str, act: Any) -> Any:
        return await act()

    given = {
        described.KEY: {
            "text": toml,
            "file": "fairway.toml",
            "defaults": {"port": 3000, "health_path": None, "command": None},
        },
        "image": {"repository": IMAGE.repository, "digest": IMAGE.digest, "size": 1},
    }
    return Work(
        execution=found,
        stage="production",
        attempt=attempt,
        outputs={**given, **(outputs or {})},
        log=lambda text: None,
        step=step,
        action=Duty(name=action),
    )
