"""Why a rehearsal did not succeed, by what was seen of it; and what a command's last lines say about that.

The exit status is one witness among several: a command that ended with 0 and never opened the copy has migrated
something else, or nothing.
"""

import re
from collections.abc import Sequence

from fairway.domain.address import Address
from fairway.domain.aftermath import count
from fairway.domain.deployment import Cause
from fairway.domain.migrations import Migrations, Plan
from fairway.domain.rehearsal import Attempt, Rehearsal

HOSTS = (
    re.compile(r'connection to server at "(?P<host>[^"]+)"', re.IGNORECASE),
    re.compile(r'could not translate host name "(?P<host>[^"]+)"', re.IGNORECASE),
    re.compile(r"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?P<host>[\w.:-]+)"),
    re.compile(r"connect E[A-Z]+ (?P<host>[\w.:-]+?):\d+"),
    re.compile(r"Can't reach database server at [`'\"](?P<host>[\w.:-]+?):\d+", re.IGNORECASE),
    re.compile(r"failed to resolve host '(?P<host>[^']+)'", re.IGNORECASE),
    re.compile(r"(?:lookup|dial tcp) (?P<host>[\w.-]+)"),
)
"""How drivers name the host that they did not reach: libpq, Node, Prisma, psycopg, Go."""
PROMPTS = re.compile(
    r"\(y(?:es)?/n(?:o)?\)|\[y(?:es)?/n(?:o)?\]|are you sure|press (?:any key|enter)|EOFError|EOF when reading a line"
    r"|force closed the prompt|readline was closed|non-interactive|not a tty|ERR_USE_AFTER_CLOSE|\?\s*$",
    re.IGNORECASE,
)
ERRORS = (
    re.compile(r"^(?:.*?\b)?(?:ERROR|FATAL):\s+(?P<said>.+)$"),
    re.compile(r"^(?:.*\.)?(?:\w*Error|\w*Exception|\w*Violation)(?: \[[^\]]*\])?:\s+(?P<said>.+)$"),
    re.compile(r"^\s*(?:\w*[Ee]rror|DETAIL):\s+(?P<said>.+)$"),
    re.compile(r"^.* - (?P<said>(?:column|relation|constraint|type|index|could not|duplicate|null value) .+)$"),
)
"""How tools hand on what the database said, the surest first; the last is Knex's: `alter table … - column …`."""
LOCKED = re.compile(
    r"lock timeout|lock_timeout|55P03|LockNotAvailable|database is locked|SQLITE_BUSY|deadlock detected|40P01",
    re.IGNORECASE,
)
CANCELLED = re.compile(r"statement timeout|57014", re.IGNORECASE)
NULLS = re.compile(r'column "(?P<column>[^"]+)" of relation "(?P<table>[^"]+)" contains null values')
DUPLICATES = re.compile(r"could not create unique index|is duplicated")
SHOWN = 200


def find_error(lines: Sequence[str]) -> str:
    """What the database said, by the lines that a tool printed; "" when none looks like it."""
    for pattern in ERRORS:
        for line in lines:
            if match := pattern.match(line.strip()):
                return match["said"].strip()[:SHOWN]
    return ""


def find_host(lines: Sequence[str]) -> str:
    """The host that the command tried to reach and did not, "" when no line names one."""
    found = (match["host"] for line in lines for pattern in HOSTS if (match := pattern.search(line)))
    return next(found, "")


def find_prompt(lines: Sequence[str]) -> str:
    """The question that the command asked, "" when it asked none: that is one of its last lines."""
    return next((line.strip()[:SHOWN] for line in reversed(lines[-5:]) if PROMPTS.search(line)), "")


def waited_for_lock(attempt: Attempt) -> bool:
    """Whether it ended because it had waited for a lock too long."""
    return attempt.code != 0 and any(LOCKED.search(line) for line in (*attempt.log, attempt.error))


def not_applied(plan: Plan, applied: Sequence[str]) -> tuple[str, ...]:
    """The pending migrations that did not come."""
    return tuple(step.name for step in plan.pending if step.name not in set(applied)) if plan.known else ()


def find_failure(rehearsal: Rehearsal, plan: Plan, settings: Migrations, real: Address) -> Cause | None:
    """Why the migration did not succeed on the copy, None when it did."""
    up = rehearsal.up
    if not rehearsal.watched.connected and (cause := went_elsewhere(up, settings, real)) is not None:
        return cause
    if up.timed_out or up.code != 0:
        return explain(up, settings)
    if not rehearsal.watched.connected:
        return Cause(
            sentence="the migration's command ended with 0 and never opened the database",
            seen="nobody connected to the copy while it ran",
            fix=f"the command has to read the database's URL from {settings.database}",
            log=up.log,
        )
    if left := not_applied(plan, rehearsal.applied):
        some = f"{len(left)} of {count(len(plan.pending), 'pending migration')}"
        return Cause(
            sentence=f"the migration's command ended with 0, and {some} did not come: {', '.join(left[:3])}",
            seen="the tool's own table on the copy does not have them",
            log=up.log,
        )
    return None


def went_elsewhere(up: Attempt, settings: Migrations, real: Address) -> Cause | None:
    """Of a command that never opened the copy and says where it went."""
    host = find_host(up.log)
    if not host:
        return None
    if host == real.host:
        sentence = f"the migration goes to the real database at {host} by an address of its own"
    else:
        sentence = f"the migration goes to {host}, not to the database that {settings.database} names"
    return Cause(
        sentence=f"{sentence}; the rehearsal's network let it reach nothing",
        seen="nobody connected to the copy while it ran",
        fix=f"read the URL from {settings.database} in the tool's configuration, and write none into the code",
        log=up.log,
    )


def explain(attempt: Attempt, settings: Migrations) -> Cause:
    """Why a command did not succeed."""
    prompt = find_prompt(attempt.log)
    if prompt and not attempt.error:
        return Cause(
            sentence="the migration asks a question on its standard input, where nobody answers",
            seen=prompt,
            fix="give the command the option that answers it (--yes, --force, --noinput)",
            log=attempt.log,
        )
    if attempt.timed_out:
        return Cause(
            sentence=f"the migration took longer than {settings.timeout:g} s and was ended",
            seen=prompt,
            fix="if it needs so long, raise migrations.timeout in fairway.toml",
            log=attempt.log,
        )
    if any(CANCELLED.search(line) for line in (*attempt.log, attempt.error)) and settings.statement_timeout:
        fix = "raise migrations.statement_timeout in fairway.toml, or do it in smaller parts"
        return Cause(
            sentence=f"a statement took longer than {settings.statement_timeout:g} s", fix=fix, log=attempt.log
        )
    said = attempt.error or f"the command ended with exit code {attempt.code}"
    return Cause(
        sentence=said, seen="" if attempt.error else last(attempt.log), fix=advise(attempt.error), log=attempt.log
    )


def advise(error: str) -> str:
    """What to do about an error whose words say what is in the way, "" for another one."""
    if match := NULLS.search(error):
        column, table = match["column"], match["table"]
        fill = f"UPDATE {table} SET {column} = … WHERE {column} IS NULL"  # noqa: S608 - to be read, never to be run
        return f"fill the column first, then add NOT NULL in a later release: {fill}"
    if DUPLICATES.search(error):
        return "find the rows that are there twice and decide which of them stays, before the index is made unique"
    return ""


def last(lines: Sequence[str]) -> str:
    """The last line that says something."""
    return next((line.strip()[:SHOWN] for line in reversed(lines) if line.strip()), "")
