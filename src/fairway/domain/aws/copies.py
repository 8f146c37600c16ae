"""A snapshot of a database of RDS, and the instance that is restored from it for a rehearsal: how they stand, whether a
stage that is tried again may go on with them, and which ones nobody needs any more.

A snapshot is the backup of one passage, and an instance its copy. Both have the name that `names.copy` gives the
passage, so that whoever comes after a killed build finds what that one has begun. What a state of RDS's means is said
here alone; the words are those of RDS's user guide ("DB instance status", "Viewing DB snapshot status").
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairway.domain.backup import Backup, Verdict

FRESH = 3600.0
"""Seconds after its beginning for which a snapshot is gone on with. What was written since then would be lost with it,
and an hour is less than what its copy may take."""
AVAILABLE = "available"
CREATING = "creating"
AT_WORK = frozenset({AVAILABLE, "storage-optimization", "storage-full-optimization"})
"""The states of an instance that takes connections and can be snapshotted."""
LOST = frozenset(
    {
        "deleted",
        "deleting",
        "failed",
        "inaccessible-encryption-credentials",
        "inaccessible-encryption-credentials-recoverable",
        "restore-error",
        "stopped",
        "stopping",
        "storage-full",
    }
)
"""Those from which it gets nowhere by itself; the others that begin with `incompatible-` too."""


class Standing(StrEnum):
    """MISSING: there is none. COMING: it will be there when somebody waits. LOST: it will not."""

    MISSING = "MISSING"
    COMING = "COMING"
    READY = "READY"
    LOST = "LOST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """`status` is RDS's word, `percent` how much of it is there, `at` when it was begun (None: RDS does not say yet),
    `bytes` the storage of its instance."""

    name: str
    status: str
    percent: int = 0
    at: float | None = None
    bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """`status` is RDS's word; `host` is "" until it has an address. `size` is its class. `subnets` and `parameters` are
    the names of its groups. `cluster` is that of Aurora's which it belongs to, "" for none."""

    name: str
    status: str
    host: str = ""
    port: int = 0
    size: str = ""
    subnets: str = ""
    parameters: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An instance to be restored from `snapshot`, of the size and with the groups of `like`; `group` is the id of the
    one security group that it is in."""

    name: str
    snapshot: str
    like: Instance
    group: str


def of_snapshot(found: Snapshot | None) -> Standing:
    """How it stands."""
    if found is None:
        return Standing.MISSING
    if found.status == AVAILABLE:
        return Standing.READY
    return Standing.LOST if is_lost(found.status) else Standing.COMING


def of_instance(found: Instance | None) -> Standing:
    """How it stands. One that takes connections but has told no address yet is coming still."""
    if found is None:
        return Standing.MISSING
    if found.status in AT_WORK:
        return Standing.READY if found.host else Standing.COMING
    return Standing.LOST if is_lost(found.status) else Standing.COMING


def is_lost(status: str) -> bool:
    """Whether nothing comes of it any more."""
    return status in LOST or status.startswith("incompatible-")


def goes_on(found: Snapshot, *, now: float) -> bool:
    """Whether a stage that is tried again takes it for its own, instead of a new one."""
    late = found.at is not None and now - found.at > FRESH
    return not late and of_snapshot(found) in (Standing.COMING, Standing.READY)


def untouched(found: Instance) -> bool:
    """Whether nobody can have worked on it yet: it has not been there. One that was may be migrated already."""
    return found.status == CREATING


def needed(backups: Sequence[Backup], own: Collection[str]) -> frozenset[str]:
    """The names of the snapshots that stay: those of backups that promise something, and `own`, of passages that have
    not ended."""
    return frozenset(own) | {each.snapshot for each in backups if each.snapshot and each.verdict is not Verdict.FAILED}


def to_go(found: Sequence[Snapshot] | Sequence[Instance], keep: Collection[str]) -> tuple[str, ...]:
    """The names of those that nobody needs, but for those that are going already."""
    return tuple(each.name for each in found if each.name not in keep and each.status != "deleting")
