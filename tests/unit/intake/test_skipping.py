"""Which pushes ask for no deployment."""

import pytest

from fairway.adapters.git import hook
from fairway.intake import skipping


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Fix a typo [skip ci]", "[skip ci]"),
        ("[ci skip] Fix a typo", "[ci skip]"),
        ("Fix a typo\n\nOnly words. [no ci]\n", "[no ci]"),
        ("Fix [Skip-CI] it", "[Skip-CI]"),
        ("Fix [CI_SKIP] it", "[CI_SKIP]"),
        ("Fix [skip fairway]", "[skip fairway]"),
        ("Fix [fairway skip]", "[fairway skip]"),
        ("Explain how skip ci works", ""),
        ("Fix [skip actions]", ""),
        ("Fix [skip  ci]", ""),
        ("Fix\n\nskip-checks: true", ""),
        ("Fix [skip circle]", ""),
        ("", ""),
    ],
)
def test_a_marker_in_the_message_asks_for_no_deployment_in_the_spellings_that_people_bring_along(message, expected):
    assert skipping.why((), message) == (f"{expected} in the commit's message" if expected else "")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("fairway.skip",), "-o fairway.skip"),
        (("other=1", "ci.skip"), "-o ci.skip"),
        (("fairway.skipping", "skip"), ""),
    ],
)
def test_an_option_of_the_push_asks_for_no_deployment(options, expected):
    assert skipping.why(options, "Change") == expected


def test_the_hook_knows_the_same_options_for_pushes_that_no_server_hears_of():
    assert set(hook.QUIET) == skipping.OPTIONS
