"""A loop whose time jumps, and a room of jobs on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from support.jobs_room import Room


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)
