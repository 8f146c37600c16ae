"""What every Repositories does, the real one and the fake."""

from pathlib import Path

import pytest

from fairway.errors import NotFound, UsageError, WorkFailed
from fairway.ports.source import Head, Tag

HOSTILE = ["../shop", "", "Shop", "-x", "shop/../shop", "a b", "shop\n", ".hooks", "x" * 31]


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_name_that_is_no_app_name_is_refused(kept, name):
    with pytest.raises(UsageError):
        kept.repositories.path(name)
    with pytest.raises(UsageError):
        await kept.repositories.create(name)


async def test_an_empty_repository_has_no_branch(kept):
    assert await kept.repositories.head("shop", "master") is None
    assert list(await kept.repositories.heads("shop")) == []


async def test_creating_it_again_keeps_what_was_pushed(kept):
    commit = kept.push("shop", {"a": b"1"}, "master", "One")

    await kept.repositories.create("shop")

    assert await kept.repositories.head("shop", "master") == commit


async def test_a_removed_repository_is_gone_and_removing_it_again_is_no_error(kept):
    await kept.repositories.remove("shop")
    await kept.repositories.remove("shop")

    with pytest.raises(NotFound):
        await kept.repositories.heads("shop")


async def test_nothing_of_a_removed_repository_is_known_of_the_next_one(kept):
    first = kept.push("shop", {"a": b"1"}, "master", "One")
    second = kept.push("shop", {"a": b"2"}, "master", "Two")
    before = [await kept.repositories.read("shop", second, "a"), await kept.repositories.count("shop", first, second)]
    await kept.repositories.revision("shop", second, "master")

    await kept.repositories.remove("shop")
    await kept.repositories.create("shop")

    assert before == [b"2", 1]
    assert await kept.repositories.read("shop", second, "a") is None
    assert await kept.repositories.count("shop", first, second) is None
    with pytest.raises(NotFound):
        await kept.repositories.revision("shop", second, "master")


async def test_a_head_counts_as_unseen_until_it_is_marked(kept):
    first = kept.push("shop", {"a": b"1"}, "master", "One")
    await kept.repositories.mark_seen("shop", "master", first)
    second = kept.push("shop", {"a": b"2"}, "master", "Two")
    other = kept.push("shop", {"b": b"2"}, "feature/ä", "Other")

    assert list(await kept.repositories.heads("shop")) == [
        Head(branch="feature/ä", commit=other, seen=None),
        Head(branch="master", commit=second, seen=first),
    ]


async def test_a_branch_below_the_name_of_one_that_has_gone_is_marked_as_seen(kept):
    await kept.repositories.mark_seen("shop", "fix", kept.push("shop", {"a": b"1"}, "fix", "One"))
    kept.delete("shop", "fix")
    commit = kept.push("shop", {"a": b"2"}, "fix/one", "Two")

    await kept.repositories.mark_seen("shop", "fix/one", commit)

    assert list(await kept.repositories.heads("shop")) == [Head(branch="fix/one", commit=commit, seen=commit)]


async def test_tags_are_told_with_the_commit_that_they_lead_to_and_unseen_until_marked(kept):
    commit = kept.push("shop", {"a": b"1"}, "master", "One")
    light = kept.tag("shop", "light", commit, False)
    annotated = kept.tag("shop", "v1/ä", commit, True)
    file = kept.tag("shop", "file", None, False)

    await kept.repositories.mark_tags_seen("shop", {"light": light, "file": file})

    assert list(await kept.repositories.tags("shop")) == [
        Tag(name="file", object=file, commit=None, seen=file),
        Tag(name="light", object=light, commit=commit, seen=light),
        Tag(name="v1/ä", object=annotated, commit=commit, seen=None),
    ]


async def test_an_annotated_tag_is_resolved_to_its_commit_by_name_and_by_object(kept):
    commit = kept.push("shop", {"a": b"1"}, "master", "One")
    object = kept.tag("shop", "v1", commit, True)
    file = kept.tag("shop", "file", None, False)

    assert await kept.repositories.resolve("shop", "v1") == commit
    assert await kept.repositories.resolve("shop", object) == commit
    with pytest.raises(NotFound):
        await kept.repositories.resolve("shop", file)


async def test_a_ref_is_resolved_by_branch_and_by_abbreviated_commit(kept):
    commit = kept.push("shop", {"a": b"1"}, "master", "One")

    assert await kept.repositories.resolve("shop", "master") == commit
    assert await kept.repositories.resolve("shop", commit[:9]) == commit


async def test_a_ref_that_was_never_pushed_is_not_found(kept):
    with pytest.raises(NotFound, match="nowhere"):
        await kept.repositories.resolve("shop", "nowhere")


@pytest.mark.parametrize("ref", ["--help", "-x", "", "a b", "master\n", "HEAD:secret", ":/One"])
async def test_a_ref_that_git_could_read_otherwise_is_refused(kept, ref):
    with pytest.raises(UsageError):
        await kept.repositories.resolve("shop", ref)


async def test_a_revision_tells_subject_and_author(kept):
    commit = kept.push("shop", {"a": b"1"}, "master", "Größe ändern")

    revision = await kept.repositories.revision("shop", commit, "master")

    assert (revision.commit, revision.subject, revision.author, revision.branch) == (
        commit,
        "Größe ändern",
        "Ada",
        "master",
    )


@pytest.mark.parametrize("message", ["One", "One [skip ci]\n\nTwo lines\nof reasons: ä"])
async def test_a_message_is_told_whole(kept, message):
    commit = kept.push("shop", {"a": b"1"}, "master", message)

    assert await kept.repositories.message("shop", commit) == message


async def test_a_commit_that_is_not_there_is_not_found(kept, tmp_path):
    with pytest.raises(NotFound):
        await kept.repositories.revision("shop", "0" * 40, "master")
    with pytest.raises(NotFound):
        await kept.repositories.message("shop", "0" * 40)
    with pytest.raises(NotFound):
        await kept.repositories.checkout("shop", "1" * 40, tmp_path / "out")


async def test_changed_paths_are_those_that_differ_deleted_ones_too(kept):
    old = kept.push("shop", {"same": b"1", "gone": b"1", "a b/ü": b"1"}, "master", "One")
    new = kept.push("shop", {"same": b"1", "a b/ü": b"2", "new": b"1"}, "master", "Two")

    assert sorted(await kept.repositories.changed("shop", old, new)) == ["a b/ü", "gone", "new"]


@pytest.mark.parametrize("old", [None, "1" * 40])
async def test_without_an_old_commit_everything_has_changed(kept, old):
    new = kept.push("shop", {"a": b"1", "b/c": b"2"}, "master", "One")

    assert sorted(await kept.repositories.changed("shop", old, new)) == ["a", "b/c"]


async def test_commits_are_counted_only_along_a_line_of_descent(kept):
    first = kept.push("shop", {"a": b"1"}, "master", "One")
    kept.push("shop", {"a": b"2"}, "master", "Two")
    third = kept.push("shop", {"a": b"3"}, "master", "Three")

    assert await kept.repositories.count("shop", first, third) == 2
    assert await kept.repositories.count("shop", third, third) == 0
    assert await kept.repositories.count("shop", third, first) is None


async def test_where_two_have_parted_is_known(kept):
    parted = kept.push("shop", {"a": b"1"}, "master", "One")
    kept.move("shop", "changes", parted)
    ours = kept.push("shop", {"a": b"2"}, "master", "Two")
    theirs = kept.push("shop", {"a": b"3"}, "changes", "Three")
    stranger = kept.push("shop", {"a": b"4"}, "stranger", "Four")

    assert await kept.repositories.base("shop", ours, theirs) == parted
    assert await kept.repositories.base("shop", parted, theirs) == parted
    assert await kept.repositories.base("shop", ours, stranger) is None


async def test_without_pull_requests_nothing_is_foreign_not_even_what_a_forced_push_took_away(kept):
    gone = kept.push("shop", {"a": b"1"}, "master", "One")
    kept.move("shop", "master", kept.push("shop", {"a": b"2"}, "other", "Two"))

    assert await kept.repositories.is_foreign("shop", gone) is False


async def test_a_file_of_a_commit_is_read_and_a_missing_one_is_none(kept):
    commit = kept.push("shop", {"fairway.toml": b'app = "shop"\n'}, "master", "One")

    assert await kept.repositories.read("shop", commit, "fairway.toml") == b'app = "shop"\n'
    assert await kept.repositories.read("shop", commit, "nothing") is None


async def test_a_checkout_is_exactly_the_commit_and_nothing_else(kept, tmp_path):
    into = tmp_path / "out"
    first = kept.push("shop", {"a": b"1", "gone/x": b"1", ".gitignore": b"*.log\n"}, "master", "One")
    second = kept.push("shop", {"a": b"2", "a b/ü": b"3", ".gitignore": b"*.log\n"}, "master", "Two")
    await kept.repositories.checkout("shop", first, into)
    (into / "ignored.log").write_bytes(b"left over")
    (into / "untracked" / "deep").mkdir(parents=True)
    (into / ".gitignore").write_bytes(b"changed by a build")

    await kept.repositories.checkout("shop", second, into)

    assert files(into) == {"a": b"2", "a b/ü": b"3", ".gitignore": b"*.log\n"}
    assert not (into / "untracked").exists()


async def test_a_checkout_refuses_lfs_pointers_by_name(kept, tmp_path):
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 12\n" % (b"a" * 64)
    commit = kept.push("shop", {".gitattributes": b"*.bin filter=lfs\n", "model.bin": pointer}, "master", "One")

    with pytest.raises(WorkFailed, match=r"model\.bin"):
        await kept.repositories.checkout("shop", commit, tmp_path / "out")


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
