"""What a stage's one line says of a build."""

import pytest

from fairway.build.summary import Steps, count_tests


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("Tests:       1 skipped, 211 passed, 212 total", 211),
        ("      Tests  8 passed (8)", 8),
        ("  34 passing (2s)", 34),
        ("# pass 12", 12),
        ("\x1b[34mℹ pass 3\x1b[39m", 3),
        ("======= 12 passed, 1 warning in 0.31s =======", 12),
        ("Ran 5 tests in 0.001s", 5),
    ],
)
def test_the_number_of_tests_is_read_in_each_runners_wording(line: str, count: int) -> None:
    assert count_tests(["begin", line, "end"]) == count


def test_other_output_counts_nothing() -> None:
    assert count_tests(["all good", "passed"]) is None


def test_a_step_that_the_tests_ran_is_not_called_cached() -> None:
    steps = Steps(lambda line: None)

    for line in ("[deps 2/3] RUN npm ci", "[deps 2/3] done 4.2s", "[deps 2/3] RUN npm ci", "[deps 2/3] cached"):
        steps(line)

    assert steps.describe() == ""


def test_a_build_that_copied_changed_code_is_not_called_cached_altogether() -> None:
    steps = Steps(lambda line: None)

    for line in (
        "[deps 1/1] RUN npm ci",
        "[deps 1/1] cached",
        "[production 2/3] COPY . .",
        "[production 2/3] done 0.1s",
    ):
        steps(line)

    assert steps.describe() == "npm ci cached"


def test_a_cached_install_is_named() -> None:
    steps = Steps(lambda line: None)

    for line in (
        "[deps 2/3] RUN --mount=type=cache,target=/var/cache/npm npm ci --no-audit",
        "[deps 2/3] cached",
        "[build 1/2] RUN npm run build",
        "[build 1/2] done 4.2s",
    ):
        steps(line)

    assert steps.describe() == "npm ci cached"
