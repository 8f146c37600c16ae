"""Variables that a database gives: every task has them, nobody sets them, and they are masked."""

import pytest

from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.adapters.system.clock import SystemClock
from fairway.domain.database import Database
from fairway.domain.ids import AppName, EnvironmentName
from fairway.environment.masking import Masking
from fairway.environment.variables import Variables
from fairway.errors import Conflict
from support.managed_values import make_database
from support.pipeline_values import APP, PRODUCTION

KEY = bytes(32)
URL = "postgresql://app:sesame-open-9@main.databases.internal:5432/app"


class OneDatabase:
    """The database main gives DATABASE_URL."""

    async def names(self, app: AppName, environment: EnvironmentName) -> dict[str, Database]:
        return {"DATABASE_URL": make_database()}

    async def values(self, app: AppName, environment: EnvironmentName) -> dict[str, str]:
        return {"DATABASE_URL": URL}


@pytest.fixture
async def store() -> MemoryStore:
    made = make_store()
    await made.apps.create(APP, at=1.0)
    return made


@pytest.fixture
def variables(store: MemoryStore) -> Variables:
    return Variables(store.configurations, KEY, SystemClock(), given=OneDatabase())


async def test_a_task_gets_the_url_in_every_version_and_where_nothing_was_ever_set(variables: Variables) -> None:
    assert await variables.values(APP, PRODUCTION, 0, "web") == {"DATABASE_URL": URL}

    await variables.change(APP, PRODUCTION, set={"A": "1"})

    assert await variables.values(APP, PRODUCTION, 1, "web") == {"A": "1", "DATABASE_URL": URL}
    assert await variables.latest(APP, PRODUCTION) == {"A": "1", "DATABASE_URL": URL}


async def test_it_is_listed_with_its_database_and_is_in_no_version(variables: Variables) -> None:
    await variables.change(APP, PRODUCTION, set={"A": "1"})

    version, listed = await variables.listed(APP, PRODUCTION)

    assert version == 1
    assert [(each.name, each.set_at, each.database) for each in listed] == [("A", 1, ""), ("DATABASE_URL", 0, "main")]
    assert await variables.reveal(APP, PRODUCTION) == (1, {"A": "1"})


async def test_nobody_may_set_it_neither_by_hand_nor_by_a_file_nor_for_one_service(variables: Variables) -> None:
    for service in ("", "web"):
        with pytest.raises(Conflict, match="DATABASE_URL of production is given by the database main"):
            await variables.change(APP, PRODUCTION, set={"DATABASE_URL": "x", "A": "1"}, service=service)
    with pytest.raises(Conflict, match="is given by the database main"):
        await variables.load(APP, PRODUCTION, b"DATABASE_URL=postgres://u:p@h/d\n")

    assert await variables.names(APP, PRODUCTION) == (0, {})


async def test_its_password_is_masked_like_a_secret_that_somebody_set(store: MemoryStore) -> None:
    async def secrets(app: AppName) -> dict[str, str]:
        return {"production/main": URL}

    mask = await Masking(store.configurations, KEY, secrets).of(APP)

    assert "sesame-open-9" not in mask(f"connecting to {URL} with sesame-open-9")
