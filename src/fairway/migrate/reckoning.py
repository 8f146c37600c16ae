"""What is pending, for the guard: the settings with the tool's own defaults, and the tool's own tables."""

from collections.abc import Sequence

from fairway.domain import migration_tools
from fairway.domain.address import Address
from fairway.domain.image import Image
from fairway.domain.migrations import Migrations, Plan, Tool
from fairway.migrate.judgement.judging import OWN_TABLES
from fairway.migrate.tools.pending import Planner
from fairway.migrate.tools.sql_script import Script


class Reckoning:
    """`parts.Planning`."""

    def __init__(self, planner: Planner) -> None:
        self._planner = planner

    async def settle(self, settings: Migrations, image: Image) -> Migrations:
        """With the tool that the image has, its table, and its usual command where fairway.toml has none. Raises
        UsageError where none is known, WorkFailed, Unavailable."""
        return await self._planner.settle(image, settings)

    async def plan(self, settings: Migrations, image: Image, address: Address) -> Plan:
        """Raises WorkFailed, Unavailable."""
        return await self._planner.plan(image, settings, address)

    async def script(self, settings: Migrations, image: Image, names: Sequence[str], *, back: bool) -> Script:
        """Raises UsageError."""
        return await self._planner.script(image, settings, names, back=back)

    def own(self, settings: Migrations) -> Sequence[str]:
        """The tables of every tool that is known, and the one that fairway.toml names."""
        known = migration_tools.KNOWN.get(settings.tool or Tool.COMMAND)
        named = {name for name in (settings.table, known.table if known is not None else None) if name}
        # Knex calls the table of its lock after the other one.
        locks = {f"{name}_lock" for name in named} if settings.tool is Tool.KNEX else set()
        return tuple(sorted({*OWN_TABLES, *named, *locks}))
