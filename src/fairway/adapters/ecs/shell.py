"""`fairway exec` on ECS: refused by name.

ExecuteCommand answers with a session that only the session-manager plugin of the aws command can speak to; no library
for Python does, and half a terminal would be worse than none.
"""

from collections.abc import Sequence

from fairway.domain.ids import TaskId
from fairway.errors import UsageError
from fairway.ports.shell import Session


class EcsShell:
    """`ports.shell.Shell` that goes into no task."""

    async def start(self, task: TaskId, command: Sequence[str], *, tty: bool = False) -> Session:
        """Raises UsageError."""
        raise UsageError(
            "fairway exec can't go into tasks on ECS",
            why="their sessions need the session-manager plugin of the aws command",
            hint="run the command in a task of its own: fairway job run NAME, with [jobs.NAME] in fairway.toml",
        )
