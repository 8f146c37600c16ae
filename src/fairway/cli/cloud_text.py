"""A plan as a person reads it, and as JSON: what would be made, changed, replaced and deleted, stack by stack."""

from collections.abc import Sequence
from typing import Any

from fairway.cli import cloud_show
from fairway.cloudformation.cost import text
from fairway.domain.aws.seen import Drifted
from fairway.domain.aws.stack import Action, Change, Replacement
from fairway.provision import preview
from fairway.provision.costs import Costs
from fairway.provision.filling import Filling
from fairway.provision.preview import Planned, Preview
from fairway.wire import words

SIGNS = {Action.ADD: "+", Action.MODIFY: "~", Action.REMOVE: "-", Action.DYNAMIC: "?"}
MARK = "DATA WOULD BE LOST"


def title(planned: Planned) -> str:
    """`network`, `production data`."""
    kind = planned.stack.kind.value
    return f"{planned.stack.environment} {kind}" if planned.stack.environment else kind


def lines(plan: Preview, *, full: bool) -> list[str]:
    """Each stack with what would happen to it. Not `full`: the resources of new stacks are only counted."""
    result: list[str] = []
    for planned in plan.planned:
        result.append(f"{title(planned):<24}{summary(planned)}")
        if planned.note:
            result.append(f"  {planned.note}")
        if full or not creates(planned):
            result += [change_line(each) for each in planned.changes.changes]
        result += [drift_line(each) for each in planned.drifted]
    for seen in plan.left:
        result.append(f"{seen.name} is there, and fairway.toml asks for it no more: fairway aws down -e ENVIRONMENT")
    return result


def creates(planned: Planned) -> bool:
    """Whether all of the stack is new."""
    return planned.changes.creates or (planned.seen is None and planned.template is None)


def summary(planned: Planned) -> str:
    """`new, 24 resources`, `2 changed, 1 replaced`, `nothing changes`."""
    changes = planned.changes
    if creates(planned):
        count = len(changes.changes)
        later = sum(1 for each in planned.stack.template.get("Resources", {}).values() if "Condition" in each)
        return f"new, {words.count(count, 'resource')}" + (
            f", {later} of them with the first deployment" if later else ""
        )
    counts = {"new": 0, "changed": 0, "replaced": 0, "deleted": 0}
    for change in changes.changes:
        counts[word(change)] += 1
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    if not told:
        return "outputs, tags or parameters change" if preview.acts(changes) else "nothing changes"
    return told


def word(change: Change) -> str:
    """What happens to a resource, in a word."""
    if change.action is Action.ADD:
        return "new"
    if change.action is Action.REMOVE:
        return "deleted"
    return "changed" if change.replacement is Replacement.NO else "replaced"


def change_line(change: Change) -> str:
    """`  ± DatabaseMain   RDS::DBInstance   replaced: Engine   DATA WOULD BE LOST`."""
    sign = "±" if change.replacement is not Replacement.NO else SIGNS[change.action]
    about = ", ".join(change.properties)
    if change.replacement is Replacement.CONDITIONAL:
        about = f"may be replaced: {about}"
    elif change.replacement is Replacement.YES:
        about = f"replaced: {about}"
    tail = "  ".join(part for part in (about, MARK if change.loses else "") if part)
    return f"  {sign} {change.logical:<32} {cloud_show.short(change.type):<36} {tail}".rstrip()


def drift_line(drifted: Drifted) -> str:
    """`  ! Cluster   ECS::Cluster   by hand: /Tags`."""
    what = "deleted by hand" if drifted.gone else f"changed by hand: {', '.join(drifted.properties)}"
    return f"  ! {drifted.logical:<32} {cloud_show.short(drifted.type):<36} {what}"


def filling_lines(fillings: Sequence[Filling]) -> list[str]:
    """What the env files would do, by names."""
    return [f"{each.environment} variables: the env file {each.text}" for each in fillings if each.text]


def cost_lines(costs: Costs) -> list[str]:
    """Every item of the estimate, and what changes against now."""
    return ["", *text.lines(costs.planned), *(text.difference_lines(costs.difference) if costs.difference else ())]


def cost_summary(costs: Costs) -> list[str]:
    """The sum, and the sum of what changes."""
    line = f"{'Cost':<11}{text.summary(costs.planned)}"
    if costs.difference is None or not costs.difference.items:
        return [line]
    return [line, f"{'':<11}{text.signed(costs.difference.total)} against now; fairway aws plan has the items"]


def document(plan: Preview, costs: Costs) -> dict[str, Any]:
    """The plan in JSON."""
    return {
        "cost": text.document(costs.planned),
        "difference": text.difference_document(costs.difference) if costs.difference else None,
        "stacks": [
            {
                "name": planned.stack.name,
                "kind": planned.stack.kind.value,
                "environment": planned.stack.environment,
                "status": planned.seen.status if planned.seen else None,
                "new": creates(planned),
                "note": planned.note,
                "drifted": [
                    {
                        "resource": each.logical,
                        "type": each.type,
                        "gone": each.gone,
                        "properties": list(each.properties),
                    }
                    for each in planned.drifted
                ],
                "changes": [change_document(each) for each in planned.changes.changes],
            }
            for planned in plan.planned
        ],
        "left": [seen.name for seen in plan.left],
        "loses_data": bool(plan.losing),
    }


def change_document(change: Change) -> dict[str, Any]:
    """One change."""
    return {
        "resource": change.logical,
        "type": change.type,
        "action": change.action.value,
        "replacement": change.replacement.value,
        "properties": list(change.properties),
        "loses_data": change.loses,
    }
