"""What is concluded from a rehearsal, by lines as tools print them."""

import pytest

from fairway.domain.address import read
from fairway.domain.migrations import Migrations, Plan, Step, Tool
from fairway.domain.rehearsal import Attempt, Rehearsal, Watched
from fairway.domain.rehearsed import find_error, find_failure, find_host, find_prompt, waited_for_lock

REAL = read("postgres://shop:x@db.example.com:5432/shop")
PLAN = Plan(tool=Tool.KNEX, pending=(Step(name="1"), Step(name="2")))
SETTINGS = Migrations(command=("m",), timeout=60.0, statement_timeout=5.0)


def rehearsal(code: int | None, *log: str, connected: bool = True, applied: tuple[str, ...] = ()) -> Rehearsal:
    error = find_error(log) if code else ""
    up = Attempt(command=("m",), code=code, seconds=1.0, timed_out=code is None, log=log, error=error)
    return Rehearsal(up=up, watched=Watched(connected=connected), applied=applied)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('ERROR:  column "code" contains null values', 'column "code" contains null values'),
        (
            'psycopg.errors.NotNullViolation: column "code" of relation "coupons" contains null values',
            'column "code" of relation "coupons" contains null values',
        ),
        (
            'migration file "1.js" failed\nmigration failed with error: alter table "a" - relation "a" does not exist',
            'relation "a" does not exist',
        ),
        ("error: duplicate key value violates unique constraint", "duplicate key value violates unique constraint"),
        ("Error: P3018", "P3018"),
        ("all is well", ""),
    ],
)
def test_what_the_database_said_is_found(line: str, said: str) -> None:
    assert find_error(line.splitlines()) == said


@pytest.mark.parametrize(
    ("line", "host"),
    [
        ('connection to server at "db.example.com" (10.0.0.1), port 5432 failed: timeout', "db.example.com"),
        ('could not translate host name "db" to address', "db"),
        ("Error: getaddrinfo EAI_AGAIN db.example.com", "db.example.com"),
        ("Error: connect ENETUNREACH 10.9.8.7:5432 - Local", "10.9.8.7"),
        ("Error: P1001: Can't reach database server at `db.example.com:5432`", "db.example.com"),
        ("dial tcp 10.9.8.7:5432: i/o timeout", "10.9.8.7"),
        ("nothing", ""),
    ],
)
def test_the_host_that_was_not_reached_is_found(line: str, host: str) -> None:
    assert find_host([line]) == host


@pytest.mark.parametrize(
    ("line", "asks"),
    [
        ("Are you sure? (y/N)", True),
        ("Drop column code? [y/n]: EOFError", True),
        ("Prisma Migrate has detected that the environment is non-interactive", True),
        ("is it done?", True),
        ("3 migrations done", False),
    ],
)
def test_a_question_is_recognised(line: str, asks: bool) -> None:
    assert bool(find_prompt(["begin", line, ""])) is asks


@pytest.mark.parametrize(
    ("line", "waited"),
    [
        ("ERROR: canceling statement due to lock timeout", True),
        ("SQLITE_BUSY: database is locked", True),
        ("ERROR: syntax error", False),
    ],
)
def test_a_lock_that_was_waited_for_is_recognised(line: str, waited: bool) -> None:
    assert waited_for_lock(Attempt(command=("m",), code=1, seconds=1.0, log=(line,))) is waited


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (rehearsal(0, applied=("1", "2")), None),
        (rehearsal(0, applied=("1",)), "the migration's command ended with 0, and 1 of 2 pending migrations did not"),
        (rehearsal(0, connected=False), "the migration's command ended with 0 and never opened the database"),
        (
            rehearsal(1, "getaddrinfo ENOTFOUND db.example.com", connected=False),
            "the migration goes to the real database at db.example.com by an address of its own; the rehearsal's",
        ),
        (
            rehearsal(0, "getaddrinfo ENOTFOUND old.example.com", connected=False),
            "the migration goes to old.example.com, not to the database that DATABASE_URL names; the rehearsal's",
        ),
        (rehearsal(1, "ERROR: no"), "no"),
        (rehearsal(3, "hm"), "the command ended with exit code 3"),
        (rehearsal(4), "the command ended with exit code 4"),
        (rehearsal(1, "continue? (y/n)"), "the migration asks a question on its standard input"),
        (rehearsal(None), "the migration took longer than 60 s and was ended"),
        (rehearsal(1, "ERROR: canceling statement due to statement timeout"), "a statement took longer than 5 s"),
    ],
)
def test_why_it_failed(found: Rehearsal, sentence: str | None) -> None:
    cause = find_failure(found, PLAN, SETTINGS, REAL)

    assert (cause is None) if sentence is None else (cause is not None and cause.sentence.startswith(sentence))


@pytest.mark.parametrize(
    ("error", "fix"),
    [
        (
            'column "code" of relation "orders" contains null values',
            "fill the column first, then add NOT NULL in a later release: "
            "UPDATE orders SET code = … WHERE code IS NULL",
        ),
        (
            'could not create unique index "orders_code_key"',
            "find the rows that are there twice and decide which of them stays, before the index is made unique",
        ),
        ("syntax error", ""),
    ],
)
def test_what_is_in_the_way_is_what_is_advised_about(error: str, fix: str) -> None:
    cause = find_failure(rehearsal(1, f"ERROR:  {error}"), PLAN, SETTINGS, REAL)

    assert cause is not None
    assert cause.fix == fix
