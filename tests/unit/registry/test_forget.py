"""What a deleted app leaves of its images on this host."""

from fairway.domain.execution import Trigger
from fairway.domain.image import LocalImage, local_name
from fairway.registry.forget import forget
from support.pipeline_values import APP, REVISION, define
from support.registry_yard import Yard


async def make(yard: Yard, *names: str) -> None:
    """An app with one execution, and this host's images."""
    await yard.store.apps.create(APP, at=0.0)
    await yard.store.executions.create(APP, REVISION, Trigger(kind="push"), define(("source",)), at=1.0)
    yard.builder.images |= {name: LocalImage(id=f"sha256:{name}", size=1) for name in names}


async def test_the_names_that_its_builds_gave_go_and_no_others() -> None:
    yard = Yard()
    others = {"fairway/other:0123456789ab", f"fairway/{APP}:by-hand", f"fairway/{APP}-two:0123456789ab"}
    await make(yard, local_name(APP, REVISION.commit), *others)

    await forget(APP, yard.store.executions, yard.builder)

    assert set(yard.builder.images) == others


async def test_an_image_that_a_container_uses_stays() -> None:
    yard = Yard()
    name = local_name(APP, REVISION.commit)
    await make(yard, name)
    yard.builder.used.add(name)

    await forget(APP, yard.store.executions, yard.builder)

    assert set(yard.builder.images) == {name}
