"""The files of the history: what a killed server leaves, and how much there may be."""

from dataclasses import replace
from pathlib import Path

import pytest

from fairway.adapters.samples.files import SampleFiles
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.metrics import Sample, Series
from fairway.errors import Unavailable

WEB = Series(app=AppName("shop"), environment=EnvironmentName("production"), service=ServiceName("web"))
TASK = replace(WEB, task=TaskId("a" * 12))
BEGIN = 1_700_006_400.0


def minute(number: int) -> Sample:
    return Sample(at=BEGIN + 60 * number, seconds=60.0, requests=number)


def files(folder: Path, step: int = 60) -> list[Path]:
    return sorted((folder / str(step)).iterdir())


@pytest.mark.parametrize("torn", range(1, 30))
async def test_a_record_that_was_torn_by_a_kill_is_dropped_and_the_next_is_whole(tmp_path: Path, torn: int) -> None:
    before = SampleFiles(tmp_path)
    await before.append(60, {WEB: [minute(1)]})
    await before.append(60, {WEB: [minute(2)]})
    [file] = files(tmp_path)
    file.write_bytes(file.read_bytes()[:-torn])

    after = SampleFiles(tmp_path)
    assert await after.read(60, since=0) == {WEB: [minute(1)]}
    await after.append(60, {WEB: [minute(3)], TASK: [minute(3)]})

    assert await after.read(60, since=0) == {WEB: [minute(1), minute(3)], TASK: [minute(3)]}


async def test_a_damaged_file_is_read_up_to_the_damage(tmp_path: Path) -> None:
    kept = SampleFiles(tmp_path)
    for number in (1, 2, 3):
        await kept.append(60, {WEB: [minute(number)]})
    [file] = files(tmp_path)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    found = await kept.read(60, since=0)

    assert found == {WEB: [minute(1)]}


async def test_another_life_goes_on_in_the_same_file(tmp_path: Path) -> None:
    await SampleFiles(tmp_path).append(60, {WEB: [minute(1)]})

    await SampleFiles(tmp_path).append(60, {TASK: [minute(2)], WEB: [minute(2)]})

    assert len(files(tmp_path)) == 1
    assert await SampleFiles(tmp_path).read(60, since=0) == {WEB: [minute(1), minute(2)], TASK: [minute(2)]}


async def test_minutes_are_kept_for_two_days(tmp_path: Path) -> None:
    kept = SampleFiles(tmp_path)
    for hour in range(72):
        await kept.append(60, {WEB: [minute(60 * hour + 1)]})

    assert 48 <= len(files(tmp_path)) <= 50


async def test_the_oldest_files_go_when_there_is_too_much(tmp_path: Path) -> None:
    kept = SampleFiles(tmp_path, most=2000)
    for number in range(1, 60 * 10, 10):
        await kept.append(60, {replace(WEB, task=TaskId(f"{number:012x}")): [minute(number)]})

    assert sum(file.stat().st_size for file in files(tmp_path)) <= 2000
    assert [each[-1].requests for each in (await kept.read(60, since=0)).values()][-1] == 591


async def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "60").write_text("in the way")

    with pytest.raises(Unavailable, match="the samples can't be kept"):
        await SampleFiles(tmp_path).append(60, {WEB: [minute(1)]})


async def test_a_folder_that_was_taken_away_is_made_again(tmp_path: Path) -> None:
    kept = SampleFiles(tmp_path)
    await kept.append(60, {WEB: [minute(1)]})
    [file] = files(tmp_path)
    file.unlink()
    file.parent.rmdir()

    await kept.append(60, {WEB: [minute(2)]})

    assert await kept.read(60, since=0) == {WEB: [minute(2)]}
