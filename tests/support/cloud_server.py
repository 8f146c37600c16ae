"""moto's server as a process of its own, mended where it would lead `fairway aws` astray, for tests that kill commands.

moto computes no outputs when a change set is executed, makes a second stack of a name for a second proposal, takes the
earlier value of a list for a list, asks no conditions when it compares templates, has no termination protection, no
connections and no executions of pipelines, and leaves resources out whose type it does not know, with every output that
names them. Here that is made up for as far as `fairway aws` asks. A resource of such a
type is a name and no more (a secret is one of Secrets Manager's too): what a service would do with it is not tested.

    python -c "from support import cloud_server; cloud_server.serve()"
"""

import json
import sys
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.common_models import CloudFormationModel
from moto.core.responses import ActionResult
from moto.secretsmanager.models import secretsmanager_backends
from moto.server import DomainDispatcherApplication, ThreadedMotoServer

from support import moto_conditions

MADE_UP = (
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::CloudWatch::Alarm",
    "AWS::CodeBuild::Project",
    "AWS::EC2::FlowLog",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::ECS::ClusterCapacityProviderAssociations",
)


class Named(CloudFormationModel):
    """A resource that is a name and no more."""

    def __init__(self, name: str) -> None:
        self.physical_resource_id = name

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Nothing::Named"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return True

    def get_cfn_attribute(self, attribute: str) -> str:
        return f"{self.physical_resource_id}.{attribute}"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "Named":
        return cls(f"{resource_name}-{uuid.uuid4().hex[:6]}")

    @classmethod
    def update_from_cloudformation_json(cls, original_resource: "Named", *_: Any, **__: Any) -> "Named":
        return original_resource

    @classmethod
    def delete_from_cloudformation_json(cls, *_: Any, **__: Any) -> None:
        return None

    def is_created(self) -> bool:
        return True


class Pipeline(Named):
    """A pipeline that never runs."""

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "Pipeline":
        return cls(cloudformation_json["Properties"]["Name"])


class Connection(Named):
    """A connection that nobody has authorized."""

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "Connection":
        return cls(f"arn:aws:codeconnections:{region_name}:{account_id}:connection/{uuid.uuid4()}")


class Secret(Named):
    """A secret that Secrets Manager has too."""

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> "Secret":
        properties = cloudformation_json["Properties"]
        name = properties.get("Name") or f"{resource_name}-{uuid.uuid4().hex[:6]}"
        # moto can't be asked to make one of letters and digits alone.
        text = "a1B2c3D4" * 8 if "GenerateSecretString" in properties else None
        made = secretsmanager_backends[account_id][region_name].create_secret(
            name, text, None, None, None, None, None, [], False
        )
        return cls(json.loads(made)["ARN"])


KINDS = {
    "AWS::CodeConnections::Connection": Connection,
    "AWS::CodePipeline::Pipeline": Pipeline,
    "AWS::SecretsManager::Secret": Secret,
}


def mend() -> None:
    """Make up for what moto lacks, in this process."""
    moto_conditions.mend()
    parsing.get_model_map().update(dict.fromkeys(MADE_UP, Named) | KINDS)
    execute, propose = CloudFormationBackend.execute_change_set, CloudFormationBackend.create_change_set
    dispatch = DomainDispatcherApplication.__call__

    def propose_for_one_stack(
        self: Any, stack_name: str, *arguments: Any, parameters: Mapping[str, Any], **named: Any
    ) -> tuple[str, str]:
        for stack in list(self.stacks.values()):
            if stack.name == stack_name and stack.status == "REVIEW_IN_PROGRESS":
                del self.stacks[stack.stack_id]
        values = {name: ",".join(each) if isinstance(each, list) else each for name, each in parameters.items()}
        answer: tuple[str, str] = propose(self, stack_name, *arguments, parameters=values, **named)
        return answer

    def answer_for_connections(self: Any, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("HTTP_X_AMZ_TARGET", "").endswith(".GetConnection"):
            start_response("200 OK", [("Content-Type", "application/x-amz-json-1.0")])
            return [json.dumps({"Connection": {"ConnectionStatus": "PENDING"}}).encode()]
        answer: Iterable[bytes] = dispatch(self, environ, start_response)
        return answer

    def execute_with_outputs(self: Any, change_set_name: str, stack_name: str | None = None) -> None:
        execute(self, change_set_name, stack_name)
        for stack in self.stacks.values():
            if stack.status.endswith("_COMPLETE"):
                stack._parse_template()
                stack.output_map = stack._create_output_map()

    def update_termination_protection(self: Any) -> ActionResult:
        stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
        stack.enable_termination_protection = self._get_bool_param("EnableTerminationProtection")
        return ActionResult({"StackId": stack.stack_id})

    DomainDispatcherApplication.__call__ = answer_for_connections
    CloudFormationBackend.create_change_set = propose_for_one_stack
    CloudFormationBackend.execute_change_set = execute_with_outputs
    CloudFormationResponse.update_termination_protection = update_termination_protection


def serve() -> None:
    """Print the port, and serve until standard input ends."""
    mend()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    sys.stdout.write(f"{server.get_host_and_port()[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()
