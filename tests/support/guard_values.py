"""Backups, rehearsals and passages for tests, with plain values that each test changes as it needs."""

from typing import Any

from fairway.domain.address import Engine
from fairway.domain.backup import Backup, Drill, Occasion, Verdict
from fairway.domain.catalog import Change, Difference
from fairway.domain.fingerprint import Fingerprint, Mark
from fairway.domain.passage import Passage, PassageStatus
from fairway.domain.rehearsal import Attempt, Held, LockMode, Rehearsal, Rewritten, Trial, Watched
from support.pipeline_values import APP, PRODUCTION


def make_backup(**changes: Any) -> Backup:
    """One that is VERIFIED."""
    values: dict[str, Any] = {
        "app": APP,
        "number": 0,
        "environment": PRODUCTION,
        "variable": "DATABASE_URL",
        "source": "postgres://shop@db:5432/shop",
        "engine": Engine.POSTGRES,
        "server": "15.18",
        "occasion": Occasion.MIGRATION,
        "by": "ada",
        "at": 1000.5,
        "verdict": Verdict.VERIFIED,
        "file": "shop-production-1.backup",
        "bytes": 12_400_000,
        "digest": "ab" * 32,
        "fingerprint": Fingerprint(tables={"public.orders": Mark(rows=3, checksum="17")}, others={"seq": "4"}),
        "drills": (Drill(at=1.0, seconds=2.5, differences=("public.orders: 3 rows, the copy has 2",)),),
    }
    return Backup(**{**values, **changes})


def make_rehearsal(**changes: Any) -> Rehearsal:
    """One that held, with something seen of everything."""
    up = Attempt(command=("npm", "run", "migrate"), code=0, seconds=0.2, log=("Batch 1 run: 1 migrations",))
    values: dict[str, Any] = {
        "up": up,
        "watched": Watched(
            statements=("ALTER TABLE orders ADD COLUMN coupon text",),
            locks=(Held(table="public.orders", mode=LockMode.ACCESS_EXCLUSIVE, seconds=0.03),),
            rewritten=(Rewritten(table="public.orders", rows=3, bytes=8192),),
            connected=True,
        ),
        "applied": ("20261123_coupons",),
        "differences": (Difference(object="column public.orders.coupon", change=Change.ADDED, after="text"),),
        "before": "0123456789ab",
        "after": "ba9876543210",
        "old": Trial(release="release 17", seconds=1.0, failed="GET /orders answered 500", log=("oops",)),
    }
    return Rehearsal(**{**values, **changes})


def make_passage(**changes: Any) -> Passage:
    """One that has only begun."""
    values: dict[str, Any] = {
        "app": APP,
        "number": 0,
        "environment": PRODUCTION,
        "key": "execution/42/production/1",
        "by": "ada",
        "status": PassageStatus.CHECKING,
        "created_at": 1000.5,
    }
    return Passage(**{**values, **changes})
