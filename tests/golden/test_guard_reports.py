"""Reports of passages as text and as JSON. After a change that is meant: `FAIRWAY_GOLDEN=write pytest tests/golden`."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from fairway.wire import guardlines, guardreport
from fairway.wire.passages import Passage
from support.passage_values import ALL

GOLDEN = Path(__file__).parent / "passages"


def shape(name: str) -> dict[str, Any]:
    passage, backup = ALL[name]
    return Passage.of(passage, backup).model_dump(mode="json")


def compare(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("FAIRWAY_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_report_as_text(name: str) -> None:
    lines = guardreport.render(shape(name))

    compare(f"{name}.txt", "\n".join(lines) + "\n")


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_report_as_json(name: str) -> None:
    document = shape(name)

    compare(f"{name}.json", json.dumps(document, indent=1, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_few_lines_of_a_push_begin_the_report(name: str) -> None:
    few = guardlines.short(shape(name))

    assert guardreport.render(shape(name))[1 : 1 + len(few)] == [line.rstrip() for line in few]
