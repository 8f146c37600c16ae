"""A checkout on disk as a tree: what it lists, and what it refuses to read."""

import os
from pathlib import Path

from fairway.build.detect.tree import KEPT_BYTES, Directory


def test_a_checkout_is_listed_without_what_was_installed(tmp_path: Path) -> None:
    for name in ("a.js", "src/ä b.js", "node_modules/x/y.js", ".git/HEAD"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")

    tree = Directory(tmp_path)

    assert tree.files() == ("a.js", "src/ä b.js")
    assert tree.read("src/ä b.js") == b"x"


def test_nothing_outside_the_checkout_is_read(tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "repository/package.json").symlink_to(tmp_path / "secret")
    tree = Directory(tmp_path / "repository")

    assert tree.read("package.json") is None
    assert tree.read("../secret") is None
    assert tree.read("/etc/passwd") is None


def test_what_is_no_plain_file_is_as_good_as_absent(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "package.json")
    (tmp_path / "Dockerfile").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    tree = Directory(tmp_path)

    assert [tree.read(name) for name in ("package.json", "Dockerfile", "loop", "a\0b")] == [None, None, None, None]


def test_a_small_file_is_what_it_was_when_it_was_first_read(tmp_path: Path) -> None:
    small, large = tmp_path / "package.json", tmp_path / "package-lock.json"
    small.write_text("{}")
    large.write_bytes(b" " * (KEPT_BYTES + 1))
    tree = Directory(tmp_path)

    before = tree.read("package.json"), tree.read("package-lock.json")
    small.write_text("[]")
    large.write_text("[]")

    assert before == (b"{}", b" " * (KEPT_BYTES + 1))
    assert (tree.read("package.json"), tree.read("package-lock.json")) == (b"{}", b"[]")
