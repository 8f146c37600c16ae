"""How the places that read a variable become one need, and how values and environments are held against it."""

import pytest

from fairway.domain import contract, flaws, fulfilment, fulfilment_text
from fairway.domain.contract import Contract, Kind, Need, Use
from fairway.domain.flaws import Expected, Flaw
from fairway.domain.fulfilment import About, Exceptions


def use(
    name: str, need: Need, rule: str = "plain", *, line: int = 1, sets: bool = False, kind: Kind | None = None
) -> Use:
    return Use(name=name, file="a.js", line=line, how="", need=need, rule=rule, sets=sets, kind=kind)


def conclude(
    *uses: Use, given: dict[str, str] | None = None, partial: str = "", dynamic: tuple[str, ...] = ()
) -> Contract:
    return contract.conclude(uses, given=given, partial=partial, dynamic=dynamic)


NONE = Exceptions()
REQUIRED = use("A", Need.REQUIRED, "throws")


def test_one_place_that_throws_makes_a_variable_required_whatever_the_others_do() -> None:
    found = conclude(use("A", Need.OPTIONAL, "default"), REQUIRED, use("A", Need.UNKNOWN))

    assert [each.name for each in found.required] == ["A"]


def test_a_variable_that_the_code_sets_itself_is_optional() -> None:
    found = conclude(REQUIRED, use("A", Need.OPTIONAL, "set", sets=True))

    assert found.variables[0].need is Need.OPTIONAL


def test_a_variable_that_something_else_gives_is_never_missing() -> None:
    found = conclude(REQUIRED, given={"A": ".env"})

    assert (found.variables[0].need, found.variables[0].rule) == (Need.UNKNOWN, "given by .env")


def test_two_different_types_are_none() -> None:
    found = conclude(use("A", Need.UNKNOWN, kind=Kind.NUMBER), use("A", Need.UNKNOWN, kind=Kind.URL))

    assert found.variables[0].kind is None


@pytest.mark.parametrize(
    "value",
    ["changeme", "CHANGE_ME", "xxx", "XXXXXXXX", "TODO", "your-api-key-here", "<secret>", "***", "replace-me", "..."],
)
def test_a_value_that_nobody_meant_is_a_placeholder(value: str) -> None:
    assert flaws.find(value, Expected()) is Flaw.PLACEHOLDER


@pytest.mark.parametrize(
    "value", ["xx", "changing", "todolist", "sk_live_51H", "yourself", "postgres://a:b@c/d", "<a", "production"]
)
def test_a_value_that_may_be_meant_is_none(value: str) -> None:
    assert flaws.find(value, Expected()) is None


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Kind.NUMBER, ["1", "-2.5", "1e3", "0x1F", " 7 "], ["one", "1,5", "--1"]),
        (Kind.PORT, ["0", "8080", "65535"], ["65536", "-1", "http"]),
        (Kind.BOOLEAN, ["true", "FALSE", "1", "off"], ["maybe", "2"]),
        (
            Kind.URL,
            ["https://a.example", "postgres://u:p@h/d", "mongodb+srv://x"],
            ["localhost:", "a.example/x", "//a"],
        ),
        (Kind.EMAIL, ["a@b.example"], ["a.example"]),
        (Kind.JSON, ["{}", "[1]", '"x"'], ["{", "{'a': 1}", "[" * 5000]),
        (Kind.TEXT, ["anything"], []),
    ],
)
def test_a_value_is_held_against_its_type(kind: Kind, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if flaws.find(value, Expected(kind=kind)) is not None] == []
    assert [value for value in bad if flaws.find(value, Expected(kind=kind)) is not Flaw.TYPE] == []


def test_a_choice_may_look_like_a_placeholder() -> None:
    expected = Expected(kind=Kind.CHOICE, choices=("todo", "done"))

    assert flaws.find("todo", expected) is None
    assert flaws.find("other", expected) is Flaw.TYPE


def abouts(found: Contract, values: dict[str, Flaw | None], exceptions: Exceptions = NONE) -> list[tuple[str, str]]:
    return [(each.name, each.about.value) for each in fulfilment.compare(found, values, exceptions)]


def test_only_what_is_required_and_missing_stops() -> None:
    found = conclude(REQUIRED, use("B", Need.UNKNOWN), use("C", Need.OPTIONAL))

    findings = fulfilment.compare(found, {"EXTRA": None}, Exceptions())

    assert [(each.name, each.about, each.stops) for each in findings] == [
        ("A", About.MISSING, True),
        ("B", About.PERHAPS, False),
        ("EXTRA", About.UNUSED, False),
    ]


def test_an_empty_value_is_set_and_only_told() -> None:
    found = conclude(REQUIRED, use("C", Need.OPTIONAL))

    assert abouts(found, {"A": Flaw.EMPTY, "C": Flaw.EMPTY}) == [("A", "empty")]


def test_fairway_toml_has_the_last_word() -> None:
    found = conclude(REQUIRED, use("B", Need.UNKNOWN), use("C", Need.REQUIRED))

    exceptions = Exceptions(required=("B", "NEW"), optional=("A",), ignore=("C",))

    assert abouts(found, {}, exceptions) == [("B", "missing"), ("NEW", "missing")]
    assert abouts(found, {}, Exceptions(enabled=False)) == []


def test_what_fairway_gives_is_never_missing() -> None:
    found = conclude(
        *(use(name, Need.REQUIRED, "throws") for name in ("PORT", "NODE_ENV", "FAIRWAY_APP", "npm_package_name"))
    )

    assert abouts(found, {}) == []


@pytest.mark.parametrize(
    "found", [conclude(REQUIRED, dynamic=("a.js:3",)), conclude(REQUIRED, partial="why"), Contract()]
)
def test_nothing_is_called_unused_where_it_may_be_read(found: Contract) -> None:
    assert ("EXTRA", "unused") not in abouts(found, {"A": None, "EXTRA": None})


def test_a_name_whose_case_does_not_matter_is_set_in_either() -> None:
    need = Use(name="APP_KEY", file="a.py", line=1, how=contract.ANY_CASE, need=Need.REQUIRED, rule="schema")

    assert abouts(conclude(need), {"app_key": None}) == []
    assert abouts(conclude(need), {"app_key": Flaw.PLACEHOLDER}) == [("APP_KEY", "placeholder")]
    assert abouts(conclude(need), {}) == [("APP_KEY", "missing")]


def test_what_a_library_reads_is_not_called_unused() -> None:
    assert abouts(conclude(REQUIRED), {"A": None, "AWS_REGION": None, "SENTRY_DSN": None, "PGHOST": None}) == []


def test_findings_are_told_with_their_places_and_the_command() -> None:
    found = conclude(
        REQUIRED,
        use("B", Need.REQUIRED, "schema", line=7),
        use("C", Need.UNKNOWN),
        use("D", Need.UNKNOWN, kind=Kind.PORT),
    )

    findings = fulfilment.compare(found, {"D": Flaw.TYPE, "X_Y": None}, Exceptions())

    assert fulfilment_text.missing("production", findings) == "production lacks 2 required: A (a.js:1), B (a.js:7)"
    assert fulfilment_text.command("production", findings) == "fairway env set -e production A B"
    assert fulfilment_text.warnings("production", findings) == [
        "production does not set what may be needed: C (a.js:1)",
        "production has a value for D that is not a port's number (a.js:1)",
        "production sets what nothing in the code reads: X_Y",
    ]
