"""When a source is looked at next."""

from fairway.domain import following


def next_at(wanted=None, tried=None, fetched=None, failures=0, poll=None):
    return following.next_at(wanted_at=wanted, tried_at=tried, fetched_at=fetched, failures=failures, poll=poll)


def test_nothing_is_fetched_before_somebody_says_so():
    assert next_at() is None
    assert next_at(fetched=50.0, tried=50.0) is None


def test_what_is_wanted_is_due_at_once():
    assert next_at(wanted=100.0) == 100.0
    assert next_at(wanted=100.0, tried=50.0, fetched=50.0) == 100.0


def test_what_was_wanted_before_a_fetch_began_is_done():
    assert next_at(wanted=100.0, tried=101.0, fetched=101.0) is None


def test_what_is_wanted_while_a_fetch_runs_needs_another_one():
    assert next_at(wanted=102.0, tried=101.0, fetched=101.0) == 102.0
    assert next_at(wanted=101.0, tried=101.0, fetched=101.0) is None


def test_after_a_failure_each_attempt_waits_twice_as_long_up_to_a_bound():
    waits = [next_at(wanted=100.0, tried=200.0, failures=failures) - 200.0 for failures in (1, 2, 3, 9, 100)]

    assert waits == [5.0, 10.0, 20.0, 900.0, 900.0]


def test_another_word_after_a_failure_is_tried_at_once():
    assert next_at(wanted=300.0, tried=200.0, failures=9) == 300.0


def test_a_polled_source_is_looked_at_in_its_rhythm_and_the_first_time_at_once():
    assert next_at(poll=60.0) == 0.0
    assert next_at(poll=60.0, tried=200.0, fetched=150.0) == 260.0


def test_polling_a_forge_that_fails_waits_longer_each_time_up_to_a_bound():
    waits = [next_at(poll=60.0, tried=200.0, failures=failures) - 200.0 for failures in (1, 2, 3, 9, 100)]

    assert waits == [60.0, 120.0, 240.0, 900.0, 900.0]
    assert next_at(poll=3600.0, tried=200.0, failures=9) == 3800.0


def test_a_webhook_does_not_wait_for_the_next_look():
    assert next_at(poll=3600.0, wanted=210.0, tried=200.0, fetched=200.0) == 210.0
