"""Variables that lead to a copy: all that name the real database are changed, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.domain.address import read
from fairway.domain.pointing import point

REAL = read("postgres://shop:s3cret-word@db.example.com:5432/shop?sslmode=require&application_name=web")
COPY = read("postgres://shop:copy-word@10.1.2.3:5499/shop")
URL = "postgres://shop:s3cret-word@db.example.com:5432/shop?sslmode=require&application_name=web"


def test_the_url_keeps_its_scheme_and_the_options_that_a_copy_understands() -> None:
    found = point({"DATABASE_URL": URL}, "DATABASE_URL", REAL, COPY)

    assert found.variables["DATABASE_URL"] == "postgres://shop:copy-word@10.1.2.3:5499/shop?application_name=web"
    assert found.changed == ("DATABASE_URL",)


@pytest.mark.parametrize(
    ("name", "value", "other"),
    [
        ("DB_HOST", "db.example.com", "10.1.2.3"),
        ("ENDPOINT", "db.example.com:5432", "10.1.2.3:5499"),
        ("PGPASSWORD", "s3cret-word", "copy-word"),
        ("WHATEVER", "s3cret-word", "copy-word"),
        ("DB_PORT", "5432", "5499"),
        ("PGSSLMODE", "verify-full", "disable"),
        ("PGSSLMODE", "require", "disable"),
        (
            "DIRECT_URL",
            "postgresql://other:x@db.example.com:6543/shop?pgbouncer=true",
            "postgresql://shop:copy-word@10.1.2.3:5499/shop?pgbouncer=true",
        ),
        ("JDBC_URL", "jdbc:postgresql://db.example.com:5432/shop", "jdbc:postgresql://10.1.2.3:5499/shop"),
        (
            "DSN",
            "host=db.example.com port=5432 dbname=shop password='s3cret-word'",
            "host=10.1.2.3 port=5499 dbname=shop password=copy-word",
        ),
    ],
)
def test_what_names_the_database_otherwise_is_changed_too(name: str, value: str, other: str) -> None:
    found = point({"DATABASE_URL": URL, name: value}, "DATABASE_URL", REAL, COPY)

    assert found.variables[name] == other
    assert found.changed == ("DATABASE_URL", name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "5432"),
        ("PGUSER", "shop"),
        ("REPORTS_URL", "postgres://shop:s3cret-word@db.example.com:5432/reports"),
        ("OTHER_URL", "postgres://shop:s3cret-word@elsewhere:5432/shop"),
        ("DSN", "host=elsewhere port=5432 password=s3cret-word"),
        ("REDIS_URL", "redis://db.example.com:6379"),
        ("EMPTY", ""),
        ("PGSSLMODE", "no-verify"),
        ("PGSSLMODE", "prefer"),
    ],
)
def test_what_names_something_else_stays(name: str, value: str) -> None:
    found = point({"DATABASE_URL": URL, name: value}, "DATABASE_URL", REAL, COPY)

    assert found.variables[name] == value
    assert found.changed == ("DATABASE_URL",)


def test_a_short_password_is_only_found_where_a_database_is_spoken_of() -> None:
    real = read("postgres://shop:web@db:5432/shop")

    found = point({"DATABASE_URL": real.url, "NAME": "web", "DB_PASS": "web"}, "DATABASE_URL", real, COPY)

    assert (found.variables["NAME"], found.variables["DB_PASS"]) == ("web", "copy-word")


def test_of_sqlite_the_path_is_changed() -> None:
    real, copy = read("sqlite:////data/app.db"), read("sqlite:////copy/app.db")

    found = point(
        {"DATABASE_URL": "sqlite:////data/app.db?mode=rw", "DB_FILE": "/data/app.db", "X": "/data"},
        "DATABASE_URL",
        real,
        copy,
    )

    assert found.variables == {
        "DATABASE_URL": "sqlite:////copy/app.db?mode=rw",
        "DB_FILE": "/copy/app.db",
        "X": "/data",
    }
    assert (
        point({"A": "/data/app.db", "DATABASE_URL": real.url}, "DATABASE_URL", real, real).variables["A"]
        == "/data/app.db"
    )


def test_what_is_said_of_tls_stays_for_a_copy_that_has_the_real_ones_certificate() -> None:
    written = read("postgres://shop:word@real:5432/shop?sslmode=verify-full&sslrootcert=/app/rds.pem")
    copy = written.moved(host="copy", port=5432)

    found = point(
        {"DATABASE_URL": written.url, "PGSSLMODE": "require", "PGHOST": "real"},
        "DATABASE_URL",
        written,
        copy,
        certified=True,
    )

    assert found.variables == {"DATABASE_URL": copy.url, "PGSSLMODE": "require", "PGHOST": "copy"}
    assert "sslmode=verify-full" in found.variables["DATABASE_URL"]


@given(st.dictionaries(st.from_regex(r"\A[A-Z_]{1,12}\Z"), st.text(st.characters(exclude_categories=["Cs"]))))
def test_any_variables_are_taken_and_the_real_url_never_stays(variables: dict[str, str]) -> None:
    found = point({**variables, "DATABASE_URL": URL}, "DATABASE_URL", REAL, COPY)

    assert found.variables.keys() == {*variables, "DATABASE_URL"}
    assert "db.example.com" not in found.variables["DATABASE_URL"]
