"""Judging: the linter beside Fairway's own rules, code beside SQL, before the rehearsal and after it."""

from fairway.adapters.memory.linting import MemoryLinter
from fairway.domain.migrations import Step
from fairway.domain.rehearsal import Watched
from fairway.migrate.judgement import judging
from support.guard_values import make_rehearsal
from support.judged_values import make_ground, make_sqlite_ground

DROP = "ALTER TABLE orders DROP COLUMN coupon_code"


async def test_the_linters_findings_stand_beside_the_own_ones_with_the_tables_size() -> None:
    linter = MemoryLinter({"ban-char-field": "char("})
    step = Step(name="a.sql", sql=f"{DROP};\nALTER TABLE orders ADD x char(3);")

    found = await judging.find([step], make_ground(), linter)

    assert [(each.rule, each.line) for each in found.findings] == [("ban-char-field", 2), ("ban-drop-column", 1)]
    assert linter.asked == [("a.sql", "15.18")]


async def test_a_linter_that_cant_be_run_is_a_note_and_the_own_rules_stand() -> None:
    found = await judging.find([Step(name="a.sql", sql=DROP)], make_ground(), MemoryLinter(broken=True))

    assert [each.rule for each in found.findings] == ["ban-drop-column"]
    assert found.notes == ("a.sql: squawk did not judge it, only Fairway's own rules did (squawk can't be started)",)


async def test_the_linter_is_not_asked_about_sqlite() -> None:
    linter = MemoryLinter()

    await judging.find([Step(name="a.sql", sql=DROP)], make_sqlite_ground(), linter)

    assert linter.asked == []


async def test_a_migration_that_is_code_is_judged_once_it_was_rehearsed() -> None:
    steps = [Step(name="1.sql", sql="ALTER TABLE orders ADD x text"), Step(name="2.js")]
    ran = ("ALTER TABLE orders  ADD x text;", DROP, "update knex_migrations_lock set is_locked = 1")
    ground = make_ground(rehearsal=make_rehearsal(watched=Watched(statements=ran)))

    before = await judging.find(steps, make_ground(), MemoryLinter())
    after = await judging.find(steps, ground, MemoryLinter())

    assert before.findings == ()
    assert before.notes == ("2.js: written as code, so its SQL is seen only in the rehearsal",)
    assert [(each.rule, each.step) for each in after.findings] == [("ban-drop-column", "2.js")]
    assert after.notes == ()


async def test_what_several_migrations_in_code_ran_is_told_of_the_rehearsal() -> None:
    ground = make_ground(rehearsal=make_rehearsal(watched=Watched(statements=(DROP,))))

    found = await judging.find([Step(name="1.js"), Step(name="2.js")], ground, MemoryLinter())

    assert [each.step for each in found.findings] == [judging.TOGETHER]


async def test_the_judgement_keeps_what_could_not_be_judged() -> None:
    ground = make_ground()
    found = await judging.find([Step(name="a.sql", sql="CREAT TABLE x")], ground, MemoryLinter())

    assert found.judged(ground).notes == ("a.sql: line 1 could not be read and so not judged: CREAT TABLE x",)
