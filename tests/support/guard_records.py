"""Where the guard's records are kept in a test: in a server's store, or in an environment's table in DynamoDB."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fairway.adapters.aws.backups import AwsBackups
from fairway.adapters.aws.passages import AwsPassages
from fairway.adapters.aws.records import Records
from fairway.adapters.aws.session import Session
from fairway.adapters.aws.shipments import AwsShipments
from fairway.domain.ids import AppName, EnvironmentName
from fairway.ports.guarding import Backups, Passages
from support.pipeline_stores import AnyStore
from support.pipeline_values import APP, PRODUCTION

TABLE = "fairway-shop-api-production"


@dataclass(frozen=True)
class Kept:
    """`prepare` makes the app known where it has to be."""

    backups: Backups
    passages: Passages
    prepare: Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Table:
    """One environment's, and all that is kept in it."""

    session: Session
    records: Records

    @property
    def passages(self) -> AwsPassages:
        return AwsPassages(self.records)

    @property
    def backups(self) -> AwsBackups:
        return AwsBackups(self.records)

    @property
    def shipments(self) -> AwsShipments:
        return AwsShipments(self.records)


def kept_in(store: AnyStore) -> Kept:
    async def prepare() -> None:
        await store.apps.create(APP, at=1.0)

    return Kept(backups=store.backups, passages=store.passages, prepare=prepare)


def kept_in_table(table: Table) -> Kept:
    async def prepare() -> None:
        """It is its environment's alone."""

    return Kept(backups=table.backups, passages=table.passages, prepare=prepare)


def table_of(
    session: Session, *, name: str = TABLE, app: AppName = APP, environment: EnvironmentName = PRODUCTION
) -> Table:
    """As a build opens it."""
    return Table(session=session, records=Records(session, name, app=app, environment=environment))


async def make_table(session: Session, name: str = TABLE) -> None:
    """As DATA's template makes it."""
    await session.call(
        "dynamodb",
        "CreateTable",
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "kind", "KeyType": "HASH"}, {"AttributeName": "id", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "kind", "AttributeType": "S"},
            {"AttributeName": "id", "AttributeType": "S"},
        ],
    )
