"""A real commit of a small Node.js backend, built by real BuildKit."""

import ipaddress
import json
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest

from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.build import generated, run
from fairway.domain.app import App, Build, Source
from fairway.domain.ids import AppName
from fairway.errors import WorkFailed
from support import packed, private_registry
from support.builder_room import DOCKER_HOST, OWNER
from support.docker_room import docker
from support.private_registry import PrivateRegistry

COMMIT = "9c1f2e7a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e"
PACKAGE = """{"name": "shop", "version": "1.0.0", "engines": {"node": "22"},
 "scripts": {"start": "node server.js", "test": "node --test"}, "dependencies": {"is-odd": "3.0.1"}}"""
LOCK = """{
 "name": "shop",
 "version": "1.0.0",
 "lockfileVersion": 3,
 "requires": true,
 "packages": {
  "": {
   "name": "shop",
   "version": "1.0.0",
   "dependencies": {
    "is-odd": "3.0.1"
   },
   "engines": {
    "node": "22"
   }
  },
  "node_modules/is-number": {
   "version": "6.0.0",
   "integrity": "sha512-Wu1VHeILBK8KAWJUAiSZQX94GmOE45Rg6/538fKwiloUu21KncEkYGPqob2oSZ5mUT73vLGrHQjKw3KMPwfDzg==",
   "license": "MIT",
   "engines": {
    "node": ">=0.10.0"
   }
  },
  "node_modules/is-odd": {
   "version": "3.0.1",
   "integrity": "sha512-CQpnWPrDwmP1+SMHXZhtLtJv90yiyVfluGsX5iNCVkrhQtU3TQHsUWPG9wkdk9Lgd5yNpAg9jQEo90CBaXgWMA==",
   "license": "MIT",
   "dependencies": {
    "is-number": "^6.0.0"
   },
   "engines": {
    "node": ">=4"
   }
  }
 }
}"""
SERVER = 'const odd = require("is-odd"); require("http").createServer((q, r) => r.end(`${odd(3)}`)).listen(3000)\n'
TEST = 'require("node:test")("three is odd", () => { if (!require("is-odd")(3)) throw new Error("even") })\n'


class World:
    """A checkout in a folder with a space and another alphabet, and the real builder."""

    def __init__(self, checkout: Path, builder: DockerBuilder) -> None:
        self.checkout = checkout
        self.builder = builder
        self.log: list[str] = []

    async def build(self, build: Build, secrets: Mapping[str, str] | None = None) -> run.BuildResult:
        app = App(name=AppName("t-builder-shop"), source=Source(), build=build, environments=(), stages=())
        return await run.build(
            app,
            self.checkout,
            COMMIT,
            builder=self.builder,
            bases=DockerBases(self.builder),
            recipe=generated.write,
            log=self.log.append,
            secrets=secrets,
        )


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    checkout = tmp_path / "Мой shop"
    checkout.mkdir()
    for name, text in (
        ("package.json", PACKAGE),
        ("package-lock.json", LOCK),
        ("server.js", SERVER),
        # The engine keeps what an earlier run of these tests built: new content runs the tests again.
        ("odd.test.js", f"{TEST}// {uuid.uuid4().hex}\n"),
    ):
        (checkout / name).write_text(text)
    async with DockerBuilder(DOCKER_HOST, owner=OWNER) as builder:
        yield World(checkout, builder)
        await builder.remove(f"fairway/t-builder-shop:{COMMIT[:12]}")


@pytest.fixture
def token() -> str:
    """A token of this test alone, so that no cache knows what it gives."""
    return f"npm_{uuid.uuid4().hex}"


@pytest.fixture
def registry(world: World, token: str) -> Iterator[PrivateRegistry]:
    """The checkout's one dependency is a package of this registry, which asks for the token."""
    subnet = docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}").strip()
    # Docker's own bridge has the first address of its network, which not every engine names as the gateway.
    with private_registry.serving(str(ipaddress.ip_network(subnet)[1]), token) as registry:
        wanted = {private_registry.PACKAGE: "1.0.0"}
        own = {"name": "shop", "version": "1.0.0", "engines": {"node": "22"}, "dependencies": wanted}
        installed = {"version": "1.0.0", "integrity": registry.integrity}
        lock = {
            "name": "shop",
            "version": "1.0.0",
            "lockfileVersion": 3,
            "requires": True,
            "packages": {"": own, f"node_modules/{private_registry.PACKAGE}": installed},
        }
        for name, text in (
            ("package.json", json.dumps({**own, "scripts": {"start": "node server.js"}})),
            ("package-lock.json", json.dumps(lock)),
            (".npmrc", registry.npmrc),
        ):
            (world.checkout / name).write_text(text)
        yield registry


async def test_a_backend_without_a_dockerfile_is_tested_built_and_runs_as_nobody_special(world: World) -> None:
    result = await world.build(Build(test="npm test"))

    assert result.generated and result.tests.startswith("1 test passed")
    seen: list[str] = []
    code = await world.builder.run(result.image, "id -u; node -e 'require(\"is-odd\")'", seen.append, timeout=60)
    assert (code, seen) == (0, ["1000"])
    assert sorted(path.name for path in world.checkout.iterdir()) == [
        "odd.test.js",
        "package-lock.json",
        "package.json",
        "server.js",
    ]


async def test_a_code_only_change_installs_nothing(world: World) -> None:
    await world.build(Build())
    (world.checkout / "server.js").write_text(SERVER + "// changed\n")

    result = await world.build(Build())

    assert "cached" in result.cached
    assert not [line for line in world.log[len(world.log) // 2 :] if "added" in line and "packages" in line]


async def test_a_failing_test_names_its_command_code_and_last_lines(world: World) -> None:
    (world.checkout / "odd.test.js").write_text(TEST.replace("if (!", "if ("))

    with pytest.raises(WorkFailed) as caught:
        await world.build(Build(test="npm test"))

    assert caught.value.what == "the tests failed: `npm test` exited with 1"
    assert any("fail 1" in line for line in caught.value.log)


async def test_the_users_own_stage_for_tests_runs_them(world: World) -> None:
    text = "FROM node:22-slim AS base\nWORKDIR /app\nCOPY . .\nRUN npm ci\nFROM base AS test\nRUN npm test\nFROM base\n"
    (world.checkout / "Dockerfile").write_text(text)

    result = await world.build(Build(test="npm test"))

    assert not result.generated and result.bases == ("node:22-slim",)
    assert result.tests.startswith("1 test passed")


async def test_a_secret_reaches_the_install_and_no_layer(
    world: World, registry: PrivateRegistry, token: str, tmp_path: Path
) -> None:
    result = await world.build(Build(), secrets={"NPM_TOKEN": token})

    assert result.generated and f"Bearer {token}" in registry.asked
    assert (
        await world.builder.run(
            result.image, f"test -f node_modules/{private_registry.PACKAGE}/index.js", print, timeout=60
        )
        == 0
    )
    docker("save", "--output", str(tmp_path / "image.tar"), result.image.id)
    found = [name for name, content in packed.of_image(tmp_path / "image.tar") if token.encode() in content]
    told = docker("history", "--no-trunc", result.image.id) + docker("image", "inspect", result.image.id)
    assert found == [] and token not in told + "\n".join(world.log)


async def test_without_its_secret_the_install_fails(world: World, registry: PrivateRegistry) -> None:
    with pytest.raises(WorkFailed) as caught:
        await world.build(Build())

    assert any("401" in line for line in caught.value.log) and registry.asked
