"""What a pusher reads of a stage that takes long."""

from pathlib import Path
from typing import Any

from fairway.server.signs import Signs
from fairway.server.stagelogs import Tails
from support.cli_server import execution, stage


def building(at: float) -> dict[str, Any]:
    return execution(status="IN_PROGRESS", stages=[{**stage("build", status="IN_PROGRESS"), "started_at": at}])


async def test_a_stage_that_takes_long_is_told_at_growing_distances_with_its_logs_latest_line(tmp_path: Path) -> None:
    log, signs, told = tmp_path / "build.log", Signs(Tails(tmp_path)), []
    log.write_text("#7 [build 4/6] RUN npm ci\n")

    for second in range(130):
        if second == 60:
            log.write_text(log.read_text() + "x" * 200 + "\n\n")
        told += await signs.news(building(1000.0), 1000.0 + second)

    assert told == [
        "  build       …  15 s    #7 [build 4/6] RUN npm ci",
        "  build       …  30 s    #7 [build 4/6] RUN npm ci",
        "  build       …  60 s    " + "x" * 79 + "…",
        "  build       …  2 min   " + "x" * 79 + "…",
    ]


async def test_a_reader_who_comes_late_is_told_once(tmp_path: Path) -> None:
    signs = Signs(Tails(tmp_path))

    told = [await signs.news(building(1000.0), at) for at in (1600.0, 1601.0)]

    assert told == [["  build       …  10 min"], []]


async def test_what_has_ended_or_not_begun_gives_no_sign(tmp_path: Path) -> None:
    signs = Signs(Tails(tmp_path))
    ended = execution(stages=[stage("build", seconds=600.0), {**stage("production", status="PENDING")}])

    assert await signs.news(ended, 9999.0) == []
