"""What the values of a template come to."""

from typing import Any

import pytest

from fairway.adapters.memory.cloud_values import Scope, names_in, resolve

SCOPE = Scope(
    template={
        "Parameters": {"Subnets": {"Type": "List<AWS::EC2::Subnet::Id>"}, "Name": {"Type": "String"}},
        "Conditions": {"Named": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Name"}, ""]}]}, "Never": {"Fn::Or": [False]}},
        "Mappings": {"Sizes": {"small": {"cpu": 256}}},
    },
    stack="fairway-shop-data",
    parameters={"Subnets": "subnet-1,subnet-2", "Name": "shop"},
    physical={"Vpc": "vpc-1", "Secret": "arn:aws:secretsmanager:x"},
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Vpc"}, "vpc-1"),
        ({"Ref": "Unmade"}, "<Unmade>"),
        ({"Ref": "Subnets"}, ["subnet-1", "subnet-2"]),
        ({"Ref": "AWS::StackName"}, "fairway-shop-data"),
        ({"Fn::GetAtt": ["Vpc", "CidrBlock"]}, "vpc-1.CidrBlock"),
        ({"Fn::GetAtt": "Secret.Arn"}, "arn:aws:secretsmanager:x"),
        ({"Fn::Sub": "${Name}-${Vpc.Id}-${!Name}-${Other}"}, None),
        ({"Fn::Sub": ["${Name}-${Given}", {"Given": {"Ref": "Vpc"}}]}, "shop-vpc-1"),
        ({"Fn::Sub": "${!Literal}"}, "${Literal}"),
        ({"Fn::Join": ["/", ["a", {"Ref": "Name"}]]}, "a/shop"),
        ({"Fn::Select": [1, {"Ref": "Subnets"}]}, "subnet-2"),
        ({"Fn::Select": ["0", {"Fn::GetAZs": ""}]}, "eu-central-1a"),
        ({"Fn::Split": [",", "a,b"]}, ["a", "b"]),
        ({"Fn::FindInMap": ["Sizes", "small", "cpu"]}, 256),
        ({"Fn::If": ["Named", "yes", "no"]}, "yes"),
        ({"Fn::If": ["Never", "yes", {"Ref": "AWS::NoValue"}]}, None),
        ({"A": {"Ref": "AWS::NoValue"}, "B": 1}, {"B": 1}),
        ([1, {"Ref": "AWS::NoValue"}], [1]),
        ({"Fn::And": [{"Condition": "Named"}, True]}, True),
        ({"Condition": {"StringEquals": {"a": {"Ref": "Name"}}}}, {"Condition": {"StringEquals": {"a": "shop"}}}),
        ({"Fn::Base64": {"Ref": "Name"}}, {"Fn::Base64": "shop"}),
    ],
)
def test_a_value_comes_to_what_its_references_and_functions_say(value: Any, expected: Any) -> None:
    if expected is not None:
        assert resolve(value, SCOPE) == expected
    else:
        assert "Ref" not in str(resolve(value, SCOPE))


def test_every_name_that_a_value_refers_to_is_found() -> None:
    value = {
        "A": {"Ref": "One"},
        "B": [{"Fn::GetAtt": ["Two", "Arn"]}, {"Fn::GetAtt": "Three.Arn"}],
        "C": {"Fn::Sub": ["${Four}-${Five.Arn}-${!Not}", {"Given": {"Ref": "Six"}}]},
    }

    assert {"One", "Two", "Three", "Four", "Five", "Six"} <= set(names_in(value))
    assert "Not" not in set(names_in(value))
