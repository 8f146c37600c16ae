"""Which commit `fairway stage` works on, and what it refuses to take for one."""

from pathlib import Path

import pytest

from fairway.cli.commands import stage
from fairway.errors import UsageError
from support.git_work import Work

SAID = stage.COMMIT


@pytest.fixture
def work(tmp_path: Path) -> Work:
    made = Work(tmp_path / "checkout")
    made.commit({"server.js": b"1\n"}, "Add coupons")
    return made


def test_the_commit_is_the_one_that_is_checked_out(work: Work) -> None:
    found = stage.find_revision(work.path, {})

    assert (found.commit, found.subject) == (work.head(), "Add coupons")


def test_codebuild_may_say_which_commit_it_is(work: Work) -> None:
    assert stage.find_revision(work.path, {SAID: work.head()}).commit == work.head()


def test_another_commit_than_codebuild_says_is_refused(work: Work) -> None:
    with pytest.raises(UsageError, match="not at the pipeline's commit"):
        stage.find_revision(work.path, {SAID: "0" * 40})


def test_an_archive_without_git_is_the_commit_that_codebuild_says(tmp_path: Path) -> None:
    assert stage.find_revision(tmp_path, {SAID: "0" * 40}).commit == "0" * 40


def test_a_directory_of_which_nothing_says_the_commit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not clear which commit"):
        stage.find_revision(tmp_path, {})


@pytest.mark.parametrize("name", ["server.js", "new.js"])
def test_files_that_are_not_the_commits_are_named(work: Work, name: str) -> None:
    (work.path / name).write_text("2\n")

    with pytest.raises(UsageError, match="not those of the commit") as failure:
        stage.find_revision(work.path, {})

    assert name in failure.value.why


def test_the_release_of_an_earlier_run_is_no_change(work: Work) -> None:
    (work.path / "release.json").write_text("{}")

    assert stage.find_revision(work.path, {}, left_out=("release.json",)).commit == work.head()


def test_the_directory_is_codebuilds_or_this_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert stage.directory({stage.DIRECTORY: "/codebuild/src"}) == Path("/codebuild/src")
    assert stage.directory({}) == tmp_path
