"""What the references of an action stand for at the moment when it begins, and how its own outputs are kept for later.

An action's outputs lie among the execution's, each under a key of its own, so that actions beside each other don't
write the same one. They are sealed: see `environment.handed`.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.reference import Scope
from fairway.environment.handed import Handed
from fairway.pipeline.work import Work
from fairway.ports.sealed import HANDED

LatestVariables = Callable[[AppName, EnvironmentName], Awaitable[Mapping[str, str]]]
"""The latest variables of an environment with their values."""


def key(stage: str, action: str) -> str:
    """Under which an action's outputs are kept."""
    return f"{HANDED}{stage}/{action}"


def keep(work: Work, handed: Handed, values: Mapping[str, str]) -> Mapping[str, Any]:
    """What the execution keeps of an action's outputs."""
    execution, action = work.execution, work.action.name
    sealed = handed.seal(values, app=execution.app, stage=work.stage, action=action, number=execution.number)
    return {key(work.stage, action): sealed}


async def find(work: Work, handed: Handed, latest: LatestVariables) -> Scope:
    """The scope of the work's action."""
    execution = work.execution
    outputs = {}
    for name, kept in work.outputs.items():
        if name.startswith(HANDED):
            stage, _, action = name.removeprefix(HANDED).partition("/")
            outputs[stage, action] = handed.open(kept, app=execution.app, stage=stage, action=action)
    facts = {
        "app": execution.app,
        "environment": work.stage,
        "execution": str(execution.number),
        "commit": execution.revision.commit,
        "subject": execution.revision.subject,
        "branch": execution.revision.branch,
        "author": execution.revision.author,
    }
    variables = await latest(execution.app, EnvironmentName(work.stage))
    return Scope(stage=work.stage, facts=facts, variables=variables, outputs=outputs)
