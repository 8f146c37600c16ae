"""`[migrations]` of fairway.toml: how an app changes its database, and what is asked of a change before it is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fairway.domain.backup import Keep

MIB = 1024 * 1024


class Tool(StrEnum):
    """The tools whose own table and files are read. COMMAND: any other one, by its command alone."""

    KNEX = "knex"
    PRISMA = "prisma"
    SEQUELIZE = "sequelize"
    TYPEORM = "typeorm"
    NODE_PG_MIGRATE = "node-pg-migrate"
    DRIZZLE = "drizzle"
    ALEMBIC = "alembic"
    DJANGO = "django"
    SQL = "sql"
    COMMAND = "command"


class Policy(StrEnum):
    """What a finding above its rule's threshold means. WARN: it is shown. ASK: somebody has to agree. REFUSE: the
    release stops."""

    WARN = "warn"
    ASK = "ask"
    REFUSE = "refuse"


class Restoring(StrEnum):
    """Who decides that a backup takes the place of a database whose migration failed. ASK: a person, told which writes
    would be lost. AUTOMATIC: nobody is asked (for staging)."""

    ASK = "ask"
    AUTOMATIC = "automatic"


class CopyBy(StrEnum):
    """How the database is backed up and copied for the rehearsal. DUMP: it is written into a file, which is restored.
    SNAPSHOT: RDS copies it, as its own snapshot and an instance that is restored from that."""

    DUMP = "dump"
    SNAPSHOT = "snapshot"


class Undoing(StrEnum):
    """What becomes of a migration whose release could not be deployed, where the release before serves on. KEEP: it
    stays. BACK: it is taken back, if its way back was rehearsed."""

    KEEP = "keep"
    BACK = "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke:
    """A request that a release must answer on the migrated copy: `method` and `path`, and the status that is right
    (None: any below 400). `service` None: the first one that has a port."""

    path: str
    method: str = "GET"
    expect: int | None = None
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    service: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrations:
    """`command` and `down` are exec-form; an empty command is the one that the tool has by default. `database` is the
    variable that holds the URL. `tool` None: it is found in the image. `directory` is where its files lie, from the
    image's working directory, `table` the tool's own table; None for both: the tool's default, or what its
    configuration says.

    `timeout`, `lock_timeout` and `statement_timeout` are seconds (0: none), of the whole command, of one wait for a
    lock and of one statement; `retries` how often a migration is tried again that waited for a lock too long.

    `policies` names what becomes of a rule's findings where that is not `policy`; `silenced` are rules that are passed
    over, each with the reason. `compatibility`: the release that serves is tried on the migrated copy. `maintenance`:
    where it does not hold there, the environment is closed while it is migrated; else that is refused. `tools` is the
    image whose pg_dump and server make the copy, None: the official one of the database's major version. `memory` is
    what the copy's server may use, in bytes. `copy_by` is how the backup and its copy are made.
    """

    command: tuple[str, ...]
    down: tuple[str, ...] | None = None
    database: str = "DATABASE_URL"
    tool: Tool | None = None
    directory: str | None = None
    table: str | None = None
    backup: bool = True
    rehearse: bool = True
    compatibility: bool = True
    maintenance: bool = False
    policy: Policy = Policy.WARN
    policies: Mapping[str, Policy] = field(default_factory=dict)
    silenced: Mapping[str, str] = field(default_factory=dict)
    smoke: tuple[Smoke, ...] = ()
    timeout: float = 900.0
    lock_timeout: float = 5.0
    statement_timeout: float = 0.0
    retries: int = 5
    restore: Restoring = Restoring.ASK
    on_failure: Undoing = Undoing.KEEP
    keep: Keep = Keep()
    tools: str | None = None
    memory: int = 512 * MIB
    copy_by: CopyBy = CopyBy.DUMP

    @property
    def asks(self) -> bool:
        """Whether a finding may be one that somebody has to agree to."""
        return Policy.ASK in (self.policy, *self.policies.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One migration: its `name` as the tool's table has it, the `file` that it was read from ("" when there is none),
    and the SQL that it runs (None: it is code, and its SQL is seen only in the rehearsal). `transactional` is false
    for one that the tool runs outside of a transaction."""

    name: str
    file: str = ""
    sql: str | None = None
    down: bool = False
    transactional: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the tool would do. `applied` are the names that the database has, oldest first; `pending` what the image has
    beyond them, in the order in which they are run; `missing` are applied ones that the image does not have (an older
    release, or a file that was deleted); `trouble` is a half-applied or changed one that the tool itself marks.

    Where that can't be told (a tool that is not read, a configuration that only running it would tell) `pending` is
    empty without meaning so: `known` is false, and `unsure` says why.
    """

    tool: Tool
    applied: tuple[str, ...] = ()
    pending: tuple[Step, ...] = ()
    missing: tuple[str, ...] = ()
    trouble: tuple[str, ...] = ()
    known: bool = True
    unsure: str = ""

    @property
    def last(self) -> str:
        """The newest applied one, "" when there is none."""
        return self.applied[-1] if self.applied else ""
