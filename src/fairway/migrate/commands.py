"""Running a migration's command, on a copy as on the real database: what it is given, and what is kept of it."""

import hashlib
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from fairway.domain import rehearsed
from fairway.domain.address import Engine
from fairway.domain.ids import JobId
from fairway.domain.migrations import MIB, Migrations
from fairway.domain.passage import Passage
from fairway.domain.rehearsal import Attempt
from fairway.migrate.outfit import Outfit
from fairway.migrate.parts import Parts, Subject
from fairway.migrate.walk import Walk
from fairway.ports.jobs import JobEnd, Jobs, JobSpec
from fairway.wire import words

KEPT = 40
"""Lines that are kept of what a command printed; all of them are in the stage's log."""
CPU, MEMORY = 1.0, 1024 * MIB
"""Cores and bytes of a migration's container: a bundler of TypeScript needs more than a server."""
REHEARSE, DOWN, AGAIN, MIGRATE, BACK = "rehearsal", "rehearsal-down", "rehearsal-again", "migration", "way-back"


def job_id(passage: Passage, what: str, attempt: int = 1) -> JobId:
    """The id of a command's container: the same for every server that comes to the passage. The time is in it, because
    the numbers of an app that is deleted and made again begin at 1 again."""
    text = f"{passage.app}/{passage.number}/{passage.created_at:.6f}/{what}/{attempt}"
    return JobId(hashlib.sha256(text.encode()).hexdigest()[:12])


def on_database(passage: Passage) -> str:
    """What it runs on the real database."""
    return MIGRATE if passage.back_of is None else BACK


def jobs_of(passage: Passage) -> set[JobId]:
    """The ids of all containers that it may have."""
    tried = {job_id(passage, what) for what in (REHEARSE, DOWN, AGAIN)}
    return {*tried, JobId(passage.job)} if passage.job else tried


def make_spec(
    walk: Walk, name: str, outfit: Outfit, *, network: str | None = None, mounts: Mapping[str, Path] | None = None
) -> JobSpec:
    """What its container is made from. On its environment's own network it has the environment's volumes too; on a
    scratch's it has the copies of them alone, as `mounts`."""
    release = walk.order.release
    return JobSpec(
        app=release.app,
        environment=release.environment,
        passage=walk.passage.number,
        name=name,
        image=outfit.image,
        command=outfit.command,
        cpu=CPU,
        memory=MEMORY,
        network=network,
        mounts=mounts or {},
        volumes=release.description.volumes if network is None else (),
        files=outfit.files,
    )


def add_own(variables: Mapping[str, str], subject: Subject, walk: Walk) -> Mapping[str, str]:
    """The variables with those that say where the command runs, and libpq's own way of time-outs: not every tool can be
    told of one."""
    order, settings = walk.order, subject.settings
    given = {
        **variables,
        "FAIRWAY_APP": order.app,
        "FAIRWAY_ENVIRONMENT": order.environment,
        "FAIRWAY_RELEASE": str(order.release.number),
    }
    if subject.address.engine is Engine.POSTGRES and (options := timeouts(settings)):
        given["PGOPTIONS"] = " ".join(part for part in (variables.get("PGOPTIONS", ""), options) if part)
    return given


def timeouts(settings: Migrations) -> str:
    """`-c lock_timeout=5000 -c statement_timeout=60000`, in milliseconds."""
    wanted = {"lock_timeout": settings.lock_timeout, "statement_timeout": settings.statement_timeout}
    return " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in wanted.items() if seconds)


async def run(
    parts: Parts,
    jobs: Jobs,
    walk: Walk,
    job: JobId,
    spec: JobSpec,
    variables: Mapping[str, str],
    settings: Migrations,
) -> Attempt:
    """Run it among those jobs to its end, or find it and watch it on. Raises WorkFailed when it can't be started,
    Unavailable."""
    mask = await parts.masks.of(spec.app)
    last: deque[str] = deque(maxlen=KEPT)
    write = walk.printed(spec.name)

    def take(text: str) -> None:
        for line in mask(text).splitlines():
            last.append(line)
        write(text)

    await parts.holding.valid()
    end = await jobs.run(job, spec, variables, take, timeout=settings.timeout)
    return describe(spec, end, tuple(last))


def describe(spec: JobSpec, end: JobEnd, lines: tuple[str, ...]) -> Attempt:
    """What is kept of it."""
    error = "" if end.code == 0 else rehearsed.find_error(lines)
    if end.oom_killed:
        error = f"the command needed more than its {words.size(spec.memory)} of memory and was killed"
    code = None if end.timed_out else end.code
    return Attempt(
        command=spec.command, code=code, seconds=end.seconds, timed_out=end.timed_out, log=lines, error=error
    )
