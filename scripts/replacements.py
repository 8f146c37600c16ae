"""Makes the table of properties whose change makes CloudFormation replace a resource, from the schemas in cfn-lint.

python scripts/replacements.py
python scripts/replacements.py --check
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cfnlint

TABLE = Path(__file__).parents[1] / "src" / "fairway" / "cloudformation" / "replacements.json"
SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"
REGION = "us-east-1"
"""It has every type first."""
PREFIX = "/properties/"
KEYS = {"always": "createOnlyProperties", "perhaps": "conditionalCreateOnlyProperties"}
SERVICES = (
    "ApplicationAutoScaling",
    "AutoScaling",
    "CertificateManager",
    "CloudWatch",
    "CodeBuild",
    "CodeConnections",
    "CodePipeline",
    "CodeStarConnections",
    "DynamoDB",
    "ECR",
    "ECS",
    "ElasticLoadBalancingV2",
    "Events",
    "KMS",
    "Logs",
    "RDS",
    "Route53",
    "S3",
    "SNS",
    "SQS",
    "Scheduler",
    "SecretsManager",
    "ServiceDiscovery",
)
EC2_AND_IAM = (
    "AWS::EC2::EIP",
    "AWS::EC2::FlowLog",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::LaunchTemplate",
    "AWS::EC2::NatGateway",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCEndpoint",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::IAM::RolePolicy",
)
"""Of these two services' two hundred types only what an app can need."""


def table() -> Mapping[str, Mapping[str, list[str]]]:
    """Each type with the paths of its properties: `always`, and `perhaps`, when it depends on what else there is."""
    files = json.loads((SCHEMAS / "providers" / f"{REGION}.json").read_text(encoding="utf-8"))
    wanted = [name for name in files if name in EC2_AND_IAM or name.split("::")[1] in SERVICES]
    return {name: paths(files[name]) for name in sorted(wanted)}


def paths(file: str) -> Mapping[str, list[str]]:
    """One type's part."""
    schema: dict[str, Any] = json.loads((SCHEMAS / "resources" / f"{file}.json").read_text(encoding="utf-8"))
    return {name: sorted({below(each) for each in schema.get(key, ())}) for name, key in KEYS.items()}


def below(pointer: str) -> str:
    """`/properties/A/B` gives `A/B`. What is said of a list's items counts for the whole list."""
    return pointer.removeprefix(PREFIX).partition("/*")[0]


def text() -> str:
    """The file, one type on a line, so that a difference can be read."""
    date = json.loads((SCHEMAS / "version.json").read_text(encoding="utf-8"))["schema_date"][:10]
    lines = [f"    {json.dumps(name)}: {json.dumps(each)}" for name, each in table().items()]
    return f'{{\n  "date": "{date}",\n  "types": {{\n' + ",\n".join(lines) + "\n  }\n}\n"


def main(arguments: list[str]) -> int:
    """Write the table, or with `--check` say whether it is stale; the exit status."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python scripts/replacements.py [--check]\n")
        return 2
    if not arguments:
        TABLE.write_text(text(), encoding="utf-8")
        return 0
    if TABLE.read_text(encoding="utf-8") == text():
        return 0
    sys.stderr.write(f"{TABLE.name} is out of date: run python scripts/replacements.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
