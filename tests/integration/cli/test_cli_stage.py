"""Which commit `fairway stage` works on, and what it refuses to take for one."""

from pathlib import Path

import pytest

from fairway.bootstrap import cloud
from fairway.cli import git
from fairway.cli.commands import stage
from fairway.errors import UsageError, WorkFailed
from support.git_work import Work

SAID = stage.COMMIT


@pytest.fixture
def work(tmp_path: Path) -> Work:
    made = Work(tmp_path / "checkout")
    made.commit({"server.js": b"1\n"}, "Add coupons")
    return made


def test_the_commit_is_the_one_that_is_checked_out(work: Work) -> None:
    found = stage.find_commit(work.path, {})[0]

    assert (found.commit, found.subject) == (work.head(), "Add coupons")


def test_codebuild_may_say_which_commit_it_is(work: Work) -> None:
    assert stage.find_commit(work.path, {SAID: work.head()})[0].commit == work.head()


def test_another_commit_than_codebuild_says_is_refused(work: Work) -> None:
    with pytest.raises(UsageError, match="not at the pipeline's commit"):
        stage.find_commit(work.path, {SAID: "0" * 40})


def test_an_archive_without_git_is_the_commit_that_codebuild_says(tmp_path: Path) -> None:
    assert stage.find_commit(tmp_path, {SAID: "0" * 40})[0].commit == "0" * 40


def test_a_commit_that_looks_like_a_repository_is_none_to_git(tmp_path: Path, work: Work) -> None:
    work.git("init", "--quiet", "--bare", str(tmp_path))
    (tmp_path / "config").write_text(f"[core]\nrepositoryformatversion = 0\nbare = false\nworktree = {tmp_path}\n")
    assert git.top_level(tmp_path) == tmp_path

    revision, repository = stage.find_commit(tmp_path, {SAID: "0" * 40})

    assert (revision.commit, repository) == ("0" * 40, None)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({".gitmodules": '[submodule "a"]\n'}, "the commit has submodules, and they are not there"),
        (
            {".gitattributes": "*.png filter=lfs\n", "a/b.png": "version https://git-lfs.github.com/spec/v1\noid x\n"},
            "1 file is only a Git LFS pointer: a/b.png",
        ),
    ],
)
async def test_an_archive_that_lacks_a_part_of_the_commit_is_refused_by_name(
    tmp_path: Path, files: dict[str, str], said: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    revision, repository = stage.find_commit(tmp_path, {SAID: "0" * 40})

    with pytest.raises(WorkFailed, match=said):
        async with cloud.lay_out(cloud.Source(revision=revision, directory=tmp_path, git=repository)):
            pass


def test_a_directory_of_which_nothing_says_the_commit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not clear which commit"):
        stage.find_commit(tmp_path, {})


async def test_the_commits_files_are_laid_out_and_nothing_that_lies_beside_them(work: Work) -> None:
    (work.path / "server.js").write_text("2\n")
    (work.path / "new.js").write_text("3\n")
    revision, repository = stage.find_commit(work.path, {})

    async with cloud.lay_out(cloud.Source(revision=revision, directory=work.path, git=repository)) as tree:
        found = {str(each.relative_to(tree)): each.read_text() for each in tree.rglob("*")}

    assert found == {"server.js": "1\n"} and not tree.exists()
    assert (work.path / "server.js").read_text() == "2\n"


async def test_an_archive_is_taken_as_it_lies(tmp_path: Path) -> None:
    revision, repository = stage.find_commit(tmp_path, {SAID: "0" * 40})

    async with cloud.lay_out(cloud.Source(revision=revision, directory=tmp_path, git=repository)) as tree:
        assert tree == tmp_path


def test_the_directory_is_codebuilds_or_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert stage.directory({stage.DIRECTORY: "/codebuild/src"}) == Path("/codebuild/src")
    assert stage.directory({}) == tmp_path
