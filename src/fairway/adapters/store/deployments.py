"""Deployments. One gets its verdict once, by `WHERE state = IN_PROGRESS`."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from fairway.adapters import codec
from fairway.adapters.store import apps, releases
from fairway.adapters.store.database import Database
from fairway.adapters.store.tables import APPS, DEPLOYMENTS
from fairway.domain import transitions
from fairway.domain.deployment import TRANSITIONS, Cause, Deployment, RolloutState
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.forgetting import Made, forgotten
from fairway.domain.ids import AppName, DeploymentId, EnvironmentName, ReleaseNumber
from fairway.errors import NotFound


class SqlDeployments:
    """`ports.stores.Deployments`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def start(
        self,
        app: AppName,
        environment: EnvironmentName,
        release: ReleaseNumber,
        *,
        previous: ReleaseNumber | None,
        at: float,
        key: str,
        before: DesiredEnvironment | None = None,
    ) -> Deployment:
        """An IN_PROGRESS deployment with the next id, or the one that the key started before. Raises NotFound for a
        release that is not kept."""

        def work(connection: sa.Connection) -> Deployment:
            apps.lock(connection, app)
            known = sa.select(DEPLOYMENTS).where(DEPLOYMENTS.c.app == app, DEPLOYMENTS.c.key == key)
            if (row := connection.execute(known).first()) is not None:
                return to_deployment(row)
            releases.require(connection, app, release)
            id = apps.count_up(connection, app, APPS.c.deployments)
            connection.execute(
                sa.insert(DEPLOYMENTS).values(
                    app=app,
                    id=id,
                    environment=environment,
                    key=key,
                    release=release,
                    previous=previous,
                    state=RolloutState.IN_PROGRESS.value,
                    started_at=at,
                    before=None if before is None else codec.encode(before),
                )
            )
            return read_one(connection, app, id)

        return await self._database.write(work)

    async def get(self, app: AppName, id: int) -> Deployment:
        """Raises NotFound."""
        return await self._database.read(lambda connection: read_one(connection, app, id))

    async def before(self, app: AppName, id: int) -> DesiredEnvironment | None:
        """What was desired before the deployment, None when nothing was. Raises NotFound."""
        query = sa.select(DEPLOYMENTS.c.before).where(DEPLOYMENTS.c.app == app, DEPLOYMENTS.c.id == id)

        def work(connection: sa.Connection) -> DesiredEnvironment | None:
            row = connection.execute(query).first()
            if row is None:
                raise missing(connection, app, id)
            return None if row.before is None else codec.decode(DesiredEnvironment, row.before)

        return await self._database.read(work)

    async def list(self, app: AppName, *, environment: str | None = None, limit: int = 20) -> Sequence[Deployment]:
        """Newest first."""
        query = sa.select(DEPLOYMENTS).where(DEPLOYMENTS.c.app == app)
        if environment is not None:
            query = query.where(DEPLOYMENTS.c.environment == environment)
        query = query.order_by(DEPLOYMENTS.c.id.desc()).limit(limit)
        return await self._database.read(lambda connection: [to_deployment(row) for row in connection.execute(query)])

    async def latest(self, app: AppName, environment: EnvironmentName, state: RolloutState) -> Deployment | None:
        """The newest deployment of the environment in that state."""
        query = sa.select(DEPLOYMENTS).where(
            DEPLOYMENTS.c.app == app, DEPLOYMENTS.c.environment == environment, DEPLOYMENTS.c.state == state.value
        )
        newest = query.order_by(DEPLOYMENTS.c.id.desc()).limit(1)

        def work(connection: sa.Connection) -> Deployment | None:
            row = connection.execute(newest).first()
            return None if row is None else to_deployment(row)

        return await self._database.read(work)

    async def finish(
        self,
        app: AppName,
        id: DeploymentId,
        state: RolloutState,
        *,
        reason: str,
        cause: Cause | None = None,
        at: float,
    ) -> bool:
        """Give it its verdict; False when it had one. Raises ValueError for a state that is none."""
        transitions.check(TRANSITIONS, RolloutState.IN_PROGRESS, state)
        statement = (
            sa.update(DEPLOYMENTS)
            .where(
                DEPLOYMENTS.c.app == app,
                DEPLOYMENTS.c.id == id,
                DEPLOYMENTS.c.state == RolloutState.IN_PROGRESS.value,
            )
            .values(state=state.value, reason=reason, cause=None if cause is None else codec.encode(cause), ended_at=at)
        )
        return await self._database.write(lambda connection: connection.execute(statement).rowcount == 1)

    async def entries(self, app: AppName) -> Sequence[Made]:
        """Newest first."""
        at = sa.func.coalesce(DEPLOYMENTS.c.ended_at, DEPLOYMENTS.c.started_at).label("at")
        wanted = (DEPLOYMENTS.c.id, DEPLOYMENTS.c.environment, at, DEPLOYMENTS.c.release, DEPLOYMENTS.c.state)
        query = sa.select(*wanted).where(DEPLOYMENTS.c.app == app).order_by(DEPLOYMENTS.c.id.desc())

        def work(connection: sa.Connection) -> Sequence[Made]:
            return [
                Made(number=id, row=environment, at=at, release=release, state=RolloutState(state))
                for id, environment, at, release, state in connection.execute(query)
            ]

        return await self._database.read(work)

    async def delete(self, app: AppName, ids: Sequence[int]) -> None:
        """Those that have their verdict."""
        ended = DEPLOYMENTS.c.state != RolloutState.IN_PROGRESS.value
        statement = sa.delete(DEPLOYMENTS).where(DEPLOYMENTS.c.app == app, DEPLOYMENTS.c.id.in_(ids), ended)
        await self._database.write(lambda connection: connection.execute(statement).close())


def read_one(connection: sa.Connection, app: str, id: int) -> Deployment:
    """Raises NotFound, with the latest there is."""
    mine = DEPLOYMENTS.c.app == app
    row = connection.execute(sa.select(DEPLOYMENTS).where(mine, DEPLOYMENTS.c.id == id)).first()
    if row is not None:
        return to_deployment(row)
    raise missing(connection, app, id)


def missing(connection: sa.Connection, app: str, id: int) -> NotFound:
    """The error for a deployment that is not there: it says which is the latest."""
    query = sa.select(sa.func.min(DEPLOYMENTS.c.id), sa.func.max(DEPLOYMENTS.c.id)).where(DEPLOYMENTS.c.app == app)
    oldest, latest = connection.execute(query).one()
    given = connection.execute(sa.select(APPS.c.deployments).where(APPS.c.name == app)).scalar() or 0
    if 0 < id <= given:
        return forgotten("deployment", id, app, oldest=oldest)
    hint = f"the latest is {latest}" if latest else "nothing was deployed yet"
    return NotFound(f"{app} has no deployment {id}", hint=hint)


def to_deployment(row: sa.Row[Any]) -> Deployment:
    """A row of DEPLOYMENTS."""
    return Deployment(
        app=AppName(row.app),
        environment=EnvironmentName(row.environment),
        id=DeploymentId(row.id),
        release=ReleaseNumber(row.release),
        previous=None if row.previous is None else ReleaseNumber(row.previous),
        state=RolloutState(row.state),
        started_at=row.started_at,
        ended_at=row.ended_at,
        reason=row.reason,
        cause=None if row.cause is None else codec.decode(Cause, row.cause),
        key=row.key,
    )
