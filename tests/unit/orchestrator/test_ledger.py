"""How failures are counted, for the back-off and for the verdict."""

from dataclasses import replace

from fairway.domain.facts import Facts
from fairway.domain.ids import TaskId
from fairway.domain.observed import Exit, Task
from fairway.orchestrator.ledger import Ledger
from support.orchestrator_world import spec, task

KEY = (task("a").task.deployment, task("a").task.service)
FACTS = Facts(task=TaskId("a"), spec=spec(), exit=Exit(code=0), lived=0.9, probe=None, sockets=None, usage=None, log=())


def born(at: float) -> Task:
    return replace(task("a").task, created_at=at)


def test_tasks_that_were_started_together_fail_in_one_round() -> None:
    ledger = Ledger()

    for second in range(10):
        ledger.failed(born(0.0), healthy_since=None, now=5.0 + second)

    assert ledger.rounds[KEY] == 1


def test_each_replacement_that_fails_is_a_round() -> None:
    ledger = Ledger()

    for second in range(4):
        ledger.failed(born(float(second)), healthy_since=None, now=second + 0.5)

    assert ledger.rounds[KEY] == 4


def test_a_task_that_was_well_for_a_while_begins_anew() -> None:
    ledger = Ledger()
    for second in range(4):
        ledger.failed(born(float(second)), healthy_since=None, now=second + 0.5)

    ledger.failed(born(10.0), healthy_since=11.0, now=60.0)

    assert ledger.rounds[KEY] == 1
    assert ledger.last[KEY] == 60.0


def test_ten_tasks_that_were_well_for_a_moment_are_replaced_without_delay() -> None:
    ledger, rounds = Ledger(), []

    for second in range(13):
        ledger.failed(born(float(second)), healthy_since=second + 0.2, now=second + 0.9)
        rounds.append(ledger.rounds[KEY])

    assert rounds == [1] * 10 + [2, 3, 4]


def test_a_task_that_was_never_well_raises_the_count_of_those_that_were() -> None:
    ledger = Ledger()
    ledger.failed(born(0.0), healthy_since=0.5, now=1.0)

    ledger.failed(born(1.1), healthy_since=None, now=3.0)

    assert ledger.rounds[KEY] == 2


def test_deployments_that_are_gone_are_forgotten() -> None:
    ledger = Ledger()
    ledger.failed(born(0.0), healthy_since=None, now=1.0)

    ledger.keep_only([])

    assert ledger.rounds == {}
    assert ledger.last == {}


def test_tasks_that_are_well_for_a_moment_add_up_for_the_verdict() -> None:
    ledger = Ledger()

    for second in range(3):
        each = born(float(second))
        ledger.healthy(each)
        ledger.failed(each, healthy_since=second + 0.2, now=second + 0.9)
        ledger.explained(each, FACTS, ended=True)

    assert (ledger.failures[KEY].exits, ledger.failures[KEY].relapses) == (1, 3)


def test_a_task_that_stayed_well_for_a_while_ends_the_count_of_those_that_did_not() -> None:
    ledger = Ledger()
    ledger.failed(born(0.0), healthy_since=0.2, now=0.9)
    ledger.explained(born(0.0), FACTS, ended=True)

    ledger.failed(born(1.0), healthy_since=2.0, now=60.0)
    ledger.explained(born(1.0), FACTS, ended=True)

    assert ledger.failures[KEY].relapses == 0


def test_a_task_that_is_well_for_half_a_minute_and_dies_is_still_a_loop() -> None:
    ledger = Ledger()
    for minute in range(24):
        ledger.failed(born(30.0 * minute), healthy_since=30.0 * minute + 1, now=30.0 * minute + 29)
        ledger.healthy(born(30.0 * minute + 30))

    assert ledger.rounds[KEY] == 1
    assert ledger.counted(now=720.0)[KEY].lately == 20
    assert ledger.counted(now=5000.0)[KEY].lately == 0
