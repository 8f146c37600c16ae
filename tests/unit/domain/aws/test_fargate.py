"""Sizes of tasks on Fargate: what holds what was asked for, and what is nearest when nothing is it."""

import pytest

from fairway.domain.aws import fargate
from fairway.domain.aws.fargate import MIB, Unfit
from fairway.domain.aws.wanted import Size

GIB = 1024 * MIB


@pytest.mark.parametrize(
    ("cpu", "memory", "size"),
    [
        (None, None, Size(cpu=256, memory=512)),
        (0.5, None, Size(cpu=512, memory=1024)),
        (0.3, None, Size(cpu=512, memory=1024)),
        (None, 700 * MIB, Size(cpu=256, memory=1024)),
        (None, 3 * GIB, Size(cpu=512, memory=3072)),
        (1.0, 2 * GIB, Size(cpu=1024, memory=2048)),
        (16.0, 120 * GIB, Size(cpu=16384, memory=122880)),
        (8.0, 20 * GIB, Size(cpu=8192, memory=20480)),
    ],
)
def test_what_was_said_is_held_by_the_smallest_pair(cpu: float | None, memory: int | None, size: Size) -> None:
    assert fargate.fit(cpu, memory) == size


@pytest.mark.parametrize(
    ("cpu", "memory", "below", "above"),
    [
        (1.0, 512 * MIB, Size(cpu=256, memory=512), Size(cpu=1024, memory=2048)),
        (0.25, 4 * GIB, Size(cpu=256, memory=2048), Size(cpu=512, memory=4096)),
        (0.1, 256 * MIB, None, Size(cpu=256, memory=512)),
        (3.0, 10 * GIB, Size(cpu=2048, memory=10240), Size(cpu=4096, memory=10240)),
        (8.0, 18 * GIB, Size(cpu=8192, memory=16384), Size(cpu=8192, memory=20480)),
        (32.0, None, Size(cpu=16384, memory=32768), None),
        (None, 200 * GIB, Size(cpu=16384, memory=122880), None),
        (16.0, 200 * GIB, Size(cpu=16384, memory=122880), None),
    ],
)
def test_what_is_no_pair_lies_between_two(
    cpu: float | None, memory: int | None, below: Size | None, above: Size | None
) -> None:
    assert fargate.fit(cpu, memory) == Unfit(below=below, above=above)


def test_every_pair_is_found_by_itself_and_written_as_it_is_read() -> None:
    for size in fargate.sizes():
        assert fargate.fit(size.cpu / 1024, size.memory * MIB) == size

    assert fargate.written(Size(cpu=256, memory=512)) == 'cpu = 0.25, memory = "512M"'
    assert fargate.written(Size(cpu=4096, memory=30720)) == 'cpu = 4, memory = "30G"'
