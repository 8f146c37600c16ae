"""One stack is brought to what is wanted, from whatever state it is found in.

Nothing is remembered from one call to the next: each time the stack is looked at, what it allows is decided
(`domain.aws.approach`), and one step made. So a run that was killed anywhere is gone on with by the next one, and one
that meets another run waits for what that one has begun.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fairway.domain.aws import approach, doors, history, states
from fairway.domain.aws.approach import Approach
from fairway.domain.aws.stack import SeenStack, Stack
from fairway.errors import Conflict, NotFound
from fairway.provision import following, refusals, verdict
from fairway.provision.parts import Parts
from fairway.provision.telling import Begun, Ended, Noted

ATTEMPTS = 6
"""Looks at one stack. The longest way has four: wait for a creation, delete what it left, wait for that, make it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a run may do beyond the ordinary, and how long it waits. `until` is seconds since the epoch.

    `role` is the ARN of the role under which CloudFormation works; None: with the caller's own permissions.
    `replace_data`: resources with data may be removed or replaced. `recover`: a rollback that failed is gone on with.
    """

    app: str
    until: float
    replace_data: bool = False
    recover: bool = False
    role: str | None = None


async def bring(parts: Parts, wanted: Stack, parameters: Mapping[str, str], wish: Wish) -> SeenStack:
    """The stack as it is wanted, once it is. Raises WorkFailed with the resource's own error, Conflict for a state that
    Fairway does not get it out of and for data that would be lost, and what the ports raise."""
    begun = parts.clock.now()
    for _ in range(ATTEMPTS):
        seen = await look(parts, wanted.name, wish)
        if not await make_ready(parts, seen, wish):
            continue
        require_door(wanted, seen)
        done = await change(parts, wanted, parameters, seen, wish)
        if done is not None:
            await keep_protected(parts, wanted, done)
            how = "unchanged" if done is seen else "changed" if approach.exists(seen) else "made"
            parts.tell(Ended(stack=wanted.name, how=how, seconds=parts.clock.now() - begun))
            return done
    raise refusals.contended(wanted.name)


async def leave(parts: Parts, wanted: Stack, seen: SeenStack) -> SeenStack:
    """A stack of which a plan has just found that nothing would change: only its protection is looked after."""
    await keep_protected(parts, wanted, seen)
    parts.tell(Ended(stack=wanted.name, how="unchanged"))
    return seen


async def look(parts: Parts, name: str, wish: Wish) -> SeenStack | None:
    """The stack, which is the app's own. Raises Conflict for one that is not."""
    seen = await parts.stacks.find(name)
    if seen is not None:
        approach.require_own(seen, wish.app)
    return seen


def require_door(wanted: Stack, seen: SeenStack | None) -> None:
    """Raise Conflict for a template that knows of no door, where the stack is closed: its services would get no tasks,
    and scaling would stay at rest."""
    knows = doors.PARAMETER in wanted.template.get("Parameters", {})
    if seen is not None and doors.is_shut(seen.parameters) and not knows:
        raise refusals.closed(wanted.environment or "")


async def make_ready(parts: Parts, seen: SeenStack | None, wish: Wish) -> bool:
    """Whether a change set can be proposed. If not, the stack was brought a step nearer to that. Raises Conflict when
    Fairway can't, or may not, do that."""
    decided = approach.decide(seen)
    if seen is None or decided in (Approach.MAKE, Approach.CHANGE):
        return True
    if decided is Approach.WAIT:
        await wait(parts, seen, wish)
    elif decided is Approach.REMAKE:
        await clear_away(parts, seen, wish)
    elif decided is Approach.RECOVER:
        await recover(parts, seen, wish)
    else:
        raise refusals.stuck(seen.name)
    return False


async def wait(parts: Parts, seen: SeenStack, wish: Wish) -> None:
    """Let an operation come to its end: an earlier run's that was killed, the pipeline's, a colleague's."""
    parts.tell(Begun(stack=seen.name, doing="waiting for"))
    await following.follow(parts, seen, wish.until)


async def clear_away(parts: Parts, seen: SeenStack, wish: Wish) -> None:
    """Delete a stack whose creation failed. Raises Conflict when something with data was left behind, whose name the
    next creation would find taken."""
    name = seen.name
    events = await parts.stacks.events(seen.id)
    if (left := approach.kept(events)) and not wish.replace_data:
        raise refusals.left_behind(name, left)
    parts.tell(Begun(stack=name, doing="deleting what is left of"))
    parts.tell(Noted(about=name, text="its creation failed before, so it is deleted and made again"))
    await parts.stacks.delete(name)
    found, gone_through = await following.follow(parts, seen, wish.until, after=events[-1].id if events else "")
    if found is not None and found.status == states.DELETE_FAILED:
        raise verdict.failed("deleted", name, found, gone_through)


async def recover(parts: Parts, seen: SeenStack, wish: Wish) -> None:
    """Go on with a rollback that failed, when that is wished. Raises Conflict when not, WorkFailed when it fails
    again."""
    name, before = seen.name, await parts.stacks.events(seen.id)
    if not wish.recover:
        raise refusals.unrecovered(name, history.first_failure(history.last_operation(before, name), name))
    parts.tell(Begun(stack=name, doing="going on with the rollback of"))
    await parts.stacks.recover(name)
    found, events = await following.follow(parts, seen, wish.until, after=before[-1].id if before else "")
    if found is not None and found.status == states.STUCK:
        raise refusals.unrecovered(name, history.first_failure(events, name), again=True)


async def change(
    parts: Parts, wanted: Stack, parameters: Mapping[str, str], seen: SeenStack | None, wish: Wish
) -> SeenStack | None:
    """Make or change the stack: as it is then, `seen` itself when nothing was to be changed, None when another run was
    quicker and it has to be looked at again."""
    try:
        changes = await parts.stacks.propose(wanted, parameters, role=wish.role)
        now = await parts.stacks.find(wanted.name)
        if now is None or (changes.empty and seen is None):
            return None
        if changes.empty:
            return seen
        after = await following.last_event(parts, now)
        if not changes.losses or wish.replace_data:
            parts.tell(Begun(stack=wanted.name, doing="making" if changes.creates else "changing"))
            await parts.stacks.execute(changes)
    except (Conflict, NotFound):
        # Another run has changed the stack since it was looked at; or it is as it was, and this is the true refusal.
        if await parts.stacks.find(wanted.name) == seen:
            raise
        return None
    if changes.losses and not wish.replace_data:
        await parts.stacks.discard(changes)
        raise refusals.losing((changes,))
    found, events = await following.follow(parts, now, wish.until, after=after)
    if found is None or not found.good:
        raise verdict.failed("made" if changes.creates else "changed", wanted.name, found, events)
    return found


async def keep_protected(parts: Parts, wanted: Stack, seen: SeenStack) -> None:
    """Turn termination protection on or off, as it is wanted."""
    if wanted.protected == seen.protected:
        return
    await parts.stacks.protect(wanted.name, on=wanted.protected)
    if not wanted.protected:
        parts.tell(Noted(about=wanted.name, text="it can be deleted again: no environment of it is protected any more"))
