"""Who may replace a database by another one's copy: production wants its name typed, and yes does not stand for it."""

import pytest
from click.testing import CliRunner

from fairway.cli.commands import db_clone
from fairway.errors import UsageError


def test_production_wants_its_name_whatever_was_answered_with_yes() -> None:
    with pytest.raises(UsageError) as caught:
        db_clone.ask("staging", "production", None, yes=True)

    assert caught.value.hint == "--confirm production"


@pytest.mark.parametrize("target", ["production", "staging"])
def test_another_name_than_the_targets_is_refused(target: str) -> None:
    with pytest.raises(UsageError, match=f"the name of the environment is {target}"):
        db_clone.ask("qa", target, "prodcution", yes=True)


def test_the_typed_name_or_for_another_environment_a_yes_lets_it_through() -> None:
    assert db_clone.ask("staging", "production", "production", yes=False) == "production"
    assert db_clone.ask("production", "staging", None, yes=True) == "staging"


def test_an_environment_is_not_cloned_onto_itself() -> None:
    result = CliRunner().invoke(db_clone.clone, ["staging", "staging", "--yes"])

    assert isinstance(result.exception, UsageError)
