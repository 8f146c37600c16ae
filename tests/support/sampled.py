"""Many cases of one property, of which `make test` has a few and `make exhaustive` all."""

from collections.abc import Iterable
from typing import Any

import pytest


def sampled(cases: Iterable[Any], taken: Iterable[int] = (0,)) -> list[Any]:
    """The cases as `parametrize` takes them; those whose places are not among `taken` are marked `exhaustive`.

    A case that is a tuple is one value for each name. Raises IndexError for a place that there is not, which would
    otherwise leave `make test` without the case that somebody meant.
    """
    every = list(cases)
    places = {range(len(every))[place] for place in taken}
    return [case if place in places else _left(case) for place, case in enumerate(every)]


def _left(case: Any) -> Any:
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.exhaustive)
