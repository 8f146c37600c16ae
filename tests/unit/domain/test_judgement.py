"""What follows from findings."""

from fairway.domain.judgement import Finding, judge
from fairway.domain.migrations import Migrations, Policy

DROP = Finding(rule="ban-drop-column", step="2", effect="drops orders.coupon", line=3)
LOCK = Finding(rule="require-concurrent-index", step="1", effect="locks orders")
COMMAND = ("npm", "run", "migrate")


def test_each_rule_has_its_policy_or_the_common_one() -> None:
    settings = Migrations(command=COMMAND, policy=Policy.ASK, policies={"ban-drop-column": Policy.REFUSE})

    judged = judge([DROP, LOCK], settings)

    assert (judged.refused, judged.asked, judged.warned) == ((DROP,), (LOCK,), ())
    assert judged.all == (DROP, LOCK)


def test_what_is_harmless_is_only_shown() -> None:
    harmless = Finding(rule="require-concurrent-index", step="1", effect="locks orders (0 rows)", harmless=True)

    judged = judge([harmless], Migrations(command=COMMAND, policy=Policy.REFUSE))

    assert judged.warned == (harmless,)


def test_a_silenced_rule_is_passed_over_with_its_reason() -> None:
    settings = Migrations(command=COMMAND, policy=Policy.REFUSE, silenced={"ban-drop-column": "nobody reads it"})

    judged = judge([DROP], settings)

    assert judged.all == ()
    assert [(each.finding, each.reason) for each in judged.silenced] == [(DROP, "nobody reads it")]


def test_findings_are_in_order_and_each_is_there_once() -> None:
    judged = judge([DROP, LOCK, DROP], Migrations(command=COMMAND))

    assert judged.warned == (LOCK, DROP)
