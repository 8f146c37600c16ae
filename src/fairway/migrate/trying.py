"""Compatibility: the release that serves is started against the migrated copy, and the new one too.

While a deployment rolls, old tasks run on the new schema. Both have to pass their health check and answer the smoke
requests there. A release that does not, but did not on the copy before the migration either, shows nothing: it needs
something that a network which leads nowhere has not got.
"""

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace

from fairway.domain import pointing
from fairway.domain.app import Service
from fairway.domain.health import AliveCheck, Health, HealthState, judge
from fairway.domain.migrations import Migrations
from fairway.domain.rehearsal import Rehearsal, Trial
from fairway.domain.release import Release
from fairway.errors import WorkFailed
from fairway.migrate.parts import Copied, Parts, Serving, Subject
from fairway.migrate.walk import Walk
from fairway.ports import trials
from fairway.ports.databases import Scratch

KEPT = 20
"""Lines of a release's log that are kept."""
OLD, NEW, CONTROL = "old", "new", "control"


async def try_both(
    parts: Parts, walk: Walk, subject: Subject, copied: Copied, rehearsal: Rehearsal, serving: Serving
) -> Rehearsal:
    """The rehearsal with what became of both. Raises Unavailable."""
    old = await try_release(parts, walk, subject, copied.scratch, serving, OLD)
    if old.failed:
        old = await compare_with_before(parts, walk, subject, copied, serving, old)
    release = walk.order.release
    coming = Serving(release=release, configuration=release.configuration)
    new = await try_release(parts, walk, subject, copied.scratch, coming, NEW)
    if new.failed and old.blind:
        new = replace(new, blind=f"release {serving.release.number} can't be tried here either")
    return replace(rehearsal, old=old, new=new)


async def compare_with_before(
    parts: Parts, walk: Walk, subject: Subject, copied: Copied, serving: Serving, old: Trial
) -> Trial:
    """The same release on a copy that was not migrated: what fails there as well is not the migration's doing."""
    async with copied.again() as scratch:
        control = await try_release(parts, walk, subject, scratch, serving, CONTROL)
    if not control.failed:
        return old
    return replace(old, blind=f"on the copy before the migration it failed too: {control.failed}")


async def try_release(
    parts: Parts, walk: Walk, subject: Subject, scratch: Scratch, serving: Serving, role: str
) -> Trial:
    """Start its services that have a port, see them healthy, and ask what is to be asked. Raises Unavailable."""
    release, begun = serving.release, parts.clock.now()
    failed, log = "", tuple[str, ...]()
    async with AsyncExitStack() as stack:
        try:
            running: dict[str, trials.Trial] = {}
            for service in answering(release):
                spec = make_spec(release, service, scratch)
                given = await read_variables(parts, subject, scratch, serving, service)
                key = f"{walk.name}-{role}-{service.name}"
                running[service.name] = await stack.enter_async_context(parts.trials.start(key, spec, given))
            failed, log = await ask_all(parts, release, subject.settings, running)
        except WorkFailed as error:
            failed = f"{error.what}: {error.why}" if error.why else error.what
    mask = await parts.masks.of(release.app)
    kept = tuple(mask(line) for line in log)
    return Trial(release=str(release.number), seconds=parts.clock.now() - begun, failed=mask(failed), log=kept)


async def read_variables(
    parts: Parts, subject: Subject, scratch: Scratch, serving: Serving, service: Service
) -> Mapping[str, str]:
    """Those of a task of the service, with the copy in the place of the database."""
    release = serving.release
    values = await parts.values(release.app, release.environment, serving.configuration, service.name)
    given = pointing.point(values, subject.settings.database, subject.written, scratch.inside, certified=scratch.hosted)
    return {**given.variables, **own_variables(release, service)}


async def ask_all(
    parts: Parts, release: Release, settings: Migrations, running: Mapping[str, trials.Trial]
) -> tuple[str, tuple[str, ...]]:
    """What did not hold, "" when all did, and the last lines of whoever it was."""
    for name, trial in running.items():
        service = release.description.service(name)
        assert service is not None
        if failed := await await_health(parts, service, trial):
            return f"{name}: {failed}", tuple(await trial.printed(KEPT))
    for smoke in settings.smoke:
        # An earlier release may have no such service.
        asked = running.get(smoke.service or release.description.first.name)
        if asked is not None and not (result := await asked.ask(smoke)).ok:
            return result.detail, tuple(await asked.printed(KEPT))
    return "", ()


async def await_health(parts: Parts, service: Service, trial: trials.Trial) -> str:
    """Why it is not healthy, "" once it is: by the check's own rules, and no longer than they allow."""
    check, started = service.health, parts.clock.now()
    settled = check.settle if isinstance(check, AliveCheck) else 0.0
    health = Health(since=started)
    while True:
        result = await trial.probe()
        now = parts.clock.now()
        if now - started >= settled:
            health = judge(health, result, check=check, started_at=started, now=now)
        if health.state is HealthState.HEALTHY:
            return ""
        if (code := await trial.ended()) is not None:
            return f"it ended with exit code {code} before it was healthy"
        if health.state is HealthState.UNHEALTHY:
            return result.detail
        await parts.clock.sleep(min(check.timing.interval, 0.5))


def answering(release: Release) -> Sequence[Service]:
    """The services that answer requests: of the others nothing would show whether they are well."""
    return [service for service in release.description.services if service.port is not None]


def make_spec(release: Release, service: Service, scratch: Scratch) -> trials.TrialSpec:
    """What one is started from: as its tasks are, but for the network."""
    assert service.port is not None
    return trials.TrialSpec(
        app=release.app,
        environment=release.environment,
        service=service.name,
        image=release.image,
        command=service.command,
        port=service.port,
        port_declared=service.port_declared,
        cpu=service.cpu,
        memory=service.memory,
        health=service.health,
        network=scratch.network,
        outside=scratch.outside,
        mounts=scratch.mounts,
    )


def own_variables(release: Release, service: Service) -> Mapping[str, str]:
    """What a task is told besides its variables."""
    return {
        "FAIRWAY_APP": release.app,
        "FAIRWAY_ENVIRONMENT": release.environment,
        "FAIRWAY_SERVICE": service.name,
        "FAIRWAY_RELEASE": str(release.number),
        "PORT": str(service.port),
    }
