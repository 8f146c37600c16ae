"""The command line of one build: its arguments, its environment, and the Dockerfile that BuildKit is given."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fairway.adapters.buildkit.client import Client
from fairway.domain import dockerfile, dockerfile_lowering, trust
from fairway.errors import UsageError, WorkFailed
from fairway.ports.builder import BuildRequest

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
"""Build arguments that BuildKit knows without an ARG; they stay out of the image's history and out of the cache key."""
RESERVED = ("DOCKER_", "BUILDX_", "BUILDKIT_", "LD_", "GO", "OTEL_")
"""Variables that change the docker command itself."""


MOUNTED = "SECRET_OF_BUILD_"
"""How the variables of the docker command begin that hold the build's secrets."""
STEERING = "BUILDKIT_"
"""How the build arguments begin that BuildKit's own frontend goes by."""
NAMESPACE = "BUILDKIT_CACHE_MOUNT_NS"
"""The one that stands in front of the id of each cache mount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """The file to build, and how its text came from the author's."""

    path: Path
    text: trust.Derived


def write_dockerfile(
    request: BuildRequest, work: Path, *, private_ca: bool, plain: bool, old: bool = False
) -> Dockerfile:
    """The request's own Dockerfile, or a derived one in `work`, its .dockerignore beside it: with a private CA, or
    `plain`, without its `# syntax=` line, or in the words of an `old` engine's own frontend.

    Raises UsageError when it can't be read.
    """
    try:
        text = request.dockerfile.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(
            f"there is no {request.dockerfile.name}", why="fairway.toml's build.dockerfile names it"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise WorkFailed(f"{request.dockerfile.name} can't be read", why=str(error)) from error
    wanted = trust.without_syntax(text) if plain and "syntax" in dockerfile.directives(text) else text
    if old and "syntax" not in dockerfile.directives(wanted) and ("<<" in wanted or "--link" in wanted):
        wanted = dockerfile_lowering.lower(wanted)
    derived = trust.derive(wanted) if private_ca else trust.Derived(text=wanted)
    if derived.text == text:
        return Dockerfile(path=request.dockerfile, text=derived)
    path = work / "Dockerfile"
    path.write_text(derived.text, encoding="utf-8")
    ignore = request.dockerfile.with_name(f"{request.dockerfile.name}.dockerignore")
    if ignore.is_file():
        shutil.copyfile(ignore, work / "Dockerfile.dockerignore")
    return Dockerfile(path=path, text=derived)


def for_build(
    request: BuildRequest, client: Client, file: Path, iidfile: Path, ca: Path | None, environ: Mapping[str, str]
) -> tuple[list[str], Mapping[str, str]]:
    """The arguments and the environment. Values of build arguments go through the environment wherever they can, so
    that no password stands in the list of processes."""
    environment = dict(client.environment)
    arguments = [client.command, "build", "--progress=plain", "--file", str(file), "--iidfile", str(iidfile)]
    arguments += ["--tag", request.tag]
    if request.target:
        arguments += ["--target", request.target]
    if ca:
        arguments += ["--secret", f"id={trust.SECRET},src={ca}"]
    for name, value in request.secrets.items():
        # By way of the environment: a file that a killed server left behind would keep it in clear.
        environment[f"{MOUNTED}{name}"] = value
        arguments += ["--secret", f"id={name},env={MOUNTED}{name}"]
    given = dict(request.args)
    if request.caches:
        given = {name: value for name, value in given.items() if not name.upper().startswith(STEERING)}
        given[NAMESPACE] = request.caches
    for name, value in {**proxies(environ), **given}.items():
        if (name in client.environment and client.environment[name] != value) or name.startswith(RESERVED):
            arguments += ["--build-arg", f"{name}={value}"]
        else:
            environment[name] = value
            arguments += ["--build-arg", name]
    return [*arguments, str(request.context)], environment


def proxies(environ: Mapping[str, str]) -> Mapping[str, str]:
    """The proxies that this process was given, in capitals or not, under both names: tools read one or the other."""
    found: dict[str, str] = {}
    for name in PROXIES:
        if value := environ.get(name) or environ.get(name.lower()):
            found[name] = found[name.lower()] = value
    return found
