"""A release as desired state: what each service's tasks are started from, and which hosts lead to the environment.

Pure: the same release and deployment always give the same specification.
"""

from collections.abc import Callable
from dataclasses import replace

from fairway.domain import scaling_bounds
from fairway.domain.app import Service
from fairway.domain.desired import DesiredEnvironment, DesiredService, TaskSpec
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName
from fairway.domain.release import Release

PRODUCTION = "production"


def specify(
    release: Release, deployment: DeploymentId, *, now: DesiredEnvironment | None, at: float
) -> DesiredEnvironment:
    """The environment as the release describes it. `now` is the desired state that this one replaces, `at` the time."""
    counts = {each.spec.service: each for each in now.services} if now is not None else {}
    services = tuple(
        DesiredService(
            spec=specify_task(release, service, deployment),
            replicas=begin_with(service, counts.get(service.name), at),
            rollout=release.description.rollout,
            scaling=service.scaling,
        )
        for service in release.description.services
    )
    return DesiredEnvironment(
        app=release.app,
        environment=release.environment,
        services=services,
        hosts=name_hosts(release.app, release.environment, release.description.domains),
        redirect=release.description.redirect,
        version=0 if now is None else now.version,
    )


def begin_with(service: Service, now: DesiredService | None, at: float) -> int:
    """How many tasks a deployment begins with: where the service is scaled, the count that scaling has reached, held to
    the bounds that are in force at the time; elsewhere what fairway.toml says."""
    if service.scaling is None:
        return service.replicas
    bounds = scaling_bounds.in_force(service.scaling, at)
    reached = now.replicas if now is not None and now.scaling is not None else 0
    # Not none, even where scaling has taken all away: a deployment without a task would show nothing.
    return max(1, bounds.minimum, min(bounds.maximum, reached or service.replicas))


def specify_task(release: Release, service: Service, deployment: DeploymentId) -> TaskSpec:
    """What a task of the service is started from."""
    return TaskSpec(
        app=release.app,
        environment=release.environment,
        service=service.name,
        release=release.number,
        deployment=deployment,
        image=release.image,
        configuration=release.configuration,
        command=service.command,
        port=service.port,
        port_declared=service.port_declared,
        cpu=service.cpu,
        memory=service.memory,
        stop_timeout=service.stop_timeout,
        stop_signal=service.stop_signal,
        health=service.health,
        volumes=release.description.volumes,
    )


def name_hosts(app: AppName, environment: EnvironmentName, domains: tuple[str, ...]) -> tuple[str, ...]:
    """`shop-api-production.localhost`, the short `shop-api.localhost` for production, and the domains."""
    own = [f"{app}-{environment}.localhost"]
    if environment == PRODUCTION:
        own.append(f"{app}.localhost")
    return tuple(dict.fromkeys([*own, *domains]))


def renew(
    desired: DesiredEnvironment, deployment: DeploymentId, service: ServiceName | None, *, like: Release
) -> DesiredEnvironment:
    """The same environment, with the tasks of one service (None: of all) under another deployment, so that they are
    replaced. The rollout is again the one that the release describes: that of the deployment before may have been held
    to what the host had room for at the time."""
    return respecify(desired, service, lambda spec: replace(spec, deployment=deployment), like=like)


def reconfigure(
    desired: DesiredEnvironment,
    deployment: DeploymentId,
    service: ServiceName | None,
    *,
    configuration: int,
    like: Release,
) -> DesiredEnvironment:
    """The same, with another version of the variables, which makes it another release: `like`."""

    def change(spec: TaskSpec) -> TaskSpec:
        return replace(spec, deployment=deployment, configuration=configuration, release=like.number)

    return respecify(desired, service, change, like=like)


def respecify(
    desired: DesiredEnvironment, service: ServiceName | None, change: Callable[[TaskSpec], TaskSpec], *, like: Release
) -> DesiredEnvironment:
    """The same environment, but for the specification of one service's tasks (None: of all), and their rollout. One
    that was closed is opened by it, as by every deployment."""
    return replace(
        desired,
        closed=False,
        closed_at=None,
        services=tuple(
            replace(each, spec=change(each.spec), rollout=like.description.rollout)
            if service in (None, each.spec.service)
            else each
            for each in desired.services
        ),
    )


def silence(desired: DesiredEnvironment) -> DesiredEnvironment:
    """The same environment without a task, and nothing that could start one by itself. Its specifications stay, so that
    the logs of its failed tasks are kept."""
    return replace(desired, services=tuple(replace(each, replicas=0, scaling=None) for each in desired.services))


def keep_scaled(back: DesiredEnvironment, now: DesiredEnvironment, at: float) -> DesiredEnvironment:
    """What is gone back to, with no fewer tasks than traffic has asked for since."""
    counts = {each.spec.service: each.replicas for each in now.services if each.scaling is not None}

    def keep(each: DesiredService) -> DesiredService:
        if each.scaling is None:
            return each
        most = scaling_bounds.in_force(each.scaling, at).maximum
        return replace(each, replicas=max(each.replicas, min(most, counts.get(each.spec.service, 0))))

    return replace(back, services=tuple(keep(each) for each in back.services))


def only_scaled(before: DesiredEnvironment | None, after: DesiredEnvironment | None) -> bool:
    """Whether nothing but counts has changed in between."""
    if before is None or after is None:
        return False
    counted = replace(
        before,
        version=after.version,
        services=tuple(
            replace(each, replicas=now.replicas) for each, now in zip(before.services, after.services, strict=False)
        ),
    )
    return counted == after


def current_release(desired: DesiredEnvironment | None) -> ReleaseNumber | None:
    """The release that the environment should run, None when it should run nothing."""
    if desired is None:
        return None
    # What is scaled to nothing waits for the first request, and runs for it.
    return max((each.spec.release for each in desired.services if each.replicas or each.scaling), default=None)


def carries(desired: DesiredEnvironment | None, deployment: DeploymentId) -> bool:
    """Whether some of what is desired was written by the deployment."""
    return desired is not None and any(each.spec.deployment == deployment for each in desired.services)
