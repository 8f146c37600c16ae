"""The tables of `migrations`. Rules between their keys are in `migration_rules`.

Every key may be left out, so that an environment's table is one of these too; what is not written is the domain's
default.
"""

import re
from typing import Annotated, Any

from fairway.domain import ids
from fairway.domain.migrations import CopyBy, Policy, Restoring, Tool, Undoing
from fairway.manifest import calls, values
from fairway.manifest.table import Table

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
TOOLS = tuple(each.value for each in Tool)
POLICIES = tuple(each.value for each in Policy)
RESTORING = tuple(each.value for each in Restoring)
COPIES = tuple(each.value for each in CopyBy)
UNDOING = tuple(each.value for each in Undoing)
COMMAND = 'a command: a text ("npx knex migrate:latest") or a list (["npx", "knex", "migrate:latest"])'
RULE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
TABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?")
LEAST, MOST = 64 * values.MIB, 256 * 1024 * values.MIB
"""Bytes for the server of a copy: PostgreSQL does not start with less than the first."""


def by_rule(expected: str, example: str, fits: Any, schema: dict[str, Any]) -> values.Reader:
    """A table of rules' names, each with a text that `fits`."""

    def read(value: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise values.Unfit(f"for example: {example}")
        for name, content in value.items():
            if not RULE.fullmatch(name):
                raise values.Unfit(f'"{name}" is no rule\'s name, which has lower-case letters and dashes')
            if not isinstance(content, str) or not fits(content):
                raise values.Unfit(f"{name}: for example: {example}")
        return dict(value)

    names = {"propertyNames": {"pattern": f"^{RULE.pattern}$"}}
    return values.Reader(expected, read, {"type": "object", **names, "additionalProperties": schema})


class SmokeTable(Table):
    """A request that a release must answer on the migrated copy."""

    path: Annotated[str | None, values.text('a URL\'s path, such as "/orders"', values.url_path)] = None
    method: Annotated[
        str | None, values.text(f"one of {', '.join(METHODS)}", METHODS.__contains__, enum=list(METHODS))
    ] = None
    expect: Annotated[int | None, values.whole(100, 599)] = None
    body: Annotated[str | None, values.text("a text", lambda text: True, lines=True)] = None
    headers: Annotated[dict[str, str] | None, calls.headers()] = None
    service: Annotated[
        str | None, values.text('a service\'s name, such as "web"', lambda name: ids.NAME.fullmatch(name) is not None)
    ] = None


class KeepTable(Table):
    """How many backups are kept, and how long."""

    count: Annotated[int | None, values.whole(1, 1000)] = None
    age: Annotated[float | None, values.duration(3600.0, 3660 * values.DAY)] = None


class MigrationsTable(Table):
    """How the database is changed. In an environment, the keys that differ there."""

    enabled: Annotated[bool | None, values.truth("true or false")] = None
    command: Annotated[str | tuple[str, ...] | None, values.words(COMMAND)] = None
    down: Annotated[str | tuple[str, ...] | None, values.words(COMMAND)] = None
    database: Annotated[str | None, values.text('a variable, such as "DATABASE_URL"', values.variable)] = None
    tool: Annotated[str | None, values.text(f"one of {', '.join(TOOLS)}", TOOLS.__contains__, enum=list(TOOLS))] = None
    directory: Annotated[str | None, values.text('a path in the image, such as "migrations"')] = None
    table: Annotated[
        str | None, values.text('a table, such as "knex_migrations"', lambda name: TABLE.fullmatch(name) is not None)
    ] = None
    backup: Annotated[bool | None, values.truth("true or false")] = None
    rehearse: Annotated[bool | None, values.truth("true or false")] = None
    compatibility: Annotated[bool | None, values.truth("true or false")] = None
    maintenance: Annotated[bool | None, values.truth("true or false")] = None
    policy: Annotated[
        str | None, values.text(f"one of {', '.join(POLICIES)}", POLICIES.__contains__, enum=list(POLICIES))
    ] = None
    policies: Annotated[
        dict[str, str] | None,
        by_rule(
            "a table of rules, each with warn, ask or refuse",
            '{ renaming-column = "refuse" }',
            POLICIES.__contains__,
            {"enum": list(POLICIES)},
        ),
    ] = None
    silence: Annotated[
        dict[str, str] | None,
        by_rule(
            "a table of rules, each with the reason",
            '{ prefer-robust-stmts = "every migration runs in a transaction" }',
            lambda reason: bool(reason.strip()) and reason.isprintable(),
            {"type": "string"},
        ),
    ] = None
    smoke: tuple[SmokeTable, ...] = ()
    timeout: Annotated[float | None, values.duration(1.0, values.DAY)] = None
    lock_timeout: Annotated[float | None, values.duration(0.0, 3600.0)] = None
    statement_timeout: Annotated[float | None, values.duration(0.0, values.DAY)] = None
    retries: Annotated[int | None, values.whole(0, 100)] = None
    restore: Annotated[
        str | None, values.text(f"one of {', '.join(RESTORING)}", RESTORING.__contains__, enum=list(RESTORING))
    ] = None
    on_failure: Annotated[
        str | None, values.text(f"one of {', '.join(UNDOING)}", UNDOING.__contains__, enum=list(UNDOING))
    ] = None
    keep: KeepTable | None = None
    copy_by: Annotated[
        str | None, values.text(f"one of {', '.join(COPIES)}", COPIES.__contains__, enum=list(COPIES))
    ] = None
    tools: Annotated[str | None, values.text('an image, such as "postgres:17"', lambda text: " " not in text)] = None
    memory: Annotated[int | None, values.size(LEAST, MOST)] = None
