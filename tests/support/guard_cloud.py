"""`fairway aws up` and `fairway stage deploy` as processes, against moto's server, with a real database and a real
Docker: moto has the records, the backups and the stacks, and `ecs_docker` runs the tasks.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3

from fairway.adapters.aws.backups import AwsBackups
from fairway.adapters.aws.records import Records
from fairway.adapters.aws.session import Session
from fairway.cloudformation import wires
from fairway.domain.app import Defaults
from fairway.domain.aws import names
from fairway.domain.aws.handover import Handover
from fairway.domain.aws.stack import Kind
from fairway.domain.contract import Contract
from fairway.domain.image import Image
from fairway.manifest import load as manifest
from fairway.ports.guarding import Sealed
from fairway.wire import handover as shapes
from support import aws_repository, docker_room, ecs_docker, guard_server, watched

TESTS = Path(__file__).parents[1]
SOURCE = TESTS.parent / "src"
REGION = "eu-central-1"
PATIENCE = 180.0
APP, ENVIRONMENT = f"shop-{os.getpid()}", "production"
"""Another app in every process that runs tests, since they share one Docker."""
INSTANCE = f"{APP}-{ENVIRONMENT}"
TOML = f"""
app = "{APP}"

[services.web]
port = 3000
health = {{ path = "/healthz" }}

[migrations]
command = ["/app/migrate"]
tool = "sql"
directory = "migrations"

[aws]
region = "eu-central-1"
repository = {{ provider = "github", name = "acme/shop" }}

[environments.production]
env_file = ".env.production"
deployment = {{ bake = "0s" }}
"""


COPIED = (
    TOML.replace('directory = "migrations"', 'directory = "migrations"\ncopy_by = "snapshot"')
    + """
[databases.main]
engine = "postgres"
"""
)
"""The same, with a database of RDS that RDS copies. It is not protected: moto has a copy as protected as its source."""


class Room:
    """An account behind `address`, and a repository in `top`, whose fairway.toml is `toml`."""

    def __init__(self, top: Path, address: str, server: str, toml: str) -> None:
        self.top = top
        self.toml = toml
        self.address = address
        self.server = server
        self.calls = top / "calls"
        self._known: set[str] = set()
        self.credentials = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "nobodys"}
        self.environ = {
            **self.credentials,
            "PATH": os.environ["PATH"],
            "HOME": str(top.parent),
            "PYTHONPATH": f"{SOURCE}:{TESTS}",
            "AWS_ENDPOINT_URL": address,
            "AWS_EC2_METADATA_DISABLED": "true",
            "CODEBUILD_SRC_DIR": str(top),
            watched.CALLS: str(self.calls),
        }

    def client(self, service: str) -> Any:
        """boto3's, for the test's own eyes."""
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.address,
            **{name.lower(): value for name, value in self.credentials.items()},
        )

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """`fairway ...`, begun; all that it says on one stream."""
        return subprocess.Popen(
            [sys.executable, "-c", "from support import watched; watched.run()", *arguments],
            cwd=self.top,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def call(self, *arguments: str) -> tuple[int, str]:
        """The command, to its end: its status, and what it said."""
        with self.start(*arguments) as process:
            said, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    def kill_at(self, part: str, *arguments: str) -> str:
        """The command, killed with SIGKILL as soon as it says a line with that part; what it had said."""
        said: list[str] = []
        with self.start(*arguments) as process:
            assert process.stdout is not None
            deadline = time.monotonic() + PATIENCE
            for line in process.stdout:
                said.append(line)
                if part in line:
                    process.kill()
                    break
                assert time.monotonic() < deadline
        return "".join(said)

    def release(self, image: Image, commit: str) -> None:
        """What the stage `build` would have handed over for this image, with the variables as they are."""
        app = manifest.load(self.toml)
        environment = app.environments[0].name
        version = self.client("secretsmanager").get_secret_value(SecretId=names.secret(APP, ENVIRONMENT))["VersionId"]
        made = Handover(
            app=app.name,
            commit=commit * 40,
            subject="Add coupons",
            image=image,
            text=self.toml,
            defaults=Defaults(),
            contract=Contract(variables=()),
            configurations={environment: version},
        )
        (self.top / "release.json").write_text(shapes.write(made), encoding="utf-8")

    def deploy(self) -> tuple[int, str]:
        """The stage, to its end."""
        return self.call("stage", "deploy", ENVIRONMENT)

    def stack(self) -> Mapping[str, str]:
        """The parameters that the services' stack has."""
        found = self._describe(Kind.SERVICES)
        return {each["ParameterKey"]: each["ParameterValue"] for each in found["Parameters"]}

    def outputs(self, kind: Kind) -> Mapping[str, str]:
        """What the environment's stack of that kind puts out."""
        return {each["OutputKey"]: each["OutputValue"] for each in self._describe(kind)["Outputs"]}

    def _describe(self, kind: Kind) -> Mapping[str, Any]:
        name = names.stack(APP, kind, ENVIRONMENT)
        found: Mapping[str, Any] = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        return found

    async def backup(self, session: Session) -> Sealed:
        """The file of the newest backup."""
        app = manifest.load(self.toml)
        records = Records(
            session, self.outputs(Kind.DATA)[wires.PASSAGES], app=app.name, environment=app.environments[0].name
        )
        (found,) = await AwsBackups(records).list(app.name, limit=1)
        return Sealed(file=found.file, bytes=found.bytes, digest=found.digest)

    def forget(self) -> None:
        """What was called and run until now."""
        self.calls.unlink()
        self._known = set(self._containers())

    def ran(self) -> Sequence[str]:
        """The containers of the tasks that were run since."""
        return [each for each in self._containers() if each not in self._known]

    def _containers(self) -> Sequence[str]:
        return docker_room.docker("ps", "-aq", "--filter", f"label={ecs_docker.LABEL}={self.server}").split()

    def left(self) -> str:
        """What the guard has left in Docker: containers, and networks of copies."""
        own = ("--filter", f"label=fairway.instance={INSTANCE}")
        return docker_room.docker("ps", "-aq", *own) + docker_room.docker("network", "ls", "-q", *own)

    def watched(self) -> Sequence[tuple[str, Mapping[str, Any]]]:
        """Each call that was made, with its parameters."""
        return [tuple(json.loads(line)) for line in self.calls.read_text(encoding="utf-8").splitlines()]


@contextlib.contextmanager
def open_room(top: Path, database: str, *, toml: str = TOML, copies: str = "") -> Iterator[Room]:
    """An account, and a repository whose production has this database's URL, "" where its own database gives it.
    `copies` is the host of what RDS restores."""
    server = f"t-{uuid.uuid4().hex[:8]}"
    environ = {**os.environ, "PYTHONPATH": f"{SOURCE}:{TESTS}", ecs_docker.LABEL: server, guard_server.COPIES: copies}
    aws_repository.make(top, manifest=toml)
    url = f"DATABASE_URL={database}\n" if database else ""
    aws_repository.write_env(top, f"STRIPE_KEY={aws_repository.SECRET}\n{url}")
    with subprocess.Popen(
        [sys.executable, "-c", "from support import guard_server; guard_server.serve()"],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        room = Room(top, f"http://127.0.0.1:{process.stdout.readline().strip()}", server, toml)
        try:
            yield room
        finally:
            process.stdin.close()
            process.wait()
            if left := room._containers():
                docker_room.docker("rm", "--force", "--volumes", *left)
