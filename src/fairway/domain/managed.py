"""`[databases.NAME]` of fairway.toml: a database that Fairway runs for each environment."""

from dataclasses import dataclass

from fairway.domain.address import Engine
from fairway.domain.backup import DAY, Keep
from fairway.domain.schedule import Schedule

MIB = 1024 * 1024
VARIABLE = "DATABASE_URL"
VERSION = "17"
"""The major version of a database whose description names none."""
KEEP = Keep(count=14, age=30 * DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Managed:
    """`variable` is the one by which tasks, jobs and builds' successors get its URL. `version` is the major one ("17"),
    None where nothing is said of it: then VERSION, or the one that can be had. `image` None: the official one. Both
    hold when the database is made: a data directory is of one major version for ever.

    `schedule` is when it is backed up, `drill` when the newest backup is restored to see that it can be; None: never.
    `cpu` is in cores, `memory` a hard limit in bytes; 0 of SQLite, whose file no server has.
    """

    name: str
    engine: Engine = Engine.POSTGRES
    variable: str = VARIABLE
    version: str | None = None
    image: str | None = None
    cpu: float = 1.0
    memory: int = 512 * MIB
    schedule: Schedule | None = None
    drill: Schedule | None = None
    keep: Keep = KEEP
