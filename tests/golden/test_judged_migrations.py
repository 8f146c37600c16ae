"""A corpus of migrations with exactly what is found in each, through the real squawk. After a change that is meant:
`FAIRWAY_GOLDEN=write pytest tests/golden`."""

import os
from pathlib import Path

import pytest

from fairway.adapters.memory.linting import MemoryLinter
from fairway.adapters.squawk.linter import SquawkLinter
from fairway.domain.judgement import Finding
from fairway.domain.migrations import Step
from fairway.migrate.judgement import judging
from fairway.migrate.judgement.judging import Found
from support.judged_values import make_ground, make_sqlite_ground

CORPUS = Path(__file__).parents[1] / "corpus" / "migrations"
GOLDEN = Path(__file__).parent / "migrations"
POSTGRES = sorted(path.stem for path in CORPUS.glob("*.sql"))
SQLITE = sorted(path.stem for path in (CORPUS / "sqlite").glob("*.sql"))


def told(found: Found) -> str:
    """Everything that was found, as text."""
    lines = [line for finding in found.findings for line in of_finding(finding)]
    return "\n".join([*(lines or ["nothing"]), *(f"note: {note}" for note in found.notes)]) + "\n"


def of_finding(finding: Finding) -> list[str]:
    """One, in three lines or more; what is harmless has a small sign."""
    sign = "·" if finding.harmless else "!"
    advice = [f"      {line}" for line in finding.advice.splitlines()]
    return [f"{sign} {finding.rule} {finding.line} {finding.table}".rstrip(), f"    {finding.effect}", *advice]


def compare(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("FAIRWAY_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", POSTGRES)
async def test_a_migration_of_postgres_has_exactly_these_findings(name: str) -> None:
    sql = (CORPUS / f"{name}.sql").read_text()
    step = Step(name=name, sql=sql, transactional="-- no transaction" not in sql)

    found = await judging.find([step], make_ground(), SquawkLinter())

    compare(name, told(found))


@pytest.mark.parametrize("name", SQLITE)
async def test_a_migration_of_sqlite_has_exactly_these_findings(name: str) -> None:
    step = Step(name=name, sql=(CORPUS / "sqlite" / f"{name}.sql").read_text())

    found = await judging.find([step], make_sqlite_ground(), MemoryLinter())

    compare(f"sqlite/{name}", told(found))


def test_no_golden_file_is_left_of_a_migration_that_is_gone() -> None:
    kept = {path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.rglob("*.txt")}

    assert kept == {*POSTGRES, *(f"sqlite/{name}" for name in SQLITE)}
