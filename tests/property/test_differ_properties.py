"""Two templates always differ by what leads from the one to the other, and one never from itself."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fairway.cloudformation import differ
from fairway.domain.aws.stack import Action, Replacement

TYPES = ["AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::RDS::DBInstance", "AWS::ECS::Service", "AWS::Nobody::Knows"]
KEYS = ["VpcId", "CidrBlock", "Engine", "DBName", "Cluster", "TaskDefinition", "Tags", "MultiAZ"]
NAMES = ["A", "B", "C", "D"]
REFERENCES = st.sampled_from(NAMES).flatmap(
    lambda name: st.sampled_from([{"Ref": name}, {"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"x-${{{name}}}"}])
)
VALUES = st.recursive(
    st.sampled_from(["a", "b", 1, True]) | REFERENCES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["X", "Y"]), inner, max_size=2),
    max_leaves=4,
)
RESOURCES = st.fixed_dictionaries(
    {"Type": st.sampled_from(TYPES)},
    optional={
        "Properties": st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=3),
        "DeletionPolicy": st.sampled_from(["Retain", "Delete"]),
        "DependsOn": st.sampled_from(NAMES),
    },
)
TEMPLATES = st.fixed_dictionaries({"Resources": st.dictionaries(st.sampled_from(NAMES), RESOURCES)})


@given(TEMPLATES)
def test_a_template_does_not_differ_from_itself(template: dict[str, Any]) -> None:
    assert differ.diff("s", template, template).changes == ()


@given(TEMPLATES, TEMPLATES)
def test_what_is_added_and_removed_leads_from_one_to_the_other(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = differ.diff("s", before, after).changes
    added = {change.logical for change in found if change.action is Action.ADD}
    removed = {change.logical for change in found if change.action is Action.REMOVE}

    assert (set(before["Resources"]) - removed) | added == set(after["Resources"])
    assert len({change.logical for change in found}) == len(found)


@given(TEMPLATES, TEMPLATES)
def test_each_difference_is_a_change_and_names_what_differs(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = {change.logical: change for change in differ.diff("s", before, after).changes}

    for name in before["Resources"].keys() & after["Resources"].keys():
        one, other = before["Resources"][name], after["Resources"][name]
        if one["Type"] == other["Type"]:
            keys = [key for key in KEYS if one.get("Properties", {}).get(key) != other.get("Properties", {}).get(key)]
            assert set(keys) <= set(found[name].properties if name in found else ())


@given(TEMPLATES, TEMPLATES)
def test_nothing_that_is_kept_refers_to_what_is_replaced_without_being_told(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    found = {change.logical: change for change in differ.diff("s", before, after).changes}
    replaced = {name for name, change in found.items() if change.replacement is not Replacement.NO}

    for name in before["Resources"].keys() & after["Resources"].keys():
        for key, value in after["Resources"][name].get("Properties", {}).items():
            if value in [{"Ref": other} for other in replaced - {name}]:
                assert key in found[name].properties or found[name].properties == ("Type",)
