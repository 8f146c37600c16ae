"""Apps and their environments as the API shows them."""

from typing import Literal

from pydantic import BaseModel

from fairway.domain.crashloop import LOOP
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.rollout import Progress
from fairway.wire.certificates import Standing as Domain
from fairway.wire.closing import Closed
from fairway.wire.databases import Standing
from fairway.wire.executions import Execution
from fairway.wire.jobs import Job
from fairway.wire.metrics import Figures
from fairway.wire.scaling import Bounds

State = Literal["healthy", "degraded", "down", "deploying", "closed", "empty"]


class App(BaseModel):
    """An app that the server knows."""

    name: str
    created_at: float


class Apps(BaseModel):
    """By name."""

    apps: list[App]


class CreateRequest(BaseModel):
    """The new app's name."""

    name: str


class Created(App):
    """`git_url` is what to push to."""

    git_url: str


class Service(BaseModel):
    """How many tasks there should be, are, and are healthy; `failed_lately` is how many failed in ten minutes.
    `scaling` is what the number is held to, null for one that does not change by itself; `figures` what was measured in
    the last minute."""

    name: str
    desired: int
    running: int
    healthy: int
    failed_lately: int
    port: int | None
    scaling: Bounds | None = None
    figures: Figures | None = None


class Environment(BaseModel):
    """One environment at this moment; `release` and what follows are null while it is empty. `closed` says why it is
    closed, null while it is open. `domains` are those that it is served under by TLS, or should be."""

    name: str
    state: State
    release: int | None
    commit: str | None
    subject: str | None
    deployed_at: float | None
    urls: list[str]
    services: list[Service]
    jobs: list[Job] = []
    databases: list[Standing] = []
    closed: Closed | None = None
    domains: list[Domain] = []


class Status(BaseModel):
    """An app: its environments, and its latest execution."""

    app: str
    environments: list[Environment]
    execution: Execution | None


class DownRequest(BaseModel):
    """The environment whose tasks shall go."""

    environment: str


class ScaleRequest(BaseModel):
    """How many tasks of each service there shall be."""

    environment: str
    services: dict[str, int]


def services(desired: DesiredEnvironment, progress: Progress | None, now: float) -> list[Service]:
    """The services with the counts that were last observed; zeros before the first look."""
    shown = []
    for service in desired.services:
        seen = progress.services.get(service.spec.service) if progress else None
        shown.append(
            Service(
                name=service.spec.service,
                desired=service.replicas,
                running=seen.running if seen else 0,
                healthy=seen.healthy if seen else 0,
                failed_lately=seen.lately if seen else 0,
                port=service.spec.port,
                scaling=Bounds.of(service, now),
            )
        )
    return shown


def state(services: list[Service], *, deploying: bool, serving_old: bool, closed: bool = False) -> State:
    """One word for an environment. While a failed deployment's tasks never came up and older ones serve, it is degraded
    and not down; so it is while its tasks are well and die again and again. Where no task is desired nothing serves:
    that is what a first deployment leaves that failed, and it is not health. What is scaled to nothing is well, for the
    first request starts it. A closed one has no task on purpose, and shows a page."""
    if not services:
        return "empty"
    if deploying:
        return "deploying"
    if closed:
        return "closed"
    if not any(service.desired or service.scaling for service in services):
        return "down"
    if all(service.healthy >= service.desired for service in services):
        return "degraded" if any(service.failed_lately >= LOOP for service in services) else "healthy"
    if any(service.healthy for service in services) or serving_old:
        return "degraded"
    return "down"
