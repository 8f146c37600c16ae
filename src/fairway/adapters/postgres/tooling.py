"""What PostgreSQL's own tools say when they fail, in sentences that name the cause and what to do."""

import re
from collections.abc import Sequence

from fairway.domain.address import Address
from fairway.errors import FairwayError, Unavailable, WorkFailed

MISMATCH = re.compile(r"server version: (\S+).*?; pg_dump version: (\S+)")
DENIED = re.compile(r"permission denied for (\w+(?: \w+)?) (.+)$")
CONTROL = re.compile(r'extension/([\w-]+)\.control"|extension "([\w-]+)" is not available')
LOST = ("connection to server", "could not connect", "server closed the connection", "terminating connection")
IMAGES = {
    "postgis": "postgis/postgis:{major}-3.4",
    "vector": "pgvector/pgvector:pg{major}",
    "timescaledb": "timescale/timescaledb:latest-pg{major}",
}
"""Images that are known to have an extension which the official one has not."""


def failed_dump(address: Address, lines: Sequence[str], code: int, image: str) -> FairwayError:
    """Why pg_dump did not write the dump."""
    text, what = "\n".join(lines), f"{address.shown} can't be backed up"
    if mismatch := MISMATCH.search(text):
        return newer(address, server=mismatch[1], tools=mismatch[2], image=image)
    if denied := next((match for line in lines if (match := DENIED.search(line))), None):
        return unreadable(address, [f"{denied[1]} {denied[2]}"])
    if "No space left on device" in text:
        return WorkFailed(what, why="the disk became full", log=lines)
    if any(word in text for word in LOST):
        return Unavailable(f"{address.shown} broke off while it was backed up", why=first_error(lines))
    return WorkFailed(what, why=first_error(lines) or f"pg_dump ended with exit code {code}", log=lines)


def newer(address: Address, *, server: str, tools: str, image: str) -> WorkFailed:
    """The tools are too old for the server."""
    major = server.partition(".")[0]
    return WorkFailed(
        f"{address.shown} can't be backed up",
        why=f"the server is PostgreSQL {server}, and the tools in {image} are of {tools}: older ones can't read it",
        hint=f'tools = "postgres:{major}" below [migrations]',
    )


def unreadable(address: Address, names: Sequence[str]) -> WorkFailed:
    """The role may not read everything."""
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return WorkFailed(
        f"{address.shown} can't be backed up",
        why=f'its user "{address.user}" may not read {shown}',
        hint=f'GRANT pg_read_all_data TO "{address.user}" (PostgreSQL 14 and later), or GRANT SELECT on each',
    )


def hidden(address: Address, names: Sequence[str]) -> WorkFailed:
    """Row security hides rows from the role."""
    return WorkFailed(
        f"{address.shown} can't be backed up",
        why=f'row security hides rows of {", ".join(names[:5])} from its user "{address.user}"',
        hint=f'ALTER ROLE "{address.user}" BYPASSRLS, or use the owner of the tables',
    )


def failed_restore(lines: Sequence[str], code: int, image: str, major: int) -> FairwayError:
    """Why pg_restore did not bring the dump back: the first thing that can't be restored."""
    text = "\n".join(lines)
    if missing := CONTROL.search(text):
        return missing_extensions([missing[1] or missing[2]], image, major)
    if "No space left on device" in text:
        return WorkFailed("the backup can't be restored", why="the disk became full", log=lines)
    if any(word in text for word in LOST) and "ERROR" not in text:
        return Unavailable("the database broke off while the backup was restored", why=first_error(lines))
    why = first_error(lines) or f"pg_restore ended with exit code {code}"
    return WorkFailed("the backup can't be restored", why=why, log=lines)


def missing_extensions(names: Sequence[str], image: str, major: int) -> WorkFailed:
    """The image does not have an extension that the database uses."""
    known = next((IMAGES[name] for name in names if name in IMAGES), "")
    example = known.format(major=major) if known else "an image that has it"
    plural = "extensions" if len(names) > 1 else "extension"
    return WorkFailed(
        f"the backup can't be restored in {image}",
        why=f"the image has not got the {plural} {', '.join(names)}, which the database uses",
        hint=f'tools = "{example}" below [migrations]',
    )


def first_error(lines: Sequence[str]) -> str:
    """The tool's first error, without its own name and with what it was doing."""
    for line in lines:
        _, found, message = line.partition(": error: ")
        if found:
            return message.removeprefix("could not execute query: ").strip()
    return lines[-1] if lines else ""
