"""What every store of backups and passages keeps to."""

from dataclasses import replace

import pytest

from fairway.domain import passage as passages
from fairway.domain.deployment import Cause
from fairway.domain.judgement import Finding, Judged, Silenced
from fairway.domain.migrations import Plan, Step, Tool
from fairway.domain.passage import PassageStatus
from fairway.errors import NotFound
from support.guard_values import make_backup, make_passage, make_rehearsal
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PRODUCTION, STAGING


async def test_a_backup_is_kept_as_it_is_under_the_next_number(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)

    first = await store.backups.create(make_backup(cause='a "größe"\n'))
    second = await store.backups.create(make_backup(environment=STAGING))

    assert first == make_backup(number=1, cause='a "größe"\n')
    assert await store.backups.get(APP, 1) == first
    assert await store.backups.list(APP) == [second, first]
    assert await store.backups.list(APP, environment=STAGING) == [second]


async def test_a_backup_changes_only_from_what_was_read(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    kept = await store.backups.create(make_backup())

    won = await store.backups.change(kept, replace(kept, bytes=7))
    lost = await store.backups.change(kept, replace(kept, bytes=8))

    assert (won, lost) == (True, False)
    assert await store.backups.get(APP, 1) == replace(kept, bytes=7, version=1)


async def test_deleted_backups_are_gone_and_their_numbers_do_not_come_again(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.backups.create(make_backup())

    await store.backups.delete(APP, [1, 9])

    with pytest.raises(NotFound, match="has no backup 1"):
        await store.backups.get(APP, 1)
    assert (await store.backups.create(make_backup())).number == 2


async def test_a_passage_is_kept_with_all_that_was_seen(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    finding = Finding(rule="adding-not-nullable-field", step="20261123_coupons", effect="rewrites orders")
    whole = make_passage(
        plan=Plan(tool=Tool.KNEX, applied=("a",), pending=(Step(name="b", sql="SELECT 1"),)),
        judged=Judged(refused=(finding,), silenced=(Silenced(finding=finding, reason="it is small"),)),
        rehearsal=make_rehearsal(),
        cause=Cause(sentence="it failed", log=("one", "two")),
    )

    kept = await store.passages.create(whole)

    assert kept == replace(whole, number=1)
    assert await store.passages.get(APP, 1) == kept


async def test_a_key_makes_one_passage(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    first = await store.passages.create(make_passage(key="execution/1/production/1"))

    again = await store.passages.create(make_passage(key="execution/1/production/1", by="somebody else"))
    other = await store.passages.create(make_passage(key="execution/1/production/2", environment=STAGING))

    assert again == first
    assert [each.number for each in await store.passages.list(APP)] == [2, 1]
    assert await store.passages.list(APP, environment=PRODUCTION) == [first]
    assert other.number == 2


async def test_passages_that_have_not_ended_are_found(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    kept = await store.passages.create(make_passage())
    await store.passages.create(make_passage(key="other"))

    ended = passages.advance(kept, PassageStatus.SKIPPED, summary="nothing is pending", ended_at=9.0)
    changed = [await store.passages.change(kept, ended), await store.passages.change(kept, ended)]

    assert changed == [True, False]
    assert [each.number for each in await store.passages.unfinished()] == [2]
    assert (await store.passages.get(APP, 1)).summary == "nothing is pending"


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
