"""The sizes that a task on Fargate can have: pairs of CPU and memory, of a list that ECS keeps.

Source: ECS's developer guide, "Task CPU and memory"; the same pairs stand in botocore's `RegisterTaskDefinition`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fairway.domain.aws.wanted import SMALLEST, Size

MIB = 1024 * 1024
UNITS = 1024
"""ECS's CPU units of one vCPU."""
SHORTEST_STOP, LONGEST_STOP = 2, 120
"""Seconds that a container on Fargate may take to stop."""

PAIRS: dict[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16384 + 1, 1024)),
    4096: tuple(range(8192, 30720 + 1, 1024)),
    8192: tuple(range(16384, 61440 + 1, 4096)),
    16384: tuple(range(32768, 122880 + 1, 8192)),
}
"""Memory in MiB that each number of CPU units can have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """What was asked for is no pair: the nearest ones, with less and with more. None: there is none."""

    below: Size | None
    above: Size | None


def sizes() -> Iterator[Size]:
    """Every pair, from the smallest on."""
    return (Size(cpu=cpu, memory=memory) for cpu, memories in PAIRS.items() for memory in memories)


def fit(cpu: float | None, memory: int | None) -> Size | Unfit:
    """The size of a task that has `cpu` cores and `memory` bytes; None: nothing was said of it.

    What was said of both has to be a pair. What was said of one of them takes the smallest pair that holds it.
    Concrete example: memory 2 GiB alone is held by 256 units and 2048 MiB; 0.25 cores with 4 GiB are no pair, and lie
    between 256 units with 2048 MiB and 512 units with 4096 MiB.
    """
    if cpu is None and memory is None:
        return SMALLEST
    units, room = (cpu or 0.0) * UNITS, (memory or 0) / MIB
    above = next((size for size in sizes() if size.cpu >= units and size.memory >= room), None)
    if above is not None and (cpu is None or memory is None or (above.cpu, above.memory) == (units, room)):
        return above
    return Unfit(below=_largest_within(units, room), above=above)


def _largest_within(units: float, room: float) -> Size | None:
    """The largest pair with no more of either than was said (0: nothing was); of what was not said, the least."""
    within = [size for size in sizes() if size.cpu <= (units or size.cpu) and size.memory <= (room or size.memory)]
    return max(within, key=lambda size: (units and size.cpu, room and size.memory), default=None)


def written(size: Size) -> str:
    """The size as fairway.toml has it: `cpu = 0.5, memory = "1G"`."""
    return f'cpu = {size.cpu / UNITS:g}, memory = "{in_words(size.memory)}"'


def in_words(memory: int) -> str:
    """MiB as fairway.toml has them: 512M, 2G."""
    return f"{memory // 1024}G" if memory % 1024 == 0 else f"{memory}M"
