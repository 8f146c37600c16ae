"""`fairway run`: the backend on this machine, with the variables of an environment, before it is deployed there.

The command takes this process's place: what it is sent (Ctrl-C, SIGTERM) goes to the backend, and its exit status is
the backend's.
"""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from fairway.cli import git, here, local, nearby, options, output
from fairway.cli.commands import env_export
from fairway.cli.local import Local
from fairway.domain.app import Environment, Service
from fairway.domain.image import local_name
from fairway.errors import UsageError

MANAGERS = {"pnpm-lock.yaml": "pnpm", "yarn.lock": "yarn", "package-lock.json": "npm"}
BY_VALUE = ("DOCKER_", "BUILDX_", "LD_", "PATH", "HOME")
"""Variables that would change the docker command itself; the others reach the container without standing in the list of
processes."""


@click.command("run", context_settings={"ignore_unknown_options": True})
@click.argument("environment")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@options.service
@click.option(
    "--from",
    "source",
    type=click.Choice(["files", "server"]),
    help="Where the variables come from. Default: the environment's env files, or the server when there are none.",
)
@click.option("--expand", is_flag=True, help="Replace ${NAME} and $NAME in env files.")
@click.option("--image", is_flag=True, help="In the image that the server built of this commit.")
def run(
    environment: str, command: tuple[str, ...], service: str | None, source: str | None, expand: bool, image: bool
) -> None:
    """Run the backend here, with the variables of ENVIRONMENT.

    Without a COMMAND: the script start:ENVIRONMENT of package.json, else the service's command of fairway.toml, else
    the script start. Values of the environment win over those of this shell.
    """
    found = local.find()
    described = found.environment(environment)
    chosen = local.choose_service(described, service)
    own = read_values(found, described, chosen, source, expand=expand)
    near = {} if image else nearby.give(found.app.name, described, own)
    values = {**near, **own, **give(found, described, chosen)}
    if image:
        run_image(found, chosen, command, values)
    words = list(command) or default_command(found, described, chosen)
    output.say(f"{'Run':<7}{shlex.join(words)}")
    become(words, {**os.environ, **values}, found.folder)


def read_values(
    found: Local, environment: Environment, service: Service, source: str | None, *, expand: bool
) -> Mapping[str, str]:
    """The environment's variables, and a line that says where they come from. Raises UsageError."""
    from fairway.environment import envfile, layers

    files = found.layers(environment) if source != "server" else []
    if source == "files" and not files:
        names = layers.names(environment.name, environment.env_file)
        raise UsageError(f"{environment.name} has no env file here", why=f"there is none of {', '.join(names)}")
    if files:
        written = layers.flatten(files)
        output.say(f"{'From':<7}{', '.join(layer.file for layer in files)}")
        where = files[-1].file
        if expand:
            return envfile.expand(written, file=where, outside=os.environ)
        return {name: each.value for name, each in written.items()}
    place = here.find(found.app.name)
    version, values = env_export.fetch(place, environment.name, service.name, purpose="fairway run")
    output.say(f"{'From':<7}the server, version {version} of {environment.name}")
    return values


def give(found: Local, environment: Environment, service: Service) -> Mapping[str, str]:
    """What Fairway gives a task itself."""
    return local.given(found.app, environment, service, service.port)


def default_command(found: Local, environment: Environment, service: Service) -> list[str]:
    """The script of package.json that is there for the environment, else what the server would run. Raises UsageError
    when there is neither."""
    scripts = read_scripts(found.folder)
    manager = next((name for file, name in MANAGERS.items() if (found.folder / file).is_file()), "npm")
    own = environment.script
    if own in scripts:
        return [manager, "run", own]
    if service.command:
        return list(service.command)
    if "start" in scripts:
        return [manager, "run", "start"]
    raise UsageError(
        "it is not clear what to run",
        why=f"package.json has no script {own} and none named start, and fairway.toml no command of {service.name}",
        hint=f"fairway run {environment.name} -- COMMAND",
    )


def read_scripts(folder: Path) -> Mapping[str, str]:
    """The scripts of package.json; none when there is no such file, or a wrong one."""
    try:
        document = json.loads((folder / "package.json").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    scripts = document.get("scripts") if isinstance(document, dict) else None
    return {name: text for name, text in scripts.items() if isinstance(text, str)} if isinstance(scripts, dict) else {}


def run_image(found: Local, service: Service, command: Sequence[str], values: Mapping[str, str]) -> None:
    """Run it in the commit's image, its port on the same one of this machine. Raises UsageError when there is no docker
    command, or no commit."""
    commit = git.head(found.top)
    if commit is None:
        raise UsageError("this repository has no commit yet", why="the image is that of a commit")
    words = docker_command(local_name(found.app.name, commit), service, command, values, terminal=sys.stdin.isatty())
    output.say(f"{'Run':<7}{' '.join(command) or 'the image'} in {words[words.index('--') + 1]}")
    become(words, {**os.environ, **{n: v for n, v in values.items() if not n.startswith(BY_VALUE)}}, found.folder)


def docker_command(
    image: str, service: Service, command: Sequence[str], values: Mapping[str, str], *, terminal: bool
) -> list[str]:
    """The words of `docker run`."""
    words = ["docker", "run", "--rm", "--interactive", "--pull=never", *(["--tty"] if terminal else [])]
    words += ["--memory", str(service.memory), "--cpus", f"{service.cpu:g}"]
    if service.port is not None:
        words += ["--publish", f"127.0.0.1:{service.port}:{service.port}"]
    for name, value in sorted(values.items()):
        words += ["--env", f"{name}={value}" if name.startswith(BY_VALUE) else name]
    return [*words, "--", image, *(command or service.command or ())]


def become(words: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
    """Take the command's place. Raises UsageError when it can't be run."""
    program = shutil.which(words[0], path=environment.get("PATH"))
    if program is None:
        raise UsageError(f"{output.clean(words[0])} is not on this machine", why="no folder of PATH has it")
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.chdir(folder)
        os.execve(program, list(words), dict(environment))  # noqa: S606 - the user's own command, no shell
    except OSError as error:
        raise UsageError(f"{output.clean(words[0])} can't be run", why=(error.strerror or "").lower()) from error
