"""What every store of backups and passages keeps to."""

from dataclasses import replace

import pytest

from fairway.domain import passage as passages
from fairway.domain.deployment import Cause
from fairway.domain.ids import AppName
from fairway.domain.judgement import Finding, Judged, Silenced
from fairway.domain.migrations import Plan, Step, Tool
from fairway.domain.passage import Outcome, PassageStatus
from fairway.errors import NotFound
from support.guard_records import Kept
from support.guard_values import make_backup, make_passage, make_rehearsal
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PRODUCTION, STAGING


async def test_a_backup_is_kept_as_it_is_under_the_next_number(records: Kept) -> None:
    await records.prepare()

    first = await records.backups.create(make_backup(cause='a "größe"\n'))
    second = await records.backups.create(make_backup())

    assert first == make_backup(number=1, cause='a "größe"\n')
    assert await records.backups.get(APP, 1) == first
    assert await records.backups.list(APP) == [second, first]
    assert await records.backups.list(APP, limit=1) == [second]
    assert await records.backups.list(APP, environment=PRODUCTION) == [second, first]


async def test_a_backup_changes_only_from_what_was_read(records: Kept) -> None:
    await records.prepare()
    kept = await records.backups.create(make_backup())

    won = await records.backups.change(kept, replace(kept, bytes=7))
    lost = await records.backups.change(kept, replace(kept, bytes=8))

    assert (won, lost) == (True, False)
    assert await records.backups.get(APP, 1) == replace(kept, bytes=7, version=1)


async def test_deleted_backups_are_gone_and_their_numbers_do_not_come_again(records: Kept) -> None:
    await records.prepare()
    await records.backups.create(make_backup())

    await records.backups.delete(APP, [1, 9])

    with pytest.raises(NotFound, match="has no backup 1"):
        await records.backups.get(APP, 1)
    assert (await records.backups.create(make_backup())).number == 2


async def test_a_passage_is_kept_with_all_that_was_seen(records: Kept) -> None:
    await records.prepare()
    finding = Finding(rule="adding-not-nullable-field", step="20261123_coupons", effect="rewrites orders")
    whole = make_passage(
        plan=Plan(tool=Tool.KNEX, applied=("a",), pending=(Step(name="b", sql="SELECT 1"),)),
        judged=Judged(refused=(finding,), silenced=(Silenced(finding=finding, reason="it is small"),)),
        rehearsal=make_rehearsal(),
        cause=Cause(sentence="it failed", log=("one", "two")),
        back_of=7,
        opens_at=Outcome.APPLIED,
        taken=("a",),
    )

    kept = await records.passages.create(whole)

    assert kept == replace(whole, number=1)
    assert await records.passages.get(APP, 1) == kept


async def test_a_key_makes_one_passage(records: Kept) -> None:
    await records.prepare()
    first = await records.passages.create(make_passage(key="execution/1/production/1"))

    again = await records.passages.create(make_passage(key="execution/1/production/1", by="somebody else"))
    other = await records.passages.create(make_passage(key="execution/1/production/2"))

    assert again == first
    assert await records.passages.list(APP) == [other, first]
    assert await records.passages.list(APP, limit=1) == [other]
    assert other.number == 2


async def test_passages_that_have_not_ended_are_found(records: Kept) -> None:
    await records.prepare()
    kept = await records.passages.create(make_passage())
    await records.passages.create(make_passage(key="other"))

    ended = passages.advance(kept, PassageStatus.SKIPPED, summary="nothing is pending", ended_at=9.0)
    changed = [await records.passages.change(kept, ended), await records.passages.change(kept, ended)]

    assert changed == [True, False]
    assert [each.number for each in await records.passages.unfinished()] == [2]
    assert (await records.passages.get(APP, 1)).summary == "nothing is pending"


async def test_one_that_there_is_not_does_not_change_and_is_not_made_so(records: Kept) -> None:
    await records.prepare()

    changed = [
        await records.backups.change(make_backup(number=7), make_backup(number=7, bytes=1)),
        await records.passages.change(make_passage(number=7), make_passage(number=7, by="eve")),
    ]

    assert changed == [False, False]
    assert (await records.backups.list(APP), await records.passages.list(APP)) == ([], [])


async def test_what_is_another_apps_is_not_found(records: Kept) -> None:
    await records.prepare()
    await records.backups.create(make_backup())
    await records.passages.create(make_passage())
    other = AppName("other")

    await records.backups.delete(other, [1])

    assert (await records.backups.list(other), await records.passages.list(other)) == ([], [])
    for get in (records.backups.get, records.passages.get):
        with pytest.raises(NotFound, match="other has no"):
            await get(other, 1)
        assert (await get(APP, 1)).number == 1


async def test_what_is_of_one_environment_is_found_in_a_store_of_several(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    backups = [await store.backups.create(make_backup(environment=name)) for name in (PRODUCTION, STAGING)]
    kept = [await store.passages.create(make_passage(environment=name, key=name)) for name in (PRODUCTION, STAGING)]

    assert await store.backups.list(APP, environment=STAGING) == backups[1:]
    assert await store.passages.list(APP, environment=PRODUCTION) == kept[:1]
    assert [each.number for each in await store.passages.list(APP)] == [2, 1]


async def test_both_go_with_their_app_and_know_it(store: AnyStore) -> None:
    with pytest.raises(NotFound):
        await store.backups.create(make_backup())
    with pytest.raises(NotFound):
        await store.passages.create(make_passage())
    await store.apps.create(APP, at=1.0)
    await store.backups.create(make_backup())
    await store.passages.create(make_passage())

    await store.apps.delete(APP)

    assert (await store.backups.list(APP), await store.passages.list(APP)) == ([], [])
    with pytest.raises(NotFound, match="has no passage 1"):
        await store.passages.get(APP, 1)
