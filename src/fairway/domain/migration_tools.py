"""The migration tools: how each is recognised, what it is called with, and where it keeps what it has done.

What is here holds for a tool that nobody configured; what its configuration says is read by `migrate.tools`. The table
of what each really does (exit codes, locks, transactions) is docs/explanation/migration-tools.md.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from fairway.domain.migrations import Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`name` is what people call it. `runs` finds its migrating in a command. `configs` are files that only it has,
    from the app's directory, the surest first. `table` and `directory` are its defaults, "" for one that has none.
    `command` and `down` are what `fairway init` proposes; a down that is None there is none."""

    name: str
    runs: re.Pattern[str]
    configs: tuple[str, ...]
    table: str
    directory: str
    command: tuple[str, ...]
    down: tuple[str, ...] | None


SCRIPTS = ("js", "ts", "cjs", "mjs")

KNOWN: Mapping[Tool, Known] = MappingProxyType(
    {
        Tool.KNEX: Known(
            name="Knex",
            runs=re.compile(r"\bknex\b[^&|;]{0,200}\bmigrate:(latest|up)\b"),
            configs=tuple(f"knexfile.{suffix}" for suffix in SCRIPTS),
            table="knex_migrations",
            directory="migrations",
            command=("npx", "--no-install", "knex", "migrate:latest"),
            down=("npx", "--no-install", "knex", "migrate:rollback"),
        ),
        Tool.PRISMA: Known(
            name="Prisma",
            runs=re.compile(r"\bprisma\s+migrate\s+deploy\b"),
            configs=("prisma/migrations/migration_lock.toml", "prisma/schema.prisma", "schema.prisma"),
            table="_prisma_migrations",
            directory="prisma/migrations",
            command=("npx", "--no-install", "prisma", "migrate", "deploy"),
            down=None,
        ),
        Tool.SEQUELIZE: Known(
            name="Sequelize",
            runs=re.compile(r"\bsequelize(-cli)?\b[^&|;]{0,200}\bdb:migrate(?![:\w])"),
            configs=(".sequelizerc",),
            table="SequelizeMeta",
            directory="migrations",
            command=("npx", "--no-install", "sequelize-cli", "db:migrate"),
            down=("npx", "--no-install", "sequelize-cli", "db:migrate:undo"),
        ),
        Tool.TYPEORM: Known(
            name="TypeORM",
            runs=re.compile(r"\btypeorm\S*[^&|;]{0,200}\bmigrations?:run\b"),
            configs=(
                *(f"{place}data-source.{suffix}" for place in ("dist/", "build/", "", "src/") for suffix in SCRIPTS),
                *(f"{place}ormconfig.{suffix}" for place in ("", "dist/", "src/") for suffix in (*SCRIPTS, "json")),
            ),
            table="migrations",
            directory="",
            command=("npx", "--no-install", "typeorm", "migration:run", "-d", "dist/data-source.js"),
            down=("npx", "--no-install", "typeorm", "migration:revert", "-d", "dist/data-source.js"),
        ),
        Tool.NODE_PG_MIGRATE: Known(
            name="node-pg-migrate",
            runs=re.compile(r"\bnode-pg-migrate\b[^&|;]{0,200}\bup\b"),
            configs=(),
            table="pgmigrations",
            directory="migrations",
            command=("npx", "--no-install", "node-pg-migrate", "up"),
            down=("npx", "--no-install", "node-pg-migrate", "down"),
        ),
        Tool.DRIZZLE: Known(
            name="Drizzle",
            runs=re.compile(r"\bdrizzle-kit\b[^&|;]{0,100}\bmigrate\b"),
            configs=("drizzle/meta/_journal.json", *(f"drizzle.config.{suffix}" for suffix in SCRIPTS)),
            table="__drizzle_migrations",
            directory="drizzle",
            command=("npx", "--no-install", "drizzle-kit", "migrate"),
            down=None,
        ),
        Tool.ALEMBIC: Known(
            name="Alembic",
            runs=re.compile(r"\balembic\b[^&|;]{0,200}\bupgrade\b|\bflask\b[^&|;]{0,100}\bdb\s+upgrade\b"),
            configs=("alembic.ini", "migrations/alembic.ini"),
            table="alembic_version",
            directory="",
            command=("alembic", "upgrade", "head"),
            down=("alembic", "downgrade", "-1"),
        ),
        Tool.DJANGO: Known(
            name="Django",
            runs=re.compile(r"(\bmanage\.py|\bdjango-admin|-m\s+django)\s+migrate\b"),
            configs=("manage.py",),
            table="django_migrations",
            directory="",
            command=("python", "manage.py", "migrate", "--noinput"),
            down=None,
        ),
        Tool.SQL: Known(
            name="SQL files",
            runs=re.compile(r"(?!)"),
            configs=(),
            table="fairway_migrations",
            directory="migrations",
            command=(),
            down=(),
        ),
    }
)
PACKAGES: Mapping[str, Tool] = MappingProxyType(
    {
        "node-pg-migrate": Tool.NODE_PG_MIGRATE,
        "knex": Tool.KNEX,
        "typeorm": Tool.TYPEORM,
        "sequelize-cli": Tool.SEQUELIZE,
        "drizzle-orm": Tool.DRIZZLE,
        "prisma": Tool.PRISMA,
    }
)
"""npm's packages that bring a tool."""
STARTS = frozenset({"prestart", "start", "poststart", "prebuild", "build", "postbuild", "postinstall"})
"""Scripts that are not for migrating alone, whatever they run."""
STATELESS = re.compile(r"\bprisma\s+db\s+push\b|\bdrizzle-kit\s+push\b")
"""Commands that compare the schema with the database and keep no record: there is nothing to be pending."""


def run_by(command: str) -> tuple[Tool, ...]:
    """The tools whose migrating is in a command's text."""
    return tuple(tool for tool, known in KNOWN.items() if known.runs.search(command))


def usual(tool: Tool | None, command: str) -> tuple[str, ...]:
    """The files that tell of a tool: of the one that is set or that the command names, else of each."""
    named = (tool,) if tool is not None else run_by(command)
    chosen = named if len(named) == 1 else tuple(KNOWN)
    return tuple(path for each in chosen if each in KNOWN for path in KNOWN[each].configs)


def configured(files: Iterable[str]) -> tuple[Tool, ...]:
    """The tools that have a file of their own among these."""
    present = set(files)
    return tuple(tool for tool, known in KNOWN.items() if present.intersection(known.configs))


def choose(command: str, files: Sequence[str], packages: Iterable[str]) -> Tool:
    """The tool that a command migrates with: the one in its text, else the only one that has a file of its own, or a
    package. COMMAND when there is none, or more than one."""
    if STATELESS.search(command):
        return Tool.COMMAND
    brought = tuple(dict.fromkeys(PACKAGES[name] for name in packages if name in PACKAGES))
    for found in (run_by(command), configured(files), brought):
        if found:
            return found[0] if len(found) == 1 else Tool.COMMAND
    return Tool.COMMAND


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What `[migrations]` of fairway.toml may say: `command` and `down`, None where there is no way back."""

    tool: Tool
    command: tuple[str, ...]
    down: tuple[str, ...] | None

    @property
    def text(self) -> str:
        """As the keys of fairway.toml."""
        down = f', down = "{" ".join(self.down)}"' if self.down else ""
        return f'[migrations] command = "{" ".join(self.command)}"{down}'


def propose(files: Sequence[str], scripts: Mapping[str, str], packages: Iterable[str]) -> Proposal | None:
    """How an app whose tool is plain would migrate: by its own script where it has one for that. None where no tool is
    known, or more than one; and where the tool has its settings in no usual file, for its bare command finds none then:
    an app may use the package alone, and migrate by something else."""
    named = {name: tool for name, text in scripts.items() if name not in STARTS and (tool := only(run_by(text)))}
    tool = only(tuple(dict.fromkeys(named.values()))) or choose("", files, packages)
    if tool not in KNOWN or tool is Tool.SQL:
        return None
    script = next((name for name in named if named[name] is tool), None)
    known = KNOWN[tool]
    settled = not known.configs or tool in configured(files)
    if script is None and not settled:
        return None
    command = ("npm", "run", script) if script else known.command
    return Proposal(tool=tool, command=command, down=known.down if settled else None)


def only(tools: Sequence[Tool]) -> Tool | None:
    """The only one, None when there are none or several."""
    return tools[0] if len(tools) == 1 else None
