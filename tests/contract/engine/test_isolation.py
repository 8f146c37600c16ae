"""A network that leads nowhere: containers on it reach each other, and nothing else."""

import subprocess

import pytest

from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.docker.isolation import IsolatedNetworks
from fairway.domain.image import Image
from support import docker_room

REACHES = """
const socket = require('net').connect({ host: process.argv[1], port: Number(process.argv[2]), timeout: 3000 });
const end = (word) => { console.log(word); process.exit(0); };
socket.on('connect', () => end('reached')).on('error', (error) => end(error.code)).on('timeout', () => end('silence'));
"""


@pytest.fixture
def networks(docker_engine: DockerEngine) -> IsolatedNetworks:
    return IsolatedNetworks(docker_engine.containers.connection, docker_engine.containers.instance)


async def test_nothing_outside_is_reached_not_even_the_host(networks: IsolatedNetworks, image: Image) -> None:
    network = await networks.make("one")
    gateway = docker_room.docker("network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", "bridge").strip()

    answers = [
        docker_room.docker("run", "--rm", "--network", network, image.digest, "node", "-e", REACHES, host, port).strip()
        for host, port in (("1.1.1.1", "53"), (gateway, "22"))
    ]
    await networks.remove("one")

    assert "reached" not in answers


async def test_a_network_is_made_once_listed_and_removed_with_what_is_on_it(
    networks: IsolatedNetworks, image: Image
) -> None:
    first = await networks.make("two")
    second = await networks.make("two")
    container = docker_room.docker("run", "-d", "--network", first, image.digest, "sleep", "600").strip()

    try:
        listed = await networks.list()
        await networks.remove("two")
        await networks.remove("two")
    finally:
        docker_room.docker("rm", "-f", container)

    assert first == second
    assert listed == ["two"]
    assert await networks.list() == []
    assert first not in subprocess.run(["docker", "network", "ls"], capture_output=True, text=True, check=True).stdout
