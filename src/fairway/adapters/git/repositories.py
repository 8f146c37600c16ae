"""The server's bare repositories, kept by the git command: `ROOT/APP.git`, with one hook for all in `ROOT/.hooks`.

A name that is no app's, a ref that git could take for an option, a commit that is no full id: refused before a process
is started. Nobody's configuration is read but the repository's own, which Fairway writes.
"""

import asyncio
import contextlib
import hashlib
import os
import shutil
import sys
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from fairway.adapters.git import command, layout, names, worktree
from fairway.adapters.git.lately import Lately
from fairway.domain.execution import Revision
from fairway.errors import FairwayError, NotFound, Unavailable, WorkFailed
from fairway.ports.source import Head, Tag

SEEN = "refs/fairway/seen/"
TAGS_SEEN = "refs/fairway/tags-seen/"
PULLS = "refs/fairway/pulls/"
TAGS = "refs/tags/"
HEADS = "refs/heads/"
LARGEST = 64 * 1024
"""Bytes of a file that is kept in memory for a while."""


def announcing(run: Path) -> tuple[str, ...]:
    """The hook that tells the server whose run directory this is about each push (see `hook.py`)."""
    return (sys.executable, "-I", "-S", str(Path(__file__).with_name("hook.py")), str(run))


class GitRepositories:
    """Repositories under `root`; `hook` is the command that each of them runs after a push."""

    def __init__(self, root: Path, hook: Sequence[str]) -> None:
        self._root = root
        self._hook = tuple(hook)
        self._busy: defaultdict[Path, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._commits = Lately[tuple[str, str, str]]()
        # What is not there may be asked for too early, and is asked for again.
        self._files = Lately[bytes | None](keeps=lambda content: content is not None and len(content) <= LARGEST)
        self._counts = Lately[int | None](keeps=lambda count: count is not None)

    def path(self, app: str) -> Path:
        """Where the app's repository lies."""
        return self._root / f"{names.check_app(app)}.git"

    async def create(self, app: str) -> None:
        """Create the repository, or renew the configuration and the hook of one that exists."""
        path = self.path(app)
        hooks = self._root / layout.HOOKS
        hooks.mkdir(parents=True, exist_ok=True)
        layout.write(hooks / "post-receive", layout.script(self._hook), 0o755)
        if not (path / "objects").is_dir():
            await self._initialise(path)
        layout.write(path / "config", layout.configuration(hooks), 0o644)

    async def remove(self, app: str) -> None:
        """Delete it: out of the way by rename first, so that no push ends in half of one."""
        path = self.path(app)
        doomed = self._root / f".removed-{app}-{uuid.uuid4().hex}"
        with contextlib.suppress(FileNotFoundError):
            path.rename(doomed)
            for kept in (self._commits, self._files, self._counts):
                kept.forget(app)
            await asyncio.to_thread(shutil.rmtree, doomed)

    async def head(self, app: str, branch: str) -> str | None:
        """The commit that a branch points to, None when there is none."""
        if "~" in branch or "^" in branch:
            return None
        result = await self._git(app, "rev-parse", "--verify", "--quiet", HEADS + names.check_ref(branch))
        return result.output.decode().strip() if result.ok else None

    async def heads(self, app: str) -> Sequence[Head]:
        """Every branch, with the commit that was last marked as seen."""
        refs = await self._must(app, "for-each-ref", "--format=%(objectname) %(refname)", HEADS, SEEN)
        commits = {name: commit for commit, _, name in (line.partition(" ") for line in _text(refs).splitlines())}
        branches = {name.removeprefix(HEADS) for name in commits if name.startswith(HEADS)}
        return [
            Head(branch=branch, commit=commits[HEADS + branch], seen=commits.get(SEEN + branch))
            for branch in sorted(branches)
        ]

    async def mark_seen(self, app: str, branch: str, commit: str) -> None:
        """Remember that it has been decided what becomes of the commit."""
        await self._mark(app, SEEN, {branch: names.check_commit(commit)}, HEADS)

    async def tags(self, app: str) -> Sequence[Tag]:
        """Every tag, with the object that was last marked as seen."""
        form = "--format=%(objectname) %(objecttype) %(*objectname) %(*objecttype) %(refname)"
        rows = [
            line.split(" ", 4)
            for line in _text(await self._must(app, "for-each-ref", form, TAGS, TAGS_SEEN)).splitlines()
        ]
        seen = {row[4]: row[0] for row in rows if row[4].startswith(TAGS_SEEN)}
        return [
            Tag(
                name=(name := ref.removeprefix(TAGS)),
                object=object,
                commit=object if kind == "commit" else peeled if peeled_kind == "commit" else None,
                seen=seen.get(TAGS_SEEN + name),
            )
            for object, kind, peeled, peeled_kind, ref in sorted(rows, key=lambda row: row[4])
            if ref.startswith(TAGS)
        ]

    async def mark_tags_seen(self, app: str, objects: Mapping[str, str]) -> None:
        """Remember that it has been decided what becomes of the objects."""
        await self._mark(app, TAGS_SEEN, {name: names.check_commit(each) for name, each in objects.items()}, TAGS)

    async def resolve(self, app: str, ref: str) -> str:
        """The full commit id of a branch, a tag or an abbreviated id."""
        checked = names.check_ref(ref)
        result = await self._git(app, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{checked}^{{commit}}")
        if result.ok:
            return result.output.decode().strip()
        raise NotFound(
            f'no branch, tag or commit "{names.show(ref)}" was pushed to {app}',
            hint=f"git push fairway {names.show(ref)}",
        )

    async def revision(self, app: str, commit: str, branch: str) -> Revision:
        """The commit's subject and author, without control characters."""
        subject, author, _ = await self._describe(app, commit)
        return Revision(commit=commit, subject=names.show(subject), branch=branch, author=names.show(author))

    async def message(self, app: str, commit: str) -> str:
        """The commit's whole message."""
        _, _, message = await self._describe(app, commit)
        return message

    async def changed(self, app: str, old: str | None, new: str) -> Sequence[str]:
        """The paths that differ; all of `new` when there is no old commit, or it is gone."""
        into = names.check_commit(new)
        if old is not None:
            diff = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", names.check_commit(old), into, "--")
            if (result := await self._git(app, *diff)).ok:
                return _paths(result.output)
        listing = await self._git(app, "ls-tree", "-r", "-z", "--name-only", "--full-tree", into, "--")
        if not listing.ok:
            raise _no_commit(app, new)
        return _paths(listing.output)

    async def count(self, app: str, old: str, new: str) -> int | None:
        """How many commits lie between; None when `old` is not an ancestor of `new`, or is gone."""
        span = f"{names.check_commit(old)}...{names.check_commit(new)}"

        async def ask() -> int | None:
            result = await self._git(app, "rev-list", "--count", "--left-right", span, "--")
            if not result.ok:
                return None
            left, right = map(int, result.output.split())
            return right if left == 0 else None

        return await self._counts.get((app, span), ask)

    async def base(self, app: str, one: str, other: str) -> str | None:
        """The commit at which two have parted, None without one."""
        result = await self._git(app, "merge-base", names.check_commit(one), names.check_commit(other))
        return result.output.decode().strip() if result.ok else None

    async def is_foreign(self, app: str, commit: str) -> bool:
        """Whether only a pull request may have brought it. Where branches were before, say their reflogs; the refs of
        pull requests have none."""
        if not await self._must(app, "for-each-ref", "--count=1", PULLS):
            return False
        known = ("--not", "--branches", "--tags", "--reflog")
        return bool(await self._must(app, "rev-list", "--max-count=1", names.check_commit(commit), *known, "--"))

    async def log(self, app: str, old: str, new: str, *, limit: int) -> Sequence[tuple[str, str]]:
        """The newest commits between the two, with their subjects; none when one of them is gone."""
        span = f"{names.check_commit(old)}..{names.check_commit(new)}"
        form = ("--no-show-signature", f"--max-count={limit}", "--format=%H%x00%s", span, "--")
        result = await self._git(app, "log", *form)
        lines = _text(result.output).splitlines() if result.ok else []
        return [(commit, names.show(subject)) for commit, _, subject in (line.partition("\0") for line in lines)]

    async def read(self, app: str, commit: str, path: str) -> bytes | None:
        """A file of the commit, None when it has none there."""
        object = f"{names.check_commit(commit)}:{path}"

        async def ask() -> bytes | None:
            result = await self._git(app, "cat-file", "blob", object)
            return result.output if result.ok else None

        return await self._files.get((app, object), ask)

    async def checkout(self, app: str, commit: str, into: Path) -> None:
        """Make `into` exactly the commit's tree (see `worktree`)."""
        checked = names.check_commit(commit)
        target = await asyncio.to_thread(into.absolute)
        kept = self.path(app) / "fairway" / hashlib.sha256(os.fsencode(target)).hexdigest()[:16]
        tree = worktree.Tree(repository=self.path(app), commit=checked, into=target, kept=kept)
        async with self._busy[target]:
            try:
                await worktree.fill(tree, self._environment())
            except WorkFailed as error:
                # Asked only now: that the commit is there is the rule, and the question costs a process.
                if not (await self._git(app, "cat-file", "-e", f"{checked}^{{tree}}")).ok:
                    raise _no_commit(app, commit) from error
                raise

    async def _describe(self, app: str, commit: str) -> tuple[str, str, str]:
        """The commit's subject, its author and its whole message."""
        checked = names.check_commit(commit)

        async def ask() -> tuple[str, str, str]:
            form = "--format=%s%x00%an%x00%B"
            result = await self._git(app, "log", "-1", "--no-show-signature", form, checked, "--")
            if not result.ok:
                raise _no_commit(app, commit)
            subject, author, message = _text(result.output).split("\0", 2)
            return subject, author, message.rstrip("\n")

        return await self._commits.get((app, checked), ask)

    async def _mark(self, app: str, seen: str, objects: Mapping[str, str], refs: str) -> None:
        """Point `SEEN/NAME` to each object, all or none."""
        wanted = [f"update {seen}{names.check_ref(name)} {object}" for name, object in objects.items()]
        if (await self._update_refs(app, wanted)).ok:
            return
        # git keeps refs as files: where a branch `fix` was seen and has gone, `fix/one` finds a file in place of its
        # folder. What was seen of refs that have gone is forgotten first.
        known = _text(await self._must(app, "for-each-ref", "--format=%(refname)", refs, seen)).splitlines()
        there = {name.removeprefix(refs) for name in known if name.startswith(refs)}
        gone = [name for name in known if name.startswith(seen) and name.removeprefix(seen) not in there]
        for lines in ([f"delete {name}" for name in gone], wanted):
            if not (result := await self._update_refs(app, lines)).ok:
                raise FairwayError(f"git update-ref failed in {self.path(app)}", why=result.complaint)

    async def _update_refs(self, app: str, lines: Sequence[str]) -> command.Result:
        text = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        return await self._git(app, "update-ref", "--stdin", data=text)

    async def _initialise(self, path: Path) -> None:
        fresh = self._root / f".created-{path.name}-{uuid.uuid4().hex}"
        options = ("init", "--quiet", "--bare", "--template=", "--initial-branch=master", "--", fresh)
        result = await command.run(options, env=self._environment(), cwd=self._root)
        if not result.ok:
            raise Unavailable(f"no repository could be made in {self._root}", why=result.complaint)
        # A rename is all or nothing: killed before it, the next start finds no half-made repository.
        fresh.rename(path)

    async def _git(self, app: str, *arguments: str, data: bytes | None = None) -> command.Result:
        path = self.path(app)
        if not path.is_dir():
            raise NotFound(f'there is no repository of an app "{app}"', hint="fairway up")
        return await command.run(("--git-dir=.", *arguments), env=self._environment(), cwd=path, data=data)

    async def _must(self, app: str, *arguments: str) -> bytes:
        result = await self._git(app, *arguments)
        if result.ok:
            return result.output
        raise FairwayError(f"git {arguments[0]} failed in {self.path(app)}", why=result.complaint)

    def _environment(self) -> Mapping[str, str]:
        return command.environment(self._root)


def _no_commit(app: str, commit: str) -> NotFound:
    return NotFound(f"{app} has no commit {names.show(commit)[:12]}", hint="git push fairway")


def _text(output: bytes) -> str:
    return output.decode("utf-8", "surrogateescape")


def _paths(output: bytes) -> list[str]:
    return [os.fsdecode(path) for path in output.split(b"\0") if path]
