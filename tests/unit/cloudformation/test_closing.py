"""What the services' template comes to for each door of an environment that may be closed."""

from typing import Any

import pytest

from fairway.adapters.memory import cloud_values
from fairway.adapters.memory.cloud_resources import in_order
from fairway.adapters.memory.cloud_values import Scope
from fairway.cloudformation import wires
from fairway.cloudformation.roles import services_role
from fairway.cloudformation.synthesis import synthesize
from fairway.domain.app import App
from fairway.domain.aws import doors
from fairway.domain.aws.doors import Door
from fairway.domain.aws.stack import Kind
from fairway.domain.closedpage import PAGE
from support import aws_apps, iam

MOST = 1024
"""Characters of a fixed response's body (Elastic Load Balancing, FixedResponseActionConfig)."""


def templates(app: App) -> dict[Kind, Any]:
    return {stack.kind: stack.template for stack in synthesize(app, aws_apps.given_of(app))}


def scope(door: str) -> Scope:
    parameters = {wires.IMAGE_DIGEST: "sha256:" + "1c" * 32, doors.PARAMETER: door}
    template = templates(aws_apps.closing())[Kind.SERVICES]
    return Scope(template=template, stack="services", parameters=parameters, physical={})


def properties(door: str, logical: str) -> Any:
    found = scope(door)
    return cloud_values.resolve(found.template["Resources"][logical]["Properties"], found)


@pytest.mark.parametrize(("door", "shown"), [("open", False), ("closing", True), ("closed", True), ("opening", False)])
def test_the_page_stands_before_the_services_while_it_is_shut(door: str, shown: bool) -> None:
    assert ("ClosedPage" in in_order(scope(door))) is shown


def test_every_request_gets_the_page_and_the_services_stay_behind_their_listener() -> None:
    rule, listener = properties("closed", "ClosedPage"), properties("closed", "Listener")

    assert rule["Conditions"] == [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["*"]}}]
    (action,) = rule["Actions"]
    assert action["FixedResponseConfig"] == {"StatusCode": "503", "ContentType": "text/html", "MessageBody": PAGE}
    assert len(PAGE) <= MOST
    assert listener["DefaultActions"] == [{"Type": "forward", "TargetGroupArn": "<Targets>"}]


@pytest.mark.parametrize(
    ("door", "web", "worker"), [("open", None, 2), ("closing", None, 2), ("closed", 0, 0), ("opening", 2, 2)]
)
def test_services_have_no_task_while_it_is_closed_and_come_back_with_their_counts(
    door: str, web: int | None, worker: int
) -> None:
    assert properties(door, "RunningWeb").get("DesiredCount") == web
    assert properties(door, "RunningWorker")["DesiredCount"] == worker


@pytest.mark.parametrize("door", Door)
def test_ecs_goes_back_by_itself_but_not_to_what_fails_on_the_new_schema(door: Door) -> None:
    breaker = properties(door, "RunningWeb")["DeploymentConfiguration"]["DeploymentCircuitBreaker"]

    assert breaker == {"Enable": True, "Rollback": door is not Door.OPENING}


@pytest.mark.parametrize(("door", "rests"), [("open", False), ("closing", True), ("closed", True), ("opening", False)])
def test_nothing_starts_a_task_while_it_is_shut(door: str, rests: bool) -> None:
    state = properties(door, "ScaledWeb")["SuspendedState"]

    assert set(state.values()) == {rests} and len(state) == 3
    assert properties(door, "ScheduleReport")["State"] == ("DISABLED" if rests else "ENABLED")


def test_jobs_begin_again_after_the_services() -> None:
    resources = scope("opening").template["Resources"]

    assert {"RunningWeb", "RunningWorker"} <= set(resources["ScheduleReport"]["DependsOn"])


def test_an_environment_that_is_never_closed_has_none_of_it() -> None:
    made = templates(aws_apps.databases())
    template = made[Kind.SERVICES]

    assert doors.PARAMETER not in template["Parameters"] and set(template["Conditions"]) == {"HasImage"}
    assert "ClosedPage" not in template["Resources"]
    allowed = iam.statements(made[Kind.DATA], services_role.ROLE)
    assert not [
        action for each in allowed for action in each.actions if "elasticloadbalancing" in action and "Rule" in action
    ]
