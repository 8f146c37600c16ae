"""An environment's network when Docker has no address range left."""

from typing import Any

import pytest

from fairway.adapters.docker import networks
from fairway.adapters.docker.connection import Connection, Refused
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import WorkFailed

FULL = "all predefined address pools have been fully subscribed"


class FullDocker(Connection):
    """An engine whose own pools are used up; `taken` are the ranges of the networks that it has."""

    def __init__(self, *taken: str, refusing: str = "") -> None:
        self.taken = list(taken)
        self.refusing = refusing

    async def call(self, method: str, path: str, **asked: Any) -> Any:  # type: ignore[override]
        if method == "GET":
            return [] if asked.get("params") else [{"IPAM": {"Config": [{"Subnet": one}]}} for one in self.taken]
        config = asked["body"].get("IPAM", {}).get("Config")
        if config is None:
            raise Refused(403, FULL)
        if self.refusing:
            raise Refused(403, self.refusing)
        self.taken.append(config[0]["Subnet"])
        return {"Id": config[0]["Subnet"]}


async def ensure(docker: FullDocker, app: str) -> str:
    made = networks.Networks(docker, "i")
    return await made.ensure(AppName(app), EnvironmentName("production"))


async def test_a_network_beyond_dockers_pools_gets_a_range_of_fairways_own() -> None:
    docker = FullDocker("172.17.0.0/16", "10.213.0.0/24", "fd00::/64")

    found = await ensure(docker, "a"), await ensure(docker, "b")

    assert found == ("10.213.1.0/24", "10.213.2.0/24")


async def test_when_every_range_overlaps_the_way_out_is_told() -> None:
    docker = FullDocker(refusing="Pool overlaps with other one on this address space")

    with pytest.raises(WorkFailed, match="no address range is left"):
        await ensure(docker, "a")


def test_a_range_that_a_larger_network_holds_is_not_free() -> None:
    assert list(networks.free([{"IPAM": {"Config": [{"Subnet": "10.0.0.0/8"}]}}, {"IPAM": None}])) == []
