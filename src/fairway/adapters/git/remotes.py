"""Repositories elsewhere, read by the git command into the bare repositories of the apps.

What a fetch brings goes to `refs/fairway/incoming/` first, which nobody else reads or writes. Then the app's own
branches and tags are moved to it. What was decided upon is in `refs/fairway/remote/`: the difference of the two is what
there is to tell, however often the server dies in between.
"""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from fairway.adapters.git import command, credentials, names, refusals
from fairway.adapters.git.repositories import PULLS, GitRepositories
from fairway.errors import FairwayError, UsageError
from fairway.ports.sources import Fetched, Moved, Remote

INCOMING = "refs/fairway/incoming/"
SETTLED = "refs/fairway/remote/"
KINDS = ("heads/", "tags/")
LOOK_PATIENCE = 40.0
FETCH_PATIENCE = 280.0
"""Seconds. A first fetch of a large repository is the longest; a client waits somewhat longer than this."""
SLOW = ("-c", "http.lowSpeedLimit=1000", "-c", "http.lowSpeedTime=30")
"""Bytes a second, and for how many seconds a transfer may be slower than that."""


class GitRemotes:
    """`ports.sources.Remotes` for these repositories; `private` is the folder for secrets while they are used."""

    def __init__(self, repositories: GitRepositories, private: Path) -> None:
        self._repositories = repositories
        self._private = private

    async def clear(self) -> None:
        """Remove the secrets that a killed server left behind. To be called before anything else, at each start."""
        await asyncio.to_thread(shutil.rmtree, self._private, ignore_errors=True)

    async def look(self, app: str, remote: Remote) -> tuple[Mapping[str, str], str]:
        """Its branches and tags."""
        arguments = ("ls-remote", "--quiet", "--heads", "--tags", "--refs", "--", remote.address.url)
        result, host_keys = await self._read(app, remote, (*SLOW, *arguments), LOOK_PATIENCE)
        lines = [line.partition("\t") for line in _text(result.output).splitlines()]
        return {ref: commit for commit, _, ref in lines if _is_sound(ref)}, host_keys

    async def look_at(self, app: str, remote: Remote, refs: Sequence[str]) -> Mapping[str, str]:
        """What those of them point to whose names may reach a command line."""
        sound = [ref for ref in refs if _may_be_asked_for(ref)]
        if not sound:
            return {}
        arguments = ("ls-remote", "--quiet", "--refs", "--", remote.address.url, *sound)
        result, _ = await self._read(app, remote, (*SLOW, *arguments), LOOK_PATIENCE)
        lines = [line.partition("\t") for line in _text(result.output).splitlines()]
        return {ref: id for id, _, ref in lines if ref in sound}

    async def fetch_pull(self, app: str, remote: Remote, number: int, ref: str) -> str | None:
        """Bring it to a ref of its own, which nobody is shown."""
        if not _may_be_asked_for(ref):
            return None
        place = f"{PULLS}{number}"
        options = ("--quiet", "--no-tags", "--force", "--no-recurse-submodules")
        arguments = (*SLOW, "fetch", *options, "--", remote.address.url, f"+{ref}:{place}")
        result, _ = await self._run(app, remote, arguments, FETCH_PATIENCE)
        if result.ok:
            return await self._repositories.resolve(app, place)
        if "couldn't find remote ref" in result.complaint.lower():
            return None
        raise refusals.read(remote, result.complaint)

    async def settled(self, app: str) -> Mapping[str, str]:
        """What was settled."""
        return _below(await self._refs(app), SETTLED)

    async def fetch(self, app: str, remote: Remote) -> Fetched:
        """Bring everything, move the app's branches and tags, and tell what is not settled."""
        specs = [f"+refs/{kind}*:{INCOMING}{kind}*" for kind in KINDS]
        options = ("--quiet", "--no-tags", "--prune", "--force", "--no-recurse-submodules")
        arguments = (*SLOW, "fetch", *options, "--", remote.address.url, *specs)
        _, host_keys = await self._read(app, remote, arguments, FETCH_PATIENCE)
        refs = await self._refs(app)
        own, settled = {ref: id for ref, id in refs.items() if _is_sound(ref)}, _below(refs, SETTLED)
        incoming = {ref: id for ref, id in _below(refs, INCOMING).items() if _is_sound(ref)}
        moved = [_moved(ref, own, settled, incoming) for ref in sorted({*incoming, *settled})]
        told = tuple(each for each in moved if settled.get(each.ref) != each.new)
        await self._take_over(app, told, own, settled)
        return Fetched(moved=told, host_keys=host_keys)

    async def settle(self, app: str, moved: Sequence[Moved]) -> None:
        """Remember them."""
        gone = [_delete(SETTLED, each.ref) for each in moved if each.new is None]
        come = [_update(SETTLED, each.ref, each.new) for each in moved if each.new is not None]
        await self._change(app, gone)
        await self._change(app, come)

    async def forget(self, app: str) -> None:
        """Delete what was settled and what came in."""
        refs = [ref for ref in await self._refs(app) if ref.startswith((SETTLED, INCOMING, PULLS))]
        await self._change(app, [f"delete {ref}\0\0" for ref in refs])

    async def _take_over(
        self, app: str, moved: Sequence[Moved], own: Mapping[str, str], settled: Mapping[str, str]
    ) -> None:
        # Deletions first: "release" may have made room for "release/1".
        gone = [each.ref for each in moved if each.new is None and own.get(each.ref) == settled.get(each.ref)]
        await self._change(app, [_delete("refs/", ref) for ref in gone if ref in own])
        come = [each for each in moved if each.new is not None and own.get(each.ref) != each.new]
        await self._change(app, [_update("refs/", each.ref, each.new or "") for each in come])

    async def _read(
        self, app: str, remote: Remote, arguments: Sequence[str], patience: float
    ) -> tuple[command.Result, str]:
        """Run git with the remote's credential. Raises what `refusals` makes of its complaint."""
        result, host_keys = await self._run(app, remote, arguments, patience)
        if not result.ok:
            raise refusals.read(remote, result.complaint)
        return result, host_keys

    async def _run(
        self, app: str, remote: Remote, arguments: Sequence[str], patience: float
    ) -> tuple[command.Result, str]:
        path = self._repositories.path(app)
        with credentials.opened(self._private / path.name, remote) as opened:
            env = command.environment(path.parent, opened.variables)
            try:
                async with asyncio.timeout(patience):
                    result = await command.run(("--git-dir=.", *arguments), env=env, cwd=path)
            except TimeoutError as error:
                raise refusals.late(remote.address, patience) from error
            return result, opened.host_keys()

    async def _refs(self, app: str) -> Mapping[str, str]:
        path = self._repositories.path(app)
        arguments = ("--git-dir=.", "for-each-ref", "--format=%(objectname) %(refname)")
        result = await command.run(arguments, env=command.environment(path.parent), cwd=path)
        if not result.ok:
            raise FairwayError(f"the refs of {app} can't be read", why=result.complaint)
        lines = [line.partition(" ") for line in _text(result.output).splitlines()]
        return {ref: id for id, _, ref in lines}

    async def _change(self, app: str, commands: Sequence[str]) -> None:
        """Change refs, all of them or none."""
        if not commands:
            return
        path, data = self._repositories.path(app), "".join(commands).encode("utf-8", "surrogateescape")
        env = command.environment(path.parent)
        result = await command.run(("--git-dir=.", "update-ref", "-z", "--stdin"), env=env, cwd=path, data=data)
        if not result.ok:
            raise FairwayError(
                f"the branches of {app} can't be moved",
                why=names.show(result.complaint),
                hint="git push fairway :BRANCH deletes a branch that was pushed to this server and stands in the way",
            )


def _moved(ref: str, own: Mapping[str, str], settled: Mapping[str, str], incoming: Mapping[str, str]) -> Moved:
    """The move as one who pushed it here would tell it: from where the branch was here, unless it was moved already by
    a fetch that was never settled."""
    here, new = own.get(ref), incoming.get(ref)
    return Moved(ref=ref, old=here if here != new else settled.get(ref), new=new)


def _below(refs: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {f"refs/{ref.removeprefix(prefix)}": id for ref, id in refs.items() if ref.startswith(prefix)}


def _is_sound(ref: str) -> bool:
    """Whether it is a branch or a tag whose name may reach a command line: others are as if they were not there."""
    kind = next((kind for kind in KINDS if ref.startswith(f"refs/{kind}")), None)
    try:
        return kind is not None and bool(names.check_ref(ref.removeprefix(f"refs/{kind}")))
    except UsageError:
        return False


def _may_be_asked_for(ref: str) -> bool:
    """Whether it is one ref, and nothing that git reads otherwise: a pattern, an option, two of them."""
    try:
        return ref.startswith("refs/") and bool(names.check_ref(ref))
    except UsageError:
        return False


def _update(prefix: str, ref: str, id: str) -> str:
    return f"update {prefix}{ref.removeprefix('refs/')}\0{id}\0\0"


def _delete(prefix: str, ref: str) -> str:
    return f"delete {prefix}{ref.removeprefix('refs/')}\0\0"


def _text(output: bytes) -> str:
    return output.decode("utf-8", "surrogateescape")
