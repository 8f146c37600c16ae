"""Repositories without git: commits are values, made by `commit`."""

import asyncio
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fairway.domain import ids
from fairway.domain.execution import Revision
from fairway.errors import NotFound, UsageError, WorkFailed
from fairway.ports.source import Head, Tag

POINTER = b"version https://git-lfs.github.com/spec/v1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit: its files' contents by path, its parent, its message's first line and the rest of it, its author."""

    files: Mapping[str, bytes]
    parent: str | None
    subject: str
    author: str
    body: str = ""


@dataclass(slots=True)
class _Repository:
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    tags_seen: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, str] = field(default_factory=dict)
    annotations: dict[str, str | None] = field(default_factory=dict)
    """The objects of annotated tags, each with its commit; None for a tag of a file."""


class MemoryRepositories:
    """Keeps everything in this object; `root` only makes `path` answer."""

    def __init__(self, root: Path = Path("/repositories")) -> None:
        self._root = root
        self._apps: dict[str, _Repository] = {}

    def commit(
        self,
        app: str,
        files: Mapping[str, bytes],
        *,
        branch: str = "master",
        subject: str = "Change",
        author: str = "Ada",
        body: str = "",
    ) -> str:
        """Make a commit with exactly these files on top of the branch, and push it; the new commit's id."""
        repository = self._of(app)
        parent = repository.branches.get(branch)
        made = Commit(files=dict(files), parent=parent, subject=subject, author=author, body=body)
        commit = hashlib.sha1(repr((len(repository.commits), app, made)).encode(), usedforsecurity=False).hexdigest()
        repository.commits[commit] = made
        repository.branches[branch] = commit
        return commit

    def point(self, app: str, branch: str, commit: str | None) -> None:
        """Move a branch, as a forced push does, or delete it (None)."""
        branches = self._of(app).branches
        if commit is None:
            branches.pop(branch, None)
        else:
            branches[branch] = commit

    def tag(self, app: str, name: str, commit: str | None, *, annotated: bool = False) -> str:
        """Push a tag of the commit (None: of a file); the object that it points to."""
        repository = self._of(app)
        if commit is not None and not annotated:
            repository.tags[name] = commit
            return commit
        made = repr((app, name, commit, len(repository.annotations)))
        object = hashlib.sha1(made.encode(), usedforsecurity=False).hexdigest()
        repository.annotations[object] = commit
        repository.tags[name] = object
        return object

    def untag(self, app: str, name: str) -> None:
        """Delete a tag."""
        self._of(app).tags.pop(name, None)

    def path(self, app: str) -> Path:
        """Where it would lie."""
        return self._root / f"{ids.check_name('app', app)}.git"

    async def create(self, app: str) -> None:
        """An empty one, or the one that is there."""
        self._apps.setdefault(ids.check_name("app", app), _Repository())

    async def remove(self, app: str) -> None:
        """Forget it."""
        self._apps.pop(app, None)

    async def head(self, app: str, branch: str) -> str | None:
        """The branch's commit."""
        return self._of(app).branches.get(branch)

    async def heads(self, app: str) -> Sequence[Head]:
        """Every branch."""
        repository = self._of(app)
        return [
            Head(branch=branch, commit=commit, seen=repository.seen.get(branch))
            for branch, commit in sorted(repository.branches.items())
        ]

    async def mark_seen(self, app: str, branch: str, commit: str) -> None:
        """Remember it."""
        self._of(app).seen[branch] = commit

    async def tags(self, app: str) -> Sequence[Tag]:
        """Every tag."""
        repository = self._of(app)
        return [
            Tag(name=name, object=object, commit=self._peel(repository, object), seen=repository.tags_seen.get(name))
            for name, object in sorted(repository.tags.items())
        ]

    async def mark_tags_seen(self, app: str, objects: Mapping[str, str]) -> None:
        """Remember them."""
        self._of(app).tags_seen.update(objects)

    async def resolve(self, app: str, ref: str) -> str:
        """A branch, a tag, an annotation's id, or a commit id of at least 7 digits."""
        repository = self._of(app)
        if not ref or ref.startswith("-") or any(character in ref for character in " \n\0:"):
            raise UsageError(f'"{ref}" is no branch, tag or commit')
        if ref in repository.branches:
            return repository.branches[ref]
        object = repository.tags.get(ref.removeprefix("refs/tags/"), ref)
        if (peeled := self._peel(repository, object)) is not None:
            return peeled
        for commit in repository.commits:
            if len(ref) >= 7 and commit.startswith(ref):
                return commit
        raise NotFound(f'no branch, tag or commit "{ref}" was pushed to {app}')

    async def revision(self, app: str, commit: str, branch: str) -> Revision:
        """Its subject and author."""
        made = self._commit(app, commit)
        return Revision(commit=commit, subject=made.subject, branch=branch, author=made.author)

    async def message(self, app: str, commit: str) -> str:
        """Its subject, and its body after an empty line."""
        made = self._commit(app, commit)
        return f"{made.subject}\n\n{made.body}" if made.body else made.subject

    async def changed(self, app: str, old: str | None, new: str) -> Sequence[str]:
        """The paths that differ."""
        after = self._commit(app, new).files
        known = self._of(app).commits
        before = known[old].files if old in known else {}
        return sorted(path for path in {*before, *after} if before.get(path) != after.get(path))

    async def count(self, app: str, old: str, new: str) -> int | None:
        """Steps from `new` back to `old`."""
        steps, at, commits = 0, new, self._of(app).commits
        while at != old:
            parent = commits[at].parent if at in commits else None
            if parent is None:
                return None
            steps, at = steps + 1, parent
        return steps

    async def base(self, app: str, one: str, other: str) -> str | None:
        """The first of the one's ancestors that is the other's too."""
        mine, theirs = self._ancestors(app, one), set(self._ancestors(app, other))
        return next((commit for commit in mine if commit in theirs), None)

    async def is_foreign(self, app: str, commit: str) -> bool:
        """Whether a pull request has brought it, and no branch or tag has it."""
        repository = self._of(app)
        tags = [self._peel(repository, object) for object in repository.tags.values()]
        known = [each for each in (*repository.branches.values(), *tags) if each is not None]
        brought = {each for head in repository.pulls.values() for each in self._ancestors(app, head)}
        return commit in brought - {each for head in known for each in self._ancestors(app, head)}

    def bring(self, app: str, pull_request: int, commit: str) -> None:
        """The head of a pull request was fetched."""
        self._of(app).pulls[pull_request] = commit

    def _ancestors(self, app: str, commit: str) -> list[str]:
        """The commit, its parent, and so on."""
        commits, found, at = self._of(app).commits, [], commit
        while at in commits:
            found.append(at)
            at = commits[at].parent or ""
        return found

    async def log(self, app: str, old: str, new: str, *, limit: int) -> Sequence[tuple[str, str]]:
        """Back from `new` until `old`."""
        commits, at = self._of(app).commits, new
        found: list[tuple[str, str]] = []
        while at != old and at in commits and len(found) < limit:
            found.append((at, commits[at].subject))
            at = commits[at].parent or old
        return found

    async def read(self, app: str, commit: str, path: str) -> bytes | None:
        """A file of the commit; of one that is not there nothing."""
        made = self._of(app).commits.get(commit)
        return None if made is None else made.files.get(path)

    async def checkout(self, app: str, commit: str, into: Path) -> None:
        """Write the files, after emptying the folder."""
        files = self._commit(app, commit).files
        await asyncio.to_thread(_write, files, into)
        if pointers := [path for path, content in files.items() if content.startswith(POINTER)]:
            raise WorkFailed(f"only Git LFS pointers: {', '.join(pointers)}")

    def _peel(self, repository: _Repository, object: str) -> str | None:
        return object if object in repository.commits else repository.annotations.get(object)

    def _of(self, app: str) -> _Repository:
        if app in self._apps:
            return self._apps[app]
        raise NotFound(f'there is no repository of an app "{app}"')

    def _commit(self, app: str, commit: str) -> Commit:
        commits = self._of(app).commits
        if commit in commits:
            return commits[commit]
        raise NotFound(f"{app} has no commit {commit[:12]}")


def _write(files: Mapping[str, bytes], into: Path) -> None:
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    for path, content in files.items():
        file = into / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
