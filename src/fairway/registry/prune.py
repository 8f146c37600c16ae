"""Acting on a retention plan: releases first, then the registry, then this host's own copies, then the space.

In this order a crash in between leaves too much, never a release without its image.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from fairway.domain import retention
from fairway.domain.ids import AppName, ReleaseNumber
from fairway.domain.image import local_name
from fairway.domain.release import Release
from fairway.domain.retention import Policy, Retention
from fairway.errors import Conflict
from fairway.ports.builder import Builder
from fairway.ports.registry import Registry
from fairway.ports.stores import Releases
from fairway.registry import naming

MOST = 100_000
"""More releases than any app has: all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """How many releases and images went, and the bytes that the registry gave back."""

    releases: int
    images: int
    freed: int


async def prune(
    app: AppName,
    *,
    releases: Releases,
    registry: Registry,
    builder: Builder,
    current: frozenset[ReleaseNumber],
    held: frozenset[str],
    now: float,
    policy: Policy,
) -> Pruned:
    """Delete what the policy lets go. See domain.retention.plan for `current` and `held`: the caller holds back pushes
    and deployments of the app from when it reads them until this returns, or an image that has just been pushed again
    may go.

    Raises Unavailable when the registry or the engine does not answer; what was deleted by then stays deleted, and the
    next call goes on.
    """
    repository = registry.repository(app)
    kept = await releases.list(app, limit=MOST)
    found = retention.plan(kept, await registry.digests(repository), current=current, held=held, now=now, policy=policy)
    for number in found.releases:
        await releases.delete(app, number)
    for digest in found.digests:
        await registry.delete(repository, digest)
    for name in local_names(app, repository, found, kept):
        await remove_local(name, builder)
    freed = await registry.collect() if found.digests else 0
    return Pruned(releases=len(found.releases), images=len(found.digests), freed=freed)


def local_names(app: AppName, repository: str, found: Retention, kept: Sequence[Release]) -> list[str]:
    """The host's names of the images that go: by digest, and by the commit unless a kept release shares it (a commit
    that was built twice has two images, and its tags name the newer one)."""
    staying = {release.commit for release in kept if release.image.digest not in found.digests}
    gone = {release.commit for release in kept if release.image.digest in found.digests} - staying
    names = [f"{repository}@{digest}" for digest in found.digests]
    names += [f"{repository}:{naming.tag(commit)}" for commit in sorted(gone)]
    return names + [local_name(app, commit) for commit in sorted(gone)]


async def remove_local(name: str, builder: Builder) -> None:
    """Take a name away. A container that still uses the image keeps it: the engine refuses, and is right."""
    with contextlib.suppress(Conflict):
        await builder.remove(name)
