"""What would be deployed to an environment, of what was built already: for a rehearsal without a deployment."""

from typing import Protocol

from fairway.domain.app import Environment
from fairway.domain.execution import Execution, Kind, Revision
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber
from fairway.domain.image import Image
from fairway.domain.release import Release
from fairway.errors import NotFound, UsageError
from fairway.pipeline.stages import described, package
from fairway.pipeline.stages.described import Load
from fairway.ports.stores import Executions

RECENT = 50
"""Executions that are looked at."""


class Draft(Protocol):
    """`deploy.Deployer.draft`."""

    async def __call__(
        self, app: AppName, description: Environment, image: Image, revision: Revision, execution: ExecutionNumber
    ) -> Release:
        """The release as it would be made now; nothing is kept."""
        ...


class Candidates:
    """Finds it."""

    def __init__(self, executions: Executions, load: Load, draft: Draft) -> None:
        self._executions = executions
        self._load = load
        self._draft = draft

    async def find(self, app: AppName, environment: EnvironmentName, execution: int | None = None) -> Release:
        """The release that an execution would make, without a number: by default the newest one that has come as far
        as an image. Raises NotFound when there is none; UsageError when its fairway.toml has no such environment, or no
        migrations for it."""
        for each in await self._find(app, execution):
            outputs = await self._executions.outputs(app, each.number)
            image = package.find(outputs)
            if image is not None and each.kind is not Kind.ROLLBACK:
                described_app = described.take(outputs, app, self._load)
                description = require(described_app.environment(environment), environment, each)
                return await self._draft(app, description, image, each.revision, each.number)
        which = f"execution {execution}" if execution is not None else "no execution"
        raise NotFound(
            f"{which} of {app} has an image that could be tried",
            hint="fairway deploy builds one; staging, or an approval, holds it back from production",
        )

    async def _find(self, app: AppName, execution: int | None) -> list[Execution]:
        if execution is not None:
            return [await self._executions.get(app, execution)]
        return list(await self._executions.list(app, limit=RECENT))


def require(found: Environment | None, name: EnvironmentName, execution: Execution) -> Environment:
    """Raises UsageError for an environment without migrations."""
    if found is None:
        raise UsageError(f"the fairway.toml of execution {execution.number} describes no environment {name}")
    if found.migrations is None:
        raise UsageError(
            f"the fairway.toml of execution {execution.number} has no migrations for {name}", hint="[migrations]"
        )
    return found
