"""A small judge of IAM: whether a role's policies allow a call, and what a template's functions come to in one account.

It knows Allow alone, which is all that Fairway's roles have, wildcards, and the operators of conditions that they use.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

ACCOUNT, REGION = "123456789012", "eu-central-1"
PSEUDO = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws"}
SUBSTITUTED = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """One statement with its functions resolved."""

    role: str
    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def allows(self, action: str, resource: str, context: Mapping[str, str]) -> bool:
        """Whether this statement alone is enough."""
        return (
            any(wild(pattern.lower(), action.lower()) for pattern in self.actions)
            and any(wild(pattern, resource) for pattern in self.resources)
            and all(
                holds(operator, values, context.get(key))
                for operator, keys in self.conditions.items()
                for key, values in keys.items()
            )
        )


def wild(pattern: str, text: str) -> bool:
    """IAM's wildcards: `*` any characters, slashes and colons too, `?` one."""
    return expression(pattern).fullmatch(text) is not None


@cache
def expression(pattern: str) -> re.Pattern[str]:
    """A wildcard's pattern as a regular expression: the same few are held against thousands of texts."""
    return re.compile("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern))


def holds(operator: str, values: Sequence[str], found: str | None) -> bool:
    """Whether a condition holds. A key that is not there makes it false."""
    if found is None:
        return False
    match operator:
        case "StringEquals" | "Bool":
            return found in values
        case "ArnLike" | "ArnEquals" | "StringLike":
            return any(wild(value, found) for value in values)
    raise AssertionError(f"{operator} is unknown here")


def statements(template: Mapping[str, Any], role: str) -> tuple[Allowed, ...]:
    """What the role of that logical id allows."""
    return tuple(
        read(template, role, statement)
        for policy in (*inline(template, role), *attached(template, role))
        for statement in listed(policy["PolicyDocument"]["Statement"])
    )


def inline(template: Mapping[str, Any], role: str) -> list[Mapping[str, Any]]:
    """The role's own policies."""
    found = template["Resources"][role]
    assert found["Type"] == "AWS::IAM::Role"
    return list(found["Properties"].get("Policies", ()))


def attached(template: Mapping[str, Any], role: str) -> list[Mapping[str, Any]]:
    """The policies of the same template that are attached to it. One of AWS's own can't be judged here."""
    arns = template["Resources"][role]["Properties"].get("ManagedPolicyArns", ())
    return [template["Resources"][arn["Ref"]]["Properties"] for arn in arns]


def read(template: Mapping[str, Any], role: str, statement: Mapping[str, Any]) -> Allowed:
    """A statement. Raises AssertionError for what this judge does not know."""
    assert statement["Effect"] == "Allow"
    assert set(statement) <= {"Sid", "Effect", "Action", "Resource", "Condition"}, statement
    return Allowed(
        role=role,
        sid=statement.get("Sid", ""),
        actions=tuple(listed(statement["Action"])),
        resources=tuple(resolve(template, each) for each in listed(statement["Resource"])),
        conditions={
            operator: {key: tuple(resolve(template, each) for each in listed(value)) for key, value in keys.items()}
            for operator, keys in statement.get("Condition", {}).items()
        },
    )


def roles(template: Mapping[str, Any]) -> Iterator[str]:
    """The logical ids of a template's roles."""
    for name, resource in template.get("Resources", {}).items():
        if resource["Type"] == "AWS::IAM::Role":
            yield name


def allows(found: Sequence[Allowed], action: str, resource: str, context: Mapping[str, str] | None = None) -> bool:
    """Whether any of the statements allows the call."""
    return any(each.allows(action, resource, context or {}) for each in found)


def resolve(template: Mapping[str, Any], value: Any) -> str:
    """A text, Ref, GetAtt or Sub as it would be in the account. Of resources AWS would choose the ids; here they have
    their logical ones: `arn:aws:s3:::artifacts` for the bucket Artifacts."""
    match value:
        case str():
            return value
        case {"Ref": str(name)}:
            return PSEUDO.get(name) or reference(template, name)
        case {"Fn::GetAtt": [str(name), "Arn"]}:
            return reference(template, name)
        case {"Fn::Sub": str(text)}:
            return SUBSTITUTED.sub(lambda found: substitute(template, found[1]), text)
        case {"Fn::Sub": [str(text), dict(given)]}:
            own = {name: resolve(template, each) for name, each in given.items()}
            return SUBSTITUTED.sub(lambda found: own.get(found[1]) or substitute(template, found[1]), text)
        case {"Fn::Select": [int(place), {"Ref": str(name)}]}:
            return f"{name}-{place}"
    raise AssertionError(f"{value} can't be resolved")


def substitute(template: Mapping[str, Any], name: str) -> str:
    """What stands for `${name}` in Sub."""
    return PSEUDO.get(name) or reference(template, name.removesuffix(".Arn"))


def reference(template: Mapping[str, Any], name: str) -> str:
    """An ARN for a parameter or a resource."""
    if name in template.get("Parameters", {}):
        return f"arn:aws:parameter:{REGION}:{ACCOUNT}:{name}"
    kind = template["Resources"][name]["Type"]
    if kind == "AWS::S3::Bucket":
        return f"arn:aws:s3:::{name.lower()}"
    return f"arn:aws:{kind.split('::')[1].lower()}:{REGION}:{ACCOUNT}:{name}"


def listed(value: Any) -> list[Any]:
    """IAM takes one of a thing without its brackets."""
    return value if isinstance(value, list) else [value]
