"""`fairway stage build` as CodeBuild calls it: real git, real BuildKit, a real registry in ECR's place with ECR's user
and the password that moto gives, and moto's AWS.

The registry moves tags, which ECR's don't: what that means is in `tests/integration/registry/test_immutable_tags.py`.
"""

import asyncio
import json
import subprocess
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fairway.adapters.buildkit.bases import DockerBases
from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.wire import handover
from support import aws_account, registry_room
from support.aws_account import PASSWORD, AwsAccount
from support.builder_room import BASE, DOCKER_HOST, OWNER
from support.docker_room import docker
from support.git_work import Work
from support.ports import free_port

SECRET = "sk_live_3f9a61c2d07b"
HOOK = "http://169.254.170.2/v2/credentials"
ACTION = """
[[environments.production.actions]]
name = "tell"
http = { url = "#{variables.LOG}" }
"""
TOML = """\
app = "{app}"

[build]
test = "echo 2 passed"

[services.web]
port = 3000

[environments.staging]
[environments.production]

[aws]
region = "eu-central-1"
repository = {{ provider = "github", name = "acme/shop" }}
"""
DOCKERFILE = f"""\
FROM {BASE}
COPY . /app
RUN echo key {SECRET}
CMD ["/app/server.js"]
"""


@dataclass
class Room:
    """A checkout of a commit, and the account that it is built in."""

    account: AwsAccount
    registry: str
    work: Work
    app: str
    commit: str
    versions: dict[str, str]

    async def stage(self, *arguments: str, **variables: str) -> tuple[int, str]:
        """The exit status of `fairway stage`, and all that it said."""
        environment = {
            **self.account.environment,
            "HOME": str(self.work.path.parent),
            "DOCKER_HOST": DOCKER_HOST,
            "CODEBUILD_SRC_DIR": str(self.work.path),
            "CODEBUILD_RESOLVED_SOURCE_VERSION": self.commit,
            **variables,
        }
        process = await asyncio.create_subprocess_exec(
            aws_account.python(),
            "-m",
            "fairway",
            "stage",
            *arguments,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()


@pytest.fixture
def account() -> Iterator[AwsAccount]:
    with aws_account.running() as running:
        yield running


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[str]:
    with registry_room.somebody_elses(tmp_path / "registry", free_port(), "AWS", PASSWORD) as host:
        yield host


@pytest.fixture
async def room(account: AwsAccount, registry: str, tmp_path: Path) -> AsyncIterator[Room]:
    app = f"t-{uuid.uuid4().hex[:8]}"
    account.make_stack(
        f"fairway-{app}-registry", app, {"RepositoryUri": f"{registry}/fairway/{app}", "Repository": f"fairway/{app}"}
    )
    versions = {
        "staging": account.put_secret(f"fairway/{app}/staging", {"LOG": "debug", "STRIPE_KEY": SECRET}),
        "production": account.put_secret(f"fairway/{app}/production", {"LOG": HOOK, "STRIPE_KEY": SECRET}),
    }
    work = Work(tmp_path / "checkout")
    commit = work.commit(
        {
            "fairway.toml": TOML.format(app=app).encode(),
            "Dockerfile": DOCKERFILE.encode(),
            "server.js": b"console.log(process.env.STRIPE_KEY.length)\n",
        },
        "Add coupons",
    )
    async with DockerBuilder(DOCKER_HOST, owner=OWNER) as builder:
        await DockerBases(builder).ensure(BASE, print)
        yield Room(account, registry, work, app, commit, versions)
        for name in (f"fairway/{app}:{commit[:12]}", f"{registry}/fairway/{app}:{commit}"):
            await builder.remove(name)


async def test_a_commit_becomes_an_image_in_the_registry_and_a_release(room: Room) -> None:
    status, said = await room.stage("build")

    made = handover.read((room.work.path / "release.json").read_bytes())
    assert status == 0, said
    assert (made.app, made.commit, made.subject) == (room.app, room.commit, "Add coupons")
    assert made.image.repository == f"{room.registry}/fairway/{room.app}"
    assert made.configurations == room.versions
    there = docker("image", "inspect", "--format", "{{json .RepoDigests}}", made.image.reference)
    assert made.image.reference in json.loads(there)
    marks = [line.split()[:2] for line in said.splitlines() if "✓" in line]
    assert marks == [["source", "✓"], ["build", "✓"], ["package", "✓"]]
    assert "key •••" in said and SECRET not in said and PASSWORD not in said


async def test_a_second_run_of_the_commit_builds_nothing_and_leaves_the_same_release(room: Room) -> None:
    _, first_said = await room.stage("build")
    first = handover.read((room.work.path / "release.json").read_bytes())

    status, said = await room.stage("build")

    second = handover.read((room.work.path / "release.json").read_bytes())
    assert status == 0 and "the commit's image is in ECR already: nothing was built" in said, first_said + said
    assert second.image.digest == first.image.digest and second.configurations == first.configurations


async def test_the_commit_is_built_and_not_what_lies_beside_it(room: Room) -> None:
    (room.work.path / "server.js").write_text("changed\n")
    (room.work.path / "left.js").write_text("left\n")

    status, said = await room.stage("build")

    made = handover.read((room.work.path / "release.json").read_bytes())
    printed = docker("run", "--rm", "--entrypoint", "/bin/ls", made.image.reference, "-A", "/app")
    assert status == 0, said
    assert set(printed.split()) == {"fairway.toml", "Dockerfile", "server.js"}


async def test_a_pull_request_is_built_and_leaves_nothing_in_the_registry(room: Room, tmp_path: Path) -> None:
    head = tmp_path / "head"
    head.mkdir()
    for name in ("fairway.toml", "Dockerfile", "server.js"):
        (head / name).write_bytes((room.work.path / name).read_bytes())

    status, said = await room.stage(
        "try", CODEBUILD_SRC_DIR=str(head), AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="", AWS_ENDPOINT_URL=""
    )

    assert status == 0, said
    assert [line.split()[:2] for line in said.splitlines() if "✓" in line] == [["source", "✓"], ["build", "✓"]]
    assert sorted(each.name for each in head.iterdir()) == ["Dockerfile", "fairway.toml", "server.js"]
    assert "RepoDigests" not in said and not docker_digests(room)


def docker_digests(room: Room) -> list[str]:
    """What the registry has of the commit's image."""
    name = f"fairway/{room.app}:{room.commit[:12]}"
    found: list[str] = json.loads(docker("image", "inspect", "--format", "{{json .RepoDigests}}", name))
    return found


async def test_another_commit_than_the_pipelines_stops_it(room: Room) -> None:
    status, said = await room.stage("build", CODEBUILD_RESOLVED_SOURCE_VERSION="0" * 40)

    assert status == 2 and "the checkout is not at the pipeline's commit" in said


async def test_a_variable_that_an_environment_lacks_stops_it_before_the_build(room: Room) -> None:
    text = TOML.format(app=room.app) + '\n[contract]\nrequired = ["SESSION_KEY"]\n'
    room.commit = room.work.commit({"fairway.toml": text.encode()})

    status, said = await room.stage("build")

    assert status == 1 and "lacks 1 required: SESSION_KEY" in said and "fairway aws up" in said, said
    assert "build       ✓" not in said and not (room.work.path / "release.json").exists()


async def test_a_wrong_password_is_told_without_it(room: Room) -> None:
    users = Path(room.work.path.parent / "registry" / "users")
    users.write_text("")

    status, said = await room.stage("build")

    assert status == 1 and "refused" in said and PASSWORD not in said, said


async def test_an_action_of_ones_own_reads_the_release_and_never_calls_for_the_builds_credentials(room: Room) -> None:
    room.commit = room.work.commit({"fairway.toml": (TOML.format(app=room.app) + ACTION).encode()})
    await room.stage("build")

    status, said = await room.stage("action", "production", "tell")

    assert status == 1, said
    assert "POST http://169.254.170.2" in said and "tell failed: 169.254.170.2 is not called" in said
    assert "v2/credentials" not in said


async def test_a_deployment_without_a_release_is_refused(room: Room) -> None:
    status, said = await room.stage("deploy", "production")

    assert status == 2 and "release.json can't be read" in said


async def test_a_deployment_to_an_environment_that_nobody_made_is_refused(room: Room) -> None:
    await room.stage("build")

    status, said = await room.stage("deploy", "production")

    assert status == 1, said
    assert f"there is no stack fairway-{room.app}-production-services" in said and "fairway aws up" in said
    assert "  production  ✗" in said
