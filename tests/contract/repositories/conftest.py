"""The two ways in which Repositories are kept, and a way to push into each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from fairway.adapters.git.repositories import GitRepositories
from fairway.adapters.memory.repositories import MemoryRepositories
from fairway.ports.source import Repositories
from support.git_work import Work


@dataclass
class Kept:
    """`push` makes a commit of exactly these files on top of the branch, and returns its id."""

    repositories: Repositories
    push: Callable[[str, Mapping[str, bytes], str, str], str]
    move: Callable[[str, str, str], None]
    tag: Callable[[str, str, str | None, bool], str]
    """Makes a tag of a commit (None: of a file), annotated or not; the object that it points to."""
    delete: Callable[[str, str], None]


def real(folder: Path) -> Kept:
    """git's own, pushed to by path."""
    repositories = GitRepositories(folder / "kept", ("true",))
    work = Work(folder / "work")

    def push(app: str, files: Mapping[str, bytes], branch: str, subject: str) -> str:
        target = str(repositories.path(app))
        known = work.git("ls-remote", target, f"refs/heads/{branch}").stdout.split()
        work.git("read-tree", "--empty")
        work.git("clean", "-ffdxq")
        work.write(files)
        tree = work.git("write-tree").stdout.strip()
        parent = ("-p", known[0]) if known else ()
        commit = work.git("commit-tree", tree, *parent, "-m", subject).stdout.strip()
        work.git("push", "--quiet", target, f"{commit}:refs/heads/{branch}")
        return commit

    def move(app: str, branch: str, commit: str) -> None:
        work.git("push", "--quiet", "--force", str(repositories.path(app)), f"{commit}:refs/heads/{branch}")

    def tag(app: str, name: str, commit: str | None, annotated: bool) -> str:
        (work.path / "file").write_bytes(b"no commit")
        target = commit or work.git("hash-object", "-w", "file").stdout.strip()
        work.git("tag", "--force", *(("-a", "-m", "Say") if annotated else ()), name, target)
        work.git("push", "--quiet", "--force", str(repositories.path(app)), f"refs/tags/{name}")
        return str(work.git("rev-parse", f"refs/tags/{name}").stdout.strip())

    def delete(app: str, branch: str) -> None:
        work.git("push", "--quiet", str(repositories.path(app)), f":refs/heads/{branch}")

    return Kept(repositories, push, move, tag, delete)


def memory(folder: Path) -> Kept:
    """The fake."""
    repositories = MemoryRepositories(folder)
    return Kept(
        repositories,
        lambda app, files, branch, message: repositories.commit(app, files, branch=branch, **_split(message)),
        repositories.point,
        lambda app, name, commit, annotated: repositories.tag(app, name, commit, annotated=annotated),
        lambda app, branch: repositories.point(app, branch, None),
    )


def _split(message: str) -> dict[str, str]:
    subject, _, body = message.partition("\n\n")
    return {"subject": subject, "body": body}


@pytest.fixture(params=[real, memory], ids=["git", "memory"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """Repositories with an empty one of the app `shop`."""
    made: Kept = request.param(tmp_path)
    await made.repositories.create("shop")
    return made
