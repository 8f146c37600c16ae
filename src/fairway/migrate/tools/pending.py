"""What is pending: the image's files against the tool's own table.

With nothing pending this is all that a deploy waits for, so an image's files are read once and only the table each
time. Where it can't be told, the plan says so (`known` is false, `unsure` says why), and the command is run as if
everything were pending.
"""

import asyncio
import posixpath
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from fairway.domain import migration_tools
from fairway.domain.address import Address
from fairway.domain.image import Image
from fairway.domain.migrations import Migrations, Plan, Tool
from fairway.errors import UsageError, WorkFailed
from fairway.migrate.tools import (
    alembic,
    command,
    django,
    drizzle,
    knex,
    node_pg_migrate,
    prisma,
    sequelize,
    sql,
    sql_script,
    typeorm,
)
from fairway.migrate.tools.shipped import Configs, Reader, Rows, Shipped, Unsure
from fairway.ports.databases import Databases
from fairway.ports.images import Folder, ImageFiles, Opened

READERS: Mapping[Tool, Reader] = MappingProxyType(
    {
        Tool.KNEX: knex,
        Tool.PRISMA: prisma,
        Tool.SEQUELIZE: sequelize,
        Tool.TYPEORM: typeorm,
        Tool.NODE_PG_MIGRATE: node_pg_migrate,
        Tool.DRIZZLE: drizzle,
        Tool.ALEMBIC: alembic,
        Tool.DJANGO: django,
        Tool.SQL: sql,
    }
)
PACKAGE = "package.json"
ROUNDS = 8
"""How often a reader may want further files: each may name the next."""
REMEMBERED = 32
"""Images whose files are remembered."""


Key = tuple[str, tuple[str, ...], Tool | None, str | None, str | None]
"""All that what is read of an image depends on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an image says: all that it has, or why that can't be told."""

    tool: Tool
    shipped: Shipped | None = None
    unsure: str = ""


class Planner:
    """Finds out what a migration command would do."""

    def __init__(self, images: ImageFiles, databases: Databases) -> None:
        self._images = images
        self._databases = databases
        self._found: OrderedDict[Key, Found] = OrderedDict()

    async def plan(self, image: Image, settings: Migrations, address: Address) -> Plan:
        """What the command of `settings`, run in the image, would do to the database. Raises WorkFailed when the image
        can't be had, Unavailable."""
        found = await self.find(image, settings)
        if found.shipped is None:
            return Plan(tool=found.tool, known=False, unsure=found.unsure)
        reader = READERS[found.tool]
        try:
            return reader.plan(found.shipped, await self._ask(reader, found.shipped, address))
        except Unsure as reason:
            return Plan(tool=found.tool, known=False, unsure=str(reason))

    async def settle(self, image: Image, settings: Migrations) -> Migrations:
        """The settings with the tool, its table and its usual command where they are not set. SQL files have no
        command: `script` says what is run.

        Raises UsageError when nothing says how the database is migrated, WorkFailed, Unavailable.
        """
        found = await self.find(image, settings)
        known = migration_tools.KNOWN.get(found.tool)
        if known is None and not settings.command:
            raise UsageError(
                "nothing says how the database is migrated",
                why="no migration tool, or more than one, was found in the image",
                hint='set migrations.command in fairway.toml, for example "npm run migrate"',
            )
        usual = known.command if known is not None else ()
        table = settings.table or (found.shipped.place.table if found.shipped else None)
        settled = replace(settings, tool=found.tool, command=settings.command or usual, table=table)
        self._remember(key_of(image, settled), found)
        return settled

    async def find(self, image: Image, settings: Migrations) -> Found:
        """What the image has, read once. Raises WorkFailed, Unavailable."""
        key = key_of(image, settings)
        if (found := self._found.get(key)) is None:
            async with self._images.open(image) as opened:
                found = await look(opened, settings)
        self._remember(key, found)
        return found

    def _remember(self, key: Key, found: Found) -> None:
        self._found[key] = found
        self._found.move_to_end(key)
        while len(self._found) > REMEMBERED:
            self._found.popitem(last=False)

    async def script(
        self, image: Image, settings: Migrations, names: Sequence[str], *, back: bool = False
    ) -> sql_script.Script:
        """What psql is to run so that these of the image's SQL files are applied, or taken back. Raises UsageError when
        the image's migrations are no SQL files, one of the names is none of them, or has no way back."""
        found = await self.find(image, settings)
        if found.tool is not Tool.SQL or found.shipped is None:
            raise UsageError("there are no SQL files to be run", why=found.unsure or f"the tool is {found.tool}")
        there = {each.step.name: each for each in found.shipped.migrations}
        if lost := [name for name in names if name not in there]:
            raise UsageError(f"the image does not have {', '.join(lost)}")
        chosen = [each for name, each in there.items() if name in set(names)]
        make = sql_script.down if back else sql_script.up
        return make(chosen, found.shipped.place.table, settings)

    async def _ask(self, reader: Reader, shipped: Shipped, address: Address) -> Sequence[Rows]:
        read = self._databases.read
        asks = reader.asks(shipped.place, address)
        return await asyncio.gather(*(read(address, each.table, each.columns, order=each.order) for each in asks))


def key_of(image: Image, settings: Migrations) -> Key:
    """Of an image's files under these settings."""
    return (image.reference, settings.command, settings.tool, settings.directory, settings.table)


async def look(opened: Opened, settings: Migrations) -> Found:
    """Which tool it is, where its migrations lie, and what they are."""
    files = dict(await opened.read([PACKAGE]))
    scripts, packages = command.package(files.get(PACKAGE, b""))
    text = command.expand(settings.command, scripts)
    files |= await opened.read(migration_tools.usual(settings.tool, text))
    tool = settings.tool or migration_tools.choose(text, list(files), packages)
    if own_program(settings, text, tool):
        name = migration_tools.KNOWN[tool].name
        why = f"the command is a program of its own: set migrations.tool if it migrates as {name}'s own command does"
        return Found(tool=Tool.COMMAND, unsure=why)
    if (reader := READERS.get(tool)) is None:
        return Found(tool=tool, unsure="the command is of no tool whose table is known")
    try:
        configs = await gather(opened, reader, settings, Configs(files=files, command=text, paths=prefixes(opened)))
        place = reader.place(configs, settings)
        folders = await read(opened, place.directories)
        return Found(tool=tool, shipped=await asyncio.to_thread(reader.read, place, folders))
    except Unsure as reason:
        return Found(tool=tool, unsure=str(reason))


def own_program(settings: Migrations, text: str, tool: Tool) -> bool:
    """Whether the app migrates by a program that only uses the tool, with directories of its own perhaps. Drizzle is
    used in no other way by many, and that program says where its migrations are."""
    if not settings.command or settings.tool is not None or tool is Tool.DRIZZLE:
        return False
    return tool in migration_tools.KNOWN and tool not in migration_tools.run_by(text)


async def gather(opened: Opened, reader: Reader, settings: Migrations, configs: Configs) -> Configs:
    """The configuration's files, as one names the next. Raises Unsure."""
    asked = set(configs.files)
    for _ in range(ROUNDS):
        wanted = [path for path in dict.fromkeys(reader.wants(configs, settings)) if path and path not in asked]
        if not wanted:
            return configs
        asked.update(wanted)
        files = {**configs.files, **await opened.read(wanted)}
        configs = Configs(files=files, command=configs.command, paths=configs.paths)
    raise Unsure("its configuration goes through too many files")


async def read(opened: Opened, directories: Sequence[str]) -> Mapping[str, Folder]:
    """Those of the folders that there are. Raises Unsure for one with too much in it."""
    try:
        found = {path: await opened.folder(path) for path in directories}
    except WorkFailed as error:
        raise Unsure(f"{error.what}: {error.why}" if error.why else error.what) from error
    return {path: folder for path, folder in found.items() if folder is not None}


def prefixes(opened: Opened) -> tuple[str, ...]:
    """The folders above those in which the image looks for programs: `/venv` of `/venv/bin`."""
    paths = opened.environment.get("PATH", "").split(":")
    return tuple(posixpath.dirname(path) for path in paths if path.endswith("/bin") and path != "/bin")
