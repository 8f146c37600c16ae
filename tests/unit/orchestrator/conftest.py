"""The controller's tests run on virtual time."""

from collections.abc import Callable, Mapping

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from support.orchestrator_harbour import Harbour


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Mapping[str, Callable[[], VirtualLoop]]:
    """One loop: the virtual one."""
    return {"virtual": VirtualLoop}


@pytest.fixture
def harbour() -> Harbour:
    """The parts in memory, with no controller at work yet."""
    return Harbour()
