"""What `fairway init` says of the variables that the code reads."""

import pytest

from fairway.cli import contract
from fairway.domain.contract import Contract, Need, Use, conclude
from fairway.manifest.load import load


def use(name: str, need: Need = Need.UNKNOWN, line: int = 1) -> Use:
    return Use(name=name, file="src/app.ts", line=line, how="process.env", need=need, rule="reads")


def read(*uses: Use) -> Contract:
    return conclude(uses)


@pytest.mark.parametrize(
    ("uses", "said"),
    [
        ([use("A")], "1 variable, none of them required: A"),
        ([use("B"), use("A")], "2 variables, none of them required: A, B"),
        ([use(name) for name in "ABCDE"], "5 variables, none of them required: A, B, C, D and 1 more"),
        ([use("A"), use("KEY", Need.REQUIRED, 12)], "2 variables, 1 of them required: KEY (src/app.ts:12)"),
    ],
)
def test_what_a_user_sets_is_counted_and_named(uses: list[Use], said: str) -> None:
    assert contract.summary(read(*uses).variables) == said


def test_what_was_not_read_is_owned_up_to() -> None:
    said = contract.summary(read(use("A")).variables, "src/big.js is too long")

    assert said == "1 variable, none of them required: A; not all was read: src/big.js is too long"


def test_what_fairway_gives_is_no_users_to_set() -> None:
    app = load('app = "shop"\n[databases.main]\nengine = "postgres"\n')
    uses = [use("PORT"), use("NODE_ENV"), use("DATABASE_URL"), use("STRIPE_KEY")]

    assert [each.name for each in contract.to_set(read(*uses), app)] == ["STRIPE_KEY"]
