"""What actions hand on is sealed, and opens at its own place only."""

import pytest

from fairway.environment.handed import Handed
from fairway.errors import Conflict


def test_what_was_handed_on_comes_back_and_is_not_to_be_read_in_between() -> None:
    handed = Handed(b"k" * 32)

    kept = handed.seal({"TOKEN": "s3cret", "EMPTY": ""}, app="shop", stage="staging", action="smoke", number=42)

    assert "s3cret" not in str(kept)
    assert handed.open(kept, app="shop", stage="staging", action="smoke") == {"TOKEN": "s3cret", "EMPTY": ""}


def test_it_does_not_open_for_another_action() -> None:
    handed = Handed(b"k" * 32)
    kept = handed.seal({"TOKEN": "s3cret"}, app="shop", stage="staging", action="smoke", number=42)

    with pytest.raises(Conflict):
        handed.open(kept, app="shop", stage="staging", action="other")
