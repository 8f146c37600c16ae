"""A declared job: a command that runs to its end at its times, or when somebody asks, as one environment has it."""

from dataclasses import dataclass
from enum import StrEnum

from fairway.domain.ids import JobName
from fairway.domain.image import Image
from fairway.domain.run import RunSpec
from fairway.domain.schedule import Schedule
from fairway.domain.volume import Volume


class Concurrency(StrEnum):
    """What happens when a time comes while a run of the same job goes on (the words of Kubernetes' CronJob).

    FORBID: it waits for the end of that run, within its deadline. ALLOW: both run. REPLACE: that run is stopped.
    """

    FORBID = "FORBID"
    ALLOW = "ALLOW"
    REPLACE = "REPLACE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`schedule` None: it runs only when somebody asks. `memory` is a hard limit in bytes. `timeout` is of one attempt
    and `deadline` how late it may begin, both in seconds; `retries` is how many more attempts follow a failed one."""

    name: JobName
    command: tuple[str, ...]
    schedule: Schedule | None = None
    cpu: float = 1.0
    memory: int = 512 * 1024 * 1024
    timeout: float = 3600.0
    retries: int = 0
    concurrency: Concurrency = Concurrency.FORBID
    deadline: float = 3600.0


def specify(job: Job, image: Image, volumes: tuple[Volume, ...] = ()) -> RunSpec:
    """What a run of it is started from, in an environment with those volumes."""
    return RunSpec(
        image=image,
        command=job.command,
        cpu=job.cpu,
        memory=job.memory,
        timeout=job.timeout,
        retries=job.retries,
        deadline=job.deadline,
        alone=job.concurrency is not Concurrency.ALLOW,
        volumes=volumes,
    )
