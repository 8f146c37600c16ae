"""An app with releases, their images in a registry and copies on a host, all in memory; and somebody who comes between.

A `Meanwhile` runs what it is given once, just before or just after a call of a store, the registry or the builder: the
moments at which something else may happen while images are pruned.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fairway.adapters.memory.builder import MemoryBuilder
from fairway.adapters.memory.registry import MemoryRegistry
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.domain.deployment import Deployment, RolloutState
from fairway.domain.execution import Execution, ExecutionStatus
from fairway.domain.ids import AppName, EnvironmentName, ReleaseNumber
from fairway.domain.image import Image, LocalImage, local_name
from fairway.domain.moves import Keep, Move, MoveExecution
from fairway.domain.release import Release
from fairway.domain.retention import Policy
from fairway.pipeline.stages import package
from fairway.ports.registry import Registry
from fairway.registry import naming, publish
from fairway.registry.needs import Records
from fairway.registry.prune import Pruner
from support.pipeline_values import APP, PRODUCTION, PUSH, REVISION, define, make_desired, make_release

NOW = 1000.0
Act = Callable[[], Awaitable[Any]]


class Meanwhile:
    """Stands before an object. `before` and `after` are what happens, by the name of the call; each happens once."""

    def __init__(self, real: Any, *, before: dict[str, Act] | None = None, after: dict[str, Act] | None = None) -> None:
        self._real, self._before, self._after = real, before or {}, after or {}

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._real, name)
        if name not in self._before and name not in self._after:
            return call

        async def interrupted(*arguments: Any, **more: Any) -> Any:
            if act := self._before.pop(name, None):
                await act()
            answer = await call(*arguments, **more)
            if act := self._after.pop(name, None):
                await act()
            return answer

        return interrupted


@dataclass
class Yard:
    """The app `shop-api`. `told` is what pruning said."""

    store: MemoryStore = field(default_factory=make_store)
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    builder: MemoryBuilder = field(default_factory=MemoryBuilder)
    told: list[str] = field(default_factory=list)

    @property
    def repository(self) -> str:
        return self.registry.repository(APP)

    def records(self, **instead: Any) -> Records:
        stores = {name: getattr(self.store, name) for name in ("releases", "deployments", "desired", "executions")}
        return Records(find_pushed=package.find, **{**stores, **instead})

    async def image(self, commit: str, content: str = "", app: AppName = APP) -> Image:
        """Built and pushed: in the registry, and on the host under its three names."""
        local = LocalImage(id=f"sha256:{content or commit}", size=10)
        image = await publish.publish(app, commit, local, self.registry)
        for name in (image.reference, f"{image.repository}:{naming.tag(commit)}", local_name(app, commit)):
            self.builder.images[name] = local
        return image

    async def release(
        self, commit: str, content: str = "", environment: EnvironmentName = PRODUCTION, *, at: float = NOW
    ) -> Release:
        made = make_release(
            environment, image=await self.image(commit, content), commit=commit, created_at=at, execution=None
        )
        return await self.store.releases.create(made)

    async def releases(self, count: int) -> Sequence[Release]:
        return [await self.release(commit_of(number)) for number in range(1, count + 1)]

    async def execution(self, commit: str, outputs: Image | None = None) -> Execution:
        """One under way, which has handed on the image."""
        made = await self.store.executions.create(
            APP, replace(REVISION, commit=commit), PUSH, define(["package"]), at=NOW
        )
        moves: list[Move] = [MoveExecution(expected=ExecutionStatus.QUEUED, to=ExecutionStatus.IN_PROGRESS)]
        if outputs:
            kept = {"repository": outputs.repository, "digest": outputs.digest, "size": outputs.size}
            moves.append(Keep(outputs={package.KEY: kept}))
        await self.store.executions.change(made, moves, at=NOW)
        return await self.store.executions.get(APP, made.number)

    async def end(self, execution: Execution, status: ExecutionStatus = ExecutionStatus.SUCCEEDED) -> None:
        move = MoveExecution(expected=ExecutionStatus.IN_PROGRESS, to=status)
        await self.store.executions.change(execution, [move], at=NOW)

    async def deploy(self, release: int, previous: int | None = None, key: str = "a", **more: Any) -> Deployment:
        back = None if previous is None else ReleaseNumber(previous)
        return await self.store.deployments.start(
            APP, PRODUCTION, ReleaseNumber(release), previous=back, at=NOW, key=key, **more
        )

    async def conclude(self, deployment: Deployment, state: RolloutState) -> None:
        await self.store.deployments.finish(APP, deployment.id, state, reason="", at=NOW)

    async def desire(self, release: int, deployment: Deployment | None = None, *, replicas: int = 1) -> None:
        current = await self.store.desired.get(APP, PRODUCTION)
        made = make_desired(version=current.version if current else 0)
        services = tuple(
            replace(
                each,
                replicas=replicas,
                spec=replace(
                    each.spec,
                    release=ReleaseNumber(release),
                    deployment=deployment.id if deployment else each.spec.deployment,
                ),
            )
            for each in made.services
        )
        await self.store.desired.put(replace(made, services=services))

    async def prune(
        self,
        *,
        keep: int = 2,
        app: AppName = APP,
        registry: Registry | Meanwhile | str | None = "its own",
        builder: Any = None,
        **instead: Any,
    ) -> None:
        own = self.registry if registry == "its own" else registry
        pruner = Pruner(
            records=self.records(**instead),
            registry=own,  # type: ignore[arg-type]
            builder=builder or self.builder,
            tell=lambda kind, text: self.told.append(f"{kind}: {text}"),
        )
        await pruner.prune(app, now=NOW, policy=Policy(keep=keep))

    async def numbers(self) -> list[int]:
        return sorted(release.number for release in await self.store.releases.list(APP))

    async def digests(self) -> set[str]:
        return set((await self.registry.tags(self.repository)).values())


def commit_of(number: int) -> str:
    """A commit's 40 digits: `3333…`."""
    return f"{number:x}" * (40 // len(f"{number:x}"))
