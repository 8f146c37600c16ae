"""The tables of a database that Fairway runs. Rules between its keys are in `database_rules`."""

import re
from typing import Annotated

from fairway.manifest import times, values
from fairway.manifest.table import Table

ENGINES = ("postgres", "sqlite")
MAJOR = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
LEAST = 128 * values.MIB
"""A PostgreSQL server with its own defaults needs this much to come up and take a few connections."""


class BackupsTable(Table):
    """When a database is backed up, how many backups are kept, and when the newest is restored to try it."""

    schedule: Annotated[str | None, times.cron_or_never()] = None
    drill: Annotated[str | None, times.cron_or_never()] = None
    timezone: Annotated[str | None, times.zone()] = None
    keep: Annotated[int | None, values.whole(1, 1000)] = None
    age: Annotated[float | None, values.duration(3600.0, 3660 * values.DAY)] = None


class DatabaseTable(Table):
    """A database that Fairway runs for each environment. In an environment, the keys that differ there."""

    enabled: Annotated[bool | None, values.truth("true or false")] = None
    engine: Annotated[str | None, values.text('"postgres" or "sqlite"', ENGINES.__contains__, enum=list(ENGINES))] = (
        None
    )
    variable: Annotated[str | None, values.text('a variable, such as "DATABASE_URL"', values.variable)] = None
    version: Annotated[
        str | None,
        values.text('a major version, such as "17"', lambda text: MAJOR.fullmatch(text) is not None),
    ] = None
    image: Annotated[
        str | None,
        values.text('an image, such as "postgis/postgis:17-3.5"', lambda text: " " not in text and text.isascii()),
    ] = None
    cpu: Annotated[float | None, values.number(0.01, 256.0)] = None
    memory: Annotated[int | None, values.size(LEAST, 4096 * 1024 * values.MIB)] = None
    backups: BackupsTable = BackupsTable()
