"""What commits do, and the edges that let them: real stages on a repository, a builder, a registry and an orchestrator
of paper. The first letter of a commit says how it behaves.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fairway.domain.app import Defaults, OnFailure
from fairway.domain.execution import ActionStatus
from fairway.domain.image import Image, LocalImage
from fairway.domain.observed import ObservedEnvironment
from fairway.domain.pipeline import Duty, StageDefinition
from fairway.domain.rollout import Progress, ServiceProgress
from fairway.errors import WorkFailed
from fairway.manifest import load as manifest
from fairway.pipeline.checkouts import Checkouts
from fairway.pipeline.stages.build import BuildStage
from fairway.pipeline.stages.deploy import DeployStage
from fairway.pipeline.stages.package import PackageStage
from fairway.pipeline.stages.source import SourceStage
from fairway.pipeline.work import Done, Failed, StageRunner, Work
from support.pipeline_deploys import Yard, make_task
from support.pipeline_values import IMAGE

BEHAVIOUR: Mapping[str, str] = {
    "g": "goes well",
    "a": "goes well, once somebody has approved it",
    "n": "is not approved",
    "f": "does not build",
    "b": "does not build until its file `fixed` is there",
    "k": "builds for ever",
    "w": "builds until its file `go-on` is there",
    "h": "hangs in its deployment",
    "s": "its check after the deployment fails, and the environment goes back",
    "r": "its check after the deployment fails the first time, and is tried again",
}
TOML = "app = 'shop-api'\n[services.web]\nport = 3000\n[environments.production]\ndeployment = { bake = '0s' }\n"
APPROVED = "approval = true\napproval_timeout = '1h'\n"
ON_FAILURE = {"s": OnFailure.ROLLBACK, "r": OnFailure.RETRY}
TICK = 0.02
"""Seconds between two looks of those who wait for a file or a desired state."""

There = Callable[[str], bool]
"""Whether the person has put the file of that name there."""


def commit_of(letter: str, number: int = 0) -> str:
    return f"{letter}{number:039x}"


class Repositories:
    """Each commit has the same files; the environment of those whose letter is in `asking` wants an approval."""

    def __init__(self, asking: str) -> None:
        self._asking = asking

    async def read(self, app: str, commit: str, path: str) -> bytes:
        return (TOML + (APPROVED if commit[0] in self._asking else "")).encode()

    async def checkout(self, app: str, commit: str, into: Path) -> None:
        into.mkdir(parents=True, exist_ok=True)


class Checking(SourceStage):
    """The stage `source`, which puts a check behind the deployment to production."""

    async def run(self, work: Work) -> Done | Failed:
        answer = await super().run(work)
        assert isinstance(answer, Done) and answer.stages is not None
        on_failure = ON_FAILURE.get(work.execution.revision.commit[0], OnFailure.NONE)
        *before, production = answer.stages
        actions = (*production.actions, Duty(name="check", order=9))
        checked = StageDefinition(name=production.name, actions=actions, on_failure=on_failure)
        return replace(answer, stages=(*before, checked))


class Deploying(DeployStage):
    """The deployment, and the check behind it."""

    async def run(self, work: Work) -> Done | Failed:
        stage = work.execution.stage(work.stage)
        check = None if stage is None else stage.action("check")
        if check is None or check.status is not ActionStatus.IN_PROGRESS:
            return await super().run(work)
        letter = work.execution.revision.commit[0]
        if letter == "s" or (letter == "r" and work.attempt == 1):
            raise WorkFailed("GET /orders answered 500")
        return Done(summary="it answers")


def make_stages(yard: Yard, home: Path, there: There, *, asking: str) -> Mapping[str, StageRunner]:
    """A runner for each kind of stage."""
    repositories: Any = Repositories(asking)
    load, checkouts = manifest.load, Checkouts(repositories, home / "checkouts")
    return {
        "source": Checking(repositories, yard.store.apps, load, detect, checkouts),
        "build": BuildStage(make_builder(there), load, checkouts),
        "package": PackageStage(publish),
        "deploy": Deploying(yard.deployer, load),
    }


async def detect(*arguments: Any) -> Defaults:
    return Defaults()


@dataclass
class Built:
    image: LocalImage

    def __str__(self) -> str:
        return "image 84 MB"


def make_builder(there: There) -> Any:
    async def build(app: Any, checkout: Path, commit: str, *, log: Any, caches: str = "") -> Built:
        letter = commit[0]
        if letter == "f" or (letter == "b" and not there(f"fixed-{app.name}-{commit}")):
            raise WorkFailed("npm ci failed")
        while letter == "k" or (letter == "w" and not there(f"go-on-{app.name}-{commit}")):
            await asyncio.sleep(TICK)
        return Built(LocalImage(id=f"sha256:{commit}", size=1))

    return build


async def publish(app: Any, image: LocalImage, commit: str, *, log: Any) -> Image:
    return replace(IMAGE, digest=image.id)


async def run_orchestrator(yard: Yard) -> None:
    """What is desired comes true in a moment, unless its commit hangs in its deployment."""
    while True:
        await asyncio.sleep(TICK)
        for kept in await yard.store.desired.list():
            if kept.services and not kept.services[0].spec.image.digest.startswith("sha256:h"):
                services = {}
                for each in kept.services:
                    services[each.spec.service] = ServiceProgress(
                        deployment=each.spec.deployment,
                        desired=each.replicas,
                        running=each.replicas,
                        healthy=each.replicas,
                        serving=each.replicas,
                        old=0,
                        unhealthy=0,
                        settled_since=0.0,
                        facts=None,
                    )
                tasks = tuple(make_task(kept, each.spec.service, each.spec.deployment) for each in kept.services)
                progress = Progress(app=kept.app, environment=kept.environment, at=yard.clock.now(), services=services)
                yard.board.post(progress, ObservedEnvironment(tasks=tasks))
