"""What every store of apps, tokens and events keeps to."""

import pytest

from fairway.domain.events import Event
from fairway.domain.ids import AppName
from fairway.domain.moves import Keep
from fairway.errors import Conflict, NotFound
from fairway.ports.stores import TokenRecord
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PRODUCTION, PUSH, REVISION, STAGING, define, make_desired, make_release


async def test_an_app_is_kept_with_its_time(store: AnyStore) -> None:
    created = await store.apps.create(APP, at=12.5)

    assert await store.apps.get("shop-api") == created
    assert created.created_at == 12.5
    assert created.manifest is None


async def test_a_name_is_taken_once(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)

    with pytest.raises(Conflict) as raised:
        await store.apps.create(APP, at=2.0)

    assert raised.value.what == "there is already an app shop-api"
    assert (await store.apps.get(APP)).created_at == 1.0


async def test_an_unknown_app_is_answered_with_the_nearest_name(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)

    with pytest.raises(NotFound) as raised:
        await store.apps.get("shop-apo")

    assert raised.value.what == "there is no app shop-apo"
    assert raised.value.hint == "shop-api is the nearest name; fairway up or fairway apps create makes it"


async def test_apps_are_listed_by_name(store: AnyStore) -> None:
    for name in ("zoo", "bar", "foo"):
        await store.apps.create(AppName(name), at=1.0)

    assert [app.name for app in await store.apps.list()] == ["bar", "foo", "zoo"]


async def test_a_manifest_is_kept_and_taken_away(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)

    await store.apps.set_manifest(APP, 'app = "shop-api"  # Ünïcode ✓\n')
    assert (await store.apps.get(APP)).manifest == 'app = "shop-api"  # Ünïcode ✓\n'

    await store.apps.set_manifest(APP, None)
    assert (await store.apps.get(APP)).manifest is None


async def test_the_manifest_of_an_unknown_app_is_refused(store: AnyStore) -> None:
    with pytest.raises(NotFound):
        await store.apps.set_manifest(APP, "")


async def test_a_deleted_app_takes_every_record_with_it_and_no_other_ones(store: AnyStore) -> None:
    other = AppName("other")
    for name in (APP, other):
        await store.apps.create(name, at=1.0)
        execution = await store.executions.create(name, REVISION, PUSH, define(["source"]), at=1.0, key="k")
        await store.executions.change(execution, [Keep(outputs={"image": "x"})], at=2.0)
        await store.releases.create(make_release(app=name))
        await store.deployments.start(name, PRODUCTION, execution.number, previous=None, at=1.0, key="k")  # type: ignore[arg-type]
        await store.configurations.add(name, PRODUCTION, {"A": b"1"}, expected=0, at=1.0)
        await store.events.append([Event(at=1.0, kind="app.created", text=name, app=name)])
    await store.desired.put(make_desired())

    await store.apps.delete(APP)
    await store.apps.delete(APP)

    assert [app.name for app in await store.apps.list()] == ["other"]
    assert [execution.app for execution in await store.executions.unfinished()] == ["other"]
    assert await store.releases.list(APP) == []
    assert await store.deployments.list(APP) == []
    assert await store.desired.list() == []
    assert await store.configurations.latest(APP, PRODUCTION) is None
    assert [event.app for event in await store.events.list()] == ["other"]
    assert len(await store.releases.list(other)) == 1


async def test_an_app_made_again_begins_at_one(store: AnyStore) -> None:
    await store.apps.create(APP, at=1.0)
    await store.executions.create(APP, REVISION, PUSH, define([]), at=1.0, key="k")
    await store.apps.delete(APP)
    await store.apps.create(APP, at=2.0)

    again = await store.executions.create(APP, REVISION, PUSH, define([]), at=2.0, key="k")

    assert (again.number, again.created_at) == (1, 2.0)


async def test_events_come_newest_first_and_filtered(store: AnyStore) -> None:
    await store.events.append(
        [
            Event(
                at=1.0, kind="task.started", text="web.1", app=APP, environment=PRODUCTION, service="web", deployment=4
            ),
            Event(at=2.0, kind="task.stopped", text="web.2", app=APP, environment=STAGING, service="web", deployment=5),
        ]
    )
    await store.events.append([Event(at=3.0, kind="server.started", text="pid 3")])
    await store.events.append([])

    assert [event.at for event in await store.events.list()] == [3.0, 2.0, 1.0]
    assert [event.at for event in await store.events.list(limit=1)] == [3.0]
    assert [event.at for event in await store.events.list(app=APP)] == [2.0, 1.0]
    assert [event.at for event in await store.events.list(app=APP, environment=STAGING)] == [2.0]
    (only,) = await store.events.list(deployment=4)
    assert only == Event(
        at=1.0, kind="task.started", text="web.1", app=APP, environment=PRODUCTION, service="web", deployment=4
    )


async def test_a_token_is_found_by_its_digest_until_it_is_deleted(store: AnyStore) -> None:
    token = TokenRecord(name="laptop", digest="ab" * 32, created_at=5.0)
    await store.tokens.add(token)

    assert await store.tokens.find("ab" * 32) == token
    assert await store.tokens.find("cd" * 32) is None
    assert await store.tokens.list() == [token]

    await store.tokens.delete("laptop")
    await store.tokens.delete("laptop")
    assert await store.tokens.find("ab" * 32) is None


async def test_two_tokens_of_one_name_are_refused(store: AnyStore) -> None:
    await store.tokens.add(TokenRecord(name="laptop", digest="ab" * 32, created_at=5.0))

    with pytest.raises(Conflict):
        await store.tokens.add(TokenRecord(name="laptop", digest="cd" * 32, created_at=6.0))

    assert len(await store.tokens.list()) == 1
