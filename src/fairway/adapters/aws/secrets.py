"""The variables of an environment in Secrets Manager."""

import re
from collections.abc import Mapping
from typing import Any

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.domain.aws import variables
from fairway.domain.aws.seen import Version
from fairway.errors import Conflict, FairwayError

NOT_FOUND = "ResourceNotFoundException"
"""There is no such secret, or it has no version yet."""
REFUSED = "InvalidRequestException"
DELETED = re.compile(r"marked (?:for deletion|deleted)|scheduled for deletion")
"""What that says of a secret which is deleted, but can be had back for some days."""


class AwsSecrets:
    """`ports.account.CloudSecrets`, of the session's account and region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def current(self, secret: str) -> Version | None:
        """By GetSecretValue."""
        return await self._get(secret)

    async def version(self, secret: str, id: str) -> Version | None:
        """By GetSecretValue, which finds versions that have no label any more too, as long as they are kept."""
        return await self._get(secret, VersionId=id)

    async def text(self, secret: str) -> str | None:
        """By GetSecretValue."""
        answer = await self._ask(secret)
        return None if answer is None else str(answer.get("SecretString", ""))

    async def _get(self, secret: str, **chosen: str) -> Version | None:
        answer = await self._ask(secret, **chosen)
        if answer is None:
            return None
        return Version(id=answer["VersionId"], values=variables.read(secret, answer.get("SecretString", "")))

    async def _ask(self, secret: str, **chosen: str) -> Mapping[str, Any] | None:
        try:
            answer: Mapping[str, Any] = await self._session.call(
                "secretsmanager", "GetSecretValue", known=(NOT_FOUND, REFUSED), SecretId=secret, **chosen
            )
        except Refused as refused:
            if refused.code == NOT_FOUND:
                return None
            raise deleted(secret, refused) from refused
        return answer

    async def names(self, secret: str) -> tuple[str, ...]:
        """Out of the values: Secrets Manager keeps no list of what is inside."""
        version = await self.current(secret)
        return tuple(sorted(version.values)) if version else ()

    async def put(self, secret: str, values: Mapping[str, str]) -> Version:
        """By PutSecretValue, when they differ from the newest version."""
        if refusal := variables.too_large(secret, values):
            raise refusal
        current = await self.current(secret)
        if current is not None and variables.same(current, values):
            return current
        try:
            answer = await self._session.call(
                "secretsmanager",
                "PutSecretValue",
                known=(NOT_FOUND, REFUSED),
                SecretId=secret,
                SecretString=variables.written(values),
            )
        except Refused as refused:
            if refused.code == NOT_FOUND:
                raise variables.missing(secret) from refused
            raise deleted(secret, refused) from refused
        return Version(id=answer["VersionId"], values=dict(values))


def deleted(secret: str, refused: Refused) -> FairwayError:
    """A secret that is deleted, but not yet for good, keeps its name; another refusal is what it is otherwise."""
    if DELETED.search(refused.message) is None:
        return refused.otherwise
    return Conflict(
        f"the secret {secret} is deleted, and keeps its name for some days",
        why="Secrets Manager deletes for good only after 7 to 30 days",
        hint=f"have it back: aws secretsmanager restore-secret --secret-id {secret}",
    )
