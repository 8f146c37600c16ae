"""A release as desired state: what each service's tasks are started from, and which hosts lead to the environment.

Pure: the same release and deployment always give the same specification.
"""

from dataclasses import replace

from fairway.domain.app import Service
from fairway.domain.desired import DesiredEnvironment, DesiredService, TaskSpec
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName
from fairway.domain.release import Release

PRODUCTION = "production"


def specify(release: Release, deployment: DeploymentId, *, version: int) -> DesiredEnvironment:
    """The environment as the release describes it. `version` is that of the desired state which this one replaces."""
    services = tuple(
        DesiredService(
            spec=specify_task(release, service, deployment),
            replicas=service.replicas,
            rollout=release.description.rollout,
        )
        for service in release.description.services
    )
    return DesiredEnvironment(
        app=release.app,
        environment=release.environment,
        services=services,
        hosts=name_hosts(release.app, release.environment, release.description.domains),
        version=version,
    )


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
    )


def name_hosts(app: AppName, environment: EnvironmentName, domains: tuple[str, ...]) -> tuple[str, ...]:
    """`shop-api-production.localhost`, the short `shop-api.localhost` for production, and the domains."""
    own = [f"{app}-{environment}.localhost"]
    if environment == PRODUCTION:
        own.append(f"{app}.localhost")
    return tuple(dict.fromkeys([*own, *domains]))


def renew(
    desired: DesiredEnvironment, deployment: DeploymentId, service: ServiceName | None, *, configuration: int
) -> DesiredEnvironment:
    """The same environment, with the tasks of one service (None: of all) under another deployment, so that they are
    replaced, and with another version of the variables."""
    return replace(
        desired,
        services=tuple(
            replace(each, spec=replace(each.spec, deployment=deployment, configuration=configuration))
            if service in (None, each.spec.service)
            else each
            for each in desired.services
        ),
    )


def silence(desired: DesiredEnvironment) -> DesiredEnvironment:
    """The same environment without a task. Its specifications stay, so that the logs of its failed tasks are kept."""
    return replace(desired, services=tuple(replace(each, replicas=0) for each in desired.services))


def current_release(desired: DesiredEnvironment | None) -> ReleaseNumber | None:
    """The release that the environment should run, None when it should run nothing."""
    if desired is None:
        return None
    return max((each.spec.release for each in desired.services if each.replicas), default=None)


def carries(desired: DesiredEnvironment | None, deployment: DeploymentId) -> bool:
    """Whether some of what is desired was written by the deployment."""
    return desired is not None and any(each.spec.deployment == deployment for each in desired.services)
