"""How many examples hypothesis makes up for a property, and at how many of its calls something is killed: all, or so
many of each hundred as FAIRWAY_TEST_EXAMPLES says.

`make check` is run before every commit and takes a tenth, as `make test` does; `make exhaustive`, and so CI, takes all,
and so does pytest by itself. Examples are others in each run, so what one tenth does not find the next may; what fails
is kept in .hypothesis and tried first.
"""

import os
import random
from collections.abc import Sequence

from hypothesis import settings

PERCENT = int(os.environ.get("FAIRWAY_TEST_EXAMPLES", "100"))
ALL = PERCENT >= 100
"""Whether every one is taken: only then is it sure that each kind of thing was met."""


def examples(full: int) -> int:
    """The `max_examples` of a property that has `full` of them: at least 10, or all if it has fewer."""
    return max(min(full, 10), full * PERCENT // 100)


def some(places: Sequence[int], *, thinned: int = 1) -> Sequence[int]:
    """Of the calls at which something may be killed, every tenth where there is a tenth of the examples: beginning with
    another one in each run, so that all have their turn. One of hundreds of calls is `thinned` so many times more."""
    step = 1 if ALL else 100 // PERCENT * thinned
    return places[random.randrange(step) :: step]


def take_as_default() -> None:
    """From here on a property that names no number has its part of hypothesis' own number, and none fails because an
    example takes long: on a busy machine one in some thousands is ten times slower than the others."""
    settings.register_profile("fairway", max_examples=examples(settings().max_examples), deadline=None)
    settings.load_profile("fairway")
