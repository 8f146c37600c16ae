"""How many examples hypothesis makes up for a property: all, or so many of each hundred as FAIRWAY_TEST_EXAMPLES says.

`make check` is run before every commit and takes a fifth; `make test`, CI and pytest by itself take all. Examples are
others in each run, so what one fifth does not find the next may; what fails is kept in .hypothesis and tried first.
"""

import os

from hypothesis import settings

PERCENT = int(os.environ.get("FAIRWAY_TEST_EXAMPLES", "100"))


def examples(full: int) -> int:
    """The `max_examples` of a property that has `full` of them in `make test`: at least 10, or all if it has fewer."""
    return max(min(full, 10), full * PERCENT // 100)


def take_as_default() -> None:
    """From here on a property that names no number has its part of hypothesis' own number."""
    settings.register_profile("fairway", max_examples=examples(settings().max_examples))
    settings.load_profile("fairway")
