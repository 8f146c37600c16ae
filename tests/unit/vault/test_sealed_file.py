"""The sealed file itself: every byte of it counts."""

import asyncio
import io
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.adapters.vault import tree
from fairway.adapters.vault.refusing import SERVER, require_room
from fairway.adapters.vault.stream import HEADER, MAGIC, TAG, Broken, Opener, Sealer
from fairway.adapters.vault.vault import FileVault, Key
from fairway.errors import WorkFailed
from fairway.ports.databases import Progress
from fairway.ports.guarding import Damaged, Sealed

KEY, CHUNK = b"k" * 32, 64
FULL = CHUNK + TAG


def gives(key: bytes) -> Key:
    async def give() -> bytes:
        return key

    return give


def ignore(progress: Progress) -> None:
    """Nobody looks."""


def seal(data: bytes, *, key: bytes = KEY) -> bytes:
    out = io.BytesIO()
    sealer = Sealer(out, key, chunk=CHUNK)
    sealer.write(data)
    sealer.finish()
    assert sealer.bytes == len(out.getvalue())
    return out.getvalue()


def open_(sealed: bytes, length: int, *, key: bytes = KEY) -> bytes:
    opener = Opener(io.BytesIO(sealed), key, lambda count: None, chunk=CHUNK)
    data = opener.exactly(length)
    opener.finish()
    return data


def chunks(sealed: bytes) -> list[bytes]:
    body = sealed[HEADER:]
    return [body[at : at + FULL] for at in range(0, len(body), FULL)]


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=5 * CHUNK))
def test_what_went_in_comes_out(data: bytes) -> None:
    assert open_(seal(data), len(data)) == data


@pytest.mark.parametrize("length", [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK])
def test_every_changed_byte_is_found(length: int) -> None:
    sealed = seal(b"x" * length)

    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 0x01
        with pytest.raises(Broken):
            open_(bytes(changed), length)


@pytest.mark.parametrize("length", [1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_every_cut_is_found_and_so_is_everything_that_is_added(length: int) -> None:
    sealed = seal(b"x" * length)

    for end in range(len(sealed)):
        with pytest.raises(Broken):
            open_(sealed[:end], length)
    for more in (b"\0", b"x" * FULL, sealed, chunks(sealed)[-1]):
        with pytest.raises(Broken):
            open_(sealed + more, length)


def test_chunks_in_another_order_doubled_left_out_or_from_another_file_are_found() -> None:
    data = bytes(range(256)) * 2
    sealed, other = seal(data), seal(data)
    head, parts, theirs = sealed[:HEADER], chunks(sealed), chunks(other)
    tampered = [
        [parts[1], parts[0], *parts[2:]],
        [parts[0], parts[0], *parts[1:]],
        parts[1:],
        parts[:-1],
        [theirs[0], *parts[1:]],
        [*parts[:-1], theirs[-1]],
    ]

    for each in tampered:
        with pytest.raises(Broken):
            open_(head + b"".join(each), len(data))


def test_a_prefix_that_ends_with_a_whole_chunk_is_found_even_where_no_more_is_wanted() -> None:
    sealed = seal(b"x" * 3 * CHUNK)

    with pytest.raises(Broken):
        open_(sealed[: HEADER + FULL], CHUNK)


def test_two_files_of_the_same_bytes_have_no_bytes_in_common() -> None:
    first, second = seal(b"x" * CHUNK), seal(b"x" * CHUNK)

    assert first[len(MAGIC) :] != second[len(MAGIC) :]
    assert b"xxxx" not in first


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(Broken):
        open_(seal(b"x", key=b"o" * 32), 1)


def crafted(tmp_path: Path, *entries: tuple[bytes, bytes, bytes]) -> Opener:
    """Opens a sealed stream of such entries: kind, name, content."""
    body = b"".join(tree.ENTRY.pack(kind, len(name), len(content)) + name + content for kind, name, content in entries)
    return Opener(io.BytesIO(seal(body + tree.head(tree.END, "", 0))), KEY, lambda count: None, chunk=CHUNK)


@pytest.mark.parametrize(
    "name",
    [b"../out", b"/etc/cron.d/x", b"a/../../out", b"", b".", b"..", b"a//b", b"a/", b"a\0b", b"\xff", b"x" * 5000],
)
@pytest.mark.parametrize("kind", [tree.FILE, tree.FOLDER])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: bytes, kind: bytes) -> None:
    into = tmp_path / "into"
    into.mkdir()

    with pytest.raises(Broken):
        tree.read(crafted(tmp_path, (tree.FOLDER, b"a", b""), (kind, name, b"")), into)

    assert [path.name for path in tmp_path.iterdir()] == ["into"]


@pytest.mark.parametrize(
    "entries",
    [
        [(tree.FILE, b"a", b"1"), (tree.FILE, b"a", b"2")],
        [(tree.FILE, b"a", b"1"), (tree.FILE, b"a/b", b"2")],
        [(tree.FILE, b"missing/b", b"2")],
        [(b"L", b"a", b"/etc/passwd")],
    ],
)
def test_entries_in_each_others_place_are_refused(tmp_path: Path, entries: list[tuple[bytes, bytes, bytes]]) -> None:
    with pytest.raises(Broken):
        tree.read(crafted(tmp_path, *entries), tmp_path)


def test_an_entry_that_promises_more_than_there_is_is_refused(tmp_path: Path) -> None:
    body = struct.pack(">cHQ", tree.FILE, 1, 2**60) + b"a" + b"short"

    with pytest.raises(Broken):
        tree.read(Opener(io.BytesIO(seal(body)), KEY, lambda count: None, chunk=CHUNK), tmp_path)


@settings(deadline=None)
@given(data=st.data())
def test_whatever_opens_as_a_tree_stays_in_its_directory(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("fuzz")
    into = root / "into"
    into.mkdir()
    body = data.draw(st.binary(min_size=1, max_size=200))

    with pytest.raises(Broken):
        tree.read(Opener(io.BytesIO(seal(b"F" + body)), KEY, lambda count: None, chunk=CHUNK), into)

    assert [path.name for path in root.iterdir()] == ["into"]


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    folder = tmp_path / "dump"
    folder.mkdir()
    (folder / "toc.dat").write_bytes(b"t" * 50)
    (folder / "1.dat").write_bytes(b"1" * 100)
    return folder


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    return FileVault(tmp_path / "vault", gives(KEY), chunk=CHUNK)


async def refused(vault: FileVault, sealed: Sealed, into: Path) -> WorkFailed:
    with pytest.raises(WorkFailed) as raised:
        await vault.open(sealed, into, report=ignore)
    assert list(into.iterdir()) == []
    return raised.value


async def test_nothing_is_left_of_a_file_of_which_any_byte_was_changed_cut_or_added(
    vault: FileVault, dump: Path, tmp_path: Path
) -> None:
    sealed = await vault.seal(dump, "shop.1.backup", report=ignore)
    file, into = tmp_path / "vault" / sealed.file, tmp_path / "into"
    whole = file.read_bytes()
    into.mkdir()

    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0x80]) + whole[at + 1 :])
        assert isinstance(await refused(vault, sealed, into), Damaged)
    for changed in (whole[:-1], whole + b"\0", b"", whole[: HEADER + FULL]):
        file.write_bytes(changed)
        assert isinstance(await refused(vault, sealed, into), Damaged)


async def test_a_whole_file_of_another_key_is_not_called_changed(vault: FileVault, dump: Path, tmp_path: Path) -> None:
    sealed = await vault.seal(dump, "shop.1.backup", report=ignore)
    (tmp_path / "into").mkdir()

    error = await refused(FileVault(tmp_path / "vault", gives(b"o" * 32), chunk=CHUNK), sealed, tmp_path / "into")

    assert not isinstance(error, Damaged)
    assert "another key" in error.why


async def test_files_of_the_vault_are_for_its_user_alone(vault: FileVault, dump: Path, tmp_path: Path) -> None:
    await vault.seal(dump, "shop.1.backup", report=ignore)

    assert (tmp_path / "vault").stat().st_mode & 0o077 == 0
    assert (tmp_path / "vault" / "shop.1.backup").stat().st_mode & 0o077 == 0


async def test_one_that_was_left_half_written_is_listed_and_can_be_removed(vault: FileVault, tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "shop.1.backup.partial").write_bytes(b"half")

    assert await vault.list() == ["shop.1.backup"]

    await vault.remove("shop.1.backup")
    assert await vault.list() == []


async def test_who_gives_up_waiting_leaves_nothing_half_written(vault: FileVault, dump: Path, tmp_path: Path) -> None:
    with (dump / "big.dat").open("wb") as file:
        file.truncate(2 * 1024**3)
    begun = asyncio.Event()

    def report(progress: Progress) -> None:
        begun.set()

    async with asyncio.TaskGroup() as group:
        sealing = group.create_task(vault.seal(dump, "shop.1.backup", report=report))
        await begun.wait()
        sealing.cancel()

    assert await vault.list() == []


async def test_a_directory_that_is_not_empty_is_not_written_into(vault: FileVault, dump: Path) -> None:
    sealed = await vault.seal(dump, "shop.1.backup", report=ignore)

    with pytest.raises(Exception, match="not empty"):
        await vault.open(sealed, dump, report=ignore)

    assert sorted(path.name for path in dump.iterdir()) == ["1.dat", "toc.dat"]


def test_too_little_disk_is_said_with_both_figures_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(WorkFailed) as raised:
        require_room(tmp_path, 2**60, SERVER)

    assert "needs 1099511627776 MB" in raised.value.why
    assert "MB free" in raised.value.why
