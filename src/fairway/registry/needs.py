"""What must stay whatever its age: the releases that are or may be wanted, the images that are on their way to one.

Both are read while deployments and executions go on, so the order of reading counts; each function says why its own
is right.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fairway.domain.deployment import Deployment, RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.execution import ExecutionStatus
from fairway.domain.ids import AppName, ReleaseNumber
from fairway.domain.image import Image
from fairway.domain.search import DEPLOYING
from fairway.errors import NotFound
from fairway.ports.stores import Deployments, DesiredStates, Executions, Releases

MOST = 100_000
"""More releases than any app has: all of them."""

FindPushed = Callable[[Mapping[str, Any]], Image | None]
"""The image among an execution's outputs, None when it has pushed none yet."""


AGAIN = frozenset({ExecutionStatus.FAILED, ExecutionStatus.STOPPED})
RETRIED = 5
"""Of how many of an app's newest executions the images are kept for a retry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The parts of the store that say what is needed, and how to read an execution's outputs."""

    releases: Releases
    deployments: Deployments
    desired: DesiredStates
    executions: Executions
    find_pushed: FindPushed


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The releases that are needed, and the id of the newest deployment at the time (0: there was none)."""

    releases: frozenset[ReleaseNumber]
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Of the app's unfinished executions: the digests that they handed on, and the commits that they work on."""

    digests: frozenset[str]
    commits: frozenset[str]


async def find_current(app: AppName, records: Records) -> Current:
    """The releases that are desired, that are being deployed, that a rollback is on its way to, and that a deployment
    may still go back to.

    A deployment that begins after the first read is newer than `seen`, and the deletion itself refuses. One that began
    earlier is IN_PROGRESS in the second read, or has written the desired state by the third: if it failed, it is there
    until it is taken back, which is why those that are desired and not COMPLETED are looked at as well.
    """
    contenders = await records.executions.contenders(app)
    newest = await records.deployments.list(app, limit=1)
    going_on = [
        found
        for environment in {release.environment for release in await records.releases.list(app, limit=MOST)}
        if (found := await records.deployments.latest(app, environment, RolloutState.IN_PROGRESS)) is not None
    ]
    desired = [each for each in await records.desired.list() if each.app == app]
    for id in {service.spec.deployment for each in desired for service in each.services}:
        with contextlib.suppress(NotFound):
            going_on.append(await records.deployments.get(app, id))
    needed = {number for each in desired for number in numbers(each)}
    needed |= {each.rollback.release for each in contenders if each.rollback is not None}
    for deployment in going_on:
        if deployment.state is not RolloutState.COMPLETED:
            needed |= await ways(deployment, records)
    return Current(releases=frozenset(needed), seen=newest[0].id if newest else 0)


async def ways(deployment: Deployment, records: Records) -> set[ReleaseNumber]:
    """The release that a deployment moves to, and those that it would go back to."""
    found = {deployment.release} | ({deployment.previous} if deployment.previous else set())
    with contextlib.suppress(NotFound):
        before = await records.deployments.before(deployment.app, deployment.id)
        found |= numbers(before) if before else set()
    return found


def numbers(desired: DesiredEnvironment) -> set[ReleaseNumber]:
    """The releases that an environment is to run; one without a replica counts, since it may be scaled out again."""
    return {service.spec.release for service in desired.services}


async def find_held(app: AppName, records: Records) -> Held:
    """What the app's unfinished executions hold, and the latest of those that could be tried again. Read before the
    releases: an execution that ends in between has made its release by then."""
    digests, commits = set(), set()
    holding = [execution for execution in await records.executions.unfinished() if execution.app == app]
    latest = await records.executions.list(app, limit=RETRIED, search=DEPLOYING)
    holding += [each for each in latest if each.status in AGAIN]
    for execution in holding:
        commits.add(execution.revision.commit)
        with contextlib.suppress(NotFound):
            pushed = records.find_pushed(await records.executions.outputs(app, execution.number))
            digests |= {pushed.digest} if pushed else set()
    return Held(digests=frozenset(digests), commits=frozenset(commits))
