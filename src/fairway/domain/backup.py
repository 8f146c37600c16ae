"""A backup of an environment's database: what it holds, whether that was proven, and which ones may go."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairway.domain.address import Engine
from fairway.domain.catalog import Standing
from fairway.domain.fingerprint import Fingerprint
from fairway.domain.ids import AppName, EnvironmentName, ReleaseNumber

DAY = 86400.0


class Verdict(StrEnum):
    """What is known of a backup. VERIFIED: it was restored, and the copy compared with the original at the backup's own
    snapshot. FAILED: that did not hold, or it never came to be. TAKEN: nobody has tried it yet."""

    TAKEN = "TAKEN"
    VERIFIED = "VERIFIED"
    FAILED = "FAILED"


class Occasion(StrEnum):
    """Why it was made: before a migration, because somebody asked, or because its time had come."""

    MIGRATION = "MIGRATION"
    REQUEST = "REQUEST"
    SCHEDULE = "SCHEDULE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One restore of it into a scratch database, with its recovery time in seconds and what differed."""

    at: float
    seconds: float
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """`number` counts up in each app. `variable` is the one that holds the database's URL, and `source` the database
    for people, without its password. `server` is the database's version ("15.18"), `standing` how it stood, without its
    tables. `at` is the time of the snapshot (of one that has none, of its beginning); `seconds` how long dumping and
    sealing took and `verifying` how long opening, restoring and comparing.

    `bytes` is the sealed file's size and `digest` its SHA-256: a file that was changed is found before it is opened.
    `file` is its name in the vault, "" when there is none. `schema` is the schema's version and `applied` the newest
    migration in it, "" where the environment has no tool. `cause` says why it FAILED. `snapshot` is the name of the one
    of RDS that it is in place of a file, "" for none; `bytes` is then the instance's storage.
    """

    app: AppName
    number: int
    environment: EnvironmentName
    variable: str
    source: str
    engine: Engine
    server: str
    occasion: Occasion
    by: str
    at: float
    verdict: Verdict = Verdict.TAKEN
    release: ReleaseNumber | None = None
    file: str = ""
    bytes: int = 0
    digest: str = ""
    seconds: float = 0.0
    verifying: float = 0.0
    fingerprint: Fingerprint | None = None
    standing: Standing | None = None
    schema: str = ""
    applied: str = ""
    drills: tuple[Drill, ...] = ()
    cause: str = ""
    version: int = 0
    snapshot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How many of an environment's backups are kept, and for how many seconds; the newest verified one is kept whatever
    its age."""

    count: int = 10
    age: float = 30 * DAY


def backups_to_go(backups: Sequence[Backup], *, now: float, keep: Keep, needed: frozenset[int]) -> Sequence[int]:
    """Which of an environment's backups may go. None of `needed`, which a release that is kept was migrated after; and
    not the newest one that is VERIFIED. FAILED ones hold nothing: of those only the newest `count` stay, as a
    record."""
    newest = max((each.number for each in backups if each.verdict is Verdict.VERIFIED), default=None)
    going: list[int] = []
    for failed in (False, True):
        of_kind = [each for each in backups if (each.verdict is Verdict.FAILED) == failed]
        for place, each in enumerate(sorted(of_kind, key=lambda backup: -backup.number)):
            late = place >= keep.count or now - each.at > keep.age
            if late and each.number != newest and each.number not in needed:
                going.append(each.number)
    return sorted(going)
