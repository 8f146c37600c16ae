"""The page that says what becomes of fairway.toml on AWS has every key, and names only properties that are written."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from fairway.cloudformation.synthesis import synthesize
from fairway.manifest import aws_schema, database_schema, migration_schema, scaling_schema, schema
from support import aws_apps

PAGE = (Path(__file__).parents[3] / "docs/reference/aws-mapping.md").read_text()
SECTIONS: Mapping[str, tuple[type[Any], ...]] = {
    "What starts it": (schema.FilterTable,),
    "A service": (schema.ServiceTable,),
    "Its health": (schema.HealthTable,),
    "Its scaling": (
        scaling_schema.ScalingTable,
        scaling_schema.PolicyTable,
        scaling_schema.StepTable,
        scaling_schema.ScheduledTable,
    ),
    "A job": (schema.JobTable,),
    "A deployment": (schema.DeploymentTable,),
    "An action": (schema.ActionTable,),
    "How an environment stands": (aws_schema.HostingTable,),
    "Migrations": (migration_schema.MigrationsTable,),
    "A database": (database_schema.DatabaseTable,),
}


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("title", SECTIONS)
def test_every_key_is_told_of_and_none_that_is_not_there(title: str) -> None:
    told = re.findall(r"^\| `(\w+)` \|", section(title), re.MULTILINE)

    assert len(told) == len(set(told))
    assert set(told) == {key for table in SECTIONS[title] for key in table.model_fields}


def paths(value: Any, above: str = "") -> Iterator[str]:
    """Every property's path, that of a list's members without their places."""
    if isinstance(value, list):
        for each in value:
            yield from paths(each, above)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield f"{above}.{key}"
            yield from paths(each, f"{above}.{key}")


def test_every_property_that_is_named_is_written_for_some_app() -> None:
    written: set[str] = set()
    for app in aws_apps.MATRIX.values():
        for stack in synthesize(app, aws_apps.given_of(app)):
            for resource in stack.template["Resources"].values():
                kind = resource["Type"].removeprefix("AWS::")
                written.update(f"{kind}{path}" for path in paths(resource.get("Properties", {})))

    named = set(re.findall(r"`(\w+::\w+\.[\w.]+)`", PAGE))

    assert len(named) > 40
    assert named - written == set()
