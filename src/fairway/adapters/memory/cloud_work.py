"""What CloudFormation does to a stack once it was told to, event by event.

An operation is a generator that stops after every event. The fake goes one step on whenever somebody looks, so that a
test can break off at any of them, and nothing depends on time.
"""

from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import replace

from fairway.adapters.memory.cloud_held import Held, Wanted
from fairway.adapters.memory.cloud_resources import Resource, in_order, made
from fairway.domain.aws.stack import Action, Replacement

Tried = Generator[None, None, str]
"""Steps that end with the reason of their failure, "" when there is none."""
SKIPPED = "Resource creation cancelled"


def create(stack: Held, wanted: Wanted) -> Iterator[None]:
    """Make every resource; one that fails takes all of them back."""
    stack.take_over(wanted)
    stack.become("CREATE_IN_PROGRESS", "User Initiated")
    yield
    names = in_order(stack.scope(wanted))
    for at, name in enumerate(names):
        if (yield from bring(stack, wanted, name, "CREATE")):
            for other in names[at + 1 : at + 2]:  # made at the same time, and given up: no failure of its own
                stack.tell(build(stack, wanted, other), "CREATE_FAILED", SKIPPED)
            yield from take_back(stack, f"The following resource(s) failed to create: [{name}]. Rollback requested.")
            return
    stack.take_over(wanted)
    stack.become("CREATE_COMPLETE")


def take_back(stack: Held, reason: str) -> Iterator[None]:
    """Undo a creation. What is left can only be deleted."""
    stack.become("ROLLBACK_IN_PROGRESS", reason)
    yield
    if failed := (yield from drop_all(stack, [*stack.resources.values()], "ROLLBACK")):
        stack.become("ROLLBACK_FAILED", failed)
    else:
        stack.become("ROLLBACK_COMPLETE")


def update(stack: Held, wanted: Wanted) -> Iterator[None]:
    """Make the changes; one that fails takes all of them back. What was replaced or removed goes last."""
    stack.before = resources = dict(stack.resources)
    stack.become("UPDATE_IN_PROGRESS", "User Initiated")
    yield
    for change in wanted.changes:
        if change.action is Action.REMOVE:
            continue
        anew = change.action is Action.ADD or change.replacement is Replacement.YES
        if (yield from bring(stack, wanted, change.logical, "CREATE" if anew else "UPDATE")):
            yield from go_back(stack, f"The following resource(s) failed to update: [{change.logical}]. ")
            return
    removed = {change.logical for change in wanted.changes if change.action is Action.REMOVE}
    stack.take_over(wanted)
    stack.become("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    yield
    yield from drop_all(stack, [each for each in resources.values() if each.logical in removed or left(stack, each)])
    stack.become("UPDATE_COMPLETE")


def go_back(stack: Held, reason: str = "", skip: Collection[str] = ()) -> Iterator[None]:
    """Undo an update. A resource that can't go back leaves the stack stuck, until it is skipped or mended."""
    resources = stack.before
    stack.become("UPDATE_ROLLBACK_IN_PROGRESS", reason)
    yield
    for new in [each for each in stack.resources.values() if resources.get(each.logical) != each]:
        if new.logical not in skip and (why := stack.fails(new, "ROLLBACK")):
            stack.tell(new, "UPDATE_FAILED", why)
            stack.become("UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{new.logical}]. ")
            return
        if (earlier := resources.get(new.logical)) is not None:
            stack.tell(earlier, "UPDATE_COMPLETE")
            yield
    surplus = [
        each for each in stack.resources.values() if each.physical not in {r.physical for r in resources.values()}
    ]
    stack.become("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    yield
    yield from drop_all(stack, surplus)
    stack.resources = dict(resources)
    stack.become("UPDATE_ROLLBACK_COMPLETE")


def delete(stack: Held, keep: Collection[str]) -> Iterator[None]:
    """Remove every resource, the last made first; what is to stay is skipped."""
    stack.become("DELETE_IN_PROGRESS", "User Initiated")
    yield
    for resource in [*reversed(stack.resources.values())]:
        if resource.logical in keep or resource.policy.startswith("Retain"):
            stack.kept.append(stack.resources.pop(resource.logical))
            stack.tell(resource, "DELETE_SKIPPED")
            yield
    if failed := (yield from drop_all(stack, [*stack.resources.values()])):
        stack.become("DELETE_FAILED", failed)
    else:
        stack.become("DELETE_COMPLETE")


def bring(stack: Held, wanted: Wanted, name: str, operation: str) -> Tried:
    """Create or update one resource."""
    resource = build(stack, wanted, name)
    if operation == "UPDATE":
        resource = replace(resource, physical=stack.resources[name].physical)
    stack.tell(resource, f"{operation}_IN_PROGRESS")
    yield
    if reason := stack.fails(resource, operation):
        stack.tell(resource, f"{operation}_FAILED", reason)
    else:
        stack.resources[name] = resource
        stack.tell(resource, f"{operation}_COMPLETE")
    yield
    return reason


def drop_all(stack: Held, resources: Sequence[Resource], operation: str = "DELETE") -> Tried:
    """Delete resources, the last made first; those that can't be are named at the end."""
    failed = []
    for resource in reversed(resources):
        stack.tell(resource, "DELETE_IN_PROGRESS")
        yield
        if reason := stack.fails(resource, operation):
            failed.append(resource.logical)
            stack.tell(resource, "DELETE_FAILED", reason)
        else:
            if not left(stack, resource):
                stack.resources.pop(resource.logical, None)
            stack.tell(resource, "DELETE_COMPLETE")
        yield
    return f"The following resource(s) failed to delete: [{', '.join(reversed(failed))}]. " if failed else ""


def left(stack: Held, resource: Resource) -> bool:
    """Whether another has taken the resource's place."""
    now = stack.resources.get(resource.logical)
    return now is not None and now.physical != resource.physical


def build(stack: Held, wanted: Wanted, name: str) -> Resource:
    """The resource as the template wants it, with what is known by now."""
    return made(name, wanted.template["Resources"][name], stack.scope(wanted))
