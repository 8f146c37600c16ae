"""Which `docker` command builds with BuildKit on this host: chosen by trying, not by name or place.

The first `docker` on PATH may be a bare client (28.x without the buildx component): without DOCKER_BUILDKIT=1 it
silently builds with the legacy builder, with it it refuses. Debian's 20.10 has BuildKit built in and no buildx.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairway.adapters.buildkit import process
from fairway.errors import Unavailable

USUAL = ("/usr/bin/docker", "/usr/local/bin/docker", "/snap/bin/docker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A `docker` command that works, and the environment in which it talks to the engine."""

    command: str
    version: str
    environment: Mapping[str, str]
    buildx: bool


async def choose(docker_host: str, environ: Mapping[str, str] = os.environ) -> Client:
    """The first command that can build with BuildKit.

    Raises Unavailable when there is no docker command, or none that can, saying what each one lacks.
    """
    environment = for_engine(docker_host, environ)
    refused: list[str] = []
    for command in candidates(environ.get("PATH", os.defpath)):
        code, version = await capture([command, "--version"], environment)
        if code != 0:
            refused.append(f"{command} does not run")
            continue
        buildx, _ = await capture([command, "buildx", "version"], environment)
        # With BuildKit the help lists --secret; the legacy builder's does not, and a client without buildx refuses.
        code, text = await capture([command, "build", "--help"], environment)
        if code == 0 and "--secret" in text:
            return Client(command=command, version=version, environment=environment, buildx=buildx == 0)
        refused.append(f"{command} ({version.removeprefix('Docker version ').partition(',')[0]}) lacks buildx")
    if refused:
        raise Unavailable(
            "no docker command here can build with BuildKit",
            why="; ".join(refused),
            hint="install the buildx component (docker-buildx, or docker-buildx-plugin from Docker's own packages)",
        )
    raise Unavailable("there is no docker command", why="nothing named docker is on PATH", hint="fairway doctor --fix")


def candidates(path: str) -> Sequence[str]:
    """Every docker command on PATH, then the usual places; each file once."""
    found: dict[Path, str] = {}
    for place in [*(f"{directory}/docker" for directory in path.split(os.pathsep) if directory), *USUAL]:
        if command := shutil.which(place):
            found.setdefault(Path(command).resolve(), command)
    return list(found.values())


def for_engine(docker_host: str, environ: Mapping[str, str]) -> Mapping[str, str]:
    """The environment of a docker command that builds on this engine, and not on another one that a context names."""
    environment = {name: value for name, value in environ.items() if name not in ("DOCKER_CONTEXT", "BUILDKIT_HOST")}
    return environment | {
        "DOCKER_HOST": docker_host,
        "DOCKER_BUILDKIT": "1",
        "BUILDX_BUILDER": "default",
        "DOCKER_CLI_HINTS": "false",
        "BUILDX_NO_DEFAULT_ATTESTATIONS": "1",
    }


async def capture(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """The exit code and the output of a short command; -1 when it can't be started."""
    output: list[str] = []
    try:
        code = await process.run(arguments, environment, output.append)
    except OSError as error:
        return -1, str(error)
    return code, "\n".join(output)
