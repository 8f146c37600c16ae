"""What libpq is called with, for URLs that were written for other drivers."""

import psycopg
import pytest

from fairway.adapters.postgres import connecting, workshop
from fairway.domain.address import read


@pytest.mark.parametrize(
    ("query", "sslmode"),
    [
        ("", None),
        ("?sslmode=require", "require"),
        ("?sslmode=no-verify", "require"),
        ("?ssl=true", "require"),
        ("?ssl=false", "disable"),
        ("?ssl=verify-full", "verify-full"),
        ("?sslmode=prefer&ssl=true", "prefer"),
    ],
)
def test_encryption_is_demanded_in_the_words_of_every_driver(query: str, sslmode: str | None) -> None:
    assert connecting.parameters(read(f"postgres://u:p@h/d{query}")).get("sslmode") == sslmode


def test_what_libpq_does_not_know_is_left_out_and_no_file_of_this_host_is_read() -> None:
    address = read("postgres://u:p@h/d?schema=public&pool_timeout=3&pgbouncer=true&passfile=/x&service=y&password=z")

    chosen = connecting.parameters(address)

    assert set(chosen) == {"host", "port", "user", "dbname", "connect_timeout", "application_name"}


def test_a_host_in_the_query_counts_and_is_left_behind_where_the_database_moves() -> None:
    address = read("postgres://u:p@localhost/d?host=/run/postgres&hostaddr=10.0.0.1")

    moved = address.moved(host="172.18.0.2", port=5433)

    assert connecting.parameters(address)["host"] == "/run/postgres"
    assert psycopg.conninfo.conninfo_to_dict(address.url)["host"] == read(address.url).host == "/run/postgres"
    assert connecting.parameters(moved)["host"] == "172.18.0.2"
    assert "hostaddr" not in connecting.parameters(moved)


def test_a_tool_gets_the_address_without_the_password_and_with_its_quotes() -> None:
    address = read("postgres://o%27brien:sec%27ret@h:5433/a%5Cb")

    text = workshop.conninfo(address)

    assert "sec" not in text
    assert psycopg.conninfo.conninfo_to_dict(text)["user"] == "o'brien"
    assert psycopg.conninfo.conninfo_to_dict(text)["dbname"] == "a\\b"


def test_an_error_never_repeats_the_password() -> None:
    address = read("postgres://u:hunter2@h/d")

    error = connecting.explain(address, psycopg.OperationalError('strange: "hunter2" is no option'))

    assert "hunter2" not in f"{error.what} {error.why} {error.hint}"


def test_a_table_that_is_locked_is_not_taken_for_a_host_that_does_not_answer() -> None:
    address = read("postgres://shop:hunter2@db/shop")

    error = connecting.explain(address, psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"))

    assert error.what == "postgres://shop@db:5432/shop can't be looked at"
    assert "holds a lock" in error.why


def test_who_is_no_postgresql_is_told() -> None:
    address = read("postgres://shop@db/shop")

    error = connecting.explain(address, psycopg.OperationalError("received invalid response to SSL negotiation: H"))

    assert error.why == "what listens on the port 5432 of the host db is no PostgreSQL"
