"""The room of backups inside CodeBuild: the environment's own table, bucket and key, and the build's disk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairway.adapters.aws.backupkey import BackupKey
from fairway.adapters.aws.backups import AwsBackups
from fairway.adapters.aws.passages import AwsPassages
from fairway.adapters.aws.records import Records
from fairway.adapters.aws.session import Session
from fairway.adapters.aws.vault import S3Vault
from fairway.adapters.files.workspaces import FileWorkspaces
from fairway.adapters.memory.notices import MemoryNotices
from fairway.bootstrap.engines import Engines
from fairway.domain.address import Address
from fairway.domain.app import Environment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.release import Release
from fairway.errors import NotFound
from fairway.migrate.backups import safekeeping
from fairway.migrate.backups.safekeeping import Safekeeping
from fairway.migrate.backups.targets import Targets
from fairway.pipeline.cloud.guarding import Views, Wanted
from fairway.ports.clock import Clock
from fairway.ports.databases import Report
from fairway.ports.shipments import Shipments
from fairway.ports.stores import AppRecord


class OneApp:
    """`keeping.KnownApps`: the table is of one app."""

    def __init__(self, app: AppName) -> None:
        self._app = app

    async def list(self) -> Sequence[AppRecord]:
        """It."""
        return [AppRecord(name=self._app, created_at=0.0)]


class NoReleases:
    """`keeping.KnownReleases`: releases are never forgotten on AWS, and so none of them holds a backup. How many of
    those are kept, and how long, is said by fairway.toml alone."""

    async def list(self, app: AppName, *, limit: int) -> Sequence[Release]:
        """None."""
        return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """The room. A backup is put back into the database that the release of its own time names: another one may have
    been brought here since, or a later one be known and not serve."""

    ports: safekeeping.Ports
    views: Views
    shipments: Shipments

    def room(self, release: int | None = None) -> Safekeeping:
        """The room for the databases of a release; None: of the newest that is known."""
        return safekeeping.put_together(self.ports, self._targets(release))

    async def put_back(self, app: AppName, number: int, *, by: str, report: Report) -> object:
        """`parts.Restore`."""
        backup = await self.ports.backups.get(app, number)
        return await self.room(backup.release).restoring.put_back(app, number, by=by, report=report)

    def _targets(self, release: int | None) -> Targets:
        async def values(app: AppName, environment: EnvironmentName) -> Mapping[str, str]:
            number = release or await self._newest()
            if number is None:
                raise NotFound(f"nothing was deployed to {environment} yet")
            return await self.views.values(app, environment, number)

        async def described(app: AppName, environment: EnvironmentName) -> Environment | None:
            number = release or await self._newest()
            return None if number is None else (await self.views.release(app, number)).description

        return Targets(values, described, reach)

    async def _newest(self) -> int | None:
        return next((each.number for each in await self.shipments.list(limit=1)), None)


async def reach(app: AppName, environment: EnvironmentName, address: Address) -> Address:
    """The build is in the tasks' network, and calls a database as they do."""
    return address


def open_backups(
    session: Session,
    wanted: Wanted,
    records: Records,
    shipments: Shipments,
    engines: Engines,
    disk: Path,
    clock: Clock,
) -> Backups:
    """What is under seal lies below `disk` for as long as it is sent or fetched, what is in clear as long as it is
    worked on. Nothing is asked of AWS yet."""
    place = wanted.place
    ports = safekeeping.Ports(
        apps=OneApp(place.app),
        releases=NoReleases(),
        backups=AwsBackups(records),
        passages=AwsPassages(records),
        databases=engines.databases,
        dumps=engines.dumps,
        scratches=engines.scratches,
        vault=S3Vault(session, place.bucket, disk / "sealed", BackupKey(session, place.key).get),
        workspaces=FileWorkspaces(disk / "dumps"),
        clock=clock,
        notices=MemoryNotices(),
    )
    return Backups(ports=ports, views=wanted.views(shipments), shipments=shipments)
