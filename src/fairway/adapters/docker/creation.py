"""A task's specification → the body of Docker's `POST /containers/create`. Pure, so that every limit can be read off.

The container gets what an ordinary backend needs and no more: no swap, a bound on processes, no way to gain
privileges, and of Docker's default capabilities those without which common images don't start (a process that begins
as root, owns its files and steps down to a user, or listens on port 80).
"""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fairway.adapters.docker import names
from fairway.adapters.docker.images import LocalCopy
from fairway.domain.desired import TaskSpec
from fairway.domain.ids import AppName, EnvironmentName, JobId, TaskId
from fairway.errors import WorkFailed
from fairway.ports.jobs import JobSpec
from fairway.ports.managed import ServerSpec
from fairway.ports.trials import TrialSpec

CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID")
"""What is left out of Docker's defaults: raw sockets, device nodes, chroot, file capabilities, the audit log."""
PROCESSES = 4096
"""Processes and threads in one container: enough for a browser or a JVM, too few for a fork bomb to take the host."""
PERIOD = 100_000
"""Microseconds of a period of the CPU limit; Docker's own default."""
DATA = "/var/lib/fairway"
"""Where a database's volume is mounted. Not at the image's own path, which is another one from PostgreSQL 18 on."""
CREDENTIAL = "/fairway/database"
"""The file with the password, which the image's entry point reads."""
SHARED = 64 * 1024 * 1024
"""Bytes of shared memory at the least, for queries that run in parallel; Docker's own default."""
LOG = {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}
NOWHERE = Path(__file__).with_name("nowhere.conf")
"""Name servers that are none."""
Place = Callable[[AppName, EnvironmentName, str], Path]
"""Where a volume lies on the host: `ports.volumes.Volumes.place`."""


def nowhere(app: AppName, environment: EnvironmentName, name: str) -> Path:
    """For an engine that has no volumes. Raises WorkFailed."""
    raise WorkFailed(f"the volume {name} of {environment} can't be mounted", why="this engine was given no volumes")


def container(
    instance: str,
    task: TaskId,
    spec: TaskSpec,
    variables: Mapping[str, str],
    *,
    image: LocalCopy,
    network: str,
    init: bool,
    place: Place = nowhere,
) -> dict[str, Any]:
    """The body. `network` is the id of the environment's, `init` whether the daemon has an init to lend, `place` where
    the volumes lie on the host."""
    body: dict[str, Any] = {
        "Image": image.reference,
        "Hostname": names.host_name(task, spec),
        "Env": [f"{name}={value}" for name, value in variables.items()],
        "Labels": names.task_labels(instance, task, spec),
        "StopTimeout": math.ceil(spec.stop_timeout),
        "HostConfig": host(spec.cpu, spec.memory, network=network, init=init and image.takes_init)
        | mounts(spec, place),
        "NetworkingConfig": {"EndpointsConfig": {network: {"Aliases": [spec.service]}}},
    }
    if spec.command is not None:
        body["Cmd"] = list(spec.command)
    if spec.stop_signal is not None:
        body["StopSignal"] = spec.stop_signal
    return body


def host(cpu: float, memory: int, *, network: str, init: bool) -> dict[str, Any]:
    """The limits and rights of every container that runs an app's image, a task's or a job's."""
    return {
        "NetworkMode": network,
        "Init": init,
        # A quota, not Docker's NanoCpus: that one is refused when it exceeds the host's cores, so that a service
        # made for a large host could not be tried on a laptop. Concrete example: 0.5 cores, 50 of every 100 ms.
        "CpuPeriod": PERIOD,
        "CpuQuota": max(1000, round(cpu * PERIOD)),
        "Memory": memory,
        "MemorySwap": memory,
        "PidsLimit": PROCESSES,
        "CapDrop": ["ALL"],
        "CapAdd": list(CAPABILITIES),
        "SecurityOpt": ["no-new-privileges"],
        "LogConfig": LOG,
        # Fairway restarts: a task that ended is replaced by a new one, after a host's reboot too. Docker would
        # start it behind Fairway's back, with an old release's variables and a new address.
        "RestartPolicy": {"Name": "no"},
    }


def mounts(spec: TaskSpec | JobSpec, place: Place) -> dict[str, Any]:
    """The volumes, writable. Not as `Binds`: those make a directory that is missing, and so an empty database."""
    if not spec.volumes:
        return {}
    return {
        "Mounts": [
            {"Type": "bind", "Source": str(place(spec.app, spec.environment, volume.name)), "Target": volume.at}
            for volume in spec.volumes
        ]
    }


def job(
    instance: str,
    id: JobId,
    spec: JobSpec,
    variables: Mapping[str, str],
    *,
    image: LocalCopy,
    network: str,
    init: bool,
    place: Place = nowhere,
) -> dict[str, Any]:
    """The body for a job. The image's entry point is not run: it would often start the app itself."""
    program, *arguments = spec.command
    rights = host(spec.cpu, spec.memory, network=network, init=init and image.takes_init)
    rights |= mounts(spec, place)
    rights["Binds"] = binds(spec.mounts, isolated=spec.network is not None)
    return {
        "Image": image.reference,
        "Hostname": f"{spec.name}-{id}",
        "Env": [f"{name}={value}" for name, value in variables.items()],
        "Labels": names.job_labels(instance, id, spec),
        "Entrypoint": [program],
        "Cmd": arguments,
        "HostConfig": rights,
        "NetworkingConfig": {"EndpointsConfig": {network: {}}},
    }


def database(instance: str, spec: ServerSpec, *, network: str) -> dict[str, Any]:
    """The body for a managed PostgreSQL. Its password is not in it: whoever may ask Docker about a container could read
    it there. SIGINT is its fast shutdown: sessions are ended, nothing is lost."""
    rights = host(spec.cpu, spec.memory, network=network, init=False)
    rights["ShmSize"] = max(SHARED, spec.memory // 4)
    rights["Mounts"] = [{"Type": "volume", "Source": names.volume_name(instance, spec.id), "Target": DATA}]
    return {
        "Image": spec.image,
        "Hostname": spec.host.partition(".")[0],
        "Env": [
            f"PGDATA={DATA}/data",
            f"POSTGRES_USER={spec.user}",
            f"POSTGRES_DB={spec.database}",
            f"POSTGRES_PASSWORD_FILE={CREDENTIAL}",
        ],
        "Labels": names.database_labels(instance, spec.key, spec.id),
        "StopSignal": "SIGINT",
        "HostConfig": rights,
        "NetworkingConfig": {"EndpointsConfig": {network: {"Aliases": [spec.host]}}},
    }


def limits(cpu: float, memory: int) -> dict[str, Any]:
    """What a container that runs is given in place of its limits."""
    own = host(cpu, memory, network="", init=False)
    return {key: own[key] for key in ("CpuPeriod", "CpuQuota", "Memory", "MemorySwap")}


def trial(
    instance: str, key: str, spec: TrialSpec, variables: Mapping[str, str], *, image: LocalCopy, init: bool
) -> dict[str, Any]:
    """The body for a release that is tried: as a task's, but for its labels and its network."""
    rights = host(spec.cpu, spec.memory, network=spec.network, init=init and image.takes_init)
    rights["Binds"] = binds(spec.mounts, isolated=True)
    body: dict[str, Any] = {
        "Image": image.reference,
        "Hostname": f"{spec.service}-{key}",
        "Env": [f"{name}={value}" for name, value in variables.items()],
        "Labels": names.trial_labels(instance, key, spec),
        "HostConfig": rights,
        "NetworkingConfig": {"EndpointsConfig": {spec.network: {"Aliases": [spec.service]}}},
    }
    if spec.command is not None:
        body["Cmd"] = list(spec.command)
    return body


def binds(mounts: Mapping[str, Path], *, isolated: bool) -> list[str]:
    """Directories of the host by the path inside, in Docker's way. On a network that leads nowhere Docker asks the
    host's servers for a name all the same and waits for them: 10 s for each, and npm asks for one at every command."""
    nameless = [f"{NOWHERE}:/etc/resolv.conf:ro"] if isolated else []
    return [*(f"{outside}:{inside}" for inside, outside in mounts.items()), *nameless]
