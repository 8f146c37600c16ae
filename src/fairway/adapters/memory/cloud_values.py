"""What the values of a CloudFormation template come to, as far as the fake needs it to see what would change.

References to resources come to their physical ids, attributes to `ID.Attribute`. Functions that are not known here stay
as they are written, with what is inside them resolved, so that two equal ones are equal.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

REGION, ACCOUNT = "eu-central-1", "111122223333"
NOTHING = object()
"""AWS::NoValue: as if the property were not written."""
IN_TEXT = re.compile(r"\$\{(!?)([^}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What names stand for: the template, the parameters' values, and the resources' physical ids as far as known."""

    template: Mapping[str, Any]
    stack: str
    parameters: Mapping[str, str]
    physical: Mapping[str, str]


def holds(condition: str | None, scope: Scope) -> bool:
    """Whether a condition of the template holds; none always does."""
    return condition is None or bool(resolve(scope.template["Conditions"][condition], scope))


def resolve(value: Any, scope: Scope) -> Any:
    """The value with every reference and every known function in it replaced by what it comes to."""
    if isinstance(value, list | tuple):
        return [item for item in (resolve(each, scope) for each in value) if item is not NOTHING]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        ((name, argument),) = value.items()
        if name in FUNCTIONS:
            return FUNCTIONS[name](argument, scope)
    resolved = {key: resolve(each, scope) for key, each in value.items()}
    return {key: each for key, each in resolved.items() if each is not NOTHING}


def names_in(value: Any) -> Iterable[str]:
    """Every name that the value refers to: resources, parameters, and AWS's own."""
    if isinstance(value, list | tuple):
        for each in value:
            yield from names_in(each)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if key == "Ref":
                yield str(each)
            elif key == "Fn::GetAtt":
                yield attribute_of(each)[0]
            elif key == "Fn::Sub":
                text, more = (each, {}) if isinstance(each, str) else each
                yield from (name.partition(".")[0] for escaped, name in IN_TEXT.findall(text) if not escaped)
                yield from names_in(more)
            else:
                yield from names_in(each)


def ref(name: str, scope: Scope) -> Any:
    """What `Ref` comes to."""
    own = {
        "AWS::Region": REGION,
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": "aws",
        "AWS::URLSuffix": "amazonaws.com",
        "AWS::StackName": scope.stack,
        "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{scope.stack}",
        "AWS::NoValue": NOTHING,
    }
    if name in own:
        return own[name]
    if name in scope.parameters:
        kind = str(scope.template.get("Parameters", {}).get(name, {}).get("Type", "String"))
        value = scope.parameters[name]
        return value.split(",") if kind.startswith("List<") or kind == "CommaDelimitedList" else value
    return scope.physical.get(name, f"<{name}>")


def attribute(argument: Any, scope: Scope) -> str:
    """What `Fn::GetAtt` comes to; an ARN that is the physical id stays one."""
    name, key = attribute_of(argument)
    physical = str(ref(name, scope))
    return physical if key in ("Arn", "Id") and physical.startswith("arn:") else f"{physical}.{key}"


def attribute_of(argument: Any) -> tuple[str, str]:
    """The resource and the attribute, of both spellings."""
    name, _, key = argument.partition(".") if isinstance(argument, str) else (argument[0], "", argument[1])
    return name, key


def substituted(argument: Any, scope: Scope) -> str:
    """What `Fn::Sub` comes to."""
    text, more = (argument, {}) if isinstance(argument, str) else argument

    def put(match: re.Match[str]) -> str:
        escaped, name = match.groups()
        if escaped:
            return f"${{{name}}}"
        if name in more:
            return str(resolve(more[name], scope))
        return str(attribute(name, scope) if "." in name else ref(name, scope))

    return IN_TEXT.sub(put, text)


def chosen(argument: Any, scope: Scope) -> Any:
    """What `Fn::If` comes to."""
    condition, then, otherwise = argument
    return resolve(then if holds(condition, scope) else otherwise, scope)


def selected(argument: Any, scope: Scope) -> Any:
    """What `Fn::Select` comes to."""
    index, choices = resolve(argument, scope)
    return choices[int(index)] if isinstance(choices, list) else {"Fn::Select": [index, choices]}


def looked_up(argument: Any, scope: Scope) -> Any:
    """What `Fn::FindInMap` comes to."""
    table, first, second = resolve(argument, scope)
    return scope.template["Mappings"][table][first][second]


def equal(argument: Any, scope: Scope) -> bool:
    """Whether the two of `Fn::Equals` come to the same."""
    one, other = resolve(argument, scope)
    return bool(one == other)


def condition(argument: Any, scope: Scope) -> Any:
    """Whether a named condition holds; in a policy of IAM the same word stands before a map."""
    return holds(argument, scope) if isinstance(argument, str) else {"Condition": resolve(argument, scope)}


def joined(argument: Any, scope: Scope) -> str:
    """What `Fn::Join` comes to."""
    separator, parts = resolve(argument, scope)
    return str(separator).join(str(part) for part in parts)


def split(argument: Any, scope: Scope) -> list[str]:
    """What `Fn::Split` comes to."""
    separator, text = resolve(argument, scope)
    return str(text).split(separator)


FUNCTIONS: Mapping[str, Any] = {
    "Ref": ref,
    "Fn::GetAtt": attribute,
    "Fn::Sub": substituted,
    "Fn::If": chosen,
    "Fn::Select": selected,
    "Fn::FindInMap": looked_up,
    "Fn::Equals": equal,
    "Fn::Join": joined,
    "Fn::Split": split,
    "Fn::Not": lambda argument, scope: not resolve(argument[0], scope),
    "Fn::And": lambda argument, scope: all(resolve(each, scope) for each in argument),
    "Fn::Or": lambda argument, scope: any(resolve(each, scope) for each in argument),
    "Condition": condition,
    "Fn::GetAZs": lambda argument, scope: [f"{REGION}{zone}" for zone in "abc"],
}
