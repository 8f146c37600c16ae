"""Docker's refusals in plain words.

Docker answers with its own and its parts' Go errors: `OCI runtime create failed: container_linux.go:380: starting
container process caused: exec: "serve": executable file not found in $PATH: unknown`. What a person needs of that is
the program's name.
"""

import re

from fairway.adapters.docker.connection import Refused
from fairway.domain.desired import TaskSpec
from fairway.errors import FairwayError, Unavailable, WorkFailed
from fairway.ports.jobs import JobSpec

NOT_FOUND = re.compile(r'exec: \\?"(?P<program>[^"\\]+)\\?": (?:executable file not found|stat .*no such file)')
NOT_A_FILE = re.compile(r'exec: \\?"(?P<program>[^"\\]+)\\?": (?:permission denied|is a directory)')
NO_DIRECTORY = re.compile(r'(?:chdir to cwd|mkdir) \(?\\?"?(?P<directory>/[^"\\): ]*)')
NO_VOLUME = re.compile(r"bind source path does not exist: (?P<directory>.+)")
POOLS = re.compile(
    r"address pools have been fully subscribed|non-overlapping IPv4 address pool|no available network", re.I
)


def refused_start(refusal: Refused, spec: TaskSpec) -> FairwayError:
    """Why a task could not be created or started. The caller raises it from the refusal."""
    text = refusal.message
    if match := NOT_FOUND.search(text):
        return WorkFailed(
            f'{spec.service} can\'t start: there is no program "{match["program"]}" in the image',
            why=f'the command "{join(spec.command)}" names it' if spec.command else "the image's own command names it",
            hint=f"set services.{spec.service}.command in fairway.toml",
        )
    if match := NOT_A_FILE.search(text):
        return WorkFailed(
            f'{spec.service} can\'t start: "{match["program"]}" is not executable in the image', why=last_part(text)
        )
    if "exec format error" in text:
        return WorkFailed(
            f"{spec.service} can't start: its program is built for another kind of processor, or is no program",
            why="the kernel answers: exec format error",
        )
    if "No command specified" in text:
        return WorkFailed(
            f"{spec.service} can't start: nothing says which command to run",
            why="the image has neither CMD nor ENTRYPOINT",
            hint=f"set services.{spec.service}.command in fairway.toml, or add CMD to the Dockerfile",
        )
    if "no space left on device" in text:
        return WorkFailed(f"{spec.service} can't start: the disk is full", why=last_part(text), hint="docker system df")
    if "unable to find user" in text or "no matching entries in passwd file" in text:
        return WorkFailed(f"{spec.service} can't start: the image's USER does not exist in it", why=last_part(text))
    if match := NO_DIRECTORY.search(text):
        return WorkFailed(
            f"{spec.service} can't start: its working directory {match['directory']} can't be entered",
            why=last_part(text),
        )
    if match := NO_VOLUME.search(text):
        return no_volume(spec.service, match["directory"])
    if refusal.status == 503:
        return Unavailable("Docker can't start anything at present", why=text)
    return WorkFailed(f"{spec.service} can't start: Docker refuses it", why=last_part(text))


def refused_job(refusal: Refused, spec: JobSpec) -> FairwayError:
    """Why the command of an action or a run could not be started. The caller raises it from the refusal."""
    text = refusal.message
    if match := NOT_FOUND.search(text):
        return WorkFailed(
            f'{spec.name} can\'t start: there is no program "{match["program"]}" in the image',
            why=f'the command "{join(spec.command)}" names it',
            hint=f"change the command of the action {spec.name} in fairway.toml" if spec.run is None else "",
        )
    if match := NOT_A_FILE.search(text):
        return WorkFailed(f'{spec.name} can\'t start: "{match["program"]}" is not executable', why=last_part(text))
    if match := NO_VOLUME.search(text):
        return no_volume(spec.name, match["directory"])
    if refusal.status == 503:
        return Unavailable("Docker can't start anything at present", why=text)
    return WorkFailed(f"{spec.name} can't start: Docker refuses it", why=last_part(text))


def no_volume(name: str, directory: str) -> FairwayError:
    """A volume is made with its database and never by a start: an empty one must not take the place of a full one."""
    return WorkFailed(
        f"{name} can't start: the volume of its database is not on this host",
        why=f"there is no directory {directory}",
        hint="bring it back from where it is, or restore a backup: fairway db backups",
    )


def refused_network(refusal: Refused, name: str) -> FairwayError:
    """Why an environment's network could not be made."""
    if POOLS.search(refusal.message):
        return WorkFailed(
            f"no address range is left for the network {name}",
            why="Docker's predefined address pools have been fully subscribed: by default they hold about 30 networks",
            hint="remove networks that nothing uses (docker network ls), or add ranges to default-address-pools in "
            "/etc/docker/daemon.json and restart Docker",
        )
    return WorkFailed(f"the network {name} can't be made", why=last_part(refusal.message))


def refused_pull(message: str, reference: str) -> FairwayError:
    """Why an image could not be pulled."""
    lower = message.lower()
    host = reference.partition("/")[0]
    if "manifest unknown" in lower or "not found" in lower or "no such image" in lower:
        return WorkFailed(f"there is no image {reference}", why=f"neither this host nor {host} has it")
    if any(word in lower for word in ("unauthorized", "denied", "no basic auth", "authentication required")):
        return WorkFailed(f"{host} does not let Fairway pull {reference}", why=message)
    if "no matching manifest" in lower:
        return WorkFailed(f"the image {reference} is not built for this kind of processor", why=message)
    if "no space left on device" in lower:
        return WorkFailed(f"the image {reference} can't be pulled: the disk is full", hint="docker system df")
    if any(word in lower for word in ("connection refused", "timeout", "no such host", "deadline exceeded", "eof")):
        return Unavailable(f"the registry {host} does not answer", why=message)
    return WorkFailed(f"the image {reference} can't be pulled", why=message)


def last_part(text: str) -> str:
    """The end of a chain of Go errors, which is its root: `a: b: no such file: unknown` → `b: no such file`."""
    parts = [part for part in text.split(": ") if part.strip() not in ("unknown", "")]
    return ": ".join(parts[-2:])


def join(command: tuple[str, ...] | None) -> str:
    """A command as a person types it."""
    return " ".join(command or ())
