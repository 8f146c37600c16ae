"""What Fairway's things on ECS are called, and the tags by which it knows them again.

A task definition's revision never changes, so its tags are the record of what it is: the release, the deployment, and
the hash of its content. A service's tags say only whose it is.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from fairway.domain.aws import names
from fairway.domain.desired import TaskSpec
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber, ServiceName

INSTANCE, APP, ENVIRONMENT, SERVICE = "fairway:instance", "fairway:app", "fairway:environment", "fairway:service"
RELEASE, DEPLOYMENT, CONTENT = "fairway:release", "fairway:deployment", "fairway:content"
JOB, AT = "fairway:job", "fairway:at"
PREFIX = "fairway-"
"""How the names of all services begin."""

Tags = Mapping[str, str]


def service(app: str, environment: str, name: str) -> str:
    """A service's name in its cluster, and the family of its task definitions."""
    return names.family(app, environment, name)


def secret(app: str, environment: str, name: str) -> str:
    """The secret with a service's variables. One for each service: values may differ from service to service, and of a
    secret only the current and the previous version are sure to be kept."""
    return f"{names.secret(app, environment)}/{name}"


def jobs(instance: str, kind: str) -> str:
    """How the families of this server's jobs of that kind begin; the job's id follows."""
    return f"{PREFIX}{instance}-{kind}-"


def log_prefix(app: str, environment: str) -> str:
    """How the names of the log streams of an environment's tasks begin."""
    return f"{app}/{environment}"


def log_stream(app: str, environment: str, container: str, task: str) -> str:
    """The stream of one task's container, as the driver awslogs names it: `PREFIX/CONTAINER/TASK`."""
    return f"{log_prefix(app, environment)}/{container}/{task}"


def of_service(instance: str, spec: TaskSpec) -> Tags:
    """The tags of a service."""
    return {INSTANCE: instance, APP: spec.app, ENVIRONMENT: spec.environment, SERVICE: spec.service}


def of_revision(instance: str, spec: TaskSpec, content: Mapping[str, Any]) -> Tags:
    """The tags of a task definition's revision with that content."""
    return {
        **of_service(instance, spec),
        RELEASE: str(spec.release),
        DEPLOYMENT: str(spec.deployment),
        CONTENT: digest({**content, "deployment": spec.deployment}),
    }


def digest(content: Mapping[str, Any]) -> str:
    """The hash by which equal content is known again."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def token(*parts: object) -> str:
    """A client token, always the same for the same parts: what keeps a repeated call from being done twice."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(map(str, parts))))


def written(tags: Tags, *, key: str = "key", value: str = "value") -> list[dict[str, str]]:
    """As ECS takes them; other services write the keys with a capital."""
    return [{key: name, value: text} for name, text in tags.items()]


def read(tags: Iterable[Mapping[str, str]]) -> Tags:
    """As ECS gives them."""
    return {each["key"]: each.get("value", "") for each in tags}


def owner(tags: Tags) -> tuple[AppName, EnvironmentName, ServiceName]:
    """Whose service it is."""
    return AppName(tags[APP]), EnvironmentName(tags[ENVIRONMENT]), ServiceName(tags[SERVICE])


def stand(tags: Tags) -> tuple[ReleaseNumber, DeploymentId]:
    """The release and the deployment of a revision; 0 and 0 of one that Fairway did not make."""
    release, deployment = tags.get(RELEASE, "0"), tags.get(DEPLOYMENT, "0")
    whole = release.isdigit() and deployment.isdigit()
    return (
        (ReleaseNumber(int(release)), DeploymentId(int(deployment))) if whole else (ReleaseNumber(0), DeploymentId(0))
    )
