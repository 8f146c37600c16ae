"""Path patterns: git's wildmatch, the last one that matches decides."""

import pytest

from fairway.intake import filters


@pytest.mark.parametrize(
    ("patterns", "changed", "expected"),
    [
        ([], ["a"], True),
        ([], [], True),
        (["src/**"], [], False),
        (["src/**"], ["src/a.js"], True),
        (["src/**"], ["docs/a.md"], False),
        (["src/**"], ["docs/a.md", "src/x"], True),
        (["src/**", "!src/docs/**"], ["src/docs/a.md"], False),
        (["src/**", "!src/docs/**", "src/docs/api.json"], ["src/docs/api.json"], True),
        (["!docs/**"], ["docs/a.md"], False),
        (["!docs/**"], ["src/a.js"], True),
        (["*.js"], ["deep/down/a.js"], True),
        (["/a.js"], ["deep/a.js"], False),
        (["Über uns/**"], ["Über uns/seite.txt"], True),
    ],
)
def test_any_changed_file_that_passes_starts_an_execution(patterns, changed, expected):
    assert filters.passes(changed, patterns) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[source]\nbranch = 'main'\n", "main"),
        ("app = 5\n", ""),
        ("[source]\nbranch = 5\n", None),
        ("source = 1\n", ""),
        ("[source\n", None),
        ("a = " + "[" * 100_000, None),
    ],
)
def test_the_branch_is_found_in_a_file_that_is_wrong_elsewhere(text, expected):
    assert filters.branch_of(text) == expected
