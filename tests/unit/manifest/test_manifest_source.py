"""`[source]`: which pushes start an execution, and what can't stand there."""

import pytest

from fairway.domain.app import Filter, Patterns, PullEvent, Source
from fairway.domain.schedule import Schedule
from fairway.errors import Finding, UsageError
from fairway.manifest import load


def source(text: str) -> Source:
    return load.load(f'app = "a"\n[source]\n{text}').source


def findings(text: str) -> list[Finding]:
    with pytest.raises(UsageError) as caught:
        source(text)
    return list(caught.value.findings)


def only(text: str) -> Finding:
    (found,) = findings(text)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Source()),
        ('branch = "main"', Source(branch="main")),
        ('branches = ["main"]', Source(branches=Patterns(includes=("main",)), by_branch=False)),
        ('tags = ["v*"]', Source(tags=Patterns(includes=("v*",)), by_branch=False)),
        ('branch = "master"\ntags = ["v*"]', Source(tags=Patterns(includes=("v*",)))),
        ('schedule = "0  3 * * 1"', Source(schedule=Schedule(cron="0 3 * * 1"))),
        (
            'schedule = "0 3 * * 1"\ntimezone = "Europe/Berlin"',
            Source(schedule=Schedule(cron="0 3 * * 1", zone="Europe/Berlin")),
        ),
        (
            'branches = { excludes = ["wip/**"] }\npaths = ["src/**"]',
            Source(branches=Patterns(excludes=("wip/**",)), paths=("src/**",), by_branch=False),
        ),
        (
            '[[source.filters]]\nbranches = ["a"]\nfiles = { includes = ["b"], excludes = ["c"] }\n'
            '[[source.filters]]\ntags = ["d"]',
            Source(
                filters=(
                    Filter(branches=Patterns(includes=("a",)), files=Patterns(includes=("b",), excludes=("c",))),
                    Filter(tags=Patterns(includes=("d",))),
                ),
                by_branch=False,
            ),
        ),
        (
            '[[source.filters]]\npull_requests = ["opened", "closed"]\nbranches = ["a"]',
            Source(
                filters=(
                    Filter(
                        pull_requests=(PullEvent.OPENED, PullEvent.CLOSED),
                        branches=Patterns(includes=("a",)),
                    ),
                ),
            ),
        ),
    ],
)
def test_the_filters_are_read_and_with_one_of_tags_the_branch_counts_only_when_it_is_written(text, expected) -> None:
    assert source(text) == expected


@pytest.mark.parametrize(
    ("text", "key", "hint"),
    [
        ('branches = "main"', "source.branches", 'a list stands in brackets: ["main"]'),
        ("branches = []", "source.branches", ""),
        ("branches = {}", "source.branches", ""),
        ('branches = { include = ["a"] }', "source.branches", '"include" is not known here; includes and excludes are'),
        ('branches = { includes = "a" }', "source.branches", ""),
        ('branches = ["!main"]', "source.branches", 'excludes have a list of their own: excludes = ["main"]'),
        ('branches = ["refs/heads/a/b"]', "source.branches", 'without refs/…/: "a/b"'),
        ('tags = ["v[0-9"]', "source.tags", '"v[0-9": a set […] is not closed'),
        (f'tags = ["{"v" * 256}"]', "source.tags", "a pattern has at most 255 characters"),
        ('tags = ["v*", 1]', "source.tags", ""),
        ('paths = ["a"]\ntags = ["v*"]', "source.paths", 'write branch = "master", or files in a filter'),
        (
            'schedule = "0 3 * *"',
            "source.schedule",
            "it has 4 of the 5 fields minute, hour, day, month, day of the week",
        ),
        ('schedule = "0 0 30 2 *"\ntimezone = "UTC"', "source.schedule", "such a day never comes"),
        ("schedule = 3", "source.schedule", ""),
        ('timezone = "UTC"', "source.timezone", 'schedule = "0 3 * * 1"'),
        (
            'schedule = "0 3 * * 1"\ntimezone = "Berlin"',
            "source.timezone",
            'the nearest one is "Europe/Berlin"',
        ),
        ('schedule = "0 3 * * 1"\ntimezone = "../../etc/passwd"', "source.timezone", ""),
        ("filters = 1", "source.filters", "each of them begins: [[source.filters]]"),
        ("filters = [1]", "source.filters[0]", "a table begins: [[source.filters]]"),
        ("filters = [{}]", "source.filters[0]", 'for example: branches = ["main"]'),
        ('filters = [{ files = ["a"] }]', "source.filters[0].files", 'branches = ["**"] is all'),
        (
            'filters = [{ pull_requests = ["opened"], tags = ["b"] }]',
            "source.filters[0].tags",
            "leave it out, or give it a filter of its own",
        ),
        (
            'filters = [{ pull_requests = ["opened"] }]',
            "source.filters[0].pull_requests",
            'branches = ["**"] is all',
        ),
        (
            'filters = [{ pull_requests = "opened", branches = ["a"] }]',
            "source.filters[0].pull_requests",
            'a list stands in brackets: ["opened"]',
        ),
        (
            'filters = [{ tags = ["a"], branches = ["b"] }]',
            "source.filters[0].tags",
            "two filters: what one of them takes starts an execution",
        ),
        (
            "filters = [{ branch = 1 }]",
            "source.filters[0].branch",
            "the nearest valid key is source.filters[0].branches",
        ),
    ],
)
def test_what_can_t_stand_there_is_told_with_what_to_write(text, key, hint) -> None:
    found = findings(text)[0]

    assert (found.key, found.hint) == (key, hint)


def test_a_filter_that_is_wrong_does_not_move_the_lines_of_those_behind_it() -> None:
    found = findings("filters = [\n1,\n2,\n{ brnches = ['a'] }\n]")

    assert [(each.line, each.key) for each in found] == [
        (4, "source.filters[0]"),
        (5, "source.filters[1]"),
        (6, "source.filters[2].brnches"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[source]\nbranch = 'main'\n[servces]\n", Source(branch="main")),
        ("[source]\nbranches = ['main']\nx = 1\n", Source(branches=Patterns(includes=("main",)), by_branch=False)),
        ("app = 5\n", Source()),
        ("source = 1\n", Source()),
        ("[source]\nbranch = 5\n", None),
        ("[source]\ntags = 5\n", None),
        ("[source\n", None),
        ("a = " + "[" * 100_000, None),
        ("a = " + "[" * 60 + "]" * 60, None),
    ],
)
def test_the_filters_are_found_in_a_file_that_is_wrong_elsewhere(text, expected) -> None:
    assert load.source_of(text) == expected
