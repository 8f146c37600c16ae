"""What every tool's reader takes and gives.

A reader is a module of this package: it finds in the tool's configuration where its migrations lie, reads them, and
compares them with the tool's own table. All of it is pure. A reader that is not certain raises Unsure: to say that
nothing is pending where something is would start new code on an old schema, while the command can always be run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fairway.domain.address import Address
from fairway.domain.migrations import Migrations, Plan, Step, Tool
from fairway.ports.images import Folder

Row = Mapping[str, str | None]
Rows = Sequence[Row] | None
"""Of one table; None when there is no such table."""


class Unsure(Exception):
    """Which migrations are pending can't be said from the files; the text says why, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configs:
    """`files` are those that were asked for and are there, by the path that was asked for; `command` is the whole text
    of the command, with the scripts of package.json that it runs. `paths` are folders of the image in which its
    programs lie."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    command: str = ""
    paths: tuple[str, ...] = ()

    def text(self, path: str) -> str:
        """The file as text, "" when there is none."""
        return self.files.get(path, b"").decode("utf-8", "replace")

    def first(self, paths: Sequence[str]) -> str:
        """The first of the paths that is there, "" when none is."""
        return next((path for path in paths if path in self.files), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a tool's migrations lie in the image, and its table, with its schema where that is configured. `options`
    is what else of the configuration counts, in the tool's own words."""

    directories: tuple[str, ...]
    table: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One that the image has. `back` is the SQL that takes it back, where that is a file. `digest` is what the tool
    keeps of its content, `order` a number that the tool compares, `after` the names of those that must be there before
    it, `replaces` of those that it stands for."""

    step: Step
    back: str | None = None
    digest: str = ""
    order: int = 0
    after: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """All that an image has, in the order in which they are run on an empty database."""

    place: Place
    migrations: tuple[Migration, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question to the database: the columns of a table's rows, in the order of one of them."""

    table: str
    columns: tuple[str, ...]
    order: str | None = None


class Reader(Protocol):
    """What a tool's module has."""

    TOOL: Tool

    def wants(self, configs: Configs, settings: Migrations) -> Sequence[str]:
        """Files to be read beside the tool's usual ones, as far as is known yet; it is asked again when they are
        there."""
        ...

    def place(self, configs: Configs, settings: Migrations) -> Place:
        """Raises Unsure."""
        ...

    def read(self, place: Place, folders: Mapping[str, Folder]) -> Shipped:
        """`folders` are those of the place's directories that there are. Raises Unsure."""
        ...

    def asks(self, place: Place, address: Address) -> Sequence[Ask]:
        """What the database is asked."""
        ...

    def plan(self, shipped: Shipped, rows: Sequence[Rows]) -> Plan:
        """`rows` are the answers, in the order of the questions. Raises Unsure."""
        ...
