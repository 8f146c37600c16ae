"""The files of the logs: bounds, torn records, a full disk, and a death between any two steps."""

import errno
import gzip
import os
import resource
import signal
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.adapters.files import parts, records
from fairway.adapters.files.logstore import FileLogStore
from fairway.adapters.files.parts import DAY, Limits
from fairway.domain import printed
from fairway.domain.ids import AppName, EnvironmentName, ReleaseNumber, ServiceName, TaskId
from fairway.domain.printed import ERR, OUT, Origin, Piece
from fairway.errors import Unavailable

SHOP = AppName("shop")
SMALL = Limits(part=1000, task=3000, service=5000, age=14 * DAY)


def origin(task: str = "3fa9c2d1e0b4") -> Origin:
    return Origin(
        app=SHOP,
        environment=EnvironmentName("production"),
        service=ServiceName("web"),
        release=ReleaseNumber(18),
        task=TaskId(task),
    )


def noise(number: int, size: int = 100) -> list[Piece]:
    """Lines that can't be compressed."""
    begin = time.time_ns()
    return [Piece(begin + index, OUT, os.urandom(size // 2).hex().encode()) for index in range(number)]


async def read(store: FileLogStore, of: Origin) -> list[Piece]:
    return [piece for part in await store.parts(of) async for some in store.read(of, part) for piece in some]


def files(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


async def test_a_full_part_is_compressed_and_reads_the_same(tmp_path: Path) -> None:
    store = FileLogStore(tmp_path, SMALL)
    lines = [Piece(time.time_ns() + index, OUT, b"the same line again") for index in range(100)]
    for line in lines:
        store.append(origin(), [line])

    await store.tidy(apps=[SHOP], now=time.time())

    assert [name.endswith(".gz") for name in files(tmp_path)] == [True] * (len(files(tmp_path)) - 1) + [False]
    assert await read(store, origin()) == lines


async def test_a_task_keeps_its_newest_lines_within_its_bound(tmp_path: Path) -> None:
    store = FileLogStore(tmp_path, SMALL)
    lines = noise(100)
    for line in lines:
        store.append(origin(), [line])

    told = await store.tidy(apps=[SHOP], now=time.time())

    left = await read(store, origin())
    assert left == lines[-len(left) :]
    assert 0 < len(left) < 50
    assert "of its oldest lines were deleted" in told[0]


async def test_a_service_keeps_its_newest_tasks_within_its_bound(tmp_path: Path) -> None:
    store = FileLogStore(tmp_path, SMALL)
    tasks = [origin(f"{number:012x}") for number in range(8)]
    for each in tasks:
        store.append(each, noise(20))
        store.close(each)
        for part in parts.listed(store.folder(each)):
            os.utime(part.path, ns=(part.written - 3600 * printed.SECOND,) * 2)

    await store.tidy(apps=[SHOP], now=time.time())

    size = sum(path.stat().st_size for path in tmp_path.rglob("*.gz"))
    left = [kept.origin for kept in await store.logs(SHOP)]
    assert size <= SMALL.service
    assert left == tasks[-len(left) :]


async def test_lines_are_deleted_when_they_are_too_old_and_nothing_is_left_of_them(tmp_path: Path) -> None:
    store = FileLogStore(tmp_path, SMALL)
    store.append(origin(), noise(3))
    store.close(origin())

    told = await store.tidy(apps=[SHOP], now=time.time() + 15 * DAY)

    assert told == ["web.3fa9: lines older than 14 days were deleted"]
    assert list(tmp_path.iterdir()) == []


async def test_a_record_that_was_torn_is_left_out_and_the_log_goes_on(tmp_path: Path) -> None:
    dead = FileLogStore(tmp_path)
    first, second, third = noise(3)
    dead.append(origin(), [first, second])
    (path,) = tmp_path.rglob("*.log")
    path.write_bytes(path.read_bytes()[:-30])

    store = FileLogStore(tmp_path)
    position = await store.position(origin())
    store.append(origin(), [second, third])

    assert position == {OUT: printed.Mark(first.stamp, 1, True)}
    assert await read(store, origin()) == [first, second, third]


@given(cut=st.integers(min_value=0), garbage=st.binary(max_size=40))
async def test_however_a_file_is_torn_or_spoilt_at_its_end_the_records_before_are_read(
    tmp_path_factory: pytest.TempPathFactory, cut: int, garbage: bytes
) -> None:
    root = tmp_path_factory.mktemp("torn")
    store = FileLogStore(root)
    pieces = [Piece(1000 + index, (OUT, ERR)[index % 2], b"line %d" % index) for index in range(10)]
    store.append(origin(), pieces)
    (path,) = root.rglob("*.log")
    whole = path.read_bytes()
    cut %= len(whole) + 1
    path.write_bytes(whole[:cut] + garbage)

    found = await read(FileLogStore(root), origin())

    before = whole[:cut].count(b"\n")
    assert found[:before] == pieces[:before]


@given(content=st.binary(max_size=400))
def test_no_bytes_at_all_make_the_reader_fail(content: bytes) -> None:
    for piece in records.read(content.split(b"\n")):
        assert records.read(records.write([piece]).split(b"\n")) == [piece]


@given(
    pieces=st.lists(
        st.builds(Piece, st.integers(0, 2**62), st.sampled_from([OUT, ERR]), st.binary(max_size=60), st.booleans())
    )
)
def test_records_give_back_every_piece_with_line_ends_within_as_spaces(pieces: list[Piece]) -> None:
    found = records.read(records.write(pieces).split(b"\n"))

    assert found == [piece._replace(data=piece.data.replace(b"\n", b" ")) for piece in pieces]


async def test_a_compressed_file_that_is_damaged_gives_what_comes_before_the_damage(tmp_path: Path) -> None:
    store = FileLogStore(tmp_path)
    store.append(origin(), noise(10_000))
    store.close(origin())
    await store.tidy(apps=[SHOP], now=time.time() + 3600)
    (path,) = tmp_path.rglob("*.gz")
    path.write_bytes(path.read_bytes()[:200_000])

    found = await read(store, origin())

    assert 1000 < len(found) < 10_000


async def test_died_between_compressing_and_deleting_it_reads_each_line_once(tmp_path: Path) -> None:
    store = FileLogStore(tmp_path)
    lines = noise(5)
    store.append(origin(), lines)
    store.close(origin())
    (path,) = tmp_path.rglob("*.log")
    with gzip.open(f"{path}.gz", "wb") as packed:
        packed.write(path.read_bytes())
    (path.parent / f"{path.name}.gz.part").write_bytes(b"half")

    before = await read(store, origin())
    await store.tidy(apps=[SHOP], now=time.time())

    assert before == await read(store, origin()) == lines
    assert len(files(tmp_path)) == 1


async def test_a_log_that_is_compressed_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    store = FileLogStore(tmp_path)
    lines = noise(5000)
    store.append(origin(), lines)
    store.close(origin())
    (part,) = await store.parts(origin())
    reader = store.read(origin(), part)
    found = list(await anext(reader))

    await store.tidy(apps=[SHOP], now=time.time() + 3600)
    found += [piece async for some in reader for piece in some]

    assert found == lines
    assert await read(store, origin()) == lines


async def test_on_a_full_disk_nothing_is_kept_in_half_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    store = FileLogStore(tmp_path)
    first, second = noise(2), noise(100)
    store.append(origin(), first)
    bounds = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, bounds[1]))
    try:
        with pytest.raises(Unavailable) as caught:
            store.append(origin(), second)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, bounds)
        signal.signal(signal.SIGXFSZ, handler)

    kept = await read(store, origin())
    store.append(origin(), second)

    assert os.strerror(errno.EFBIG) in caught.value.why
    assert kept == first
    assert await read(store, origin()) == first + second


async def test_a_line_that_has_not_ended_stays_in_its_part_up_to_a_bound(tmp_path: Path) -> None:
    store = FileLogStore(tmp_path, SMALL)
    begun = [piece._replace(ends=False) for piece in noise(16)]
    for piece in begun:
        store.append(origin(), [piece])

    parts_of_it = len(await store.parts(origin()))
    for piece in begun[:2]:
        store.append(origin(), [piece])

    assert (parts_of_it, len(await store.parts(origin()))) == (1, 2)


async def test_the_position_counts_pieces_of_one_stamp_over_the_parts_that_a_renewed_reading_meets(
    tmp_path: Path,
) -> None:
    store = FileLogStore(tmp_path, SMALL)
    store.append(origin(), [Piece(printed.SECOND * 10, ERR, b"early"), Piece(printed.SECOND * 20, ERR, b"late")])
    store.close(origin())
    store.append(origin(), [Piece(printed.SECOND * 20, ERR, b"late too"), Piece(printed.SECOND * 20 + 5, OUT, b"x")])

    position = await store.position(origin())

    assert position[ERR] == printed.Mark(printed.SECOND * 20, 2, True)


async def test_a_foreign_folder_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "shop" / "production" / "web" / "notes").mkdir(parents=True)
    (tmp_path / "shop" / "production" / "web" / "notes" / "1.log").write_text("x")

    assert await FileLogStore(tmp_path).logs(SHOP) == []
