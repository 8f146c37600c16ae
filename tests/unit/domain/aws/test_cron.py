"""cron's five fields in AWS's six."""

import pytest

from fairway.domain.aws import cron
from fairway.errors import UsageError


@pytest.mark.parametrize(
    ("five", "six"),
    [
        ("0 3 * * 1", "cron(0 3 ? * 2 *)"),
        ("0 3 * * *", "cron(0 3 * * ? *)"),
        ("*/5 * * * *", "cron(0/5 * * * ? *)"),
        ("*/7 * * * *", "cron(0/7 * * * ? *)"),
        ("5,20 9-17 * * MON-FRI", "cron(5,20 9-17 ? * 2-6 *)"),
        ("0 22-2 * * *", "cron(0 0-2,22-23 * * ? *)"),
        ("0 0 * * 7", "cron(0 0 ? * 1 *)"),
        ("0 0 * * 0,6", "cron(0 0 ? * 1,7 *)"),
        ("0 0 L * *", "cron(0 0 L * ? *)"),
        ("0 0 * * 5#2", "cron(0 0 ? * 6#2 *)"),
        ("0 0 * * L5", "cron(0 0 ? * 6L *)"),
        ("0 0 1 jan,jul *", "cron(0 0 1 1,7 ? *)"),
        ("0 0 1 * 0-6", "cron(0 0 * * ? *)"),
        ("0 0 1-31 * 1", "cron(0 0 * * ? *)"),
        ("0 0 5,* * 1,*", "cron(0 0 * * ? *)"),
    ],
)
def test_it_is_said_in_six_fields(five: str, six: str) -> None:
    assert cron.problem(five) == ""
    assert cron.expression(five) == six


@pytest.mark.parametrize(
    ("five", "why"),
    [
        ("0 0 1 * 1", cron.BOTH),
        ("0 0 1-31 * 5#2", cron.BOTH),
        ("0 0 1,L * *", cron.MANY_LAST),
        ("0 0 * * 1#1,3#2", cron.MANY_NTH),
    ],
)
def test_what_aws_cannot_say_is_refused_by_name(five: str, why: str) -> None:
    assert cron.problem(five) == why

    with pytest.raises(UsageError) as caught:
        cron.expression(five)

    assert five in caught.value.what and caught.value.why == why
