"""What a pipeline consists of: stages in their order, and the actions of each (CodePipeline's structure, 1.2 and 1.3
of its user guide).

This is the definition, as a commit's fairway.toml gives it; what became of it in one run is in `execution`. An
execution keeps the definition that it began with, so that a later change of fairway.toml never moves what is under way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from fairway.domain.action import Command, Placed, Request
from fairway.domain.app import App, Environment, Mode, OnFailure

WEEK = 7 * 86400.0
"""Seconds after which an approval that nobody gives has failed (CodePipeline's default)."""
FIRST = ("source", "build", "package")
"""The stages that every pipeline begins with; one for each environment follows."""
TRIED = ("source", "build")
"""The stages of a pull request."""
LONGEST_TRIED = 3600.0
"""Seconds that the build of a pull request may take, whatever its fairway.toml allows."""
REHEARSE = "rehearse"
"""The duty of an environment's stage that goes before its approval: what is to be agreed to is shown by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Somebody has to agree; after `timeout` seconds without an answer it has failed. `if_asked`: it is passed by
    itself when the rehearsal before it has found nothing to agree to."""

    name: str = "approval"
    order: int = 1
    timeout: float = WEEK
    if_asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What the stage is there for: lay out the source, build, package, or deploy to the environment; and before that,
    to rehearse its migrations."""

    name: str
    order: int = 1


Action = Approval | Duty | Command | Request
"""Actions of one `order` run beside each other, and those of the next one when all of them have succeeded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDefinition:
    """One stage. Its actions have names of their own."""

    name: str
    actions: tuple[Action, ...]
    on_failure: OnFailure = OnFailure.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """The stages in the order in which an execution goes through them."""

    stages: tuple[StageDefinition, ...]
    mode: Mode = field(default=Mode.SUPERSEDED)

    @property
    def whole(self) -> bool:
        """Whether it is an app's pipeline: not a rollback's one stage, nor what a broken fairway.toml is expected to
        have."""
        names = [stage.name for stage in self.stages]
        return names[:1] == [FIRST[0]] and not set(names) <= set(FIRST)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisabledTransition:
    """Nobody enters the stage until it is enabled again. `at` is when it was disabled."""

    stage: str
    reason: str
    by: str
    at: float


def define(app: App) -> Definition:
    """The pipeline that a fairway.toml describes."""
    environments = [found for name in app.stages if (found := app.environment(name)) is not None]
    return Definition(
        stages=(*plain(FIRST), *(define_environment(environment) for environment in environments)), mode=app.mode
    )


def define_pull_request() -> Definition:
    """The pipeline of a pull request, whatever its fairway.toml says: nothing is published, nothing deployed."""
    return Definition(stages=plain(TRIED))


def define_environment(environment: Environment) -> StageDefinition:
    """The stage that deploys to the environment: an approval where one is asked for, the actions before the deployment,
    the deployment, those after it. Where migrations may have to be agreed to, they are rehearsed before that."""
    groups: list[list[Action]] = []
    asks = environment.migrations is not None and environment.migrations.asks
    if environment.migrations is not None and (asks or environment.approval is not None):
        groups.append([Duty(name=REHEARSE)])
    if environment.approval is not None:
        groups.append([Approval(timeout=environment.approval)])
    elif asks:
        groups.append([Approval(if_asked=True)])
    groups += ordered(each for each in environment.actions if each.before)
    groups.append([Duty(name="deploy")])
    groups += ordered(each for each in environment.actions if not each.before)
    actions = (replace(action, order=order) for order, group in enumerate(groups, start=1) for action in group)
    return StageDefinition(name=environment.name, actions=tuple(actions), on_failure=environment.on_failure)


def ordered(placed: Iterable[Placed]) -> list[list[Action]]:
    """The actions in groups that run one after the other; within one they stand as they were written."""
    by_order = sorted((each.action for each in placed), key=lambda action: action.order)
    return [list(group) for _, group in groupby(by_order, key=lambda action: action.order)]


def plain(names: Sequence[str]) -> tuple[StageDefinition, ...]:
    """Stages that have nothing but their duty: what is expected of a commit whose fairway.toml can't be read."""
    return tuple(
        StageDefinition(name=name, actions=(Duty(name=name if name in FIRST else "deploy"),))
        for name in dict.fromkeys(names)
    )
