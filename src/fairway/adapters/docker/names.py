"""How Fairway's things are called on the engine: the labels that find them again, and the names that people read.

The labels hold all of a task that Docker itself does not know, so that a look at the engine after any restart is as
good as one before it. `fairway.instance` is in every look: what another Fairway of this host made is never seen.
"""

from fairway.domain.database import DatabaseKey
from fairway.domain.desired import TaskSpec
from fairway.domain.ids import AppName, EnvironmentName, JobId, TaskId
from fairway.ports.jobs import JobSpec
from fairway.ports.managed import ServerSpec
from fairway.ports.trials import TrialSpec

PREFIX = "fairway."
INSTANCE = PREFIX + "instance"
APP = PREFIX + "app"
ENVIRONMENT = PREFIX + "environment"
SERVICE = PREFIX + "service"
RELEASE = PREFIX + "release"
DEPLOYMENT = PREFIX + "deployment"
TASK = PREFIX + "task"
PORT = PREFIX + "port"
PORT_DECLARED = PREFIX + "port_declared"
IMAGE = PREFIX + "image"
CONFIGURATION = PREFIX + "configuration"
JOB = PREFIX + "job"
ACTION = PREFIX + "action"
EXECUTION = PREFIX + "execution"
RUN = PREFIX + "run"
NUMBER = PREFIX + "number"
DATABASE = PREFIX + "database"
DATABASE_NAME = PREFIX + "database_name"
LOOK = PREFIX + "look"
"""Of a container that is never started: its image's files are read from it."""
PASSAGE = PREFIX + "passage"
TRIAL = PREFIX + "trial"
SCRATCH = PREFIX + "scratch"
TOOL = PREFIX + "tool"


def task_labels(instance: str, task: TaskId, spec: TaskSpec) -> dict[str, str]:
    """The labels of a task's container. One without a port has an empty `fairway.port`."""
    return {
        INSTANCE: instance,
        APP: spec.app,
        ENVIRONMENT: spec.environment,
        SERVICE: spec.service,
        RELEASE: str(spec.release),
        DEPLOYMENT: str(spec.deployment),
        TASK: task,
        PORT: "" if spec.port is None else str(spec.port),
        PORT_DECLARED: "true" if spec.port_declared else "false",
        IMAGE: spec.image.reference,
        CONFIGURATION: str(spec.configuration),
    }


def container_name(task: TaskId, spec: TaskSpec) -> str:
    """`shop-api-production-web-18-3fa9c1d2e4b5`: what `docker ps` shows."""
    return f"{spec.app}-{spec.environment}-{spec.service}-{spec.release}-{task}"


def host_name(task: TaskId, spec: TaskSpec) -> str:
    """`web-3fa9c1d2e4b5`: what the process sees as its host; at most 43 characters, a host name may have 63."""
    return f"{spec.service}-{task}"


def job_kind(spec: JobSpec) -> str:
    """The label that carries a job's id. Actions, runs and passages have each their own, since what is left of them is
    looked for by different rooms."""
    if spec.passage is not None:
        return PASSAGE
    return JOB if spec.run is None else RUN


def job_labels(instance: str, job: JobId, spec: JobSpec) -> dict[str, str]:
    """The labels of a job's container. It has no `fairway.task`, so that it's never taken for one."""
    of = {EXECUTION: str(spec.execution)} if job_kind(spec) == JOB else {NUMBER: str(number_of(spec))}
    return {
        INSTANCE: instance,
        APP: spec.app,
        ENVIRONMENT: spec.environment,
        ACTION: spec.name,
        **of,
        job_kind(spec): job,
    }


def number_of(spec: JobSpec) -> int | None:
    """Of the passage, the run or the execution that it belongs to."""
    return next((each for each in (spec.passage, spec.run) if each is not None), spec.execution)


def job_name(job: JobId, spec: JobSpec) -> str:
    """`shop-api-staging-smoke-42-3fa9c1d2e4b5`: what `docker ps` shows."""
    return f"{spec.app}-{spec.environment}-{spec.name}-{number_of(spec)}-{job}"


def trial_labels(instance: str, key: str, spec: TrialSpec) -> dict[str, str]:
    """The labels of a release that is tried on a copy."""
    return {
        INSTANCE: instance,
        APP: spec.app,
        ENVIRONMENT: spec.environment,
        SERVICE: spec.service,
        TRIAL: key,
    }


def trial_name(key: str, spec: TrialSpec) -> str:
    """`shop-api-staging-web-trial-3fa9c1d2e4b5`: what `docker ps` shows."""
    return f"{spec.app}-{spec.environment}-{spec.service}-trial-{key}"


def network_name(instance: str, app: AppName, environment: EnvironmentName) -> str:
    """`fairway-INSTANCE-APP-ENVIRONMENT`."""
    return f"fairway-{instance}-{app}-{environment}"


def network_labels(instance: str, app: AppName, environment: EnvironmentName) -> dict[str, str]:
    """The labels of an environment's network."""
    return {INSTANCE: instance, APP: app, ENVIRONMENT: environment}


def database_labels(instance: str, key: DatabaseKey, id: str) -> dict[str, str]:
    """The labels of a managed database's container and of its volume. They have no `fairway.task` and no job's label:
    nobody who looks for those ever takes a database for one."""
    return {
        INSTANCE: instance,
        APP: key.app,
        ENVIRONMENT: key.environment,
        DATABASE: id,
        DATABASE_NAME: key.name,
    }


def database_name(spec: ServerSpec) -> str:
    """`shop-api-production-db-main-3fa9c1d2e4b5`: what `docker ps` shows."""
    return f"{spec.key.app}-{spec.key.environment}-db-{spec.key.name}-{spec.id}"


def volume_name(instance: str, id: str) -> str:
    """`fairway-INSTANCE-db-3fa9c1d2e4b5`: by the record's id alone, so that no other database ever has it."""
    return f"fairway-{instance}-db-{id}"


def scratch_labels(instance: str, key: str) -> dict[str, str]:
    """The labels of a scratch database's container and network."""
    return {INSTANCE: instance, SCRATCH: key}


def tool_labels(instance: str, id: str) -> dict[str, str]:
    """The labels of a container that runs a database's own tools for this server."""
    return {INSTANCE: instance, TOOL: id}
