"""What comes in and what becomes of it, as values."""

import shlex
from dataclasses import dataclass

from fairway.domain.execution import Execution
from fairway.domain.ids import AppName

BRANCHES = "refs/heads/"
TAGS = "refs/tags/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One ref that a push moved: full object ids (a tag's may be that of its annotation), None where there was or is
    none."""

    ref: str
    old: str | None
    new: str | None

    @classmethod
    def of(cls, line: str) -> "Update":
        """What git tells a hook: `OLD NEW REF`, with zeros for none. Raises ValueError for anything else."""
        old, new, ref = line.split(" ", 2)
        return cls(ref=ref, old=old if old.strip("0") else None, new=new if new.strip("0") else None)

    @property
    def branch(self) -> str | None:
        """The branch's name; None for a tag or any other ref."""
        return self.ref.removeprefix(BRANCHES) if self.ref.startswith(BRANCHES) else None

    @property
    def tag(self) -> str | None:
        """The tag's name; None for a branch or any other ref."""
        return self.ref.removeprefix(TAGS) if self.ref.startswith(TAGS) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What one `git push` moved. `id` is the same when it is announced twice; `by` is who pushed."""

    app: AppName
    id: str
    by: str
    updates: tuple[Update, ...]
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The push became an execution. `forced`: it replaced commits that the branch had."""

    update: Update
    execution: Execution
    forced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The push was kept and started nothing, for this reason: "nothing is deployed (source.branch is master)".
    `command` is what deploys it all the same, "" where nothing does."""

    update: Update
    reason: str
    command: str = ""


Outcome = Started | Kept


def deploying(ref: str) -> str:
    """The command that deploys a branch, tag or commit: `fairway deploy 'fix/$(date)'`, quoted for a shell."""
    return f"fairway deploy {shlex.quote(ref)}"
