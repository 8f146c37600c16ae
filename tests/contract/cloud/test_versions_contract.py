"""An earlier version of the variables, which a release names: it is there as long as it is kept."""

from support.clouds import Cloud

SECRET = "fairway/shop/production"


async def test_an_earlier_version_is_found_by_its_id(cloud: Cloud) -> None:
    await cloud.make_secret(SECRET)
    first = await cloud.secrets.put(SECRET, {"LOG": "debug"})
    second = await cloud.secrets.put(SECRET, {"LOG": "info"})

    assert await cloud.secrets.version(SECRET, first.id) == first
    assert await cloud.secrets.version(SECRET, second.id) == second == await cloud.secrets.current(SECRET)


async def test_a_version_and_a_secret_that_are_not_there_are_none(cloud: Cloud) -> None:
    await cloud.make_secret(SECRET)
    await cloud.secrets.put(SECRET, {"LOG": "debug"})

    assert await cloud.secrets.version(SECRET, "00000000-0000-0000-0000-000000000000") is None
    assert await cloud.secrets.version("fairway/shop/nothing", "00000000-0000-0000-0000-000000000000") is None
