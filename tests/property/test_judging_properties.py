"""Whatever is in a migration's file, the judge answers; and what fairway.toml passes over never stops a release."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.adapters.memory.linting import MemoryLinter
from fairway.adapters.squawk import answer
from fairway.domain import sqltext, uses
from fairway.domain.judgement import judge
from fairway.domain.migrationrules import RULES
from fairway.domain.migrations import Policy, Step
from fairway.errors import Unavailable
from fairway.migrate.judgement import dialect, judging
from support.examples import examples
from support.judged_values import SETTINGS, make_ground, make_sqlite_ground

WORDS = (
    "ALTER TABLE|CREATE|DROP|INDEX|orders|public.|\"|'|`|$$|$a$|;|--|/*|*/|\n|\\|(|)|,|ADD|COLUMN|CONSTRAINT"
    "|NOT NULL|DEFAULT|now()|SET|TYPE|bigint|USING|RENAME|TO|CHECK|UNIQUE|FOREIGN KEY|REFERENCES|NOT VALID|VALIDATE"
    "|TRUNCATE|UPDATE|DELETE|FROM|WHERE|VACUUM FULL|CONCURRENTLY|LOCK TABLE|IN|MODE|CASCADE|ONLY|E'|::|\x00|é|[|]|1|=|0"
    "|CLUSTER|lock_timeout|REINDEX|REFRESH MATERIALIZED VIEW|DETACH PARTITION|AUTOINCREMENT|\udcff"
)
PIECES = st.sampled_from(WORDS.split("|"))
SQL = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map(" ".join))


@given(SQL)
@settings(max_examples=examples(300), deadline=None)
async def test_no_sql_crashes_the_judge(sql: str) -> None:
    for ground in (
        make_ground(),
        make_sqlite_ground(),
        make_ground(standing=None, schema=None, source=None, answers={}),
    ):
        found = await judging.find([Step(name="m.sql", sql=sql)], ground, MemoryLinter())

        assert all(finding.rule in RULES and finding.step == "m.sql" for finding in found.findings)
        assert all(finding.effect for finding in found.findings)


@given(SQL, st.sampled_from(list(Policy)), st.sampled_from(sorted(RULES)))
@settings(max_examples=examples(200), deadline=None)
async def test_a_silenced_rule_never_stops_and_what_is_harmless_asks_for_nothing(
    sql: str, policy: Policy, rule: str
) -> None:
    chosen = replace(SETTINGS, policy=policy, policies={rule: Policy.REFUSE}, silenced={rule: "we know"})
    found = await judging.find([Step(name="m.sql", sql=sql)], make_ground(settings=chosen), MemoryLinter())

    judged = judge(found.findings, chosen, notes=found.notes)

    assert rule not in {finding.rule for finding in judged.all}
    assert not [finding for finding in (*judged.refused, *judged.asked) if finding.harmless]
    assert len(judged.all) + len(judged.silenced) == len(found.findings)


@given(SQL)
def test_every_statement_stands_where_it_says(sql: str) -> None:
    statements = sqltext.split(sql)

    for statement in statements:
        assert sql[: statement.start].count("\n") + 1 == statement.line
        assert sql[statement.start] == statement.text[0]
    assert all(one.end <= other.start for one, other in pairwise(statements))


@given(SQL)
def test_a_translation_of_sqlite_keeps_every_line(sql: str) -> None:
    assert dialect.to_postgres(sql).count("\n") == sql.count("\n")


@given(
    st.one_of(
        st.binary(max_size=200), st.recursive(st.none() | st.text() | st.integers(), st.lists).map(repr).map(str.encode)
    )
)
def test_an_odd_answer_of_the_linter_is_read_or_refused(output: bytes) -> None:
    try:
        found = answer.read(output)
    except Unavailable as error:
        assert "squawk" in str(error)
    else:
        assert all(violation.rule for violation in found)


@given(st.text(max_size=400), st.text(max_size=20), st.text(max_size=20))
def test_the_search_in_a_source_names_lines_that_exist(text: str, table: str, column: str) -> None:
    for seen in uses.places({"src/a.js": text}, table or "t", column):
        assert 1 <= seen.line <= text.count("\n") + 1
