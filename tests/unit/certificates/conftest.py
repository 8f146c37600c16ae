"""The tests of this folder run on virtual time: the life of a certificate passes in a second."""

from collections.abc import Callable, Mapping

import pytest

from fairway.adapters.memory.clock import VirtualLoop


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Mapping[str, Callable[[], VirtualLoop]]:
    """One loop: the virtual one."""
    return {"virtual": VirtualLoop}
