"""What an environment's own commands need of the services' stack."""

from collections.abc import Mapping
from typing import Any

from fairway.cloudformation import wires
from fairway.cloudformation.services import stack as services
from fairway.domain.action import Command, Placed, Request
from fairway.domain.app import App
from fairway.domain.aws.wanted import Hosting, Nat, OwnNetwork
from fairway.domain.managed import Managed
from support import aws_apps, iam

SMOKE = Placed(action=Command(name="smoke", command=("npm", "run", "smoke")))
CALL = Placed(action=Request(name="tell", url="https://hooks.example/x"))
OWN = {wires.ACTION_SUBNETS, wires.ACTION_GROUPS, wires.ACTION_ROLE, wires.ACTION_TASK_ROLE, wires.ACTION_LOGS}


def template(of: App) -> Mapping[str, Any]:
    found: Mapping[str, Any] = services.make(of, of.environments[0], ()).to_dict()
    return found


def test_a_command_runs_in_the_services_subnets_and_groups() -> None:
    environment = aws_apps.make_environment(actions=(SMOKE,), databases=(Managed(name="main"),))

    outputs = template(aws_apps.make_app(environment))["Outputs"]

    assert outputs[wires.ACTION_SUBNETS]["Value"] == {"Fn::Join": [",", {"Ref": "PrivateSubnets"}]}
    assert outputs[wires.ACTION_GROUPS]["Value"] == {
        "Fn::Join": [",", [{"Ref": "TaskGroup"}, {"Ref": "DatabaseClients"}]]
    }


def test_where_tasks_have_addresses_of_their_own_it_runs_beside_them() -> None:
    of = aws_apps.make_app(
        aws_apps.make_environment(actions=(SMOKE,)),
        hosting={"production": Hosting(public_tasks=True)},
        network=OwnNetwork(nat=Nat.NONE),
    )

    assert template(of)["Outputs"][wires.ACTION_SUBNETS]["Value"] == {"Fn::Join": [",", {"Ref": "PublicSubnets"}]}


def test_it_may_do_what_the_app_may_and_ecs_reads_the_variables_of_such_tasks_alone() -> None:
    found = template(aws_apps.make_app(aws_apps.make_environment(actions=(SMOKE,))))

    assert found["Outputs"][wires.ACTION_TASK_ROLE]["Value"] == {"Fn::GetAtt": ["TaskRole", "Arn"]}
    secrets = [
        resource
        for each in iam.statements(found, "ActionRole")
        if "secretsmanager:GetSecretValue" in each.actions
        for resource in each.resources
    ]
    assert [each.rpartition(":")[2] for each in secrets] == ["fairway/shop-api/production/job-" + "?" * 12 + "-??????"]


def test_without_a_command_there_is_nothing_of_it() -> None:
    found = template(aws_apps.make_app(aws_apps.make_environment(actions=(CALL,))))

    assert "ActionRole" not in found["Resources"] and not OWN & set(found["Outputs"])
