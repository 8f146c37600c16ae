"""The contract of `ports.guarding.Linter`, kept by the memory linter and by squawk; and what only squawk can do."""

from pathlib import Path

import pytest

from fairway.adapters.memory.linting import MemoryLinter
from fairway.adapters.squawk import process
from fairway.adapters.squawk.linter import SquawkLinter
from fairway.domain.migrations import Step
from fairway.errors import Unavailable
from fairway.ports.guarding import Linter

CHAR = "CREATE TABLE t (a char(3))"


@pytest.fixture(params=["memory", "squawk"])
def linter(request: pytest.FixtureRequest) -> Linter:
    return MemoryLinter() if request.param == "memory" else SquawkLinter()


async def test_a_finding_names_its_migration_line_and_statement(linter: Linter) -> None:
    (found,) = await linter.lint([Step(name="a.sql", sql=f"SELECT 1;\n-- now\n{CHAR};\n")], version="15.18")

    assert (found.rule, found.step, found.line, found.statement) == ("ban-char-field", "a.sql", 3, CHAR)
    assert found.effect


async def test_every_step_is_read_and_one_without_sql_is_none(linter: Linter) -> None:
    steps = [Step(name="a.sql", sql=CHAR), Step(name="b.js"), Step(name="c.sql", sql=CHAR), Step(name="d.sql", sql=" ")]

    found = await linter.lint(steps, version="")

    assert [each.step for each in found] == ["a.sql", "c.sql"]


async def test_a_linter_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    for broken in (MemoryLinter(broken=True), SquawkLinter(tmp_path / "squawk")):
        with pytest.raises(Unavailable, match="squawk can't be started"):
            await broken.lint([Step(name="a.sql", sql=CHAR)], version="15.18")


async def test_what_squawk_cant_read_does_not_hide_the_rest() -> None:
    sql = f"\\c other\nCREAT TABLE x;\n{CHAR};\nALTER TABEL y\n  DROP z;\nTRUNCATE t CASCADE;\n"

    found = await SquawkLinter().lint([Step(name="a.sql", sql=sql)], version="17.2")

    assert [(each.rule, each.line) for each in found] == [("ban-char-field", 3), ("ban-truncate-cascade", 6)]


async def test_a_text_on_which_squawk_breaks_off_is_said() -> None:
    deep = "SELECT " + "(" * 100_000 + "1" + ")" * 100_000

    with pytest.raises(Unavailable, match="squawk broke off"):
        await SquawkLinter().lint([Step(name="a.sql", sql=deep)], version="15.18")


async def test_outside_of_a_transaction_a_statement_should_bear_to_be_run_twice() -> None:
    step = "CREATE TABLE t (a bigint)"

    inside = await SquawkLinter().lint([Step(name="a.sql", sql=step)], version="15.18")
    outside = await SquawkLinter().lint([Step(name="a.sql", sql=step, transactional=False)], version="15.18")

    assert [each.rule for each in inside] == []
    assert [(each.rule, each.harmless) for each in outside] == [("prefer-robust-stmts", True)]


async def test_a_linter_that_never_answers_is_ended(tmp_path: Path) -> None:
    program = tmp_path / "squawk"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o755)

    with pytest.raises(Unavailable, match="did not answer"):
        await process.run(program, [], CHAR, timeout=0.2)


@pytest.mark.parametrize("printed", ["", "{}", "[1, null, {}]", "not json", "[" * 100_000])
async def test_an_answer_that_is_none_is_unavailable_or_nothing(tmp_path: Path, printed: str) -> None:
    program = tmp_path / "squawk"
    (tmp_path / "printed").write_text(printed)
    program.write_text(f"#!/bin/sh\ncat >/dev/null\ncat {tmp_path / 'printed'}\n")
    program.chmod(0o755)

    try:
        found = await SquawkLinter(program).lint([Step(name="a.sql", sql=CHAR)], version="15.18")
    except Unavailable as error:
        assert "can't be read" in str(error)
    else:
        assert found == []
