"""Which release an environment goes back to."""

import math
from collections.abc import Mapping, Sequence

from fairway.deploy import specify
from fairway.domain.deployment import Deployment, RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber
from fairway.domain.release import Release
from fairway.errors import Conflict, NotFound, UsageError
from fairway.ports.stores import Deployments, Releases

LOOK_BACK = 500
"""How many deployments and releases are looked at for the one before."""
ALL = 100_000
"""More deployments than any app has."""


async def find_named(
    releases: Releases, deployments: Deployments, app: AppName, environment: EnvironmentName, wanted: int
) -> Release:
    """The release of that number. Raises NotFound; UsageError for a release of another environment, Conflict for one
    that was never completely deployed there."""
    release = await releases.get(app, wanted)
    if release.environment != environment:
        raise UsageError(
            f"release {wanted} was made for {release.environment}, not for {environment}",
            hint=f"fairway releases -e {environment} lists those that can be chosen",
        )
    if release.number not in await find_completed(deployments, app, environment, limit=ALL):
        raise never_succeeded(release)
    return release


async def find_earlier(
    releases: Releases,
    deployments: Deployments,
    app: AppName,
    environment: EnvironmentName,
    current: DesiredEnvironment,
) -> Sequence[Release]:
    """The releases whose deployment was completed before that of the present one, the latest first.

    The present release counts as the one that it repeats, if a rollback made it: of 1, 2, 3, rolled back to 2 (as 4),
    the next rollback goes to 1. What came before is a matter of the deployments, not of the releases' numbers: of two
    executions that go beside each other (mode PARALLEL) the later release may be deployed first.
    """
    kept = {release.number: release for release in await releases.list(app, environment=environment, limit=LOOK_BACK)}
    since = await find_completed(deployments, app, environment, limit=LOOK_BACK)
    present = origin(kept, specify.current_release(current))
    if present is None:
        return []
    # One that is desired and was never completely deployed came after all that were.
    until = since.get(present, math.inf)
    earlier = [
        release
        for release in kept.values()
        if since.get(release.number, math.inf) < until and release.rollback_of is None
    ]
    return sorted(earlier, key=lambda release: -since[release.number])


async def find_completed(
    deployments: Deployments, app: AppName, environment: EnvironmentName, *, limit: int
) -> Mapping[ReleaseNumber, DeploymentId]:
    """The releases whose deployment was completed, each with the first one that was."""
    found = await deployments.list(app, environment=environment, limit=limit)
    return {deployment.release: deployment.id for deployment in found if deployment.state is RolloutState.COMPLETED}


def never_succeeded(release: Release) -> Conflict:
    """The error for a release that is no way back."""
    return Conflict(
        f"{release.environment} of {release.app} can't go back to release {release.number}",
        why=f"that release never succeeded in {release.environment}",
        hint=f"fairway rollback -e {release.environment} without a number goes back to the last one that did",
    )


def has_ended(deployment: Deployment) -> Conflict:
    """The error for a deployment that can't be stopped any more."""
    return Conflict(
        f"deployment {deployment.id} of {deployment.app} can't be stopped",
        why=f"it is {deployment.state}: {deployment.reason}",
        hint=f"fairway rollback -e {deployment.environment} goes back to the release before",
    )


def belongs_to_an_execution(deployment: Deployment) -> Conflict:
    """The error for a deployment that is not to be stopped by itself."""
    return Conflict(
        f"deployment {deployment.id} of {deployment.app} can't be stopped by itself",
        why=f"it belongs to execution {deployment.execution}, which would try it again or report a failure",
        hint=f"fairway stop {deployment.execution}",
    )


def origin(kept: dict[ReleaseNumber, Release], number: ReleaseNumber | None) -> ReleaseNumber | None:
    """The release itself, or the one that it repeats."""
    release = kept.get(number) if number is not None else None
    return number if release is None or release.rollback_of is None else release.rollback_of


def require(current: DesiredEnvironment | None, app: str, environment: str) -> DesiredEnvironment:
    """What is desired. Raises NotFound for an environment in which nothing was ever deployed, Conflict for one that
    was taken down."""
    if current is None:
        raise NotFound(
            f"nothing was deployed to {environment} of {app} yet",
            hint="fairway status has the environments to which something was; git push fairway deploys",
        )
    if not current.services:
        raise Conflict(f"{environment} of {app} was taken down", hint="fairway deploy starts it again")
    return current


def require_service(current: DesiredEnvironment, service: str | None) -> None:
    """Raise NotFound for a service that the environment does not have; it names those that it has."""
    names = [each.spec.service for each in current.services]
    if service is not None and service not in names:
        raise NotFound(
            f"{current.environment} of {current.app} has no service {service}", hint=f"it has {', '.join(names)}"
        )
