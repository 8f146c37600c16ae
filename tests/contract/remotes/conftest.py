"""The two ways in which repositories elsewhere are read, each with a repository that a developer pushes to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from fairway.adapters.git.remotes import GitRemotes
from fairway.adapters.git.repositories import GitRepositories
from fairway.adapters.memory.repositories import MemoryRepositories
from fairway.adapters.memory.sources import Elsewhere, MemoryRemotes
from fairway.domain import remotes as domain
from fairway.ports.source import Repositories
from fairway.ports.sources import Remote, Remotes
from support import git_forge
from support.git_forge import TOKEN


@dataclass
class Yard:
    """`commit` pushes one to a branch elsewhere, `point` moves a ref there (None deletes it), `lock` asks for TOKEN,
    `push_here` moves a branch of the app's own repository, as `git push fairway` does."""

    repositories: Repositories
    remotes: Remotes
    url: str
    commit: Callable[[str], str]
    point: Callable[[str, str | None], None]
    lock: Callable[[], None]
    push_here: Callable[[str, str], None]

    def remote(self, token: str | None = None, *, url: str = "") -> Remote:
        return Remote(address=domain.parse(url or self.url), username="git", token=token)


@contextmanager
def real(folder: Path) -> Iterator[Yard]:
    """git's own, over HTTP."""
    repositories = GitRepositories(folder / "kept", ("true",))
    with git_forge.serving(folder) as forge:

        def commit(branch: str) -> str:
            return forge.commit({"a": str(len(forge.work.git("log", "--all").stdout)).encode()}, branch=branch)

        def point(ref: str, commit: str | None) -> None:
            forge.push(f"{commit or ''}:{ref}")

        def lock() -> None:
            forge.token = TOKEN

        def push_here(branch: str, commit: str) -> None:
            forge.work.push(repositories.path("shop"), f"{commit}:refs/heads/{branch}")

        yield Yard(
            repositories, GitRemotes(repositories, folder / "private"), forge.url(), commit, point, lock, push_here
        )


@contextmanager
def memory(folder: Path) -> Iterator[Yard]:
    """The fakes."""
    repositories = MemoryRepositories(folder)
    remotes, there = MemoryRemotes(repositories), Elsewhere()
    url = "http://127.0.0.1:3000/acme/shop.git"
    remotes.at[url] = there

    def commit(branch: str) -> str:
        parent = there.refs.get(f"refs/heads/{branch}")
        made = repositories.commit("shop", {"a": str(len(there.refs)).encode()}, branch="elsewhere", subject=branch)
        repositories.point("shop", "elsewhere", None)
        there.refs[f"refs/heads/{branch}"] = made
        assert made != parent
        return made

    def point(ref: str, commit: str | None) -> None:
        if commit is None:
            there.refs.pop(ref)
        else:
            there.refs[ref] = commit

    def lock() -> None:
        there.token = TOKEN

    yield Yard(
        repositories,
        remotes,
        url,
        commit,
        point,
        lock,
        lambda branch, commit: repositories.point("shop", branch, commit),
    )


@pytest.fixture(params=[real, memory], ids=["git", "memory"])
async def yard(request: pytest.FixtureRequest, tmp_path: Path):
    with request.param(tmp_path) as made:
        await made.repositories.create("shop")
        yield made
