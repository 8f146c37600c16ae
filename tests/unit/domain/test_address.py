"""Reading where a database is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.domain import address
from fairway.domain.address import Engine
from fairway.errors import UsageError


def test_a_url_is_read_whole() -> None:
    read = address.read("postgresql+asyncpg://sh%6Fp:p%40ss%2F@db.example.com:6432/shop%20x?sslmode=require")

    assert (read.engine, read.host, read.port, read.name) == (Engine.POSTGRES, "db.example.com", 6432, "shop x")
    assert (read.user, read.password, read.options) == ("shop", "p@ss/", {"sslmode": "require"})
    assert read.shown == "postgresql+asyncpg://shop@db.example.com:6432/shop%20x"
    assert address.read(read.url) == read


def test_the_password_is_in_no_representation() -> None:
    read = address.read("postgres://shop:hunter2@db/shop")

    assert "hunter2" not in repr(read)
    assert "hunter2" not in read.shown
    assert read.port == 5432


def test_a_copy_keeps_the_user_and_the_options() -> None:
    read = address.read("postgres://shop:hunter2@db/shop?application_name=x")

    moved = read.moved(host="10.0.0.2", port=5433, password="other")

    assert moved.url == "postgres://shop:other@10.0.0.2:5433/shop?application_name=x"
    assert read.moved(host="h", port=1, name="n").url == "postgres://shop:hunter2@h:1/n?application_name=x"


def test_a_socket_is_a_host_too() -> None:
    assert address.read("postgresql:///shop?host=/run/postgresql").host == "/run/postgresql"


def test_an_ipv6_address_keeps_its_brackets() -> None:
    assert address.read("postgres://u:p@[fd00::1]:5432/shop").url == "postgres://u:p@[fd00::1]:5432/shop"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sqlite:////data/app.db", "/data/app.db"),
        ("sqlite:///data/app.db", "/data/app.db"),
        ("file:/data/app.db", "/data/app.db"),
        ("file:./app.db?mode=rw", "./app.db"),
    ],
)
def test_a_file_is_read(text: str, path: str) -> None:
    read = address.read(text)

    assert (read.engine, read.name) == (Engine.SQLITE, path)
    assert address.read(read.url) == read


@pytest.mark.parametrize(
    "text",
    ["", "shop", "mysql://u@h/db", "postgres://", "postgres://h", "postgres:///db", "postgres://h:x/db", "sqlite://",
     "sqlite::memory:", "postgres://h:99999/db", "postgres://[::1/db"],
)  # fmt: skip
def test_what_names_no_database_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(UsageError, match="DATABASE_URL"):
        address.read(text, variable="DATABASE_URL")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for candidate in (text, f"postgres://{text}", f"sqlite:{text}"):
        try:
            read = address.read(candidate)
        except UsageError:
            continue
        assert address.read(read.url) == read
