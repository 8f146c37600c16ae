"""What each stage makes of what the stages before it handed on."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from fairway.adapters.memory.host import MemoryHostSize
from fairway.deploy.admitting import Admitting
from fairway.domain.app import App, Build, Defaults
from fairway.domain.capacity import MIB, Host
from fairway.domain.contract import Contract, Need, Use, conclude
from fairway.domain.execution import Execution, ExecutionStatus
from fairway.domain.health import HttpCheck
from fairway.domain.ids import ExecutionNumber
from fairway.domain.image import Image, LocalImage
from fairway.environment.examine import Examiner
from fairway.errors import UsageError, WorkFailed
from fairway.manifest import load as manifest
from fairway.pipeline.checkouts import Checkouts
from fairway.pipeline.stages.build import BuildStage
from fairway.pipeline.stages.deploy import DeployStage
from fairway.pipeline.stages.fulfil import Fulfilment
from fairway.pipeline.stages.package import PackageStage
from fairway.pipeline.stages.source import Require, SourceStage, require_nothing
from fairway.pipeline.work import Done, Failed, Work
from support.pipeline_deploys import Yard
from support.pipeline_values import APP, IMAGE, PRODUCTION, PUSH, REVISION

TOML = b"""
app = "shop-api"
[environments.staging]
[environments.production]
[pipeline]
stages = ["staging", "production"]
"""


@dataclass
class Fakes:
    """The collaborators of all stages, and what they were asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    caches: list[str] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)
    defaults: Defaults = field(default_factory=Defaults)
    error: Exception | None = None

    async def read(self, app: str, commit: str, path: str) -> bytes | None:
        return self.files.get(path)

    async def checkout(self, app: str, commit: str, into: Path) -> None:
        self.asked.append(f"checkout {app} {commit[:7]} {into.name}")

    async def detect(self, checkout: Path, build: Build) -> Defaults:
        self.asked.append(f"detect {checkout.name} {build.directory}")
        return self.defaults

    async def build(
        self, app: App, checkout: Path, commit: str, *, log: Callable[[str], None], caches: str = ""
    ) -> "Result":
        self.caches.append(caches)
        self.timeouts.append(app.build.timeout)
        if self.error:
            raise self.error
        log("[1/2] RUN npm ci")
        return Result()

    async def publish(self, app: str, image: LocalImage, commit: str, *, log: Callable[[str], None]) -> Image:
        self.asked.append(f"push {app} {image.id} {commit[:7]}")
        return IMAGE

    async def step(self, name: str, action: Callable[[], Awaitable[Any]]) -> Any:
        return json.loads(json.dumps(await action()))

    def work(self, stage: str, outputs: Mapping[str, Any] | None = None, override: str | None = None) -> Work:
        execution = Execution(
            app=APP,
            number=ExecutionNumber(42),
            revision=REVISION,
            trigger=PUSH,
            status=ExecutionStatus.IN_PROGRESS,
            stages=(),
            created_at=1.0,
            override=override,
        )
        return Work(
            execution=execution, stage=stage, attempt=1, outputs=outputs or {}, log=self.log.append, step=self.step
        )


@dataclass
class Result:
    image: LocalImage = field(default_factory=lambda: LocalImage(id="sha256:77", size=84_000_000))

    def __str__(self) -> str:
        return "212 tests passed; image 84 MB"


@pytest.fixture
async def yard() -> Yard:
    made = Yard()
    await made.store.apps.create(APP, at=1.0)
    return made


@pytest.fixture
def fakes() -> Fakes:
    return Fakes()


def source_of(fakes: Fakes, yard: Yard, tmp_path: Path, require_host: Require = require_nothing) -> SourceStage:
    checkouts = Checkouts(fakes, tmp_path)  # type: ignore[arg-type]
    return SourceStage(fakes, yard.store.apps, manifest.load, fakes.detect, checkouts, require_host)  # type: ignore[arg-type]


async def run_source(fakes: Fakes, yard: Yard, tmp_path: Path, override: str | None = None) -> Done:

    done = await source_of(fakes, yard, tmp_path).run(fakes.work("source", override=override))
    assert isinstance(done, Done)
    return done


async def test_services_that_the_host_could_never_hold_are_refused_before_anything_is_laid_out(
    fakes: Fakes, yard: Yard, tmp_path: Path
) -> None:
    fakes.files["fairway.toml"] = TOML + b'[services.web]\nmemory = "8G"\n'
    small = Admitting(
        MemoryHostSize(Host(cores=2.0, memory=4 * 1024 * MIB)), yard.store.deployments, yard.store.desired
    )
    stage = source_of(fakes, yard, tmp_path, require_host=small.require_host)
    work = fakes.work("source")

    with pytest.raises(UsageError) as caught:
        await stage.run(work)
    revision = replace(REVISION, branch="", pull_request=7)
    tried = await stage.run(replace(work, execution=replace(work.execution, revision=revision)))

    assert caught.value.what == "web of staging needs more than this host has"
    assert caught.value.why == "it asks for 1 x 8 GB; the host has 4 GB, 410 MB of it kept for the system"
    assert isinstance(tried, Done), "a pull request is never deployed"


async def test_a_pull_requests_own_file_deploys_nothing(fakes: Fakes, yard: Yard, tmp_path: Path) -> None:
    fakes.files["fairway.toml"] = TOML
    work = fakes.work("source")
    revision = replace(REVISION, branch="", pull_request=7)

    done = await source_of(fakes, yard, tmp_path).run(
        replace(work, execution=replace(work.execution, revision=revision))
    )

    assert isinstance(done, Done)
    assert names(done) == ("source", "build")


def names(done: Done) -> tuple[str, ...]:
    return tuple(stage.name for stage in done.stages or ())


async def test_the_commits_own_file_decides_the_stages(fakes: Fakes, yard: Yard, tmp_path: Path) -> None:
    fakes.files["fairway.toml"] = TOML

    done = await run_source(fakes, yard, tmp_path, override='app = "other"\n')

    assert names(done) == ("source", "build", "package", "staging", "production")
    assert fakes.asked == ["checkout shop-api 9c1f2e7 1", "detect 1 ."]
    assert fakes.log == ["9c1f2e7 Add coupons"]


async def test_without_one_the_file_that_was_sent_along_counts(fakes: Fakes, yard: Yard, tmp_path: Path) -> None:
    await yard.store.apps.set_manifest(APP, TOML.decode())

    done = await run_source(
        fakes, yard, tmp_path, override='app = "shop-api"\n[environments.staging]\n[pipeline]\nstages = ["staging"]\n'
    )
    later = await run_source(fakes, yard, tmp_path)

    assert names(done) == ("source", "build", "package", "staging")
    assert names(later) == ("source", "build", "package", "staging", "production")
    assert done.summary == "fairway.toml (sent along, not committed)"


async def test_with_no_file_at_all_everything_is_detected(fakes: Fakes, yard: Yard, tmp_path: Path) -> None:
    fakes.defaults = Defaults(port=3000, health_path="/healthz", command=("node", "server.js"))

    done = await run_source(fakes, yard, tmp_path)
    json.dumps(done.outputs)
    deploy = DeployStage(yard.deployer, manifest.load)
    outputs = {**done.outputs, "image": {"repository": IMAGE.repository, "digest": IMAGE.digest, "size": 1}}

    assert names(done) == ("source", "build", "package", "production")
    failed = await deploy.run(fakes.work("production", outputs))
    assert isinstance(failed, Failed)  # nobody makes it true here, but it was desired as detected:
    release = await yard.store.releases.get(APP, 1)
    (web,) = release.description.services
    assert (web.port, web.command) == (3000, ("node", "server.js"))
    assert isinstance(web.health, HttpCheck)
    assert web.health.path == "/healthz"


async def test_a_broken_file_is_told_before_anything_is_laid_out(fakes: Fakes, yard: Yard, tmp_path: Path) -> None:
    fakes.files["fairway.toml"] = b'app = "shop-api"\nports = 3\n'

    with pytest.raises(UsageError) as raised:
        await run_source(fakes, yard, tmp_path)

    assert raised.value.findings[0].line == 2
    assert fakes.asked == []


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 2_000_000])
async def test_a_file_that_is_no_text_is_refused(fakes: Fakes, yard: Yard, tmp_path: Path, content: bytes) -> None:
    fakes.files["fairway.toml"] = content

    with pytest.raises(UsageError):
        await run_source(fakes, yard, tmp_path)


async def test_the_app_is_the_one_that_was_pushed_to(fakes: Fakes, yard: Yard, tmp_path: Path) -> None:
    fakes.files["fairway.toml"] = b'app = "other-name"\n'

    source = await run_source(fakes, yard, tmp_path)

    assert "names the app other-name" in fakes.log[1]
    assert source.summary == "deployed as shop-api, fairway.toml names other-name"


async def test_the_build_hands_on_its_image_and_says_what_it_did(fakes: Fakes, yard: Yard, tmp_path: Path) -> None:
    source = await run_source(fakes, yard, tmp_path)
    stage = BuildStage(fakes.build, manifest.load, Checkouts(fakes, tmp_path))  # type: ignore[arg-type]

    done = await stage.run(fakes.work("build", source.outputs))

    assert done == Done(
        summary="212 tests passed; image 84 MB", outputs={"built": {"id": "sha256:77", "size": 84_000_000, "host": ""}}
    )
    assert "[1/2] RUN npm ci" in fakes.log


async def test_a_pull_requests_build_shares_no_cache_with_what_is_deployed_and_takes_an_hour_at_most(
    fakes: Fakes, yard: Yard, tmp_path: Path
) -> None:
    fakes.files["fairway.toml"] = TOML + b'[build]\ntimeout = "24h"\n'
    source = await run_source(fakes, yard, tmp_path)
    stage = BuildStage(fakes.build, manifest.load, Checkouts(fakes, tmp_path))  # type: ignore[arg-type]
    own = fakes.work("build", source.outputs)
    tried = replace(own, execution=replace(own.execution, revision=replace(REVISION, branch="", pull_request=7)))

    await stage.run(own)
    await stage.run(tried)

    assert fakes.caches == ["", "shop-api-pull-requests"]
    assert fakes.timeouts == [86400.0, 3600.0]


async def test_a_checkout_that_is_gone_is_laid_out_again(fakes: Fakes, yard: Yard, tmp_path: Path) -> None:
    source = await run_source(fakes, yard, tmp_path)
    fakes.asked.clear()
    stage = BuildStage(fakes.build, manifest.load, Checkouts(fakes, tmp_path))  # type: ignore[arg-type]

    await stage.run(fakes.work("build", source.outputs))

    assert fakes.asked == ["checkout shop-api 9c1f2e7 1"]


async def test_a_build_that_fails_is_not_hidden(fakes: Fakes, yard: Yard, tmp_path: Path) -> None:
    source = await run_source(fakes, yard, tmp_path)
    fakes.error = WorkFailed("npm ci failed")

    with pytest.raises(WorkFailed):
        await BuildStage(fakes.build, manifest.load, Checkouts(fakes, tmp_path)).run(  # type: ignore[arg-type]
            fakes.work("build", source.outputs)
        )


async def test_a_pushed_image_is_known_by_its_digest(fakes: Fakes) -> None:
    outputs = {"built": {"id": "sha256:77", "size": 84_000_000}}

    done = await PackageStage(fakes.publish).run(fakes.work("package", outputs))  # type: ignore[arg-type]

    assert isinstance(done, Done)
    assert done.summary == "sha256:1c1c1c1c1c1c…"
    assert done.outputs["image"]["digest"] == IMAGE.digest
    assert fakes.asked == ["push shop-api sha256:77 9c1f2e7"]


async def test_an_image_that_another_server_built_is_built_again_here(fakes: Fakes, yard: Yard, tmp_path: Path) -> None:
    source = await run_source(fakes, yard, tmp_path)
    here = BuildStage(fakes.build, manifest.load, Checkouts(fakes, tmp_path), "bbbb")  # type: ignore[arg-type]
    outputs = {**source.outputs, "built": {"id": "sha256:00", "size": 1, "host": "aaaa"}}

    done = await PackageStage(fakes.publish, here).run(fakes.work("package", outputs))  # type: ignore[arg-type]

    assert isinstance(done, Done)
    assert fakes.asked[-1] == "push shop-api sha256:77 9c1f2e7"


async def test_a_stage_of_an_environment_that_is_not_described_is_refused(
    fakes: Fakes, yard: Yard, tmp_path: Path
) -> None:
    source = await run_source(fakes, yard, tmp_path)

    with pytest.raises(UsageError, match="no environment nowhere"):
        await DeployStage(yard.deployer, manifest.load).run(fakes.work("nowhere", source.outputs))


async def test_a_stopped_deployment_is_abandoned(fakes: Fakes, yard: Yard) -> None:
    await DeployStage(yard.deployer, manifest.load).abandon(fakes.work("production").execution, PRODUCTION)


async def test_a_contract_that_is_not_fulfilled_fails_the_source_stage_and_a_retry_compares_again(
    fakes: Fakes, yard: Yard, tmp_path: Path
) -> None:
    fakes.files["fairway.toml"] = TOML
    values: dict[str, str] = {}

    async def latest(app: str, environment: str) -> Mapping[str, str]:
        return values

    async def read(checkout: Path, app: App) -> Contract:
        need = Use(name="KEY", file="a.js", line=3, how="", need=Need.REQUIRED, rule="throws")
        return conclude([need])

    checkouts = Checkouts(fakes, tmp_path)  # type: ignore[arg-type]
    stage = SourceStage(
        fakes,  # type: ignore[arg-type]
        yard.store.apps,
        manifest.load,
        fakes.detect,
        checkouts,
        fulfilment=Fulfilment(read=read, examine=Examiner(latest).examine),
    )

    first = await stage.run(fakes.work("source"))
    values["KEY"] = "x"
    second = await stage.run(fakes.work("source"))

    assert isinstance(first, Failed)
    assert "KEY (a.js:3)" in first.cause.sentence
    assert first.outputs["contract"]["variables"][0]["name"] == "KEY"
    assert isinstance(second, Done)
    assert second.outputs["contract"]["variables"][0]["name"] == "KEY"
