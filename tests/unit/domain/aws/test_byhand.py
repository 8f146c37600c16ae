"""What of CloudFormation's drift somebody's hand has done."""

from fairway.domain.aws import byhand
from fairway.domain.aws.seen import Drifted


def test_a_schedule_that_is_not_found_is_in_a_group_where_aws_does_not_look() -> None:
    changed = Drifted(logical="ScheduleReport", type=byhand.SCHEDULE, properties=("/State",))

    found = byhand.told([Drifted(logical="ScheduleSweep", type=byhand.SCHEDULE, gone=True), changed])

    assert found == (changed,)


def test_bounds_that_scheduled_actions_set_were_set_by_no_hand() -> None:
    bounds = Drifted(logical="ScaledWeb", type=byhand.TARGET, properties=("/MaxCapacity", "/MinCapacity"))
    more = Drifted(logical="ScaledApi", type=byhand.TARGET, properties=("/MinCapacity", "/ScheduledActions/0"))
    gone = Drifted(logical="ScaledJob", type=byhand.TARGET, gone=True)

    found = byhand.told([bounds, more, gone])

    assert [(each.logical, each.properties) for each in found] == [
        ("ScaledApi", ("/ScheduledActions/0",)),
        ("ScaledJob", ()),
    ]


def test_everything_else_is_told() -> None:
    others = (
        Drifted(logical="Vpc", type="AWS::EC2::VPC", properties=("/Tags",)),
        Drifted(logical="Group", type="AWS::EC2::SecurityGroup", gone=True),
    )

    assert byhand.told(others) == others
