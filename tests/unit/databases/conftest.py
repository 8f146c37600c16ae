"""A loop whose time jumps, and a room of databases on it."""

from collections.abc import Iterator

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from support.databases_hosting import Room


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


@pytest.fixture
def room() -> Room:
    return Room()
