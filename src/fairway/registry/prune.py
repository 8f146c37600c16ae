"""Deleting what the policy lets go: releases first, then their images in the registry, then this host's copies.

In this order a crash in between leaves too much, never a release without its image; and since each step looks at what
there is, not at what the step before has done, the next call goes on where this one stopped.

Two commits can have the very same image: a digest goes when no release of any commit needs it, and a commit's local
name goes when no release of that commit is kept, whoever else needs the image under another name.
"""

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from fairway.domain import retention
from fairway.domain.ids import AppName
from fairway.domain.image import local_name
from fairway.domain.release import Release
from fairway.domain.retention import Policy
from fairway.errors import Conflict
from fairway.ports.builder import Builder
from fairway.ports.registry import Registry
from fairway.registry import naming, needs
from fairway.registry.needs import MOST, Held, Records

REMEMBERED = 500
"""Of how many of an app's newest executions the host's copies are looked for."""

Tell = Callable[[str, str], None]
"""Takes the kind of an event ("release.deleted") and its sentence, with the cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruner:
    """`registry` is the embedded one, None where there is none. Of any other nothing is ever deleted: its owner has
    rules for that. `tell` hears of each deletion."""

    records: Records
    registry: Registry | None
    builder: Builder
    tell: Tell

    async def prune(self, app: AppName, *, now: float, policy: Policy) -> None:
        """Delete what may go of the app, or of a name that was an app once.

        Raises Unavailable when the store, the registry or the engine does not answer, Conflict when pushes don't end;
        what was deleted by then stays deleted.
        """
        gone = await self._prune_releases(app, now, policy)
        if self.registry is None:
            held = await needs.find_held(app, self.records)
            await self._prune_copies(app, None, gone, await self._kept(app), held)
            return
        async with self.registry.exclusive():
            # The releases are read anew, and after what is held: a rollback may have made one of an image since, and an
            # execution that has ended has made its own.
            repository = self.registry.repository(app)
            tags = await self.registry.tags(repository)
            held = hold_tagged(await needs.find_held(app, self.records), tags)
            kept = await self._kept(app)
            for digest, cause in retention.digests_to_go(
                tags.values(), kept=kept, gone=gone, held=held.digests
            ).items():
                await self.registry.delete(repository, digest)
                self.tell("image.deleted", f"the image {digest[:19]}… of {app} is deleted from the registry: {cause}")
            await self._prune_copies(app, repository, gone, kept, held)

    async def _prune_releases(self, app: AppName, now: float, policy: Policy) -> Sequence[Release]:
        """Those that went: one that a deployment needs since they were judged stays."""
        current = await needs.find_current(app, self.records)
        kept = {release.number: release for release in await self._kept(app)}
        going = retention.releases_to_go(list(kept.values()), current=current.releases, now=now, policy=policy)
        gone = []
        for number, cause in going.items():
            if await self.records.releases.delete(app, number, seen=current.seen):
                gone.append(kept[number])
                self.tell("release.deleted", f"release {number} is deleted: {cause}")
        return gone

    async def _prune_copies(
        self, app: AppName, own: str | None, gone: Sequence[Release], kept: Sequence[Release], held: Held
    ) -> None:
        """Take away this host's names of images that nothing needs. In the embedded registry's repository all names
        are ours. Elsewhere only those are that we know to have given: another Fairway on this host, or its user, may
        have named others."""
        repositories = {release.image.repository for release in (*gone, *kept)} | ({own} if own else set())
        known = {release.commit for release in gone}
        known |= {each.revision.commit for each in await self.records.executions.list(app, limit=REMEMBERED)}
        needed = names(app, repositories, kept, {*held.commits, *(release.commit for release in kept)})
        needed |= {f"{repository}@{digest}" for repository in repositories for digest in held.digests}
        ours = names(app, repositories, gone, known)
        for repository in sorted({*repositories, local_name(app, "").rstrip(":")}):
            for name in await self.builder.names(repository):
                if name not in needed and (repository == own or name in ours):
                    await self._remove(app, name, repositories)

    async def _remove(self, app: AppName, name: str, repositories: set[str]) -> None:
        """Take a name away, unless an execution has begun meanwhile whose build may have given it again. A container
        that still uses the image keeps it: the engine refuses, and is right."""
        held = await needs.find_held(app, self.records)
        if name in names(app, repositories, (), held.commits):
            return
        with contextlib.suppress(Conflict):
            await self.builder.remove(name)
            self.tell("image.removed", f"this host's copy {name} is removed: no kept release needs it")

    async def _kept(self, app: AppName) -> Sequence[Release]:
        return await self.records.releases.list(app, limit=MOST)


def hold_tagged(held: Held, tags: Mapping[str, str]) -> Held:
    """With the digests that the tags of the held commits name: a push that has ended, and what it pushed is not among
    the outputs yet. An image whose commit was built again has a tag with a suffix."""
    wanted = {naming.tag(commit) for commit in held.commits}
    tagged = {digest for tag, digest in tags.items() if tag in wanted or tag.rpartition("-")[0] in wanted}
    return replace(held, digests=held.digests | tagged)


def names(
    app: AppName, repositories: Collection[str], releases: Sequence[Release], commits: Collection[str]
) -> set[str]:
    """The local names of the releases' images by digest, and of the commits' images by tag."""
    found = {release.image.reference for release in releases} | {local_name(app, commit) for commit in commits}
    return found | {f"{repository}:{naming.tag(commit)}" for repository in repositories for commit in commits}
