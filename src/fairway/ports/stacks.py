"""CloudFormation, as `provision` and the stages of a pipeline on AWS need it."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from fairway.domain.aws.seen import Drifted
from fairway.domain.aws.stack import ChangeSet, SeenStack, Stack, StackEvent


class Stacks(Protocol):
    """The stacks of one account and region.

    Each call raises Unavailable when AWS does not answer (after the SDK's own adaptive retries), UsageError when the
    credentials are missing, expired or not allowed to do it (the action and the resource are named), and Conflict when
    the stack is in a state in which it can't be done (the way out is the hint).
    """

    async def find(self, name: str) -> SeenStack | None:
        """The stack, None when there is none (a deleted one is none)."""
        ...

    async def of_app(self, app: str) -> Sequence[SeenStack]:
        """Every stack that has the app's tag, by name."""
        ...

    async def template(self, name: str) -> Mapping[str, Any]:
        """The template that the stack was made from. Raises NotFound when there is no such stack."""
        ...

    async def propose(self, stack: Stack, parameters: Mapping[str, str], *, role: str | None = None) -> ChangeSet:
        """Let CloudFormation compute what would change, without changing it. One that is `empty` is discarded already;
        one that changes outputs alone has no changes, but an id, and is to be executed.

        `parameters` has values only; those of the stack that are not named keep what they have. `role` is the ARN of
        the role that CloudFormation works under; None: the caller's own permissions.
        """
        ...

    async def discard(self, changes: ChangeSet) -> None:
        """Forget a change set; of a stack that was only proposed, the stack too. One that is gone is no error."""
        ...

    async def execute(self, changes: ChangeSet) -> None:
        """Begin to make the changes. Returns at once; an empty one, and a second call for the same one, are no errors.
        Raises Conflict for one that does not hold any more: the stack was changed in between, or it was discarded."""
        ...

    async def events(self, name: str, after: str = "") -> Sequence[StackEvent]:
        """What has happened to the stack and its resources, oldest first; after the event of that id, all when "".
        `name` may be a stack's id, by which one that was deleted is still told of. Raises NotFound for no stack."""
        ...

    async def protect(self, name: str, *, on: bool) -> None:
        """Turn termination protection on or off."""
        ...

    async def delete(self, name: str, *, keep: Sequence[str] = ()) -> None:
        """Begin to delete the stack; `keep` are logical ids that stay (allowed only after a failed deletion). One that
        is gone is no error."""
        ...

    async def cancel(self, name: str) -> None:
        """Have an update that is under way taken back at once. One that is over, or goes back already, is no error."""
        ...

    async def recover(self, name: str, *, skip: Sequence[str] = ()) -> None:
        """Go on with a rollback that failed (UPDATE_ROLLBACK_FAILED), without the resources `skip`."""
        ...

    async def resources(self, name: str) -> Mapping[str, tuple[str, str]]:
        """Each logical id with its type and physical id."""
        ...

    async def drift(self, name: str) -> Sequence[Drifted]:
        """What somebody has changed of the stack's resources beside CloudFormation. Every resource is asked, which can
        take minutes. Raises Unavailable when CloudFormation can't say."""
        ...
