"""What holds for all tests: how many examples a property gets, what the garbage collector passes by, what is first."""

import gc
import signal

import pytest

from support.examples import take_as_default

take_as_default()  # before a property is read
gc.disable()  # until all is collected: nothing of what is imported goes, and it would be looked through all the time


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As a script's `pytest &` has it, and all that it starts: nobody there could be ended by Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)

LONGEST = (
    "test_demo",
    "test_templates_checked",
    "test_guard_on_moto",
    "test_registries",
    "test_guard_by_rds_on_moto",
    "test_guard_killed",
    "test_left_closed",
    "test_closing_on_moto",
    "test_actions",
    "test_maintenance",
    "test_migration_guard",
    "test_push_to_live",
    "test_cli_up",
    "test_managed_databases",
    "test_installed",
)
"""Modules that take a minute or more each, one of them on a new machine alone, since it installs checkov. A worker that
came to one of them last would be the only one at work."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; the others stay in their order."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONGEST)))


def pytest_collection_finish() -> None:
    """What the tests and all that they import consist of stays: looked through at each collection, it takes a tenth of
    the time of `make check`. What tests make is collected as ever, with a warning for what none of them closed."""
    gc.collect()
    gc.freeze()
    gc.enable()
