"""An estimate's sum is that of its items, more of anything never costs less, and differences add up."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairway.cloudformation import differ, synthesis
from fairway.cloudformation.cost import estimate, prices, tasks, text
from fairway.domain.aws.cost import Estimate, Range, difference
from fairway.domain.aws.stack import Kind, Stack
from support import aws_apps
from support.aws_documents import Document, accepted, documents
from support.examples import examples

pytestmark = pytest.mark.lengthy

STRATEGIES = st.lists(
    st.fixed_dictionaries(
        {"CapacityProvider": st.sampled_from(["FARGATE", "FARGATE_SPOT"])},
        optional={"Base": st.integers(0, 3), "Weight": st.integers(0, 3)},
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda item: item["CapacityProvider"],
)
REGIONS = st.sampled_from([*prices.regions(), "sa-east-1"])


def price(least: int, most: int, strategy: list[dict[str, Any]], region: str) -> Estimate:
    resources: dict[str, Any] = {
        "Definition": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {"Cpu": "1024", "Memory": "2048", "RequiresCompatibilities": ["FARGATE"]},
        },
        "Web": {
            "Type": "AWS::ECS::Service",
            "Properties": {"TaskDefinition": {"Ref": "Definition"}, "CapacityProviderStrategy": strategy},
        },
        "Scaled": {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "Properties": {
                "ResourceId": {"Fn::Sub": "service/${Cluster}/${Web.Name}"},
                "MinCapacity": least,
                "MaxCapacity": most,
            },
        },
        "Nat": {"Type": "AWS::EC2::NatGateway", "Properties": {}},
    }
    return estimate.estimate([Stack(name="s", kind=Kind.SERVICES, template={"Resources": resources})], region)


@given(st.integers(0, 20), st.integers(0, 20), STRATEGIES)
def test_tasks_on_demand_and_on_spot_are_all_tasks(least: int, more: int, strategy: list[dict[str, Any]]) -> None:
    on_demand, spot = tasks.split({"CapacityProviderStrategy": strategy}, Range(low=least, high=least + more))

    assert min(on_demand.low, spot.low, on_demand.high, spot.high) >= 0
    assert on_demand.low + spot.low == pytest.approx(least)
    assert on_demand.high + spot.high == pytest.approx(least + more)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 5), STRATEGIES, REGIONS)
def test_more_tasks_never_cost_less(
    least: int, more: int, added: int, strategy: list[dict[str, Any]], region: str
) -> None:
    before = price(least, least + more, strategy, region)
    after = price(least + added, least + more + added, strategy, region)

    assert before.total.low <= before.total.high
    assert after.total.low >= before.total.low - 1e-9
    assert after.total.high >= before.total.high - 1e-9


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20), STRATEGIES, REGIONS)
def test_differences_add_up_to_the_difference_of_the_sums(
    least: int, most: int, other: int, strategy: list[dict[str, Any]], region: str
) -> None:
    before, after = price(least, least + most, strategy, region), price(other, other + most, strategy, region)

    found = difference(before, after)

    assert found.total.low == pytest.approx(after.total.low - before.total.low)
    assert sum(each.by.high for each in found.items) == pytest.approx(found.total.high, abs=0.05)
    assert difference(before, before).items == ()


@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(documents(), REGIONS)
def test_the_stacks_of_any_app_have_a_price_and_do_not_differ_from_themselves(document: Document, region: str) -> None:
    app = accepted(document)

    stacks = synthesis.synthesize(app, aws_apps.given_of(app))

    found = estimate.estimate(stacks, region)
    assert found.total.high >= found.total.low > 0
    assert len({item.key for item in found.items}) == len(found.items)
    assert text.lines(found)[-1].startswith(("At least ", f"{found.total.low:.2f}"))
    for stack in stacks:
        assert differ.diff(stack.name, stack.template, stack.template).changes == ()
