"""How the guard inside CodeBuild copies a database: into the build's Docker, or by RDS where fairway.toml wants it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from fairway.adapters.aws.session import Session
from fairway.adapters.aws.snapshots import AwsSnapshots
from fairway.adapters.postgres.hosted import HostedWatches
from fairway.bootstrap.cloud_backups import Backups
from fairway.domain.aws.guardplace import GuardPlace
from fairway.domain.migrations import CopyBy, Migrations
from fairway.migrate.backups.safekeeping import Safekeeping
from fairway.migrate.copying import Chosen, Copying
from fairway.migrate.parts import Copies
from fairway.migrate.snapshots.clearing import Clearing
from fairway.migrate.snapshots.copying import Ground, Snapshotting
from fairway.ports.databases import Leads, Scratch, Watch, Watches


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """`copies` are those that the environment has; `clearing` removes what RDS still has of them, None where it has
    none."""

    copies: Copies
    clearing: Clearing | None = None


class Watching:
    """`ports.databases.Watches`: copies that RDS runs are seen otherwise than those in the build's Docker."""

    def __init__(self, own: Watches) -> None:
        self._own = own
        self._hosted = HostedWatches()

    def watch(self, scratch: Scratch) -> AbstractAsyncContextManager[Watch]:
        """Raises Unavailable."""
        return self._hosted.watch(scratch) if scratch.hosted else self._own.watch(scratch)


def put_together(
    session: Session,
    place: GuardPlace,
    backups: Backups,
    safe: Safekeeping,
    leads: Leads,
    own: Callable[[Migrations], Sequence[str]],
) -> Ways:
    """Those that there are. Nothing is asked of AWS yet."""
    dumps = Copying(safe.backing)
    if not place.copies:
        return Ways(copies=Chosen({CopyBy.DUMP: dumps}))
    snapshots = AwsSnapshots(session, app=place.app, environment=place.environment)
    ports = backups.ports
    clearing = Clearing(snapshots, ports.backups, ports.passages, app=place.app, environment=place.environment)
    ground = Ground(
        snapshots=snapshots,
        leads=leads,
        databases=ports.databases,
        ledger=safe.ledger,
        keeping=safe.keeping,
        clearing=clearing,
        source=place.source,
        group=place.copies,
        own=own,
    )
    ways: dict[CopyBy, Copies] = {CopyBy.DUMP: dumps, CopyBy.SNAPSHOT: Snapshotting(ground)}
    return Ways(copies=Chosen(ways), clearing=clearing)
