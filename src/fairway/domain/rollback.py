"""The way back: an execution that takes one environment to a release that succeeded there before (CodePipeline's stage
rollback).

It has one stage, named for the environment, and in that one action, the deployment: what is deployed was built, tested
and agreed to when it came the first time. It is never superseded and supersedes nobody (a push that is under way stays
newer than what it goes back to), and goes in front of all that wait for the stage.
"""

from dataclasses import dataclass

from fairway.domain.app import Mode
from fairway.domain.ids import EnvironmentName, ExecutionNumber, ReleaseNumber
from fairway.domain.pipeline import Definition, plain

TRIGGER = "rollback"
"""The kind of what starts such an execution, a person or a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """Where it goes back to: `release`, which execution `target` brought there. `after` is the execution whose failure
    asks for it, None when a person does. `accepted`: that nothing has shown the release to fit the database's present
    schema is accepted. `takes_back` is the passage whose migrations are taken back before, None when the release
    runs on the schema as it is."""

    release: ReleaseNumber
    target: ExecutionNumber
    after: ExecutionNumber | None = None
    accepted: bool = False
    takes_back: int | None = None


def define(environment: EnvironmentName) -> Definition:
    """The pipeline of a rollback."""
    return Definition(stages=plain([environment]), mode=Mode.QUEUED)
