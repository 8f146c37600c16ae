"""What a stage's one line says of a build."""

import pytest

from fairway.build.summary import Steps, count_tests, first_failure


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


@pytest.mark.parametrize(
    "line",
    [
        "not ok 2 - adds",
        "    not ok 1 - adds two numbers",
        "\x1b[31m✖ adds (0.5ms)\x1b[39m",
        "  × src/sum.test.ts > adds",
        "  ● sum › adds",
        "  1 failing",
        "FAIL src/sum.test.ts",
        "FAILED tests/test_sum.py::test_adds - assert 1 == 2",
        "FAIL: test_adds (test_sum.Sum)",
        "ERROR: test_adds (test_sum.Sum)",
    ],
)
def test_the_first_test_that_failed_is_found_in_each_runners_wording(line: str) -> None:
    lines = ["# Subtest: passes", "ok 1 - passes", "1 passing", line, "not ok 9 - later", "# duration_ms 113.9"]

    assert first_failure(lines) == line.replace("\x1b[31m", "").replace("\x1b[39m", "").strip()


def test_where_no_runner_names_one_the_last_line_is_told() -> None:
    assert first_failure(["ERROR: all is lost", "sh: 1: mocha: not found", ""]) == "sh: 1: mocha: not found"
    assert first_failure([]) == ""


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


@pytest.mark.parametrize(
    ("tool", "install", "named"),
    [
        ("npm install --global --force --no-audit pnpm@9", "pnpm install --frozen-lockfile", "pnpm install cached"),
        ("npm install -g yarn", "yarn install --immutable", "yarn install cached"),
        (
            "/opt/poetry/bin/pip install poetry",
            "poetry export && pip install -r /tmp/requirements.txt",
            "pip install cached",
        ),
        ("/opt/uv/bin/pip install uv", "uv sync --locked", "uv sync cached"),
        ("uv pip install --python /venv/bin/python gunicorn", "uv sync --locked", "uv sync cached"),
    ],
)
def test_a_tool_that_is_cached_is_no_cached_install(tool: str, install: str, named: str) -> None:
    anew, cached = Steps(lambda line: None), Steps(lambda line: None)

    for steps, end in ((anew, "done 9.1s"), (cached, "cached")):
        for line in (f"[tools 1/1] RUN {tool}", "[tools 1/1] cached", f"[deps 1/1] RUN {install}", f"[deps 1/1] {end}"):
            steps(line)
        steps("[production 2/3] COPY . .")
        steps("[production 2/3] done 0.1s")

    assert (anew.describe(), cached.describe()) == ("", named)


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
