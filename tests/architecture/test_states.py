"""Every table of transitions is whole, terminal states never move, and the diagram in the docs is the table."""

import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

import pytest

from fairway.domain import deployment, execution, passage, run, scaling_activity

DIAGRAMS = (Path(__file__).parents[2] / "docs/design/states.md").read_text()
TABLES: dict[str, Mapping[StrEnum, frozenset[StrEnum]]] = {
    "Execution": execution.EXECUTION_TRANSITIONS,
    "Stage": execution.STAGE_TRANSITIONS,
    "Action": execution.ACTION_TRANSITIONS,
    "Deployment": deployment.TRANSITIONS,
    "Scaling activity": scaling_activity.TRANSITIONS,
    "Run": run.TRANSITIONS,
    "Passage": passage.TRANSITIONS,
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_names_every_state_and_leads_only_to_states_of_its_own(name: str) -> None:
    table = TABLES[name]
    kind = type(next(iter(table)))

    assert set(table) == set(kind)
    assert all(state not in targets and targets <= set(kind) for state, targets in table.items())


@pytest.mark.parametrize("name", TABLES)
def test_the_diagram_shows_exactly_the_table(name: str) -> None:
    section = DIAGRAMS.split(f"## {name}\n")[1].split("\n## ")[0]
    drawn = set(re.findall(r"^ +(\w+) --> (\w+)$", section, re.MULTILINE))

    assert drawn == {(str(state), str(target)) for state, targets in TABLES[name].items() for target in targets}
