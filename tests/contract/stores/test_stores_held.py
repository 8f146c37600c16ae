"""What a server sees of a store that it shares: the lists of what it works on, without the other servers' apps."""

import pytest

from fairway.adapters.store.store import Store
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.execution import Revision
from fairway.domain.ids import AppName, EnvironmentName, JobName
from fairway.domain.schedule import Schedule
from fairway.ports.runs import Timed
from fairway.ports.schedules import Planned
from fairway.ports.sources import Source
from support.jobs_values import make_run
from support.managed_values import make_database
from support.pipeline_stores import AnyStore
from support.pipeline_values import PUSH, define

MINE, THEIRS = AppName("mine"), AppName("theirs")


async def fill(store: AnyStore, app: AppName) -> None:
    await store.apps.create(app, at=1.0)
    await store.executions.create(
        app, Revision(commit="a" * 40, subject="", branch="master"), PUSH, define(["build"]), at=1.0
    )
    await store.desired.put(DesiredEnvironment(app=app, environment=EnvironmentName("production"), services=()))
    await store.schedules.put(Planned(app=app, branch="master", schedule=Schedule(cron="* * * * *"), due=1.0))
    await store.runs.create(make_run(app=app))
    await store.timetable.put(
        Timed(
            app=app,
            environment=EnvironmentName("production"),
            job=JobName("report"),
            schedule=Schedule(cron="* * * * *"),
            due=1.0,
        )
    )
    await store.managed.create(make_database(app=app))
    await store.sources.put(
        Source(app=app, url="https://h/x", forge=None, username="", token=None, deploy_key=None, by="", at=1.0)
    )


@pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
async def test_each_list_of_what_is_worked_on_has_only_the_apps_that_are_held(store: Store) -> None:
    await fill(store, MINE)
    await fill(store, THEIRS)

    held = store.held(lambda app: app == MINE)

    assert [each.name for each in await held.apps.list()] == [MINE]
    assert [each.app for each in await held.executions.unfinished()] == [MINE]
    assert [each.app for each in await held.desired.list()] == [MINE]
    assert await held.desired.get(THEIRS, EnvironmentName("production")) is None
    assert [each.app for each in await held.schedules.list()] == [MINE]
    assert [each.app for each in await held.runs.unfinished()] == [MINE]
    assert [each.app for each in await held.timetable.list()] == [MINE]
    assert [each.app for each in await held.sources.list()] == [MINE]
    assert [each.app for each in await held.managed.list()] == [MINE]
    assert [each.name for each in await store.apps.list()] == [MINE, THEIRS]
