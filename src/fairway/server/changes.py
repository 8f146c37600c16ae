"""What an execution would change in the environment of a stage: what somebody who is asked to approve it wants to know.

Compared is what runs there now with what the execution would deploy: commits, image, variables by name. No value of a
variable is looked at.
"""

from collections.abc import Mapping, Sequence

from fairway.deploy import specify
from fairway.domain.execution import Execution
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.release import Release
from fairway.services import Services
from fairway.wire import changes as shapes

COMMITS = 20
"""How many commits are listed; all are counted."""


async def find(services: Services, execution: Execution, stage: str) -> shapes.Changes:
    """The changes. Raises NotFound for an app that is gone."""
    app, environment = execution.app, EnvironmentName(stage)
    desired = await services.desired.get(app, environment)
    number = specify.current_release(desired)
    release = None if number is None else await services.releases.get(app, number)
    commits, count = await list_commits(services, execution, release)
    outputs = await services.executions.outputs(app, execution.number)
    image = outputs.get("image") or {}
    return shapes.Changes(
        environment=environment,
        release=number,
        commits=[shapes.Commit(commit=commit, subject=subject) for commit, subject in commits],
        count=count,
        image=image.get("digest", ""),
        variables=await compare_variables(services, app, environment, release),
    )


async def list_commits(
    services: Services, execution: Execution, release: Release | None
) -> tuple[Sequence[tuple[str, str]], int | None]:
    """The commits since the release, newest first, and how many there are; None when it is no ancestor."""
    revision = execution.revision
    if release is None:
        return [(revision.commit, revision.subject)], None
    count = await services.repositories.count(execution.app, release.commit, revision.commit)
    if count is None:
        return [(revision.commit, revision.subject)], None
    return await services.repositories.log(execution.app, release.commit, revision.commit, limit=COMMITS), count


async def compare_variables(
    services: Services, app: AppName, environment: EnvironmentName, release: Release | None
) -> shapes.Variables:
    """The names that differ between the release's version of the variables and the latest."""
    latest, now = await services.variables.names(app, environment)
    before: Mapping[str, int] = {}
    if release is not None:
        before = await services.variables.names_of(app, environment, release.configuration)
    return shapes.Variables(
        version=latest,
        added=sorted(now.keys() - before.keys()),
        removed=sorted(before.keys() - now.keys()),
        changed=sorted(name for name in now.keys() & before.keys() if now[name] != before[name]),
    )
