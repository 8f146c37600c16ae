"""Which backups may go."""

from fairway.domain.backup import DAY, Keep, Verdict, backups_to_go
from support.guard_values import make_backup

NOW = 100 * DAY


def test_the_newest_are_kept_by_count() -> None:
    backups = [make_backup(number=number, at=NOW) for number in range(1, 6)]

    going = backups_to_go(backups, now=NOW, keep=Keep(count=3), needed=frozenset())

    assert going == [1, 2]


def test_old_ones_go_but_never_the_newest_that_was_verified() -> None:
    verified = make_backup(number=1, at=NOW - 90 * DAY)
    taken = make_backup(number=2, at=NOW - 80 * DAY, verdict=Verdict.TAKEN)

    going = backups_to_go([verified, taken], now=NOW, keep=Keep(age=30 * DAY), needed=frozenset())

    assert going == [2]


def test_one_that_a_release_needs_stays() -> None:
    backups = [make_backup(number=number, at=NOW - 90 * DAY) for number in (1, 2, 3)]

    going = backups_to_go(backups, now=NOW, keep=Keep(age=30 * DAY), needed=frozenset({1}))

    assert going == [2]


def test_failed_ones_push_out_nothing_that_holds_data() -> None:
    good = make_backup(number=1, at=NOW)
    failed = [make_backup(number=number, at=NOW, verdict=Verdict.FAILED) for number in range(2, 6)]

    going = backups_to_go([good, *failed], now=NOW, keep=Keep(count=2), needed=frozenset())

    assert going == [2, 3]
