"""Executions through all stages on the real store and the real durable executor, with an orchestrator of paper."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fairway.adapters.dbos.durable import DbosDurable
from fairway.adapters.store.store import Store, open_store
from fairway.deploy.deployer import Deployer
from fairway.domain.app import Defaults
from fairway.domain.execution import Execution, ExecutionStatus
from fairway.domain.image import LocalImage
from fairway.manifest import load as manifest
from fairway.pipeline.checkouts import Checkouts
from fairway.pipeline.executor import Executor
from fairway.pipeline.log import StageLogs
from fairway.pipeline.stages.build import BuildStage
from fairway.pipeline.stages.deploy import DeployStage
from fairway.pipeline.stages.package import PackageStage
from fairway.pipeline.stages.source import SourceStage
from support.pipeline_deploys import Yard, diagnose
from support.pipeline_values import APP, IMAGE, PUSH, REVISION, define

TOML = b"""
app = "shop-api"
[services.web]
port = 3000
[environments.production]
deployment = { bake = "0.1s" }
"""


class Repositories:
    async def read(self, app: str, commit: str, path: str) -> bytes | None:
        return TOML

    async def checkout(self, app: str, commit: str, into: Path) -> None:
        into.mkdir(parents=True, exist_ok=True)


class Built:
    image = LocalImage(id="sha256:77", size=84_000_000)

    def __str__(self) -> str:
        return "image 84 MB"


async def build(*arguments: Any, **more: Any) -> Built:
    return Built()


async def publish(*arguments: Any, **more: Any) -> Any:
    return IMAGE


async def detect(*arguments: Any) -> Defaults:
    return Defaults()


@asynccontextmanager
async def server(home: Path, fails: frozenset[int] = frozenset()) -> AsyncIterator[tuple[Store, Executor]]:
    repositories: Any = Repositories()
    async with open_store(f"sqlite:///{home}/fairway.db") as store:
        yard = Yard(store)  # type: ignore[arg-type]
        deployer = Deployer(
            store.releases,
            store.deployments,
            store.desired,
            store.configurations,
            yard.board,
            diagnose,
            yard.clock,
            yard.notices,
            store.activities,
        )
        load, checkouts = manifest.load, Checkouts(repositories, home / "checkouts")
        executor = Executor(
            store.executions,
            store.transitions,
            DbosDurable(f"sqlite:///{home}/dbos.db", "local", "1"),
            {
                "source": SourceStage(repositories, store.apps, load, detect, checkouts),
                "build": BuildStage(build, load, checkouts),
                "package": PackageStage(publish),
                "deploy": DeployStage(deployer, load),
            },
            yard.clock,
            yard.notices,
            StageLogs(home / "executions"),
            deployer.find_ways_back,
        )
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(yard.run_orchestrator(fails=fails, after=0.05)),
                group.create_task(deployer.run()),
            ]
            await executor.open()
            try:
                yield store, executor
            finally:
                await executor.close()
                for task in tasks:
                    task.cancel()


async def push(store: Store, executor: Executor) -> Execution:
    created = await store.executions.create(APP, REVISION, PUSH, define(["source", "build", "package"]), at=1.0)
    await executor.submitted(APP, created.number)
    async with asyncio.timeout(30):
        while not (execution := await store.executions.get(APP, created.number)).finished:
            await asyncio.sleep(0.02)
    return execution


async def test_a_push_goes_live_and_a_bad_one_leaves_it_serving(tmp_path: Path) -> None:
    async with server(tmp_path, fails=frozenset({2})) as (store, executor):
        await store.apps.create(APP, at=1.0)
        good = await push(store, executor)
        bad = await push(store, executor)

    assert good.status is ExecutionStatus.SUCCEEDED
    assert [stage.name for stage in good.stages] == ["source", "build", "package", "production"]
    assert good.stages[-1].summary == "release 1; 1 of 1 task healthy"
    assert bad.status is ExecutionStatus.FAILED
    assert bad.stages[-1].summary == "web: GET /healthz answered 500; release 1 still serves"
    assert bad.stages[-1].cause is not None
    assert bad.stages[-1].cause.more[0] == "fairway show 2"


async def test_a_deploy_that_the_server_did_not_live_to_see_ends_after_its_restart(tmp_path: Path) -> None:
    async with server(tmp_path, fails=frozenset({99})) as (store, executor):
        await store.apps.create(APP, at=1.0)
        created = await store.executions.create(APP, REVISION, PUSH, define(["source"]), at=1.0)
        await executor.submitted(APP, created.number)
        async with asyncio.timeout(30):
            while not await store.deployments.list(APP):
                await asyncio.sleep(0.01)

    async with server(tmp_path) as (store, executor):
        async with asyncio.timeout(30):
            while not (execution := await store.executions.get(APP, 1)).finished:
                await asyncio.sleep(0.02)
        deployments = await store.deployments.list(APP)

    assert execution.status is ExecutionStatus.SUCCEEDED
    assert len(deployments) == 1
    assert deployments[0].key == "execution/1/production"
