"""Archives that come out of a container: the work of whoever wrote the app."""

import io
import tarfile

import pytest

from fairway.adapters.docker import archives
from fairway.errors import WorkFailed


def pack(*names: str) -> io.BytesIO:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as opened:
        for name in names:
            opened.addfile(tarfile.TarInfo(name))
    packed.seek(0)
    return packed


def test_so_many_entries_are_read_and_no_more() -> None:
    files = archives.members(pack("a", "b", "c"), "report", 10, most=2)

    assert [next(files).path, next(files).path] == ["report/a", "report/b"]
    with pytest.raises(WorkFailed, match="there are too many files to look through"):
        next(files)


def test_what_is_no_archive_is_no_stack_trace() -> None:
    with pytest.raises(WorkFailed, match="the files that Docker gave can't be read"):
        list(archives.members(io.BytesIO(b"no archive" * 100), "", 10))


def test_links_devices_and_folders_are_passed_over() -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as opened:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE):
            member = tarfile.TarInfo(f"report/{kind.decode()}")
            member.type, member.linkname = kind, "/etc/shadow"
            opened.addfile(member)
    packed.seek(0)

    assert list(archives.members(packed, "", 10)) == []
