"""Brings a dump into an empty database by pg_restore: a scratch one, which is made like the original before."""

import os
from collections.abc import Sequence
from pathlib import Path

from fairway.adapters.postgres import connecting, meter, surroundings, tooling
from fairway.adapters.postgres.connecting import fetch_one
from fairway.adapters.postgres.workshop import LAST, Workshop, conninfo
from fairway.domain.address import Address
from fairway.errors import WorkFailed
from fairway.ports.databases import Progress, Report

MOUNT = "/fairway"
JOBS = min(4, os.cpu_count() or 1)
"""How many processes restore at once."""
ELSEWHERE = ("--no-tablespaces", "--no-subscriptions", "--no-publications", "--no-security-labels")
"""What of a dump has no place in another server: it names disks, other servers and policies that are not there."""
SCRIPT = f"""set -eu
dbname=$1 jobs=$2
shift 2
exec pg_restore --exit-on-error --dbname="$dbname" --jobs="$jobs" "$@" {MOUNT}/dump
"""
EMPTY = """
SELECT rolsuper, (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
FROM pg_roles WHERE rolname = session_user
"""


async def restore(workshop: Workshop, directory: Path, into: Address, *, tools: str | None, report: Report) -> None:
    """See ports.databases.Dumps. Roles that are missing are made where the session's role is a superuser; anywhere else
    they have to be there."""
    around = surroundings.read(directory)
    async with connecting.session(into) as connection:
        superuser, count = await fetch_one(connection, EMPTY)
        major = connection.info.server_version // 10000
    if count:
        raise WorkFailed(f"{into.shown} is not empty", why=f"it has {count} tables, indexes, views or sequences")
    if superuser:
        await surroundings.bring(around, into)
    await bring(workshop, directory, into, major, ELSEWHERE, tools=tools, sizes=around, report=report)


async def bring(
    workshop: Workshop,
    directory: Path,
    into: Address,
    major: int,
    options: Sequence[str],
    *,
    tools: str | None,
    sizes: surroundings.Surroundings,
    report: Report,
) -> None:
    """Run pg_restore with the options. Raises WorkFailed with the first thing that can't be restored."""
    image = await workshop.image(major, tools, report)
    lines: list[str] = []

    def keep(line: str) -> None:
        if len(lines) < LAST:
            lines.append(line)

    async with meter.metered(into, sizes.sizes, "restoring", report):
        code = await workshop.run(image, SCRIPT, (conninfo(into), str(JOBS), *options), into, {MOUNT: directory}, keep)
    if code != 0:
        raise tooling.failed_restore(lines, code, image, major)
    total = sum(sizes.sizes.values())
    report(Progress(doing="restoring", done=total, total=total))
