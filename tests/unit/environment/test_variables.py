"""Variables: versioned, sealed, and never shown."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.environment import key, seal
from fairway.environment.variables import Variables, restart_needed
from fairway.errors import Conflict, NotFound, UsageError
from support.pipeline_values import APP, PRODUCTION, STAGING, make_desired

KEY = b"k" * 32


@pytest.fixture
async def store() -> MemoryStore:
    store = make_store()
    await store.apps.create(APP, at=1.0)
    return store


@pytest.fixture
async def variables(store: MemoryStore) -> Variables:
    return Variables(store.configurations, KEY, LoopClock())


async def test_an_environment_begins_without_variables(variables: Variables) -> None:
    assert await variables.names(APP, PRODUCTION) == (0, {})
    assert await variables.values(APP, PRODUCTION, 0) == {}


async def test_a_change_is_a_new_version_and_the_old_one_stays(variables: Variables) -> None:
    assert await variables.change(APP, PRODUCTION, set={"A": "1", "B": ""}) == (1, ["A", "B"])
    assert await variables.change(APP, PRODUCTION, set={"A": "2"}, unset=["B", "NOT_THERE"]) == (2, ["A", "B"])

    assert await variables.values(APP, PRODUCTION, 1) == {"A": "1", "B": ""}
    assert await variables.values(APP, PRODUCTION, 2) == {"A": "2"}


async def test_a_change_that_changes_nothing_is_no_version(variables: Variables) -> None:
    await variables.change(APP, PRODUCTION, set={"A": "1"})

    assert await variables.change(APP, PRODUCTION, set={"A": "1"}, unset=["B"]) == (1, [])


async def test_each_name_says_in_which_version_it_was_set(variables: Variables) -> None:
    await variables.change(APP, PRODUCTION, set={"A": "1", "B": "1"})
    await variables.change(APP, PRODUCTION, set={"B": "2"})
    await variables.change(APP, PRODUCTION, set={"C": "3"})

    assert await variables.names(APP, PRODUCTION) == (3, {"A": 1, "B": 2, "C": 3})


async def test_environments_keep_their_own(variables: Variables) -> None:
    await variables.change(APP, PRODUCTION, set={"A": "production"})
    await variables.change(APP, STAGING, set={"A": "staging"})

    assert await variables.values(APP, STAGING, 1) == {"A": "staging"}


async def test_nothing_is_kept_in_clear(variables: Variables, store: MemoryStore) -> None:
    await variables.change(APP, PRODUCTION, set={"A": "hunter2"})

    kept = await store.configurations.latest(APP, PRODUCTION)
    assert kept is not None
    assert b"hunter2" not in kept.values["A"]
    assert "hunter2" not in repr(kept)


async def test_a_sealed_value_opens_in_its_own_place_only(variables: Variables, store: MemoryStore) -> None:
    await variables.change(APP, PRODUCTION, set={"A": "1"})
    kept = await store.configurations.latest(APP, PRODUCTION)
    assert kept is not None

    await store.configurations.add(APP, PRODUCTION, {"B": kept.values["A"]}, expected=1, at=1.0)
    await store.configurations.add(APP, STAGING, {"A": kept.values["A"]}, expected=0, at=1.0)

    for environment, version in ((PRODUCTION, 2), (STAGING, 1)):
        with pytest.raises(Conflict, match="can't be decrypted"):
            await variables.values(APP, environment, version)


async def test_a_services_value_stands_in_place_of_the_environments(variables: Variables) -> None:
    await variables.change(APP, PRODUCTION, set={"QUEUE": "low", "A": "1"})
    await variables.change(APP, PRODUCTION, set={"QUEUE": "high", "OWN": "x"}, service="worker")

    assert await variables.values(APP, PRODUCTION, 2, "worker") == {"QUEUE": "high", "A": "1", "OWN": "x"}
    assert await variables.values(APP, PRODUCTION, 2, "web") == {"QUEUE": "low", "A": "1"}
    assert await variables.values(APP, PRODUCTION, 2) == {"QUEUE": "low", "A": "1"}
    assert await variables.names(APP, PRODUCTION) == (2, {"A": 1, "OWN": 2, "QUEUE": 2})


async def test_a_services_value_is_unset_without_the_environments(variables: Variables) -> None:
    await variables.change(APP, PRODUCTION, set={"A": "1"})
    await variables.change(APP, PRODUCTION, set={"A": "2"}, service="web")

    assert await variables.change(APP, PRODUCTION, set={}, unset=["A"], service="web") == (3, ["A"])
    assert await variables.values(APP, PRODUCTION, 3, "web") == {"A": "1"}


async def test_a_rollback_is_a_new_version_that_is_equal_to_the_old_one(variables: Variables) -> None:
    await variables.change(APP, PRODUCTION, set={"A": "1", "B": "1"}, by="ada")
    await variables.change(APP, PRODUCTION, set={"A": "2", "C": "1"}, unset=["B"], by="bob")

    assert await variables.roll_back(APP, PRODUCTION, 1, by="eve") == (3, ["A", "B", "C"])
    assert await variables.roll_back(APP, PRODUCTION, 1) == (3, [])

    assert await variables.values(APP, PRODUCTION, 3) == {"A": "1", "B": "1"}
    told = [(each.number, each.edit.by, each.edit.how) for each in await variables.history(APP, PRODUCTION)]
    assert told == [(3, "eve", "rollback to 1"), (2, "bob", "set"), (1, "ada", "set")]


async def test_there_is_no_rollback_to_what_no_key_opens(variables: Variables, store: MemoryStore) -> None:
    await variables.change(APP, PRODUCTION, set={"A": "1"})
    await variables.change(APP, PRODUCTION, set={"A": "2"})

    with pytest.raises(Conflict):
        await Variables(store.configurations, b"x" * 32, LoopClock()).roll_back(APP, PRODUCTION, 1)

    assert len(await variables.history(APP, PRODUCTION)) == 2


async def test_another_key_is_told_as_that(variables: Variables, store: MemoryStore) -> None:
    await variables.change(APP, PRODUCTION, set={"A": "1"})

    with pytest.raises(Conflict) as raised:
        await Variables(store.configurations, b"x" * 32, LoopClock()).values(APP, PRODUCTION, 1)

    assert "secret.key" in raised.value.why


@pytest.mark.parametrize(
    ("wanted", "unset"),
    [
        ({"2A": "x"}, []),
        ({"A B": "x"}, []),
        ({"": "x"}, []),
        ({"A=": "x"}, []),
        ({"A": "x\0"}, []),
        ({"A": "\ud83d"}, []),
        ({"A": "x" * 200_000}, []),
        ({"A": "x"}, ["A"]),
    ],
)
async def test_what_can_be_no_variable_is_refused(
    variables: Variables, wanted: dict[str, str], unset: list[str]
) -> None:
    with pytest.raises(UsageError) as raised:
        await variables.change(APP, PRODUCTION, set=wanted, unset=unset)

    assert raised.value.findings
    assert await variables.names(APP, PRODUCTION) == (0, {})


async def test_more_than_a_megabyte_in_all_is_refused(variables: Variables) -> None:
    for index in range(9):
        await variables.change(APP, PRODUCTION, set={f"A{index}": "x" * 110_000})

    with pytest.raises(UsageError, match="too long"):
        await variables.change(APP, PRODUCTION, set={"B": "x" * 110_000})


async def test_an_import_adds_and_with_replace_takes_away(variables: Variables) -> None:
    await variables.change(APP, PRODUCTION, set={"OLD": "1", "A": "1"})

    assert await variables.load(APP, PRODUCTION, b"A=2\nB=3") == (2, ["A", "B"])
    assert await variables.load(APP, PRODUCTION, b"A=2", replace=True) == (3, ["B", "OLD"])
    assert await variables.values(APP, PRODUCTION, 3) == {"A": "2"}


async def test_an_import_with_a_wrong_line_changes_nothing(variables: Variables) -> None:
    with pytest.raises(UsageError):
        await variables.load(APP, PRODUCTION, b"A=2\n2B=3")

    assert await variables.names(APP, PRODUCTION) == (0, {})


async def test_changes_at_the_same_time_are_all_kept(variables: Variables) -> None:
    await asyncio.gather(*(variables.change(APP, PRODUCTION, set={f"A{index}": "x"}) for index in range(4)))

    version, names = await variables.names(APP, PRODUCTION)
    assert (version, len(names)) == (4, 4)


async def test_an_unknown_version_is_not_found(variables: Variables) -> None:
    with pytest.raises(NotFound):
        await variables.values(APP, PRODUCTION, 7)


def test_a_restart_is_needed_when_tasks_run_with_another_version() -> None:
    assert restart_needed(4, make_desired())
    assert not restart_needed(3, make_desired())
    assert not restart_needed(4, None)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret.key"

    first = key.load(path)

    assert len(first) == 32
    assert key.load(path) == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret.key"]


async def test_servers_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    keys = await asyncio.gather(*(asyncio.to_thread(key.load, tmp_path / "secret.key") for _ in range(8)))

    assert len(set(keys)) == 1


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    key.load(path)
    path.chmod(0o644)

    with pytest.raises(UsageError) as raised:
        key.load(path)

    assert raised.value.hint == f"chmod 600 {path}"


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.touch(0o600)

    with pytest.raises(UsageError, match="is no key"):
        key.load(path)


def test_the_same_value_is_sealed_differently_each_time() -> None:
    place: dict[str, Any] = {"app": "a", "environment": "e", "name": "N"}

    first, second = (seal.seal(KEY, "same", version=1, **place) for _ in range(2))

    assert first != second
    assert seal.open_sealed(KEY, first, **place) == seal.open_sealed(KEY, second, **place) == "same"
