"""Checkouts by the real git: what only files, links and modes show."""

import os
from pathlib import Path

import pytest

from fairway.adapters.git.repositories import GitRepositories
from fairway.errors import WorkFailed
from support.git_work import Work


@pytest.fixture
async def repositories(tmp_path: Path) -> GitRepositories:
    made = GitRepositories(tmp_path / "kept dir", ("true",))
    await made.create("shop")
    return made


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path / "my work")


def push(work: Work, repositories: GitRepositories) -> str:
    result = work.push(repositories.path("shop"), "--force", "HEAD:master")
    assert result.returncode == 0, result.stderr
    return work.head()


async def test_modes_and_links_come_out_as_they_were_committed(repositories, work, tmp_path):
    work.write({"run.sh": b"#!/bin/sh\n", "plain": b"x"})
    (work.path / "run.sh").chmod(0o755)
    (work.path / "outside").symlink_to("/etc/passwd")
    (work.path / "dangling").symlink_to("no where")
    work.commit()

    await repositories.checkout("shop", push(work, repositories), tmp_path / "out")

    out = tmp_path / "out"
    assert os.access(out / "run.sh", os.X_OK) and not (out / "plain").stat().st_mode & 0o111
    assert (out / "outside").readlink() == Path("/etc/passwd")
    assert (out / "dangling").readlink() == Path("no where")


async def test_files_can_be_read_by_everybody_whatever_the_servers_umask(repositories, work, tmp_path):
    work.commit({"src/a": b"x"})
    commit = push(work, repositories)
    before = os.umask(0o077)
    try:
        await repositories.checkout("shop", commit, tmp_path / "out")
    finally:
        os.umask(before)

    assert (tmp_path / "out/src/a").stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "out/src").stat().st_mode & 0o777 == 0o755


async def test_a_folder_becomes_a_file_and_a_link_becomes_a_folder(repositories, work, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    work.write({"a/b": b"1"})
    (work.path / "link").symlink_to(elsewhere)
    work.commit()
    await repositories.checkout("shop", push(work, repositories), tmp_path / "out")
    work.git("rm", "-rq", "a", "link")
    work.commit({"a": b"2", "link/c": b"3"})

    await repositories.checkout("shop", push(work, repositories), tmp_path / "out")

    assert (tmp_path / "out/a").read_bytes() == b"2"
    assert (tmp_path / "out/link/c").read_bytes() == b"3"
    assert list(elsewhere.iterdir()) == []


async def test_what_a_build_changed_or_deleted_is_put_right(repositories, work, tmp_path):
    work.commit({"a": b"1", "b": b"2", "nested/x": b"3"})
    commit = push(work, repositories)
    out = tmp_path / "out"
    await repositories.checkout("shop", commit, out)
    (out / "a").write_bytes(b"changed")
    (out / "b").unlink()
    Work(out / "nested/own").commit({"file": b"x"})
    Work(out)

    await repositories.checkout("shop", commit, out)

    assert sorted(path.name for path in out.rglob("*")) == ["a", "b", "nested", "x"]
    assert (out / "a").read_bytes() == b"1"


async def test_what_has_not_changed_is_not_written_again(repositories, work, tmp_path):
    work.commit({"same": b"1", "code": b"1"})
    await repositories.checkout("shop", push(work, repositories), tmp_path / "out")
    inode = (tmp_path / "out/same").stat().st_ino
    work.commit({"code": b"2"})

    await repositories.checkout("shop", push(work, repositories), tmp_path / "out")

    assert (tmp_path / "out/same").stat().st_ino == inode
    assert (tmp_path / "out/code").read_bytes() == b"2"


async def test_a_lock_and_a_broken_index_of_a_killed_checkout_do_no_harm(repositories, work, tmp_path):
    work.commit({"a": b"1"})
    commit = push(work, repositories)
    await repositories.checkout("shop", commit, tmp_path / "out")
    for index in (repositories.path("shop") / "fairway").iterdir():
        index.write_bytes(b"half an ind")
        index.with_name(f"{index.name}.lock").write_bytes(b"")

    await repositories.checkout("shop", commit, tmp_path / "out")

    assert (tmp_path / "out/a").read_bytes() == b"1"


async def test_a_checkout_that_was_deleted_is_made_anew(repositories, work, tmp_path):
    work.commit({"a": b"1"})
    commit = push(work, repositories)
    await repositories.checkout("shop", commit, tmp_path / "out")
    (tmp_path / "out/a").unlink()
    (tmp_path / "out").rmdir()

    await repositories.checkout("shop", commit, tmp_path / "out")

    assert (tmp_path / "out/a").read_bytes() == b"1"


@pytest.mark.parametrize("url", ["../lib.git", "/etc", "file:///etc", "ext::sh -c id", "https://-oProxyCommand=x/y"])
async def test_a_submodule_at_an_unreachable_url_is_refused_by_name(repositories, work, tmp_path, url):
    work.commit({"a": b"1", ".gitmodules": f'[submodule "lib"]\n\tpath = vendor/lib\n\turl = {url}\n'.encode()})
    work.git("update-index", "--add", "--cacheinfo", f"160000,{work.head()},vendor/lib")
    work.git("commit", "-qm", "Add lib")

    # git's own fsck refuses some of these URLs at the push already, and that is as good.
    result = work.push(repositories.path("shop"), "HEAD:master")
    if result.returncode:
        assert "gitmodulesUrl" in result.stderr
        return
    with pytest.raises(WorkFailed, match=r"vendor/lib .*can't be reached"):
        await repositories.checkout("shop", work.head(), tmp_path / "out")


async def test_a_nested_repository_that_was_added_by_accident_is_refused_by_name(repositories, work, tmp_path):
    Work(work.path / "inner").commit({"x": b"1"})
    work.commit({"a": b"1"})

    with pytest.raises(WorkFailed, match=r"inner \(no URL in \.gitmodules\)"):
        await repositories.checkout("shop", push(work, repositories), tmp_path / "out")


async def test_a_file_tracked_by_lfs_but_committed_with_its_content_is_fine(repositories, work, tmp_path):
    work.commit({".gitattributes": b"*.bin filter=lfs diff=lfs merge=lfs -text\n", "model.bin": b"\0real"})

    await repositories.checkout("shop", push(work, repositories), tmp_path / "out")

    assert (tmp_path / "out/model.bin").read_bytes() == b"\0real"


async def test_a_forced_push_and_a_deleted_branch_are_accepted(repositories, work):
    work.commit({"a": b"1"})
    push(work, repositories)
    work.git("commit", "--amend", "-qm", "Rewritten")

    assert push(work, repositories) == await repositories.head("shop", "master")
    assert work.push(repositories.path("shop"), ":master").returncode == 0
    assert await repositories.head("shop", "master") is None


async def test_a_code_only_change_leaves_the_files_alone_that_it_does_not_touch(repositories, work, tmp_path):
    work.commit({f"src/{folder}/{file}.js": b"as it was" for folder in range(40) for file in range(50)})
    await repositories.checkout("shop", push(work, repositories), tmp_path / "out")
    before = stamps(tmp_path / "out")
    work.commit({"src/0/0.js": b"changed"})

    await repositories.checkout("shop", push(work, repositories), tmp_path / "out")

    after = stamps(tmp_path / "out")
    assert {path for path in before if before[path] != after[path]} == {"src/0/0.js"}


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Which file it is and when it was written, by its path."""
    files = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {str(path.relative_to(folder)): ((stat := path.stat()).st_ino, stat.st_mtime_ns) for path in files}
