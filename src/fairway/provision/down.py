"""The app's stacks are taken down, and nothing else: what lacks the app's tag is not looked at.

Like `raising`, each step looks first: what is gone is gone, what is being deleted is waited for, what failed to be
deleted is deleted again. A repository or a bucket that still holds something is left, and named, rather than standing
in the way of all the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairway.cloudformation import wires
from fairway.domain.aws import demolition, history
from fairway.domain.aws.demolition import HOLDING, Demolition, Standing
from fairway.domain.aws.stack import Kind, SeenStack, Stack, StackEvent
from fairway.errors import Conflict, NotFound
from fairway.ports.stacks import Stacks
from fairway.provision import following, refusals, verdict
from fairway.provision.parts import Parts
from fairway.provision.starting import RUNNING
from fairway.provision.telling import Begun, Ended

HOLDERS = frozenset({"AWS::S3::Bucket", "AWS::ECR::Repository"})
"""What CloudFormation can't delete while something is in it."""
ATTEMPTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A resource that outlives its stack, and the command that deletes it."""

    stack: str
    logical: str
    type: str
    physical: str
    command: str


async def survey(stacks: Stacks, app: str) -> tuple[Standing, ...]:
    """Every stack of the app, with what is in it."""
    found = []
    for seen in await stacks.of_app(app):
        resources = await stacks.resources(seen.name)
        found.append(demolition.stand(seen, {kind for kind, _ in resources.values()}))
    return tuple(found)


async def down(parts: Parts, demolished: Demolition, until: float) -> tuple[Left, ...]:
    """Delete what goes; what is left of it outside of any stack. `until` is seconds since the epoch.

    Raises WorkFailed with the resource that could not be deleted, Conflict when it takes longer than one waits, and
    while the pipeline runs.
    """
    await require_idle(parts, demolished)
    left: list[Left] = []
    for standing in demolished.goes:
        left += await raze(parts, standing, until)
    return tuple(left)


async def require_idle(parts: Parts, demolished: Demolition) -> None:
    """Raise Conflict while the pipeline runs: its next stage would make the services again behind one's back."""
    made = next((each.seen for each in demolished.goes if each.kind is Kind.PIPELINE), None)
    pipeline = made.outputs.get(wires.PIPELINE) if made is not None else None
    if not pipeline:
        return
    try:
        status = await parts.pipeline.latest(pipeline)
    except NotFound:
        return
    if status == RUNNING:
        raise Conflict(
            f"the pipeline {pipeline} is running",
            why="its next stage would make again what is deleted",
            hint="wait until it is through, or stop it in the console (CodePipeline), then fairway aws down",
        )


async def raze(parts: Parts, standing: Standing, until: float) -> list[Left]:
    """Delete one stack."""
    name = standing.seen.name
    begun = parts.clock.now()
    parts.tell(Begun(stack=name, doing="deleting"))
    keep: tuple[str, ...] = ()
    skipped: dict[str, StackEvent] = {}
    events: Sequence[StackEvent] = ()
    for _ in range(ATTEMPTS):
        seen = await parts.stacks.find(name)
        if seen is None:
            break
        if seen.moving:
            found, events = await following.follow(parts, seen, until)
            if seen.status != "DELETE_IN_PROGRESS":
                continue
        else:
            await unlock(parts, standing, seen, until)
            after = await following.last_event(parts, seen)
            await parts.stacks.delete(name, keep=keep)
            found, events = await following.follow(parts, seen, until, after=after)
        skipped.update({event.logical: event for event in events if event.status == "DELETE_SKIPPED"})
        if found is not None:
            keep = full(name, found, events)
    else:
        raise verdict.failed("deleted", name, await parts.stacks.find(name), events)
    parts.tell(Ended(stack=name, how="deleted", seconds=parts.clock.now() - begun))
    return [leave(name, event) for event in skipped.values()]


async def unlock(parts: Parts, standing: Standing, seen: SeenStack, until: float) -> None:
    """Take back what keeps the stack and its data from being deleted."""
    if seen.protected:
        await parts.stacks.protect(seen.name, on=False)
    if standing.kind not in HOLDING or not seen.status.endswith("_COMPLETE") or seen.status == "ROLLBACK_COMPLETE":
        return
    template = await parts.stacks.template(seen.name)
    released = Stack(
        name=seen.name, kind=standing.kind, template=demolition.release(template), tags=seen.tags, protected=False
    )
    changes = await parts.stacks.propose(released, {})
    if changes.empty:
        return
    parts.tell(Begun(stack=seen.name, doing="taking the protection off"))
    after = await following.last_event(parts, seen)
    await parts.stacks.execute(changes)
    found, events = await following.follow(parts, seen, until, after=after)
    if found is None or not found.good:
        raise verdict.failed("changed", seen.name, found, events)


def full(name: str, found: SeenStack, events: Sequence[StackEvent]) -> tuple[str, ...]:
    """The resources to leave behind, since they still hold something. Raises WorkFailed when anything else kept the
    stack from being deleted."""
    failed = {event.logical: event.type for event in events if event.failed and not history.of_itself(event, name)}
    if not failed or not HOLDERS.issuperset(failed.values()):
        raise verdict.failed("deleted", name, found, events)
    return tuple(failed)


def leave(name: str, event: StackEvent) -> Left:
    """What has outlived its stack."""
    return Left(
        stack=name,
        logical=event.logical,
        type=event.type,
        physical=event.physical,
        command=refusals.deletion(event),
    )
