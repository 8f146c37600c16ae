"""A file of the user's repository is rewritten whole or not at all."""

import os
from pathlib import Path

import pytest

from fairway.cli import rewriting
from fairway.cli.rewriting import Rewrite
from fairway.errors import UsageError


def rewrite(top: Path, before: bytes | None, after: bytes = b"new\n") -> Rewrite:
    return Rewrite(top=top, path=".gitignore", what="", before=before, after=after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, b"# why\n.env\n"),
        (b"", b"# why\n.env\n"),
        (b"dist\n", b"dist\n\n# why\n.env\n"),
        (b"dist", b"dist\n\n# why\n.env\n"),
        (b"dist\r\nlogs\r\n", b"dist\r\nlogs\r\n\r\n# why\r\n.env\r\n"),
        (b"\xff\n", b"\xff\n\n# why\n.env\n"),
    ],
)
def test_lines_are_added_with_the_ends_that_the_file_has(before: bytes | None, after: bytes) -> None:
    assert rewriting.with_lines(before, "why", (".env",)) == after


def test_the_mode_stays_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / ".gitignore"
    file.write_bytes(b"old\n")
    file.chmod(0o640)

    rewrite(tmp_path, b"old\n").write()

    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"new\n", 0o640)
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_within_the_repository_stays_one(tmp_path: Path) -> None:
    (tmp_path / "shared").write_bytes(b"old\n")
    (tmp_path / ".gitignore").symlink_to("shared")

    rewrite(tmp_path, b"old\n").write()

    assert (tmp_path / ".gitignore").is_symlink()
    assert (tmp_path / "shared").read_bytes() == b"new\n"


def spoil(file: Path, how: str) -> None:
    """Make something of the file that can't be added to."""
    if how == "folder":
        file.mkdir()
    elif how == "fifo":
        os.mkfifo(file)
    elif how == "loop":
        file.symlink_to(file.name)
    elif how == "out":
        outside = file.parent.parent / "outside"
        outside.write_bytes(b"mine\n")
        file.symlink_to(outside)
    else:
        file.write_bytes(b"\xff\xfed\0i\0" if how == "utf-16" else b"dist\n")
        file.chmod(0o444 if how == "read-only" else 0o644)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("folder", "it is a folder"),
        ("fifo", "it is no plain file"),
        ("loop", "it is a link to itself"),
        ("out", "it is a link that leads out of the repository"),
        ("read-only", "it is read-only"),
        ("utf-16", "it is no text in UTF-8"),
    ],
)
def test_what_can_not_be_added_to_is_named_with_the_reason(tmp_path: Path, how: str, why: str) -> None:
    top = tmp_path / "top"
    top.mkdir()
    spoil(top / ".gitignore", how)

    with pytest.raises(UsageError) as refused:
        rewriting.read(top, ".gitignore")

    assert (refused.value.what, refused.value.why) == (".gitignore can't be added to", why)


@pytest.mark.parametrize("meanwhile", [b"theirs\n", b""])
def test_what_somebody_wrote_meanwhile_is_not_lost(tmp_path: Path, meanwhile: bytes) -> None:
    (tmp_path / ".gitignore").write_bytes(meanwhile)

    with pytest.raises(UsageError, match="can't be added to"):
        rewrite(tmp_path, None).write()

    assert (tmp_path / ".gitignore").read_bytes() == meanwhile


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    change = Rewrite(top=tmp_path, path="gone/.gitignore", what="", before=None, after=b"x")
    (tmp_path / "gone").rmdir()

    with pytest.raises(UsageError) as refused:
        change.write()

    assert refused.value.why == "no such file or directory"
    assert list(tmp_path.iterdir()) == []
