"""What the rules know beyond the statement: the rehearsal, the counts, the running source, the tables' sizes."""

from dataclasses import replace

import pytest

from fairway.domain import findings, uses, weights
from fairway.domain.catalog import Table
from fairway.domain.findings_breaking import widened
from fairway.domain.ground import Ground, Nulls, Repeated, Seen
from fairway.domain.judgement import Finding
from fairway.domain.migrations import Step
from fairway.domain.rehearsal import Held, LockMode, Rewritten, Watched
from fairway.domain.weights import Work
from fairway.migrate.judgement import reading
from support.guard_values import make_rehearsal
from support.judged_values import SETTINGS, SOURCE, make_ground


def found_in(sql: str, ground: Ground | None = None, *, transactional: bool = True) -> list[Finding]:
    read = reading.read([Step(name="m.sql", sql=sql, transactional=transactional)])
    return findings.find(read.readings, ground or make_ground())


def watched(**changes: object) -> Ground:
    return make_ground(rehearsal=make_rehearsal(watched=Watched(**changes)))  # type: ignore[arg-type]


def test_what_the_rehearsal_measured_takes_the_place_of_the_estimate() -> None:
    held = Held(table="public.orders", mode=LockMode.ACCESS_EXCLUSIVE, seconds=38.4)

    (finding,) = found_in("ALTER TABLE orders ADD CHECK (net > 0)", watched(locks=(held,)))

    assert finding.effect.startswith(
        "held ACCESS EXCLUSIVE on public.orders (1.2 GB, 4,000,000 rows) for 38 s in the rehearsal"
    )
    assert finding.effect.endswith("every request that touches it waits")
    assert not finding.harmless


def test_a_lock_that_was_short_in_the_rehearsal_is_harmless_whatever_the_estimate_was() -> None:
    held = Held(table="public.orders", mode=LockMode.SHARE_ROW_EXCLUSIVE, seconds=0.03)

    (finding,) = found_in("ALTER TABLE orders ADD FOREIGN KEY (u) REFERENCES users", watched(locks=(held,)))

    assert finding.harmless
    assert "0.03 s" in finding.effect
    assert "every write to it waits" in finding.effect


def test_a_weaker_lock_in_the_rehearsal_says_nothing_about_a_stronger_one() -> None:
    held = Held(table="public.orders", mode=LockMode.ROW_EXCLUSIVE, seconds=0.01)

    (finding,) = found_in("ALTER TABLE orders ADD CHECK (net > 0)", watched(locks=(held,)))

    assert "for about 5 s" in finding.effect


def test_a_new_type_says_what_the_rehearsal_wrote_anew() -> None:
    held = Held(table="public.orders", mode=LockMode.ACCESS_EXCLUSIVE, seconds=20)
    rewritten = Rewritten(table="public.orders", rows=4_000_000, bytes=1200 * 1024 * 1024)

    (wrote,) = found_in("ALTER TABLE orders ALTER number TYPE bigint", watched(locks=(held,), rewritten=(rewritten,)))
    (nothing,) = found_in("ALTER TABLE orders ALTER number TYPE bigint", watched(locks=(held,)))

    assert "every row was written anew (integer becomes bigint; 4,000,000 rows, 1.2 GB)" in wrote.effect
    assert "nothing was written anew" in nothing.effect


def test_the_nulls_and_the_repeated_values_are_worth_counting_once() -> None:
    sql = """
        CREATE TABLE fresh (a int); ALTER TABLE fresh ALTER a SET NOT NULL;
        ALTER TABLE coupons ALTER code SET NOT NULL; ALTER TABLE coupons ALTER code SET NOT NULL;
        ALTER TABLE orders ADD UNIQUE (number), ADD CHECK (email IS NOT NULL);
        CREATE UNIQUE INDEX ON users (lower(name)); CREATE UNIQUE INDEX ON users (email) WHERE gone IS NULL;
        ALTER TABLE unknown ALTER x SET NOT NULL;
    """

    asked = findings.questions(reading.read([Step(name="m", sql=sql)]).readings, make_ground())

    assert asked == (
        Nulls(table="coupons", column="code"),
        Repeated(table="orders", columns=("number",)),
        Nulls(table="orders", column="email"),
    )


def test_nothing_is_harmless_when_nothing_is_known_of_the_table() -> None:
    blind = make_ground(standing=None, schema=None, source=None, answers={})

    (drop,) = found_in("ALTER TABLE orders DROP COLUMN x", blind)
    (index,) = found_in("CREATE INDEX ON orders (x)", blind)

    assert "whether the release that serves still uses it is not known" in drop.effect
    assert "whose size is not known" in index.effect
    assert not drop.harmless
    assert not index.harmless


def test_without_a_lock_timeout_the_first_statement_that_waits_is_told_once() -> None:
    endless = make_ground(settings=replace(SETTINGS, lock_timeout=0.0))
    sql = "CREATE TABLE t (a int);\nALTER TABLE orders ADD x text;\nALTER TABLE orders ADD y text;"

    (finding,) = found_in(sql, endless)

    assert (finding.rule, finding.line) == ("require-lock-timeout", 2)
    assert found_in("SET LOCAL lock_timeout TO '2s';" + sql, endless) == []


def test_a_later_look_takes_the_place_of_an_earlier_one() -> None:
    (before,) = found_in("ALTER TABLE orders ADD CHECK (net > 0)")
    held = Held(table="public.orders", mode=LockMode.ACCESS_EXCLUSIVE, seconds=3)
    (after,) = found_in("ALTER TABLE orders ADD CHECK (net > 0)", watched(locks=(held,)))
    other = Finding(rule="ban-char-field", step="m.sql", effect="x", line=1)

    assert findings.merge([before, other], [after]) == [after, other]


def test_a_column_counts_only_in_a_file_that_names_its_table() -> None:
    files = {"src/a.js": "user.name\n", "src/b.ts": "class Order {}\n\norder.name; order.name\nother.name\n"}

    assert uses.places(files, "public.orders", "name") == (
        Seen(file="src/b.ts", line=3),
        Seen(file="src/b.ts", line=4),
    )


@pytest.mark.parametrize(
    "path", ["node_modules/x/a.js", "migrations/1.js", "package-lock.json", "src/a.test.ts", "app.min.js"]
)
def test_what_is_not_the_running_code_is_not_searched(path: str) -> None:
    assert uses.places({path: "orders"}, "orders") == ()


def test_a_model_with_camel_case_is_seen() -> None:
    assert uses.places(SOURCE.files, "order_lines", "coupon_code") == (Seen(file="src/models/OrderLine.ts", line=3),)


def test_no_more_places_are_named_than_somebody_looks_at() -> None:
    assert len(uses.places({f"src/{n}.js": "orders\n" * 9 for n in range(9)}, "orders")) == uses.MOST


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("character varying(20)", "varchar(30)", True),
        ("character varying(20)", "varchar(10)", False),
        ("varchar", "text", True),
        ("varchar", "varchar(10)", False),
        ("text", "varchar", True),
        ("text", "varchar(10)", False),
        ("numeric(10,2)", "numeric(12,2)", True),
        ("numeric(10,2)", "numeric(12,3)", False),
        ("numeric(10,2)", "numeric", True),
        ("integer", "bigint", False),
        ("integer", "int4", True),
        ("", "", False),
        ("", "text", False),
    ],
)
def test_a_type_is_widened_only_where_the_values_stay_as_they_lie(old: str, new: str, same: bool) -> None:
    assert widened(old, new) is same


def test_the_estimates_follow_their_formulas() -> None:
    table = Table(name="t", rows=1_000_000, bytes=500 * 1024 * 1024)

    assert [weights.seconds(work, table) for work in Work] == [0.0, 2.0, 4.0, 10.0, pytest.approx(3.33, abs=0.01)]
    assert [weights.about(each) for each in (0.2, 4.4, 38.2, 200, 9000)] == [
        "less than a second",
        "about 4 s",
        "about 40 s",
        "about 3 min",
        "about 2 h",
    ]
    assert [weights.taken(each) for each in (0.03, 4.21, 38.4, 120, 190)] == [
        "0.03 s",
        "4.2 s",
        "38 s",
        "2 min",
        "3 min 10 s",
    ]
    assert [weights.size(each) for each in (512, 84 * 1024 * 1024, 1.5 * 1024**3)] == ["512 B", "84 MB", "1.5 GB"]
