"""A domain without a certificate as it should be, as a line."""

from typing import Any

import pytest

from fairway.cli.commands import status
from fairway.domain.certificates import State
from fairway.wire import certificatelines
from fairway.wire.certificates import Standing
from support.certificate_desk import FAILURE, GIVEN, HOST, ORDERED, stand
from support.cli_server import environment

NOW = FAILURE.again - 300.0
GIVE = f"fairway certificates add {HOST} --chain FILE --key FILE"
ORDER = f"now: fairway certificates order {HOST}"


def line(state: State, **changes: Any) -> str:
    return certificatelines.line(Standing.of(stand(state, **changes)).model_dump(), now=NOW)


@pytest.mark.parametrize(
    ("state", "changes", "expected"),
    [
        (State.SECURE, {"certificate": GIVEN}, ""),
        (
            State.ORDERING,
            {"cause": "its certificate is being ordered"},
            f"{HOST}  no certificate yet: its certificate is being ordered",
        ),
        (
            State.FAILED,
            {"failure": FAILURE, "cause": FAILURE.cause},
            f"{HOST}  no certificate: {FAILURE.cause}; tried again in 5 min; {ORDER}",
        ),
        (
            State.ENDED,
            {"certificate": GIVEN, "cause": "it ended"},
            f"{HOST}  served with a certificate that has ended: it ended; {GIVE}",
        ),
        (
            State.ENDED,
            {"certificate": ORDERED, "cause": "it ended"},
            f"{HOST}  served with a certificate that has ended: it ended; {ORDER}",
        ),
        (
            State.PLAIN,
            {"cause": "no authority is set"},
            f"{HOST}  served by HTTP alone: no authority is set; {GIVE}",
        ),
    ],
)
def test_it_says_what_is_wrong_and_what_to_do(state: State, changes: dict[str, Any], expected: str) -> None:
    assert line(state, **changes) == expected


def test_one_that_could_not_be_renewed_is_told_while_there_is_time() -> None:
    assert line(State.SECURE, certificate=ORDERED, failure=FAILURE).startswith(
        f"{HOST}  not renewed: {FAILURE.cause}, which leaves 20833 d"
    )


def test_an_authoritys_words_move_no_cursor() -> None:
    assert "\x1b" not in line(State.FAILED, cause="\x1b[2Jgone")


def test_the_status_has_a_line_for_each_that_is_not_well_and_none_for_the_others() -> None:
    well = Standing.of(stand(host="blog.example.org", certificate=ORDERED)).model_dump()
    failed = Standing.of(stand(State.FAILED, cause="no record")).model_dump()

    shown = status.environment_lines(environment(domains=[well, failed]), NOW)

    assert [each for each in shown if "example.org" in each] == [f"    {HOST}  no certificate: no record; {ORDER}"]


def test_an_older_server_says_nothing_of_domains() -> None:
    assert not any("certificate" in each for each in status.environment_lines(environment(), NOW))
