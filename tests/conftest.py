"""What holds for all tests: how many examples a property gets, and how little the garbage collector looks at."""

import gc

from support.examples import take_as_default

take_as_default()  # before a property is read


def pytest_collection_finish() -> None:
    """What the tests and all that they import consist of stays: looked through at each collection, it takes a tenth of
    the time of `make check`. What tests make is collected as ever, with a warning for what none of them closed."""
    gc.collect()
    gc.freeze()
