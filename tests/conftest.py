"""What holds for all tests: how many examples a property gets, what the garbage collector passes by, what is first, and
whose turn it is."""

import gc
import os
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


SHARE = os.environ.get("FAIRWAY_TEST_SHARE", "1/1")
"""`2/3` is the second third of the modules that a run would take: CI's turns with the stories (`.ci/run`)."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first; the others stay in their order. Of what the marks leave, the share whose turn it is: each has
    its part of the longest, since they are dealt out one by one."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONGEST)))
    turn, turns = map(int, SHARE.split("/"))
    modules = list(dict.fromkeys(item.path for item in items))
    others = {path for number, path in enumerate(modules) if number % turns != turn - 1}
    config.hook.pytest_deselected(items=[item for item in items if item.path in others])
    items[:] = [item for item in items if item.path not in others]


def pytest_collection_finish() -> None:
    """What the tests and all that they import consist of stays: looked through at each collection, it takes a tenth of
    the time of `make check`. What tests make is collected as ever, with a warning for what none of them closed."""
    gc.collect()
    gc.freeze()
    gc.enable()
