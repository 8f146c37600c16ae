"""moto's CloudFormation, mended for conditions: it compares two templates as they are written, so that a parameter on
which a condition hangs makes, changes and removes nothing. Nor does it remove a rule of a listener.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from moto.cloudformation.parsing import ResourceMap
from moto.elbv2.models import FakeListenerRule, elbv2_backends

from fairway.adapters.memory import cloud_values
from fairway.adapters.memory.cloud_values import Scope


def mend() -> None:
    """From now on, in this process, an update does what its conditions have come to."""
    compare, update = ResourceMap.build_resource_diff, ResourceMap.update

    def compare_with_conditions(self: Any, template: dict[str, Any], parameters: Any = None) -> dict[str, Any]:
        found = compare(self, template, parameters)
        before = come_to(self._template, self.input_parameters)
        after = come_to(template, {**self.input_parameters, **(parameters or {})})
        turned = {name for name, holds in after.items() if before.get(name, holds) != holds}
        for name, resource in template["Resources"].items():
            made, holds = name in self._parsed_resources, after.get(resource.get("Condition", ""), True)
            if made is not holds:
                put(found, name, "Add" if holds else "Remove")
            elif made and turned & set(asked(resource)):
                put(found, name, "Modify")
        return found

    def update_and_forget(self: Any, template: dict[str, Any], parameters: Any = None) -> None:
        gone = self.build_resource_diff(template, parameters)["Remove"]
        update(self, template, parameters)
        for name in gone:
            self._parsed_resources.pop(name, None)

    def delete_rule(self: Any, account: str, region: str) -> None:
        elbv2_backends[account][region].delete_rule(self.physical_resource_id)

    FakeListenerRule.delete = delete_rule
    ResourceMap.build_resource_diff = compare_with_conditions
    ResourceMap.update = update_and_forget


def come_to(template: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, bool]:
    """Whether each condition holds, with these parameters and the defaults of the others."""
    declared = template.get("Parameters", {})
    values = {name: each["Default"] for name, each in declared.items() if "Default" in each}
    scope = Scope(template=template, stack="", parameters={**values, **given}, physical={})
    return {name: cloud_values.holds(name, scope) for name in template.get("Conditions", {})}


def put(found: dict[str, Any], name: str, action: str) -> None:
    """Let that be what is done with a resource, and nothing else."""
    for names in found.values():
        if name in names:
            names.remove(name)
    found[action].append(name)


def asked(value: Any) -> Iterator[str]:
    """The conditions that a value asks by `Fn::If`."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key == "Fn::If":
                yield str(each[0])
            yield from asked(each)
    elif isinstance(value, list):
        for each in value:
            yield from asked(each)
