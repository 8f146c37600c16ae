"""What holds for every template, whatever app it was made from: CloudFormation's limits, wiring that leads somewhere,
names that AWS takes; and cfn-lint, which knows the resources.

`flaws` takes milliseconds and is what the property tests run; `lint` takes tenths of a second for each template.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from fairway.cloudformation.synthesis import synthesize
from fairway.domain.app import App
from fairway.domain.aws.stack import OutputOf, Stack
from support import aws_apps

BYTES, RESOURCES, PARAMETERS, OUTPUTS = 1_000_000, 500, 200, 200
"""CloudFormation's quotas of one template that lies in S3 ("Understand CloudFormation quotas")."""
BODY = 51_200
"""Bytes of a template that goes with the call."""
LOGICAL = re.compile(r"[A-Za-z0-9]{1,255}")
VARIABLE = re.compile(r"\$\{(?!!)([^}]+)\}")
NAMED: Mapping[str, tuple[str, str]] = {
    "AWS::AutoScaling::AutoScalingGroup": ("AutoScalingGroupName", r".{1,255}"),
    "AWS::CloudWatch::Alarm": ("AlarmName", r".{1,255}"),
    "AWS::CodeBuild::Project": ("Name", r"[A-Za-z0-9][A-Za-z0-9_-]{1,149}"),
    "AWS::CodePipeline::Pipeline": ("Name", r"[A-Za-z0-9.@_-]{1,100}"),
    "AWS::CodeConnections::Connection": ("ConnectionName", r".{1,32}"),
    "AWS::CodeStarConnections::Connection": ("ConnectionName", r".{1,32}"),
    "AWS::EC2::LaunchTemplate": ("LaunchTemplateName", r"[A-Za-z0-9().\-/_]{3,128}"),
    "AWS::EC2::SecurityGroup": ("GroupDescription", r"[A-Za-z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}"),
    "AWS::ECR::Repository": (
        "RepositoryName",
        r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*",
    ),
    "AWS::ECS::CapacityProvider": ("Name", r"(?!aws|ecs|fargate)[A-Za-z0-9_-]{1,255}"),
    "AWS::ECS::Cluster": ("ClusterName", r"[A-Za-z0-9_-]{1,255}"),
    "AWS::ECS::Service": ("ServiceName", r"[A-Za-z0-9_-]{1,255}"),
    "AWS::ECS::TaskDefinition": ("Family", r"[A-Za-z0-9_-]{1,255}"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (
        "Name",
        r"(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
    ),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("Name", r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", r"[\w+=,.@-]{1,128}"),
    "AWS::IAM::Role": ("RoleName", r"[\w+=,.@-]{1,64}"),
    "AWS::Logs::LogGroup": ("LogGroupName", r"[.\-_/#A-Za-z0-9]{1,512}"),
    "AWS::RDS::DBInstance": ("DBInstanceIdentifier", r"[a-z](?:-?[a-z0-9]){0,62}"),
    "AWS::S3::Bucket": ("BucketName", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
    "AWS::Scheduler::Schedule": ("Name", r"[0-9A-Za-z_.-]{1,64}"),
    "AWS::Scheduler::ScheduleGroup": ("Name", r"[0-9A-Za-z_.-]{1,64}"),
    "AWS::SecretsManager::Secret": ("Name", r"[A-Za-z0-9/_+=.@-]{1,512}"),
}
"""Each type's name, and what AWS takes for it."""

SHARED = frozenset({"AWS::EC2::SecurityGroup", "AWS::ECS::Service"})
"""What may be called the same: a group by its description, a service in each cluster."""


def unique(apps: Mapping[str, App]) -> dict[str, dict[str, Any]]:
    """Each different template once, under the first app that has it and what tells it from the app's others:
    `stages/production-data`."""
    found: dict[str, dict[str, Any]] = {}
    texts: set[str] = set()
    for name, app in apps.items():
        for stack in synthesize(app, aws_apps.given_of(app)):
            if (text := json.dumps(stack.template)) not in texts:
                texts.add(text)
                found[f"{name}/{short(app, stack)}"] = json.loads(text)
    return found


def sample(templates: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """The names of a few templates in which there is every kind of resource with every set of properties that any of
    them gives it, and every exception from a rule: those whose others differ from them in values alone."""
    left = {name: shapes(template) for name, template in templates.items()}
    chosen = set()
    while name := max(left, key=lambda name: len(left[name]), default=None):
        if not (shown := left.pop(name)):
            break
        chosen.add(name)
        left = {other: those - shown for other, those in left.items()}
    return frozenset(chosen)


def shapes(template: Mapping[str, Any]) -> frozenset[str]:
    """What `sample` has each of at least once."""
    resources = template["Resources"].values()
    properties = {f"{each['Type']} {sorted(each.get('Properties', ()))}" for each in resources}
    exceptions = {
        f"{each['Type']} {json.dumps(each['Metadata'], sort_keys=True)}" for each in resources if "Metadata" in each
    }
    return frozenset(properties | exceptions)


def short(app: App, stack: Stack) -> str:
    """A stack's name without what all of the app's have: `production-data`."""
    return stack.name.removeprefix(f"fairway-{app.name}-")


@cache
def _rules() -> Any:
    from cfnlint.core import get_rules

    return get_rules([], [], ["E", "W"], {}, include_experimental=False)


def lint(template: Mapping[str, Any], region: str = aws_apps.REGION) -> list[str]:
    """What cfn-lint finds, errors and warnings."""
    from cfnlint import ManualArgs
    from cfnlint.api import lint as run

    matches = run(json.dumps(template), rules=_rules(), config=ManualArgs(regions=[region]))
    return [f"{match.rule.id} {'/'.join(map(str, match.path or []))}: {match.message}" for match in matches]


def flaws(stacks: Sequence[Stack]) -> list[str]:
    """What is wrong with the stacks of one app, by CloudFormation's own rules; nothing when all is well."""
    found = [f"two stacks are called {name}" for name in _twice([stack.name for stack in stacks])]
    for place, stack in enumerate(stacks):
        found += [f"{stack.name}: {flaw}" for flaw in (*_sizes(stack), *_references(stack), *_names(stack))]
        found += [f"{stack.name}: {flaw}" for flaw in _wires(stack, stacks[:place])]
    names = [(kind, name) for stack in stacks for kind, name in _named(stack) if kind not in SHARED]
    return [*found, *(f"two are called {name}" for name in _twice(names))]


def _twice(names: Sequence[Any]) -> list[Any]:
    return sorted({name for name in names if names.count(name) > 1})


def _sizes(stack: Stack) -> Iterator[str]:
    for key, most in (("Resources", RESOURCES), ("Parameters", PARAMETERS), ("Outputs", OUTPUTS)):
        if (count := len(stack.template.get(key, {}))) > most:
            yield f"{count} {key.lower()}"
        yield from (f"{name} is no logical id" for name in stack.template.get(key, {}) if not LOGICAL.fullmatch(name))
    if (size := len(json.dumps(stack.template).encode())) > BYTES:
        yield f"{size} bytes"
    if not stack.template.get("Resources"):
        yield "nothing in it"


def _references(stack: Stack) -> Iterator[str]:
    """What leads nowhere, and parameters and conditions that nothing leads to."""
    template = stack.template
    resources, parameters = set(template["Resources"]), set(template.get("Parameters", {}))
    conditions = set(template.get("Conditions", {}))
    used = {(kind, name) for kind, name in _uses(template) if not name.startswith("AWS::")}
    for kind, name in sorted(used):
        known = {"condition": conditions, "attribute": resources}.get(kind, resources | parameters)
        if name not in known:
            yield f"{kind} of {name}, which is not there"
    yield from (f"parameter {name} is for nothing" for name in sorted(parameters - {name for _, name in used}))
    yield from (
        f"condition {name} is for nothing" for name in sorted(conditions - {n for k, n in used if k == "condition"})
    )


def _uses(value: Any) -> Iterator[tuple[str, str]]:
    """Each name that a part of a template leads to: ("reference", "Vpc")."""
    if isinstance(value, list):
        for each in value:
            yield from _uses(each)
    if not isinstance(value, dict):
        return
    for key, each in value.items():
        match key, each:
            case "Ref", str():
                yield "reference", each
            case "Fn::GetAtt", [str() as name, *_]:
                yield "attribute", name
            case "Fn::GetAtt", str():
                yield "attribute", each.split(".")[0]
            case "Fn::Sub", str():
                yield from _variables(each, {})
            case "Fn::Sub", [str() as text, dict() as given]:
                yield from _variables(text, given)
                yield from _uses(given)
            case "Fn::If", [str() as name, *rest]:
                yield "condition", name
                yield from _uses(rest)
            case "Condition", str():
                yield "condition", each
            case "DependsOn", str() | list():
                yield from (("attribute", name) for name in ([each] if isinstance(each, str) else each))
            case _:
                yield from _uses(each)


def _variables(text: str, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in VARIABLE.findall(text):
        if name not in given:
            yield ("attribute", name.split(".")[0]) if "." in name else ("reference", name)


def _names(stack: Stack) -> Iterator[str]:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,127}", stack.name):
        yield "it can't be called that"
    for kind, name in _named(stack):
        if not re.fullmatch(NAMED[kind][1], name):
            yield f"{kind} can't be called {name}"


def _named(stack: Stack) -> Iterator[tuple[str, str]]:
    """Each resource's type and name, where it has one that is known before it is made."""
    for resource in stack.template["Resources"].values():
        property_, _ = NAMED.get(resource["Type"], ("", ""))
        name = resource.get("Properties", {}).get(property_)
        if isinstance(name, str):
            yield resource["Type"], name


def _wires(stack: Stack, earlier: Sequence[Stack]) -> Iterator[str]:
    parameters = stack.template.get("Parameters", {})
    yield from (f"{name} is given, and no parameter" for name in stack.parameters if name not in parameters)
    for name, parameter in parameters.items():
        match stack.parameters.get(name):
            case None if "Default" not in parameter:
                yield f"nothing gives {name}"
            case OutputOf(stack=source, output=output):
                known = {each.name: each.template.get("Outputs", {}) for each in earlier}
                if output not in known.get(source, {}):
                    yield f"{name} comes from {output} of {source}, which is not there before it"
            case _:
                pass
