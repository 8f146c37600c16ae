"""What every keeper of volumes does: the one in memory is held to what directories really do."""

import os
import stat
from pathlib import Path

import pytest

from fairway.adapters.files.volumes import HostVolumes
from fairway.adapters.memory.volumes import MemoryVolumes
from fairway.domain import address
from fairway.domain import volume as volumes_of
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Unavailable, UsageError, WorkFailed
from fairway.ports.volumes import Volumes

SHOP, STAGING, PRODUCTION = AppName("shop"), EnvironmentName("staging"), EnvironmentName("production")
MAIN = volumes_of.make("main")


@pytest.fixture(params=["memory", "files"])
def volumes(request: pytest.FixtureRequest, tmp_path: Path) -> Volumes:
    return HostVolumes(tmp_path / "volumes") if request.param == "files" else MemoryVolumes()


async def test_each_environment_has_volumes_of_its_own(volumes: Volumes) -> None:
    await volumes.make(SHOP, STAGING, MAIN)
    await volumes.make(SHOP, STAGING, volumes_of.make("audit"))

    assert await volumes.list(SHOP, STAGING) == ["audit", "main"]
    assert not await volumes.list(SHOP, PRODUCTION)
    assert volumes.place(SHOP, STAGING, "main") != volumes.place(SHOP, PRODUCTION, "main")


async def test_a_removed_volume_is_gone_and_nothing_else_is(volumes: Volumes) -> None:
    await volumes.make(SHOP, STAGING, MAIN)
    await volumes.make(SHOP, PRODUCTION, MAIN)

    await volumes.remove(SHOP, STAGING, "main")
    await volumes.remove(SHOP, STAGING, "main")

    assert not await volumes.list(SHOP, STAGING)
    assert await volumes.list(SHOP, PRODUCTION) == ["main"]


async def test_the_url_of_a_task_leads_to_the_file_on_this_host(volumes: Volumes) -> None:
    await volumes.make(SHOP, STAGING, MAIN)
    inside = address.read("sqlite:////fairway/databases/main/main.db?mode=rw")

    located = volumes.locate(SHOP, STAGING, [MAIN], inside)

    assert located.file == str(volumes.place(SHOP, STAGING, "main") / "main.db")
    assert located.url == inside.url
    assert MAIN.address == address.read(MAIN.address.url)


async def test_a_postgres_url_stays_as_it_is(volumes: Volumes) -> None:
    url = address.read("postgres://u@db/shop")

    assert volumes.locate(SHOP, STAGING, [MAIN], url) == url


@pytest.mark.parametrize(
    "path", ["/app/db.sqlite3", "/fairway/databases/main/other.db", "/fairway/databases/main/../x"]
)
async def test_a_file_in_no_volume_is_refused_with_the_reason(volumes: Volumes, path: str) -> None:
    await volumes.make(SHOP, STAGING, MAIN)

    with pytest.raises(UsageError, match="is in no volume") as refused:
        volumes.locate(SHOP, STAGING, [MAIN], address.read(f"sqlite:///{path}"))

    assert "goes with it" in refused.value.why
    assert "/fairway/databases/main/main.db" in refused.value.why


async def test_a_volume_of_another_host_is_not_taken_for_an_empty_one(volumes: Volumes) -> None:
    with pytest.raises(Unavailable, match="not on this host"):
        volumes.locate(SHOP, STAGING, [MAIN], MAIN.address)


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\0b"])
def test_a_path_is_no_name(volumes: Volumes, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        volumes.place(SHOP, STAGING, name)


async def test_whatever_user_an_image_has_may_write_and_nobody_on_the_host_may(tmp_path: Path) -> None:
    volumes = HostVolumes(tmp_path / "volumes")
    mask = os.umask(0o077)

    try:
        await volumes.make(SHOP, STAGING, MAIN)
    finally:
        os.umask(mask)

    directory = volumes.place(SHOP, STAGING, "main")
    assert stat.S_IMODE(directory.stat().st_mode) == 0o777
    assert stat.S_IMODE((directory / "main.db").stat().st_mode) == 0o666
    assert stat.S_IMODE((tmp_path / "volumes").stat().st_mode) == 0o700


async def test_what_a_volume_holds_survives_being_made_again(tmp_path: Path) -> None:
    volumes = HostVolumes(tmp_path / "volumes")
    await volumes.make(SHOP, STAGING, MAIN)
    file = volumes.place(SHOP, STAGING, "main") / "main.db"
    file.write_bytes(b"orders")

    await volumes.make(SHOP, STAGING, MAIN)

    assert file.read_bytes() == b"orders"


async def test_a_making_that_was_cut_off_is_finished_by_the_next(tmp_path: Path) -> None:
    volumes = HostVolumes(tmp_path / "volumes")
    directory = volumes.place(SHOP, STAGING, "main")
    directory.mkdir(parents=True, mode=0o700)

    await volumes.make(SHOP, STAGING, MAIN)

    assert stat.S_IMODE(directory.stat().st_mode) == 0o777
    assert (directory / "main.db").is_file()


async def test_a_disk_that_refuses_is_said(tmp_path: Path) -> None:
    (tmp_path / "volumes").write_text("a file is in the way")

    with pytest.raises(WorkFailed, match="main can't be made"):
        await HostVolumes(tmp_path / "volumes").make(SHOP, STAGING, MAIN)


async def test_a_volume_that_cannot_be_deleted_is_said(tmp_path: Path) -> None:
    volumes = HostVolumes(tmp_path / "volumes")
    place = volumes.place(SHOP, STAGING, "main")
    place.parent.mkdir(parents=True)
    place.write_text("a file is in its place")

    with pytest.raises(WorkFailed, match="main can't be deleted"):
        await volumes.remove(SHOP, STAGING, "main")


async def test_nothing_is_left_of_the_last_volume(tmp_path: Path) -> None:
    volumes = HostVolumes(tmp_path / "volumes")
    await volumes.make(SHOP, STAGING, MAIN)
    await volumes.make(SHOP, PRODUCTION, MAIN)
    volumes.place(SHOP, STAGING, "main.lock").touch()

    await volumes.remove(SHOP, STAGING, "main")
    beside = [each.name for each in (tmp_path / "volumes" / SHOP).iterdir()]
    await volumes.remove(SHOP, PRODUCTION, "main")

    assert beside == [PRODUCTION]
    assert list((tmp_path / "volumes").iterdir()) == []
