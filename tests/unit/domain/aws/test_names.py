"""Names of what is on AWS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.domain.aws import names
from fairway.domain.ids import NAME

NAMES = st.from_regex(NAME, fullmatch=True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("web", "ServiceWeb"),
        ("web-app", "ServiceWebApp"),
        ("web2", "ServiceWeb2"),
        ("web-2", "ServiceWebX2"),
        ("a--b", "ServiceAXB"),
        ("xml", "ServiceXxml"),
        ("a-x2", "ServiceAXx2"),
    ],
)
def test_a_logical_id_has_letters_and_digits_alone(name: str, expected: str) -> None:
    assert names.logical("service", name) == expected


@given(NAMES, NAMES)
def test_no_two_names_have_one_logical_id(one: str, other: str) -> None:
    assert (names.logical("service", one) == names.logical("service", other)) == (one == other)


@given(st.text(alphabet="ax-2", min_size=1, max_size=6), st.text(alphabet="ax-2", min_size=1, max_size=6))
def test_no_two_names_of_the_letters_that_matter_have_one_logical_id(one: str, other: str) -> None:
    if NAME.fullmatch(one) and NAME.fullmatch(other):
        assert (names.logical("job", one) == names.logical("job", other)) == (one == other)


def test_a_connections_name_is_cut_without_losing_what_tells_it_apart() -> None:
    long, other = "a" * 29 + "b", "a" * 29 + "c"

    assert names.connection("shop-api") == "fairway-shop-api"
    assert names.connection("a" * 24) == "fairway-" + "a" * 24
    assert len(names.connection(long)) == names.CONNECTION
    assert names.connection(long) != names.connection(other)


def test_the_pipelines_roles_are_out_of_reach_of_who_may_change_the_services() -> None:
    services = names.path("shop", "production", "services")

    assert services == "/fairway/shop/production/services/"
    for path in (
        names.path("shop"),
        *(names.path("shop", "production", part) for part in ("deploy", "cloudformation")),
    ):
        assert not path.startswith(services)
