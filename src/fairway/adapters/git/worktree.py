"""A commit's tree as files, nothing more and nothing less, as fast as the difference to the last time allows.

git's index of each work tree is kept in the repository, outside the work tree: what has not changed since is neither
read nor written again. Then whatever the commit does not have is removed, ignored files too: a file left over from an
earlier build would end up in the image of this one.

Links are left as links, wherever they point to. Submodules are fetched by their URL (see `submodules`); files of which
only the LFS pointer was pushed are refused, with their names: the build would else put 130 bytes of text where a
picture or a model should be, and succeed.
"""

import asyncio
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairway.adapters.git import command, names, submodules
from fairway.errors import UsageError, WorkFailed

POINTER = b"version https://git-lfs.github.com/spec/v1\n"
GITLINK = b"160000"
READABLE = 0o022
"""A server that was started under umask 077 would else put files of mode 0600 into images, where the app's own user
can't read them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """`commit` of `repository` shall lie in `into`; `kept` is where its index stays (any path, not in `into`)."""

    repository: Path
    commit: str
    into: Path
    kept: Path


async def fill(tree: Tree, env: Mapping[str, str]) -> None:
    """Make `into` exactly the commit's tree. Raises WorkFailed for submodules and LFS pointers, naming them."""
    git = _Git(tree, env)
    tree.kept.parent.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(_make_room, tree)
    await _write(tree, git)
    # Neither of the two writes what the other reads.
    _, entries = await asyncio.gather(git("clean", "-ffdxq", "--", "."), _entries(git))
    # Only attributes make a file an LFS file: without any, the question is not asked (one git process less).
    if any(entry.name == b".gitattributes" for entry in entries) and (missing := await _pointers(tree, git)):
        raise _refuse_pointers(missing)
    if links := [entry for entry in entries if entry.mode == GITLINK]:
        await _fill_submodules(tree, links, env)


async def require_whole(folder: Path) -> None:
    """Raise WorkFailed for a commit's files that came without their repository, and lack what only that leads to: the
    submodules, and the content behind LFS pointers. Links to files were lost on the way, and nothing shows that."""
    if (folder / ".gitmodules").exists():
        raise WorkFailed(
            "the commit has submodules, and they are not there",
            why="its files came as an archive, as CodePipeline hands on those of a pull request",
            hint="put the files into the repository itself; or fetch them in the Dockerfile",
        )
    if missing := await asyncio.to_thread(_pointers_below, folder):
        raise _refuse_pointers(missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A line of the index."""

    mode: bytes
    object: str
    path: bytes

    @property
    def name(self) -> bytes:
        return self.path.rpartition(b"/")[2]


class _Git:
    """git with this work tree and its index."""

    def __init__(self, tree: Tree, env: Mapping[str, str]) -> None:
        self._tree = tree
        self._env = {
            **env,
            "GIT_DIR": str(tree.repository),
            "GIT_WORK_TREE": str(tree.into),
            "GIT_INDEX_FILE": str(tree.kept),
        }

    async def __call__(self, *arguments: str) -> bytes:
        # The repository is a bare one, and shows no work tree but the one that the environment names.
        plain = ("-c", "core.bare=false", "-c", "core.symlinks=true", *arguments)
        result = await command.run(plain, env=self._env, cwd=self._tree.into, umask=READABLE)
        if result.ok:
            return result.output
        raise WorkFailed(
            f"commit {self._tree.commit[:7]} could not be checked out",
            why=result.complaint.splitlines()[-1] if result.complaint else f"git ended with {result.status}",
            log=result.complaint.splitlines()[-20:],
        )


async def _write(tree: Tree, git: _Git) -> None:
    """Bring the files up to the commit; an index that a crash left unreadable costs one full checkout."""
    arguments = ("read-tree", "--reset", "-u", tree.commit)
    try:
        await git(*arguments)
    except WorkFailed:
        if not tree.kept.exists():
            raise
        tree.kept.unlink()
        await git(*arguments)


def _make_room(tree: Tree) -> None:
    # One server owns the home (see server/lock.py) and one checkout at a time this tree: a lock that is there now was
    # left by a process that was killed.
    tree.kept.with_name(f"{tree.kept.name}.lock").unlink(missing_ok=True)
    if tree.into.is_symlink() or (tree.into.exists() and not tree.into.is_dir()):
        tree.into.unlink()
    if not tree.into.exists():
        tree.kept.unlink(missing_ok=True)
    tree.into.mkdir(parents=True, exist_ok=True)
    # A folder with a `.git` of its own (an earlier hand's `git init`) would be read as the repository.
    own = tree.into / ".git"
    if own.is_symlink() or own.is_file():
        own.unlink()
    elif own.is_dir():
        shutil.rmtree(own)


async def _entries(git: _Git) -> list[_Entry]:
    lines = [line.partition(b"\t") for line in (await git("ls-files", "-z", "--stage")).split(b"\0") if line]
    heads = [(head.split(b" "), path) for head, _, path in lines]
    return [_Entry(mode=head[0], object=head[1].decode(), path=path) for head, path in heads]


async def _pointers(tree: Tree, git: _Git) -> list[str]:
    """Files that git LFS should have replaced, and whose content was not pushed."""
    listed = (await git("ls-files", "-z", "--", ":(top,attr:filter=lfs)")).split(b"\0")
    return await asyncio.to_thread(
        lambda: [os.fsdecode(path) for path in listed if path and _is_pointer(tree.into / os.fsdecode(path))]
    )


def _pointers_below(folder: Path) -> list[str]:
    """Without git nothing tells which files LFS has: those that look like it, where there are attributes at all."""
    if not any(folder.rglob(".gitattributes")):
        return []
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if _is_pointer(path))


def _is_pointer(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(POINTER)) == POINTER


async def _fill_submodules(tree: Tree, links: Sequence[_Entry], env: Mapping[str, str]) -> None:
    urls = submodules.urls(tree.into / ".gitmodules")
    refused: list[str] = []
    for link in links:
        path, commit = os.fsdecode(link.path), link.object
        kept = tree.kept.with_name(f"{tree.kept.name}-{submodules.label(path)}")
        module = submodules.Submodule(path=path, commit=names.check_commit(commit), url=urls.get(path, ""), kept=kept)
        try:
            repository = await submodules.fetch(module, env)
        except UsageError as error:
            refused.append(f"{names.show(path)} ({error.why})")
            continue
        await fill(
            Tree(repository=repository, commit=commit, into=tree.into / path, kept=kept.with_suffix(".index")), env
        )
    if refused:
        raise WorkFailed(
            f"{_count(refused, 'submodule')} can't be fetched: {'; '.join(refused)}",
            why="the server fetches submodules by the URL in .gitmodules, without anybody's credentials",
            hint="use a public https URL, or put the files into the repository itself",
        )


def _refuse_pointers(paths: Sequence[str]) -> WorkFailed:
    shown = ", ".join(names.show(path) for path in paths[:10]) + (f" and {len(paths) - 10} more" if paths[10:] else "")
    return WorkFailed(
        f"{_count(paths, 'file')} {'is' if len(paths) == 1 else 'are'} only a Git LFS pointer: {shown}",
        why="the content of LFS files does not come with a push to Fairway",
        hint='git lfs migrate export --include="…" puts the content into the repository; or fetch it in the Dockerfile',
    )


def _count(things: Sequence[str], word: str) -> str:
    return f"{len(things)} {word}{'s' if len(things) != 1 else ''}"
