"""A loop whose time jumps, and a world for the guard on it."""

from collections.abc import Iterator

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from support.guard_world import World


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    made = VirtualLoop()
    yield made
    made.close()


@pytest.fixture
def world(loop: VirtualLoop) -> World:
    made = World()
    loop.run_until_complete(made.prepare())
    return made
