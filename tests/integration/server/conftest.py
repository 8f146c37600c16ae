"""A server and a developer's clone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from support.git_work import Work
from support.server_world import Served, serving


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    """A running server whose home has a space in its path."""
    async with serving(tmp_path / "fairway home") as running:
        yield running


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """An empty repository of a developer."""
    return Work(tmp_path / "my shop")
