"""What whatever keeps an environment's releases keeps to."""

import pytest

from fairway.adapters.memory.shipments import MemoryShipments
from fairway.domain.aws.shipment import Shipment
from fairway.errors import NotFound
from fairway.ports.shipments import Shipments
from support.guard_records import Table
from support.pipeline_values import APP, PRODUCTION, STAGING
from support.shipment_values import make_handover


@pytest.fixture(params=["memory", "dynamodb"])
def shipments(request: pytest.FixtureRequest) -> Shipments:
    if request.param == "memory":
        return MemoryShipments(APP, PRODUCTION)
    table: Table = request.getfixturevalue("in_dynamodb")
    return table.shipments


async def test_a_release_is_kept_with_all_that_was_handed_over_under_the_next_number(shipments: Shipments) -> None:
    first = await shipments.keep(make_handover(), at=1.5)
    second = await shipments.keep(make_handover(commit="b" * 40), at=2.0)

    assert first == Shipment(app=APP, environment=PRODUCTION, number=1, handover=make_handover(), kept_at=1.5)
    assert (await shipments.get(1), await shipments.get(2)) == (first, second)


async def test_the_same_handover_is_the_same_release_whenever_it_comes_again(shipments: Shipments) -> None:
    first = await shipments.keep(make_handover(), at=1.0)
    await shipments.keep(make_handover(commit="b" * 40), at=2.0)

    turned = make_handover(configurations={STAGING: "6a1d", PRODUCTION: "5f0c"})

    assert await shipments.keep(turned, at=3.0) == first
    assert [each.number for each in await shipments.list()] == [2, 1]


@pytest.mark.parametrize("changes", [{"configurations": {PRODUCTION: "7777"}}, {"text": ""}, {"built_at": 7.0}])
async def test_whatever_differs_makes_another_release(shipments: Shipments, changes: dict[str, object]) -> None:
    await shipments.keep(make_handover(), at=1.0)

    assert (await shipments.keep(make_handover(**changes), at=2.0)).number == 2


async def test_the_newest_are_listed_first(shipments: Shipments) -> None:
    for number in range(12):
        await shipments.keep(make_handover(commit=f"{number:040x}"), at=float(number))

    assert [each.number for each in await shipments.list()] == list(range(12, 0, -1))
    assert [each.number for each in await shipments.list(limit=2)] == [12, 11]


async def test_one_that_was_never_kept_is_not_found(shipments: Shipments) -> None:
    assert await shipments.list() == []
    for number in (0, 1, -1):
        with pytest.raises(NotFound, match="production of shop-api has no release"):
            await shipments.get(number)
