"""What the plan costs a month, and what is there at present: both by the templates, at the package's own prices.

What somebody has changed by hand beside the stacks is not known here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fairway.cloudformation.cost import estimate
from fairway.domain.aws import cost
from fairway.domain.aws.cost import Difference, Estimate
from fairway.domain.aws.stack import Kind, SeenStack, Stack
from fairway.provision.preview import Preview


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Of what is planned, and how that differs from what is there; None: nothing is."""

    planned: Estimate
    difference: Difference | None = None


def of(plan: Preview, region: str) -> Costs:
    """Of the plan's stacks. One that nothing asks for any more costs what it did, and is in neither."""
    planned = estimate.estimate([each.stack for each in plan.planned], region)
    present = [
        replace(each.stack, template=each.template, parameters=each.seen.parameters if each.seen else {})
        for each in plan.planned
        if each.template is not None
    ]
    if not present:
        return Costs(planned=planned)
    return Costs(planned=planned, difference=cost.difference(estimate.estimate(present, region), planned))


def of_present(stacks: Sequence[tuple[SeenStack, Kind, Mapping[str, Any]]], region: str) -> Estimate:
    """Of stacks as they are, each with its kind and its template."""
    return estimate.estimate(
        [
            Stack(name=seen.name, kind=kind, template=template, parameters=seen.parameters)
            for seen, kind, template in stacks
        ],
        region,
    )
