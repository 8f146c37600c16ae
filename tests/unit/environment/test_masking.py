"""The mask of an app: its secrets of every environment, renewed under those who hold it."""

import pytest

from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.domain.redaction import MASK
from fairway.environment.masking import VERSIONS, Masking
from fairway.environment.variables import Variables
from support.pipeline_values import APP, PRODUCTION, STAGING

KEY = b"k" * 32


@pytest.fixture
async def store() -> MemoryStore:
    store = make_store()
    await store.apps.create(APP, at=1.0)
    return store


@pytest.fixture
def masks(store: MemoryStore) -> Masking:
    return Masking(store.configurations, KEY)


@pytest.fixture
def variables(store: MemoryStore, masks: Masking) -> Variables:
    return Variables(store.configurations, KEY, LoopClock(), masks.renew)


async def test_secrets_of_every_environment_and_service_are_masked(masks: Masking, variables: Variables) -> None:
    await variables.change(APP, PRODUCTION, set={"API_KEY": "kraken-4711", "NODE_ENV": "production"})
    await variables.change(APP, STAGING, set={"API_KEY": "sardine-1"}, service="web")

    mask = await masks.of(APP)

    assert mask("kraken-4711 sardine-1 in production") == f"{MASK} {MASK} in production"
    assert (await masks.of("other"))("kraken-4711") == "kraken-4711"


async def test_a_mask_that_is_held_knows_what_is_set_later(masks: Masking, variables: Variables) -> None:
    mask = await masks.of(APP)
    stream = mask.stream()

    await variables.change(APP, PRODUCTION, set={"API_KEY": "kraken-4711"})

    assert mask("kraken-4711") == MASK
    assert stream.feed("kraken-4711\n") == f"{MASK}\n"


async def test_a_value_that_was_replaced_stays_masked_for_a_while(masks: Masking, variables: Variables) -> None:
    await variables.change(APP, PRODUCTION, set={"API_KEY": "kraken-4711"})
    for number in range(VERSIONS - 1):
        await variables.change(APP, PRODUCTION, set={"API_KEY": f"sardine-{number}"})

    mask = await masks.of(APP)

    assert mask("kraken-4711") == MASK


async def test_a_value_that_no_key_opens_hides_no_other(
    store: MemoryStore, masks: Masking, variables: Variables
) -> None:
    await variables.change(APP, PRODUCTION, set={"API_KEY": "kraken-4711"})
    await store.configurations.add(APP, STAGING, {"OTHER": b"damaged"}, expected=0, at=1.0)
    await masks.renew(APP)

    assert (await masks.of(APP))("kraken-4711") == MASK


async def test_the_names_of_app_and_environment_are_no_secrets(masks: Masking, variables: Variables) -> None:
    await variables.change(APP, PRODUCTION, set={"TOKEN_ISSUER": APP, "AUTH": PRODUCTION})

    assert (await masks.of(APP))(f"{APP} {PRODUCTION}") == f"{APP} {PRODUCTION}"
