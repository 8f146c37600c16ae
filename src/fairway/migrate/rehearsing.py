"""The rehearsal: the new image's own command on a restored copy, with what it did to it; then the way back, if there is
one, and up again, so that the copy is as the real database will be.
"""

from dataclasses import replace

from fairway.domain import catalog, pointing
from fairway.domain.catalog import Schema
from fairway.domain.rehearsal import Attempt, Rehearsal
from fairway.migrate import commands, outfit
from fairway.migrate.parts import Parts, Subject
from fairway.migrate.walk import Walk
from fairway.ports.databases import Scratch


async def rehearse(parts: Parts, walk: Walk, subject: Subject, scratch: Scratch) -> Rehearsal:
    """Run it. Raises WorkFailed when the command can't be started at all, Unavailable."""
    before = await read_schema(parts, subject, scratch)
    async with parts.watches.watch(scratch) as watch:
        up = await try_command(parts, walk, subject, scratch, commands.REHEARSE)
        watched = await watch.end()
    after = await read_schema(parts, subject, scratch)
    plan = await parts.planning.plan(subject.settings, walk.order.release.image, scratch.address)
    done = set(subject.plan.applied)
    rehearsal = Rehearsal(
        up=up,
        watched=watched,
        applied=tuple(name for name in plan.applied if name not in done),
        differences=catalog.compare(before, after),
        before=before.version,
        after=after.version,
    )
    if not rehearsal.held or not outfit.has_way_back(subject):
        return rehearsal
    return await go_back(parts, walk, subject, scratch, rehearsal, (before, after))


async def go_back(
    parts: Parts,
    walk: Walk,
    subject: Subject,
    scratch: Scratch,
    rehearsal: Rehearsal,
    schemas: tuple[Schema, Schema],
) -> Rehearsal:
    """The way back, and up again. It counts only if both led where they should."""
    before, after = schemas
    down = await try_command(parts, walk, subject, scratch, commands.DOWN, back=True)
    there = (await read_schema(parts, subject, scratch)).version == before.version
    again = await try_command(parts, walk, subject, scratch, commands.AGAIN)
    up = (await read_schema(parts, subject, scratch)).version == after.version and again.code == 0
    return replace(rehearsal, down=down, back=down.code == 0 and there and up)


async def try_command(
    parts: Parts, walk: Walk, subject: Subject, scratch: Scratch, name: str, *, back: bool = False
) -> Attempt:
    """Run a command on the copy. What a dead server had begun there ran on another copy, and goes first."""
    job = commands.job_id(walk.passage, name)
    await parts.jobs.remove(job)
    chosen = await outfit.choose(parts, walk, subject, here=scratch.address, there=scratch.inside, back=back)
    spec = commands.make_spec(walk, name, chosen, network=scratch.network, mounts=scratch.mounts)
    variables = {**commands.add_own(pointed(subject, scratch).variables, subject, walk), **chosen.variables}
    try:
        return await commands.run(parts, parts.jobs, walk, job, spec, variables, subject.settings)
    finally:
        await parts.jobs.remove(job)


def pointed(subject: Subject, scratch: Scratch) -> pointing.Pointed:
    """The variables with the copy in the place of the real database."""
    return pointing.point(
        subject.variables, subject.settings.database, subject.written, scratch.inside, certified=scratch.hosted
    )


async def read_schema(parts: Parts, subject: Subject, scratch: Scratch) -> Schema:
    """The copy's schema, without the tool's own tables."""
    return await parts.databases.schema(scratch.address, without=parts.planning.own(subject.settings))
