"""What the guard's table in DynamoDB does when it is no plain day: two at once, answers that are lost, refusals."""

import asyncio
import re
import secrets
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import Stubber

from fairway.adapters.aws import packing
from fairway.adapters.aws.passages import SPARE
from fairway.adapters.aws.session import Session
from fairway.domain import passage as passages
from fairway.domain.migrations import Plan, Step, Tool
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.domain.rehearsal import Attempt
from fairway.errors import Conflict, NotFound, Unavailable, UsageError, WorkFailed
from support.clouds import REGION
from support.guard_records import TABLE, Table, table_of
from support.guard_values import make_backup, make_passage
from support.pipeline_values import APP, PRODUCTION, STAGING
from support.shipment_values import make_handover

Work = Callable[[Table], Awaitable[Any]]
KEY = "release/7/1"


def random_text(size: int) -> str:
    """Which has about so many bytes when it is compressed, and a third more before."""
    return secrets.token_urlsafe(size)


async def beside(work: Work, rival: Work, *, at: int) -> tuple[Any, Any, int]:
    """What both come to when the rival does all of its work right before the other one's call number `at`; and how many
    calls that one has made."""
    results: list[Any] = []

    def watch(action: str, parameters: Mapping[str, Any]) -> None:
        if sum(session.calls.values()) == at:
            results.append(asyncio.run(alone(rival)))

    session = Session(REGION, attempts=1, watch=watch)
    own = await work(table_of(session))
    calls = sum(session.calls.values())
    await session.close()
    return own, results[0] if results else None, calls


async def alone(work: Work) -> Any:
    session = Session(REGION, attempts=1)
    try:
        return await work(table_of(session))
    finally:
        await session.close()


@pytest.mark.parametrize("at", [1, 2, 3, 4])
async def test_two_with_one_key_make_one_passage_wherever_the_second_comes_between(in_dynamodb: Table, at: int) -> None:
    mine, other, calls = await beside(
        lambda table: table.passages.create(make_passage(key=KEY, by="ada")),
        lambda table: table.passages.create(make_passage(key=KEY, by="eve")),
        at=at,
    )

    assert mine == other
    assert await in_dynamodb.passages.list(APP) == [mine]
    assert calls >= 4 or at == 1


@pytest.mark.parametrize("at", [1, 2, 3, 4])
async def test_two_with_two_keys_never_share_a_number(in_dynamodb: Table, at: int) -> None:
    mine, other, _ = await beside(
        lambda table: table.passages.create(make_passage(key="release/7/1")),
        lambda table: table.passages.create(make_passage(key="release/8/1")),
        at=at,
    )

    assert {mine.number, other.number} == {1, 2}
    assert {each.key for each in await in_dynamodb.passages.list(APP)} == {"release/7/1", "release/8/1"}


@pytest.mark.parametrize("at", [1, 2])
async def test_two_backups_at_once_have_two_numbers(in_dynamodb: Table, at: int) -> None:
    mine, other, _ = await beside(
        lambda table: table.backups.create(make_backup()), lambda table: table.backups.create(make_backup()), at=at
    )

    assert sorted((mine.number, other.number)) == [1, 2]


async def test_many_builds_at_once_make_one_passage_and_one_release(in_dynamodb: Table) -> None:
    async def all_of_it(table: Table) -> tuple[Passage, int]:
        kept = await table.shipments.keep(make_handover(), at=1.0)
        return await table.passages.create(make_passage(key=f"release/{kept.number}/1")), kept.number

    one_at_a_time(in_dynamodb.session)
    found = await asyncio.gather(*(all_of_it(in_dynamodb) for _ in range(8)))

    assert len({(passage.number, number) for passage, number in found}) == 1
    assert len(await in_dynamodb.passages.list(APP)) == len(await in_dynamodb.shipments.list()) == 1


async def test_of_two_changes_of_one_passage_one_wins(in_dynamodb: Table) -> None:
    kept = await in_dynamodb.passages.create(make_passage())

    def change(by: str) -> Work:
        return lambda table: table.passages.change(kept, replace(kept, by=by))

    mine, other, _ = await beside(change("ada"), change("eve"), at=1)

    assert (mine, other) == (False, True)
    assert (await in_dynamodb.passages.get(APP, 1)).by == "eve"


async def test_one_that_was_killed_between_key_and_record_is_taken_up_by_the_next(in_dynamodb: Table) -> None:
    claimed = await in_dynamodb.records.claim("passage", KEY)

    kept = await in_dynamodb.passages.create(make_passage(key=KEY))
    later = await in_dynamodb.passages.create(make_passage(key="release/7/2"))

    assert (claimed, kept.number, later.number) == (1, 1, 2)


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem"])
async def test_a_call_that_the_sdk_makes_twice_since_its_answer_was_lost_counts_once(
    in_dynamodb: Table, operation: str
) -> None:
    lose_answers(in_dynamodb.session, operation)

    passage = await in_dynamodb.passages.create(make_passage())
    changed = await in_dynamodb.passages.change(passage, replace(passage, by="ada"))
    backup = await in_dynamodb.backups.create(make_backup())

    assert changed
    assert await in_dynamodb.passages.list(APP) == [replace(passage, by="ada", version=1)]
    assert await in_dynamodb.backups.list(APP) == [backup]


async def test_a_number_that_is_given_again_is_refused_and_takes_nothing_away(in_dynamodb: Table) -> None:
    passage, backup = await in_dynamodb.passages.create(make_passage()), await in_dynamodb.backups.create(make_backup())
    for kind in ("passage", "backup"):
        item = {"kind": {"S": "counter"}, "id": {"S": kind}, "value": {"N": "0"}}
        await in_dynamodb.session.call("dynamodb", "PutItem", TableName=TABLE, Item=item)

    with pytest.raises(Conflict, match="passage 1 is another one's already"):
        await in_dynamodb.passages.create(make_passage(key="other"))
    with pytest.raises(Conflict, match="backup 1 is another one's already"):
        await in_dynamodb.backups.create(make_backup(by="eve"))

    assert (await in_dynamodb.passages.get(APP, 1), await in_dynamodb.backups.get(APP, 1)) == (passage, backup)


async def test_a_large_record_is_compressed_and_a_small_one_can_be_read_in_the_console(in_dynamodb: Table) -> None:
    small = await in_dynamodb.backups.create(make_backup())
    large = await in_dynamodb.backups.create(make_backup(cause=random_text(150_000)))

    values = [await document(in_dynamodb, number) for number in (1, 2)]

    assert '"by":"ada"' in values[0]["S"]
    assert 150_000 < len(values[1]["B"]) < 200_000
    assert await in_dynamodb.backups.list(APP) == [large, small]


async def test_records_of_several_pages_are_all_read(in_dynamodb: Table) -> None:
    for number in range(4):
        await in_dynamodb.passages.create(make_passage(key=str(number), source=random_text(280_000)))

    assert [each.number for each in await in_dynamodb.passages.list(APP)] == [4, 3, 2, 1]
    assert [each.number for each in await in_dynamodb.passages.list(APP, limit=3)] == [4, 3, 2]
    assert await in_dynamodb.passages.list(APP, limit=0) == []
    assert [each.number for each in await in_dynamodb.passages.unfinished()] == [1, 2, 3, 4]


async def test_the_oldest_passage_that_has_not_ended_comes_first(in_dynamodb: Table) -> None:
    await in_dynamodb.passages.create(make_passage(key="late", created_at=2000.0))
    await in_dynamodb.passages.create(make_passage(key="early", created_at=1000.0))

    assert [each.key for each in await in_dynamodb.passages.unfinished()] == ["early", "late"]


async def test_a_record_that_is_too_large_is_refused_and_what_was_kept_stays(in_dynamodb: Table) -> None:
    kept = await in_dynamodb.passages.create(make_passage())
    plan = Plan(tool=Tool.SQL, pending=(Step(name="a.sql", sql=random_text(packing.MOST)),))

    with pytest.raises(WorkFailed, match="the record of passage 1 is too large to be kept") as raised:
        await in_dynamodb.passages.change(kept, replace(kept, plan=plan))
    with pytest.raises(WorkFailed, match="the release of commit 9c1f2e7 is too large"):
        await in_dynamodb.shipments.keep(make_handover(text=random_text(packing.MOST)), at=1.0)
    with pytest.raises(WorkFailed, match="the record of a backup is too large"):
        await in_dynamodb.backups.create(make_backup(cause=random_text(packing.MOST)))

    assert re.fullmatch(
        r"compressed it has (39\d|4\d\d) KB, and there is room for 293 KB: an item of DynamoDB holds 400 KB",
        raised.value.why,
    )
    assert await in_dynamodb.passages.get(APP, 1) == kept
    assert (await in_dynamodb.backups.list(APP), await in_dynamodb.shipments.list()) == ([], [])
    assert (await in_dynamodb.backups.create(make_backup())).number == 1


async def test_a_passage_that_could_not_be_kept_to_its_end_does_not_begin_to_migrate(in_dynamodb: Table) -> None:
    large = Plan(tool=Tool.SQL, pending=(Step(name="a.sql", sql=random_text(packing.MOST - SPARE)),))
    kept = await in_dynamodb.passages.create(make_passage())
    going = passages.advance(kept, PassageStatus.MIGRATING)

    with pytest.raises(WorkFailed, match="passage 1 is too large"):
        await in_dynamodb.passages.change(kept, replace(going, plan=large))
    refused = passages.advance(replace(kept, plan=large), PassageStatus.REFUSED)

    assert await in_dynamodb.passages.change(kept, refused)


async def test_what_comes_of_a_migration_has_the_room_that_was_left_for_it(in_dynamodb: Table) -> None:
    kept = await in_dynamodb.passages.create(make_passage(source=random_text((packing.MOST - SPARE) * 9 // 10)))
    assert await in_dynamodb.passages.change(kept, passages.advance(kept, PassageStatus.MIGRATING))
    going = await in_dynamodb.passages.get(APP, 1)
    attempt = Attempt(command=("npm", "run", "migrate"), code=1, seconds=1.0, log=(random_text(SPARE * 9 // 10),))

    assert await in_dynamodb.passages.change(going, replace(going, attempts=(attempt,)))
    tried = await in_dynamodb.passages.get(APP, 1)
    ended = passages.advance(tried, PassageStatus.FAILED, outcome=Outcome.HALF)

    assert await in_dynamodb.passages.change(tried, ended)
    assert await in_dynamodb.passages.get(APP, 1) == replace(ended, version=3)


async def test_another_environments_records_have_no_place_in_it(in_dynamodb: Table) -> None:
    with pytest.raises(NotFound, match=f"nothing of staging of shop-api is kept in the table {TABLE}"):
        await in_dynamodb.passages.create(make_passage(environment=STAGING))
    with pytest.raises(NotFound, match="nothing of staging of shop-api"):
        await in_dynamodb.backups.create(make_backup(environment=STAGING))
    kept = await in_dynamodb.passages.create(make_passage())
    backup = await in_dynamodb.backups.create(make_backup())

    assert await in_dynamodb.passages.list(APP, environment=STAGING) == []
    assert await in_dynamodb.backups.list(APP, environment=STAGING) == []
    assert not await in_dynamodb.passages.change(replace(kept, environment=STAGING), kept)
    assert not await in_dynamodb.backups.change(replace(backup, environment=STAGING), backup)
    assert await in_dynamodb.passages.list(APP, environment=PRODUCTION) == [kept]


EVERYTHING: Mapping[str, Work] = {
    "passage made": lambda table: table.passages.create(make_passage()),
    "passage read": lambda table: table.passages.get(APP, 1),
    "passages listed": lambda table: table.passages.list(APP),
    "unfinished": lambda table: table.passages.unfinished(),
    "passage changed": lambda table: table.passages.change(make_passage(number=1), make_passage(number=1)),
    "backup made": lambda table: table.backups.create(make_backup()),
    "backup deleted": lambda table: table.backups.delete(APP, [1]),
    "release kept": lambda table: table.shipments.keep(make_handover(), at=1.0),
    "releases listed": lambda table: table.shipments.list(),
}


@pytest.mark.parametrize("what", list(EVERYTHING))
async def test_without_the_table_it_is_said_what_makes_it(moto: None, session: Session, what: str) -> None:
    with pytest.raises(Conflict, match=f"the table {TABLE} .* is not there") as raised:
        await EVERYTHING[what](table_of(session))

    assert raised.value.hint.startswith("fairway aws up makes it")


async def test_what_is_not_allowed_is_named_with_its_resource(session: Session) -> None:
    arn = f"arn:aws:dynamodb:{REGION}:123456789012:table/{TABLE}"
    message = (
        "User: arn:aws:sts::123456789012:assumed-role/deploy/x is not authorized to perform: dynamodb:UpdateItem on"
        f" resource: {arn} because no identity-based policy allows the dynamodb:UpdateItem action"
    )
    with Stubber(session.client("dynamodb")) as stub:
        stub.add_client_error("update_item", "AccessDeniedException", message, http_status_code=400)

        with pytest.raises(UsageError, match="AWS does not allow dynamodb:UpdateItem") as raised:
            await table_of(session).backups.create(make_backup())

    assert arn in raised.value.why


@pytest.mark.parametrize(
    "code", ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"]
)
async def test_a_table_that_is_busy_is_said_to_be_throttled(session: Session, code: str) -> None:
    with Stubber(session.client("dynamodb")) as stub:
        stub.add_client_error("query", code, "Throughput exceeds the current capacity", http_status_code=400)

        with pytest.raises(Unavailable, match="AWS is throttling dynamodb:Query"):
            await table_of(session).passages.list(APP)


async def document(table: Table, number: int) -> Mapping[str, Any]:
    key = {"kind": {"S": "backup"}, "id": {"S": f"{number:010d}"}}
    answer = await table.session.call("dynamodb", "GetItem", TableName=TABLE, Key=key)
    found: Mapping[str, Any] = answer["Item"]["document"]
    return found


def one_at_a_time(session: Session) -> None:
    """moto looks at a condition and writes in two steps, which DynamoDB does in one: no call begins within another."""
    turn = threading.Lock()
    events = session.client("dynamodb").meta.events
    events.register_first("before-call.dynamodb", lambda **_: turn.acquire() and None)
    events.register("after-call.dynamodb", lambda **_: turn.release())


def lose_answers(session: Session, operation: str) -> None:
    """The first answer to each call never comes, so that the SDK sends the same once more."""
    lost: list[Any] = []

    def again(*, request_dict: Any, **_: Any) -> int | None:
        if any(each is request_dict for each in lost):
            return None
        lost.append(request_dict)
        return 0

    session.client("dynamodb").meta.events.register_first(f"needs-retry.dynamodb.{operation}", again)
