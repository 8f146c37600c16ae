"""Pruning an app: what goes and in which order, and that what is needed stays whatever happens meanwhile."""

from dataclasses import replace

import pytest

from fairway.domain import rollback
from fairway.domain.deployment import RolloutState
from fairway.domain.execution import ExecutionStatus, Trigger
from fairway.domain.ids import AppName, EnvironmentName, ExecutionNumber, ReleaseNumber
from fairway.domain.image import Image, LocalImage, local_name
from fairway.domain.rollback import Rollback
from fairway.errors import Unavailable
from support.pipeline_values import APP, PRODUCTION, REVISION, make_release
from support.registry_yard import NOW, Meanwhile, Yard, commit_of

STAGING = EnvironmentName("staging")
DOWN = Unavailable("the registry localhost:7879 does not answer", why="connection refused")


@pytest.fixture
async def yard() -> Yard:
    made = Yard()
    await made.store.apps.create(APP, at=0.0)
    return made


async def test_old_releases_go_with_their_images_and_the_hosts_copies(yard: Yard) -> None:
    releases = await yard.releases(4)

    await yard.prune(keep=2)

    assert await yard.numbers() == [3, 4]
    assert await yard.digests() == {release.image.digest for release in releases[2:]}
    assert set(yard.builder.images) == {
        name
        for release in releases[2:]
        for name in (release.image.reference, f"{yard.repository}:{release.commit}", local_name(APP, release.commit))
    }


async def test_every_deletion_is_told_with_its_cause(yard: Yard) -> None:
    releases = await yard.releases(3)

    await yard.prune(keep=2)

    digest = releases[0].image.digest
    assert yard.told[:2] == [
        "release.deleted: release 1 is deleted: production has 2 newer releases",
        f"image.deleted: the image {digest[:19]}… of shop-api is deleted from the registry: release 1 is gone",
    ]
    assert [line.partition(":")[0] for line in yard.told[2:]] == ["image.removed"] * 3


async def test_what_a_registry_that_is_down_leaves_behind_goes_the_next_time(yard: Yard) -> None:
    releases = await yard.releases(3)
    yard.registry.fail = DOWN
    with pytest.raises(Unavailable):
        await yard.prune(keep=2)
    after_the_failure = await yard.numbers()
    yard.registry.fail = None

    await yard.prune(keep=2)

    assert after_the_failure == [2, 3]
    assert releases[0].image.digest not in await yard.digests()
    assert releases[0].image.reference not in yard.builder.images


async def test_an_image_that_two_commits_share_stays_for_the_one_that_is_kept(yard: Yard) -> None:
    shared = await yard.release(commit_of(1), "same")
    await yard.release(commit_of(2))
    await yard.release(commit_of(3), "same")

    await yard.prune(keep=2)

    assert await yard.numbers() == [2, 3]
    assert shared.image.digest in await yard.digests()
    assert shared.image.reference in yard.builder.images
    assert local_name(APP, commit_of(1)) not in yard.builder.images
    assert local_name(APP, commit_of(3)) in yard.builder.images


async def test_the_older_image_of_a_commit_that_was_built_twice_goes_alone(yard: Yard) -> None:
    images = [(await yard.release(commit_of(1), f"build {number}")).image for number in range(4)]

    await yard.prune(keep=2)

    assert await yard.digests() == {image.digest for image in images[2:]}
    assert local_name(APP, commit_of(1)) in yard.builder.images
    assert images[0].reference not in yard.builder.images


async def test_a_copy_that_a_container_uses_stays_until_it_does_not(yard: Yard) -> None:
    reference = (await yard.releases(3))[0].image.reference
    yard.builder.used = {reference}
    await yard.prune(keep=2)
    used = reference in yard.builder.images
    yard.builder.used = set()

    await yard.prune(keep=2)

    assert (used, reference in yard.builder.images) == (True, False)


async def test_images_of_an_app_that_is_gone_go(yard: Yard) -> None:
    await yard.image(commit_of(1), app=AppName("gone"))

    await yard.prune(app=AppName("gone"))

    assert await yard.registry.tags(yard.registry.repository("gone")) == {}
    assert not [name for name in yard.builder.images if name.startswith(yard.registry.repository("gone"))]


async def test_of_another_registry_only_our_own_names_on_this_host_go(yard: Yard) -> None:
    old = Image(repository="ghcr.io/acme/shop-api", digest="sha256:" + "0" * 64)
    for number in (1, 2, 3):
        image = old if number == 1 else replace(old, digest=f"sha256:{number:064x}")
        await yard.store.releases.create(make_release(image=image, commit=commit_of(number), created_at=1000.0))
    local = LocalImage(id="sha256:x", size=1)
    users = "ghcr.io/acme/shop-api:latest"
    ours = {old.reference, f"ghcr.io/acme/shop-api:{commit_of(1)}", local_name(APP, commit_of(1))}
    yard.builder.images = dict.fromkeys([*ours, users, local_name(APP, "somebody else's")], local)

    await yard.prune(keep=2, registry=None)

    assert await yard.numbers() == [2, 3]
    assert set(yard.builder.images) == {users, local_name(APP, "somebody else's")}


# What is needed


async def test_the_desired_release_stays_though_it_has_no_replica(yard: Yard) -> None:
    await yard.releases(4)
    await yard.desire(1, replicas=0)

    await yard.prune(keep=2)

    assert await yard.numbers() == [1, 3, 4]


async def test_the_release_that_a_rollback_is_on_its_way_to_stays(yard: Yard) -> None:
    await yard.releases(4)
    back = Rollback(release=ReleaseNumber(1), target=ExecutionNumber(1))
    trigger = Trigger(kind="rollback")
    await yard.store.executions.create(APP, REVISION, trigger, rollback.define(PRODUCTION), at=NOW, rollback=back)

    await yard.prune(keep=2)

    assert await yard.numbers() == [1, 3, 4]


async def test_the_release_that_a_deployment_would_go_back_to_stays(yard: Yard) -> None:
    await yard.releases(5)
    await yard.desire(1, replicas=0)
    before = await yard.store.desired.get(APP, PRODUCTION)
    await yard.desire(4, await yard.deploy(4, previous=2, before=before))

    await yard.prune(keep=2)

    assert await yard.numbers() == [1, 2, 4, 5]


async def test_a_failed_deployments_way_back_stays_until_it_is_taken_back(yard: Yard) -> None:
    await yard.releases(4)
    failed = await yard.deploy(4, previous=1)
    await yard.desire(4, failed)
    await yard.conclude(failed, RolloutState.FAILED)

    await yard.prune(keep=2)

    assert await yard.numbers() == [1, 3, 4]


async def test_a_completed_deployments_former_release_goes(yard: Yard) -> None:
    await yard.releases(4)
    completed = await yard.deploy(4, previous=1)
    await yard.desire(4, completed)
    await yard.conclude(completed, RolloutState.COMPLETED)

    await yard.prune(keep=2)

    assert await yard.numbers() == [3, 4]


async def test_what_an_unfinished_execution_pushed_stays_and_what_a_finished_one_left_goes(yard: Yard) -> None:
    handed_on = await yard.image(commit_of(1))
    await yard.execution(commit_of(9), outputs=handed_on)
    just_pushed = await yard.image(commit_of(2))
    await yard.execution(commit_of(2))
    left = await yard.image(commit_of(3))
    await yard.end(await yard.execution(commit_of(3)))

    await yard.prune()

    assert await yard.digests() == {handed_on.digest, just_pushed.digest}
    assert local_name(APP, commit_of(2)) in yard.builder.images
    assert not {left.reference, local_name(APP, commit_of(3))} & set(yard.builder.images)


async def test_what_a_failed_execution_pushed_stays_for_a_retry(yard: Yard) -> None:
    image = await yard.image(commit_of(7))
    failed = await yard.execution(commit_of(7), image)
    await yard.end(failed, ExecutionStatus.FAILED)

    await yard.prune()

    assert image.digest in await yard.digests()


async def test_both_images_of_an_unfinished_executions_commit_stay(yard: Yard) -> None:
    first = await yard.image(commit_of(1), "first")
    second = await yard.image(commit_of(1), "second")
    await yard.execution(commit_of(1))

    await yard.prune()

    assert await yard.digests() == {first.digest, second.digest}


# What happens meanwhile


async def test_a_release_that_is_deployed_after_it_was_judged_stays_with_its_image(yard: Yard) -> None:
    releases = await yard.releases(4)

    async def roll_back() -> None:
        again = await yard.store.releases.create(make_release(image=releases[0].image), like=ReleaseNumber(1))
        await yard.deploy(again.number, previous=4)
        await yard.deploy(1, key="restart")

    await yard.prune(keep=2, releases=Meanwhile(yard.store.releases, before={"delete": roll_back}))

    assert await yard.numbers() == [1, 3, 4, 5]
    assert releases[0].image.digest in await yard.digests()


async def test_a_deployment_that_is_over_before_the_deletion_keeps_its_release_too(yard: Yard) -> None:
    await yard.releases(4)

    async def deploy() -> None:
        await yard.conclude(await yard.deploy(4, previous=1), RolloutState.FAILED)

    await yard.prune(keep=2, releases=Meanwhile(yard.store.releases, before={"delete": deploy}))

    assert await yard.numbers() == [1, 3, 4]


async def test_an_image_that_a_new_release_uses_since_its_old_one_went_stays(yard: Yard) -> None:
    releases = await yard.releases(3)

    async def release_again() -> None:
        await yard.store.releases.create(make_release(image=releases[0].image, commit=commit_of(7)))

    await yard.prune(keep=2, registry=Meanwhile(yard.registry, before={"tags": release_again}))

    assert await yard.numbers() == [2, 3, 4]
    assert releases[0].image.digest in await yard.digests()
    assert releases[0].image.reference in yard.builder.images


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_execution_that_makes_its_release_and_ends_meanwhile_loses_nothing(yard: Yard, moment: str) -> None:
    image = await yard.image(commit_of(1))
    execution = await yard.execution(commit_of(1), outputs=image)

    async def finish() -> None:
        await yard.store.releases.create(make_release(image=image, commit=commit_of(1)))
        await yard.end(execution)

    between = Meanwhile(yard.store.executions, **{moment: {"unfinished": finish}})
    await yard.prune(executions=between)

    assert await yard.digests() == {image.digest}
    assert local_name(APP, commit_of(1)) in yard.builder.images


async def test_the_local_name_of_a_commit_that_is_built_again_meanwhile_stays(yard: Yard) -> None:
    await yard.releases(3)

    async def begin() -> None:
        await yard.execution(commit_of(1))

    await yard.prune(keep=2, builder=Meanwhile(yard.builder, after={"names": begin}))

    assert await yard.numbers() == [2, 3]
    assert local_name(APP, commit_of(1)) in yard.builder.images


async def test_a_deployment_that_fails_while_it_is_looked_at_keeps_its_way_back(yard: Yard) -> None:
    await yard.releases(4)
    deployment = await yard.deploy(4, previous=1)
    await yard.desire(4, deployment)

    async def fail() -> None:
        await yard.conclude(deployment, RolloutState.FAILED)

    async def fail_and_take_back() -> None:
        await fail()
        await yard.desire(1)

    for moment in ({"before": {"latest": fail}}, {"after": {"latest": fail_and_take_back}}):
        await yard.prune(keep=2, deployments=Meanwhile(yard.store.deployments, **moment))

        assert await yard.numbers() == [1, 3, 4]
