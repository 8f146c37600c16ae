"""Health checks in the words of a target group and of a container."""

import pytest

from fairway.cloudformation.services import checks
from fairway.domain.health import AliveCheck, CommandCheck, HttpCheck, TcpCheck, Timing


def test_a_path_is_asked_for() -> None:
    found = checks.of_targets(HttpCheck(path="/healthz"))

    assert (found["HealthCheckPath"], found["Matcher"]) == ("/healthz", "200-399")
    assert (found["HealthCheckIntervalSeconds"], found["HealthCheckTimeoutSeconds"]) == (5, 2)
    assert (found["HealthyThresholdCount"], found["UnhealthyThresholdCount"]) == (2, 3)


def test_a_path_that_was_only_detected_may_answer_401() -> None:
    assert checks.of_targets(HttpCheck(path="/", accept_below=500))["Matcher"] == "200-499"


@pytest.mark.parametrize("check", [TcpCheck(), AliveCheck(), CommandCheck(command=("true",))])
def test_without_a_path_any_answer_but_an_error_of_the_server_will_do(check: TcpCheck) -> None:
    found = checks.of_targets(check)

    assert (found["HealthCheckPath"], found["Matcher"]) == ("/", "200-499")


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (Timing(interval=0.5, timeout=0.2, retries=1), (5, 2, 2)),
        (Timing(interval=5.0, timeout=30.0, retries=50), (5, 4, 10)),
        (Timing(interval=7.2, timeout=2.1, retries=4), (8, 3, 4)),
        (Timing(interval=900.0, timeout=600.0), (300, 120, 3)),
    ],
)
def test_numbers_are_brought_into_the_range_of_a_target_group(timing: Timing, expected: tuple[int, int, int]) -> None:
    found = checks.of_targets(HttpCheck(path="/", timing=timing))

    keys = ("HealthCheckIntervalSeconds", "HealthCheckTimeoutSeconds", "UnhealthyThresholdCount")
    assert tuple(found[key] for key in keys) == expected


def test_only_a_command_is_run_in_the_container() -> None:
    timing = Timing(interval=1.0, timeout=90.0, retries=20, start_period=900.0)

    assert checks.of_container(HttpCheck(path="/")) is None
    assert checks.of_container(TcpCheck()) is None
    assert checks.of_container(CommandCheck(command=("node", "check.js"), timing=timing)) == {
        "Command": ["CMD", "node", "check.js"],
        "Interval": 5,
        "Timeout": 60,
        "Retries": 10,
        "StartPeriod": 300,
    }
