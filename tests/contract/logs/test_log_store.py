"""Keeping logs: in memory, and in files."""

from pathlib import Path

import pytest

from fairway.adapters.files.logstore import FileLogStore
from fairway.adapters.memory.logstore import MemoryLogStore
from fairway.domain import printed
from fairway.domain.ids import AppName, EnvironmentName, ReleaseNumber, ServiceName, TaskId
from fairway.domain.printed import ERR, NOTICE, OUT, Mark, Origin, Piece
from fairway.ports.logs import LogStore

ONE = Origin(
    app=AppName("shop"),
    environment=EnvironmentName("production"),
    service=ServiceName("web"),
    release=ReleaseNumber(18),
    task=TaskId("3fa9c2d1e0b4"),
)
NOW = 1_764_000_000 * printed.SECOND


@pytest.fixture(params=["memory", "files"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> LogStore:
    return MemoryLogStore() if request.param == "memory" else FileLogStore(tmp_path)


async def read(store: LogStore, origin: Origin = ONE) -> list[Piece]:
    return [piece for part in await store.parts(origin) async for some in store.read(origin, part) for piece in some]


async def test_what_was_kept_is_read_again_as_it_was_whatever_its_bytes(store: LogStore) -> None:
    pieces = [
        Piece(NOW, OUT, b"ready"),
        Piece(NOW, ERR, b""),
        Piece(NOW + 1, OUT, b"\x00\xff\xfe\r\x1b[31m  ", ends=False),
        Piece(NOW + 1, OUT, "gr\u00fcn".encode()),
        Piece(NOW + 2, NOTICE, b"lines may be missing here"),
    ]

    store.append(ONE, pieces[:2])
    store.append(ONE, pieces[2:])

    assert await read(store) == pieces


async def test_the_position_is_the_last_piece_of_each_stream(store: LogStore) -> None:
    store.append(ONE, [Piece(NOW, OUT, b"a"), Piece(NOW, OUT, b"b"), Piece(NOW + 5, ERR, b"c", ends=False)])
    store.append(ONE, [Piece(NOW, OUT, b"d"), Piece(NOW + 9, NOTICE, b"no piece of the engine's")])

    assert await store.position(ONE) == {OUT: Mark(NOW, 3, True), ERR: Mark(NOW + 5, 1, False)}


async def test_a_log_that_is_not_there_is_empty(store: LogStore) -> None:
    assert await store.position(ONE) == {}
    assert await read(store) == []
    assert await store.logs(AppName("shop")) == []
    assert [some async for some in store.read(ONE, NOW)] == []


async def test_appending_nothing_keeps_nothing(store: LogStore) -> None:
    store.append(ONE, [])

    assert await store.logs(AppName("shop")) == []


async def test_after_it_was_closed_a_log_goes_on_in_another_part(store: LogStore) -> None:
    store.append(ONE, [Piece(NOW, OUT, b"a")])
    store.close(ONE)

    store.append(ONE, [Piece(NOW, OUT, b"b")])

    assert len(await store.parts(ONE)) == 2
    assert [piece.data for piece in await read(store)] == [b"a", b"b"]
    assert await store.position(ONE) == {OUT: Mark(NOW, 2, True)}


async def test_the_logs_of_an_app_are_found_with_whose_they_are(store: LogStore) -> None:
    other = Origin(
        app=AppName("blog"), environment=ONE.environment, service=ONE.service, release=ONE.release, task=ONE.task
    )
    store.append(ONE, [Piece(NOW, OUT, b"a")])
    store.append(other, [Piece(NOW + 1, OUT, b"b")])

    (found,) = await store.logs(AppName("shop"))

    assert (found.origin, found.begun) == (ONE, NOW)
    assert found.written >= NOW


async def test_an_app_is_forgotten_with_all_its_logs_and_no_other(store: LogStore) -> None:
    other = Origin(
        app=AppName("blog"), environment=ONE.environment, service=ONE.service, release=ONE.release, task=ONE.task
    )
    store.append(ONE, [Piece(NOW, OUT, b"a")])
    store.append(other, [Piece(NOW, OUT, b"b")])

    await store.forget(AppName("shop"))
    await store.forget(AppName("never-there"))

    assert await store.logs(AppName("shop")) == []
    assert [piece.data for piece in await read(store, other)] == [b"b"]


async def test_tidying_deletes_the_logs_of_apps_that_are_gone(store: LogStore) -> None:
    store.append(ONE, [Piece(NOW, OUT, b"a")])

    told = await store.tidy(apps=[], now=NOW / 1e9)

    assert told == ["the logs of shop are deleted: there is no such app"]
    assert await store.logs(AppName("shop")) == []


async def test_tidying_leaves_a_log_alone_that_is_being_written(store: LogStore) -> None:
    store.append(ONE, [Piece(NOW, OUT, b"a")])

    told = await store.tidy(apps=[AppName("shop")], now=NOW / 1e9)
    store.append(ONE, [Piece(NOW + 1, OUT, b"b")])

    assert told == []
    assert [piece.data for piece in await read(store)] == [b"a", b"b"]
