"""The demo's PostgreSQL: a container of the official image, or of its stand-in.

It shares the host's network and listens on Docker's bridge address only, which is the one address that every task's
network can reach and no other machine can.
"""

import ipaddress
import json
import os
import secrets
import socket
import subprocess
import time
from dataclasses import dataclass

from fairway.errors import Unavailable, WorkFailed

IMAGE = "postgres:15"
"""The official image, or its stand-in where no registry can be reached: it has to be there before `start`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A running PostgreSQL: its container's name and the URL that tasks reach it by."""

    container: str
    url: str


def start(program: str, container: str) -> Database:
    """Start a new one under that name, in place of any older one, and return once it takes connections.

    `program` is the docker command. Raises WorkFailed when it does not come up.
    """
    address = bridge_address(program)
    port = free_port(address)
    password = secrets.token_urlsafe(18)
    remove(program, container)
    docker(
        *(program, "run", "--detach", "--name", container, "--network", "host", "--env", "POSTGRES_PASSWORD"),
        *(IMAGE, "-c", f"listen_addresses={address}", "-p", str(port)),
        environ={"POSTGRES_PASSWORD": password},
    )
    await_port(program, container, address, port)
    return Database(container=container, url=f"postgres://postgres:{password}@{address}:{port}/postgres")


def remove(program: str, container: str) -> None:
    """Delete the container with its data. One that does not exist is no error."""
    if docker(program, "ps", "--all", "--quiet", "--filter", f"name=^{container}$"):
        docker(program, "rm", "--force", "--volumes", container)


def bridge_address(program: str) -> str:
    """The host's address on Docker's default bridge, such as 172.17.0.1."""
    network = docker(program, "network", "inspect", "bridge", "--format", "{{json (index .IPAM.Config 0)}}")
    config = json.loads(network)
    # An Engine that was never told otherwise leaves the gateway out: it is then the subnet's first address.
    return str(config.get("Gateway") or next(ipaddress.ip_network(config["Subnet"]).hosts()))


def await_port(program: str, container: str, address: str, port: int, *, patience: float = 30.0) -> None:
    """Return once the port takes a connection; the container's log is the error's when it ends or never does."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            socket.create_connection((address, port), timeout=1).close()
            return
        except OSError:
            running = docker(program, "inspect", "--format", "{{.State.Running}}", container)
            if running != "true":
                break
            time.sleep(0.1)
    log = docker(program, "logs", "--tail", "10", container)
    raise WorkFailed("the demo's PostgreSQL did not start", log=log.splitlines())


def free_port(address: str) -> int:
    """A TCP port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def docker(
    program: str,
    *arguments: str,
    environ: dict[str, str] | None = None,
    timeout: float = 60.0,
) -> str:
    """Run one docker command and return what it prints. Raises WorkFailed with its error."""
    try:
        done = subprocess.run(
            [program, *arguments],
            env={**os.environ, **(environ or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable("Docker did not answer", why=str(error), hint="fairway doctor") from error
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise WorkFailed(f"docker {arguments[0]} failed", why=lines[-1] if lines else "", log=lines[-10:])
    return done.stdout.strip() or done.stderr.strip()
