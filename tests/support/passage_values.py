"""Whole passages for the reports' tests: one for each way that the guard can end, and one full of hostile texts."""

from collections.abc import Mapping
from dataclasses import replace

from fairway.domain.backup import Backup
from fairway.domain.catalog import Change, Difference
from fairway.domain.deployment import Cause
from fairway.domain.fingerprint import Fingerprint, Mark
from fairway.domain.ids import ExecutionNumber, ReleaseNumber
from fairway.domain.judgement import Finding, Judged, Silenced
from fairway.domain.migrations import Plan, Step, Tool
from fairway.domain.passage import Outcome, Passage, PassageStatus
from fairway.domain.rehearsal import Attempt, Held, LockMode, Rehearsal, Rewritten, Trial, Watched
from support.guard_values import make_backup, make_passage

MB = 1024 * 1024
COUPONS = "ALTER TABLE coupons ALTER COLUMN code SET NOT NULL;"
COMMAND = ("npm", "run", "migrate")
NULLS = 'column "code" of relation "coupons" contains null values'
TABLES = {f"public.t{n}": Mark(rows=rows, checksum="1") for n, rows in enumerate([81_191] + [1] * 13)}
BACKUP = make_backup(
    number=12,
    bytes=12_400_000,
    seconds=1.1,
    fingerprint=Fingerprint(tables=TABLES),
)
PLAN = Plan(
    tool=Tool.KNEX,
    applied=("20260101_start.ts", "20260301_orders.ts"),
    pending=(Step(name="20261123_coupons.ts", file="migrations/20261123_coupons.ts", sql=COUPONS + "\n"),),
)
NOT_NULL = Finding(
    rule="adding-not-nullable-field",
    step="20261123_coupons.ts",
    line=1,
    table="public.coupons",
    statement=COUPONS,
    effect="fails: 3 rows have no code in public.coupons (300 KB, 1,204 rows)",
    advice="fill the column first, then add NOT NULL in a later release:\n"
    "UPDATE coupons SET code = … WHERE code IS NULL;",
)
INDEX = Finding(
    rule="require-concurrent-index-creation",
    step="20261124_search.ts",
    line=3,
    table="public.orders",
    statement="CREATE INDEX orders_email ON orders (email)",
    effect="held SHARE on public.orders (1.2 GB, 4,000,000 rows) for 38 s in the rehearsal while the index orders_email"
    " is built; every write to it waits",
    advice="in a migration of its own outside of a transaction:\n"
    "CREATE INDEX CONCURRENTLY orders_email ON orders (email);",
)
SMALL = Finding(
    rule="prefer-text-field",
    step="20261124_search.ts",
    line=1,
    statement="ALTER TABLE orders ADD COLUMN phrase varchar(80)",
    effect="a column of type varchar(n): a shorter length later writes the table anew",
    advice="text with a CHECK of its length.",
    harmless=True,
)


def failed_rehearsal() -> Passage:
    """It passed in staging; on production's data it fails."""
    log = ("> shop-api@1.0.0 migrate", "> knex migrate:latest", "", f"error: {COUPONS} - {NULLS}")
    up = Attempt(command=COMMAND, code=1, seconds=0.3, log=log, error=NULLS)
    return made(
        status=PassageStatus.FAILED,
        judged=Judged(warned=(NOT_NULL,)),
        rehearsal=Rehearsal(up=up, watched=Watched(connected=True), before="0123456789ab", after="0123456789ab"),
        outcome=Outcome.UNTOUCHED,
        cause=Cause(
            sentence=f"{NULLS} (3 of 1,204 rows)",
            seen="it passed in staging, whose table is empty",
            fix="fill the column first, then add NOT NULL in a later release:\n"
            "  UPDATE coupons SET code = … WHERE code IS NULL;",
            more=("fairway migrate --report 3",),
        ),
    )


def migrated() -> Passage:
    """All went well, with a long lock that was agreed to, and the second attempt got its lock."""
    pending = (*PLAN.pending, Step(name="20261124_search.ts", sql="SELECT 1;"), Step(name="20261125_code.ts"))
    differences = (
        Difference(object="column public.orders.phrase", change=Change.ADDED, after="character varying(80)"),
        Difference(object="column public.orders.number", change=Change.CHANGED, before="integer", after="bigint"),
        Difference(object="index public.orders_old", change=Change.REMOVED, before="CREATE INDEX orders_old ON …"),
    )
    watched = Watched(
        statements=("CREATE INDEX orders_email ON orders (email)",),
        locks=(
            Held(table="public.orders", mode=LockMode.SHARE, seconds=38.2),
            Held(table="public.coupons", mode=LockMode.ACCESS_EXCLUSIVE, seconds=0.04),
            Held(table="public.users", mode=LockMode.ROW_EXCLUSIVE, seconds=12.0),
        ),
        rewritten=(Rewritten(table="public.orders", rows=4_000_000, bytes=1200 * MB),),
        rows=1204,
        written=1400 * MB,
        disk=1300 * MB,
        connected=True,
        unseen=("which statements it ran",),
    )
    names = tuple(step.name for step in pending)
    log = ("Batch 3 run: 3 migrations", *names)
    rehearsal = Rehearsal(
        up=Attempt(command=COMMAND, code=0, seconds=41.3, log=log),
        watched=watched,
        applied=names,
        differences=differences,
        before="0123456789ab",
        after="ba9876543210",
        down=Attempt(command=("npm", "run", "down"), code=0, seconds=3.1),
        back=True,
        old=Trial(release="release 17", seconds=2.4),
        new=Trial(release="release 18", seconds=2.1),
    )
    timed_out = Attempt(command=COMMAND, code=1, seconds=5.2, error="canceling statement due to lock timeout")
    notes = ("20261125_code.ts: line 4 could not be read and so not judged: CREAT TABLE x",)
    silenced = Silenced(finding=SMALL, reason="the lengths are promised to a partner")
    return made(
        status=PassageStatus.MIGRATED,
        plan=Plan(tool=Tool.KNEX, applied=PLAN.applied, pending=pending),
        judged=Judged(asked=(INDEX,), warned=(SMALL,), silenced=(silenced,), notes=notes),
        rehearsal=rehearsal,
        attempts=(timed_out, Attempt(command=COMMAND, code=0, seconds=40.1, log=log)),
        applied=names,
        schema="ba9876543210",
        outcome=Outcome.APPLIED,
    )


def incompatible() -> Passage:
    """The release that serves does not bear the new schema."""
    up = Attempt(command=COMMAND, code=0, seconds=0.2, log=("Batch 3 run: 1 migrations",))
    oops = ('error: column "coupon_code" does not exist', "    at /app/src/orders.js:12:9")
    return made(
        status=PassageStatus.REFUSED,
        judged=Judged(refused=(INDEX,)),
        rehearsal=Rehearsal(
            up=up,
            watched=Watched(connected=True),
            applied=("20261123_coupons.ts",),
            down=Attempt(command=("npm", "run", "down"), code=1, seconds=0.4, error="no down", log=("no down",)),
            old=Trial(release="release 17", seconds=1.9, failed="GET /orders answered 500, not 200", log=oops),
            new=Trial(release="release 18", seconds=2.1, failed="GET /healthz answered 503", blind="nor did it before"),
        ),
        cause=Cause(
            sentence="release 17, which serves, does not bear the migrated schema: GET /orders answered 500, not 200",
            fix="expand and contract, or deploy with a maintenance page",
        ),
    )


def skipped() -> Passage:
    """Nothing was pending."""
    plan = Plan(tool=Tool.KNEX, applied=PLAN.applied)
    return made(status=PassageStatus.SKIPPED, plan=plan, backup=None, summary="no migration is pending")


def rehearsing() -> Passage:
    """It goes on, with another tool that can't be asked."""
    return made(status=PassageStatus.REHEARSING, plan=Plan(tool=Tool.COMMAND, known=False), ended_at=None)


def taken_back() -> Passage:
    """The way back of passage 3."""
    differences = (Difference(object="column public.coupons.code", change=Change.REMOVED, before="text NOT NULL"),)
    down = Attempt(command=("npm", "run", "down"), code=0, seconds=0.4, log=("Batch 3 rolled back: 1 migrations",))
    return made(
        number=4,
        status=PassageStatus.MIGRATED,
        plan=Plan(tool=Tool.KNEX, applied=(*PLAN.applied, "20261123_coupons.ts")),
        rehearsal=Rehearsal(
            up=down,
            watched=Watched(
                locks=(Held(table="public.coupons", mode=LockMode.ACCESS_EXCLUSIVE, seconds=0.3),), connected=True
            ),
            differences=differences,
            before="ba9876543210",
            after="0123456789ab",
            back=True,
        ),
        attempts=(down,),
        back_of=3,
        taken=("20261123_coupons.ts",),
        schema="0123456789ab",
        outcome=Outcome.APPLIED,
    )


def half_back() -> Passage:
    """A way back that stopped in the middle."""
    attempt = Attempt(command=("npm", "run", "down"), code=1, seconds=2.0, error="deadlock", log=("deadlock",))
    return replace(
        taken_back(),
        status=PassageStatus.FAILED,
        attempts=(attempt,),
        outcome=Outcome.HALF,
        cause=Cause(sentence="the way back failed: deadlock", more=("fairway migrate --report 4",)),
    )


def half() -> Passage:
    """The real migration stopped in the middle."""
    attempt = Attempt(
        command=COMMAND, code=None, seconds=900.0, timed_out=True, log=tuple(f"row {n}" for n in range(60))
    )
    return made(
        status=PassageStatus.FAILED,
        attempts=(attempt,),
        outcome=Outcome.HALF,
        cause=Cause(sentence="the migration did not end within 15 min", more=("fairway db restore 12",)),
    )


EVIL = "<script>alert(1)</script>\x1b[31m\"'&amp;</pre></style><img src=x onerror=alert(1)>\u202e"


def hostile() -> Passage:
    """Every text of a stranger tries to be mark-up."""
    lock = Held(table=EVIL, mode=LockMode.ACCESS_EXCLUSIVE, seconds=1)
    finding = Finding(rule=EVIL, step=EVIL, effect=EVIL, advice=f"{EVIL}\n{EVIL}", statement=EVIL, table=EVIL, line=1)
    attempt = Attempt(command=(EVIL,), code=1, seconds=1, log=(EVIL,), error=EVIL)
    trial = Trial(release=EVIL, seconds=1, failed=EVIL, log=(EVIL,))
    rehearsal = Rehearsal(
        up=attempt,
        watched=Watched(statements=(EVIL,), locks=(lock,), rewritten=(Rewritten(table=EVIL, rows=1, bytes=1),)),
        applied=(EVIL,),
        differences=(Difference(object=EVIL, change=Change.CHANGED, before=EVIL, after=EVIL),),
        before=EVIL,
        after=EVIL,
        down=attempt,
        old=trial,
        new=trial,
    )
    return made(
        status=PassageStatus.FAILED,
        by=EVIL,
        source=EVIL,
        plan=Plan(tool=Tool.SQL, pending=(Step(name=EVIL, sql=EVIL),), missing=(EVIL,), trouble=(EVIL,)),
        judged=Judged(warned=(finding,), silenced=(Silenced(finding=finding, reason=EVIL),), notes=(EVIL,)),
        rehearsal=rehearsal,
        attempts=(attempt,),
        applied=(EVIL,),
        summary=EVIL,
        cause=Cause(sentence=EVIL, seen=EVIL, fix=EVIL, log=(EVIL,), more=(EVIL,)),
    )


def made(**changes: object) -> Passage:
    """With what all of them have."""
    values: dict[str, object] = {
        "number": 3,
        "execution": ExecutionNumber(42),
        "release": ReleaseNumber(18),
        "variable": "DATABASE_URL",
        "source": "postgres://shop@db:5432/shop",
        "created_at": 1_795_987_200.0,
        "ended_at": 1_795_987_260.5,
        "plan": PLAN,
        "backup": 12,
    }
    return make_passage(**{**values, **changes})


ALL: Mapping[str, tuple[Passage, Backup | None]] = {
    "failed-rehearsal": (failed_rehearsal(), BACKUP),
    "migrated": (migrated(), BACKUP),
    "incompatible": (incompatible(), BACKUP),
    "skipped": (skipped(), None),
    "rehearsing": (rehearsing(), make_backup(number=12, verdict="TAKEN")),
    "half": (half(), None),
    "taken-back": (taken_back(), BACKUP),
    "half-back": (half_back(), BACKUP),
    "hostile": (hostile(), make_backup(number=12, verdict="FAILED", cause=EVIL)),
}
