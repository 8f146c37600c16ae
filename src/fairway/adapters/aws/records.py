"""The guard's records of one environment, as items of its table in DynamoDB.

The table's keys are `kind` and `id`, both text. What is kept under a number has that for its id, with zeros before it
so that it sorts; what it was made for stands beside it and leads to the number.

    counter      passage                    how many numbers were given
    passage-key  release/7/1                the number that this one has
    passage      0000000012                 the document, its version, who wrote it last

There is no transaction: each step is one write with a condition, and whoever comes after one that was killed between
two of them goes on from there. So two at once, or one twice, never share a number and never make two of one; at worst
a number is left out. The SDK makes a call again when its answer is lost, and a condition then fails on what that same
call has written: `write` is of each call its own, and tells.

Every read is consistent. Nothing secret is in an item.
"""

import contextlib
import uuid
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from typing import Any

from fairway.adapters.aws import packing
from fairway.adapters.aws.packing import Packed
from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Conflict, NotFound

NOT_FOUND = "ResourceNotFoundException"
"""There is no such table, or it is not ready yet."""
NOT_MET = "ConditionalCheckFailedException"
DIGITS = 10
"""Of a number as an id."""
COUNTER = "counter"
NAMES = {"#kind": "kind", "#id": "id", "#value": "value", "#version": "version", "#status": "status"}
"""Some of these are words of DynamoDB's own, so that expressions can't have them as they are."""

Item = Mapping[str, Any]


class Records:
    """Those in `table`, which are of that environment of that app and no other."""

    def __init__(self, session: Session, table: str, *, app: AppName, environment: EnvironmentName) -> None:
        self._session = session
        self._table = table
        self.app = app
        self.environment = environment

    def holds(self, app: str, environment: str | None = None) -> bool:
        """Whether those of that app, and of that environment when there is one, can be here."""
        return app == self.app and environment in (None, self.environment)

    def require(self, app: str, environment: str) -> None:
        """Raises NotFound for what has its place elsewhere."""
        if not self.holds(app, environment):
            raise NotFound(
                f"nothing of {environment} of {app} is kept in the table {self._table}",
                why=f"it keeps what the guard knows of {self.environment} of {self.app}",
            )

    async def count_up(self, kind: str) -> int:
        """The kind's next number."""
        answer = await self._call(
            "UpdateItem",
            Key=key_of(COUNTER, kind),
            UpdateExpression="ADD #value :one",
            ExpressionAttributeNames=named("#value"),
            ExpressionAttributeValues={":one": {"N": "1"}},
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["value"]["N"])

    async def claim(self, kind: str, purpose: str) -> int:
        """The number of the one that is for this purpose, the same each time. It may be that nothing is kept under it
        yet."""
        place = key_of(f"{kind}-key", purpose)
        if (found := await self._get(place)) is None:
            number = await self.count_up(kind)
            if await self._put({**place, "number": {"N": str(number)}}, "attribute_not_exists(#id)", names=("#id",)):
                return number
            if (found := await self._get(place)) is None:
                raise Conflict(
                    f"the record {place['id']['S']} went while it was read",
                    why=f"somebody deletes in the table {self._table}",
                )
        return int(found["number"]["N"])

    async def add(self, kind: str, number: int, packed: Packed, *, version: int, status: str = "") -> bool:
        """Keep it, unless there is one under this number."""
        item = made(kind, number, packed, version=version, status=status)
        return await self._put(item, "attribute_not_exists(#id)", names=("#id",))

    async def get(self, kind: str, number: int) -> str | None:
        """The document."""
        found = await self._get(key_of(kind, id_of(number)))
        return None if found is None else packing.unpack(found["document"])

    async def newest(self, kind: str, *, limit: int) -> Sequence[str]:
        """So many documents, the highest number first."""
        if limit < 1:
            return []
        pages = self._pages(
            kind,
            ScanIndexForward=False,
            ExpressionAttributeNames=named("#kind"),
            PaginationConfig={"MaxItems": limit, "PageSize": limit},
        )
        return [packing.unpack(item["document"]) async for page in pages for item in page["Items"]]

    async def having(self, kind: str, statuses: Collection[str]) -> Sequence[str]:
        """The documents with one of these statuses, the lowest number first. All of the kind are read for it."""
        values = {f":{place}": {"S": status} for place, status in enumerate(sorted(statuses))}
        pages = self._pages(
            kind,
            FilterExpression=f"#status IN ({', '.join(values)})",
            ExpressionAttributeNames=named("#kind", "#status"),
            values=values,
        )
        return [packing.unpack(item["document"]) async for page in pages for item in page["Items"]]

    async def change(
        self, kind: str, number: int, packed: Packed, *, before: int, version: int, status: str = ""
    ) -> bool:
        """Put it in the place of the one whose version is `before`; False when there is none of it any more."""
        item = made(kind, number, packed, version=version, status=status)
        return await self._put(item, "#version = :before", names=("#version",), values={":before": {"N": str(before)}})

    async def delete(self, kind: str, number: int) -> None:
        """One that is not there is no error."""
        await self._call("DeleteItem", Key=key_of(kind, id_of(number)))

    async def _get(self, key: Item) -> Item | None:
        answer = await self._call("GetItem", Key=key, ConsistentRead=True)
        return answer.get("Item") or None

    async def _put(
        self, item: Item, condition: str, *, names: Collection[str], values: Mapping[str, Any] | None = None
    ) -> bool:
        """Whether it was written: not when the condition is not met, unless by what this very call has written."""
        written = {**item, "write": {"S": uuid.uuid4().hex}}
        expression = {"ExpressionAttributeValues": values} if values else {}
        try:
            await self._call(
                "PutItem",
                known=(NOT_MET,),
                Item=written,
                ConditionExpression=condition,
                ExpressionAttributeNames=named(*names),
                **expression,
            )
        except Refused:
            found = await self._get({"kind": item["kind"], "id": item["id"]})
            return found is not None and found.get("write") == written["write"]
        return True

    async def _call(self, operation: str, *, known: Collection[str] = (), **parameters: Any) -> dict[str, Any]:
        with self._there():
            return await self._session.call(
                "dynamodb", operation, known=(NOT_FOUND, *known), TableName=self._table, **parameters
            )

    async def _pages(
        self, kind: str, *, values: Mapping[str, Any] | None = None, **parameters: Any
    ) -> AsyncIterator[dict[str, Any]]:
        pages = self._session.pages(
            "dynamodb",
            "Query",
            known=(NOT_FOUND,),
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="#kind = :kind",
            ExpressionAttributeValues={":kind": {"S": kind}, **(values or {})},
            **parameters,
        )
        with self._there():
            async for page in pages:
                yield page

    @contextlib.contextmanager
    def _there(self) -> Iterator[None]:
        """Raise Conflict when there is no such table."""
        try:
            yield
        except Refused as refused:
            if refused.code != NOT_FOUND:
                raise
            raise Conflict(
                f"the table {self._table} with what the guard knows of {self.environment} is not there",
                why="it was deleted, or belongs to another account or region",
                hint="fairway aws up makes it; what was in it comes back with a restore of the table",
            ) from refused


def key_of(kind: str, id: str) -> Item:
    """What leads to an item."""
    return {"kind": {"S": kind}, "id": {"S": id}}


def id_of(number: int) -> str:
    """12 → `0000000012`."""
    return f"{number:0{DIGITS}d}"


def made(kind: str, number: int, packed: Packed, *, version: int, status: str) -> Item:
    """An item. Its status stands outside of the document too, where it is searched for."""
    searched = {"status": {"S": status}} if status else {}
    return {**key_of(kind, id_of(number)), "version": {"N": str(version)}, "document": packed.value, **searched}


def named(*names: str) -> Mapping[str, str]:
    """What an expression's names stand for; DynamoDB refuses those that it does not have."""
    return {name: NAMES[name] for name in names}
