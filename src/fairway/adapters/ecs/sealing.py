"""The variables of the environment, in Secrets Manager: out of which ECS takes them when it starts a task.

One secret for each service, its versions named after Fairway's own version of the variables: the same one is put once,
however often it is asked for. A task definition names the version, so that going back takes the old values too. What
was put last is what is labelled current: Secrets Manager keeps that and the one before, whatever comes.
"""

import json
import uuid
from collections.abc import Mapping

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.aws.session import Session
from fairway.adapters.ecs import naming
from fairway.adapters.ecs.definition import Sealed
from fairway.adapters.ecs.naming import Tags
from fairway.domain.desired import TaskSpec
from fairway.domain.ids import AppName, EnvironmentName

MISSING, EXISTS, INVALID = "ResourceNotFoundException", "ResourceExistsException", "InvalidRequestException"
CURRENT = "AWSCURRENT"
KEPT_DAYS = 7
"""Days for which a deleted secret can be had back, the fewest that Secrets Manager has."""


class Sealing:
    """Puts variables away, and forgets them with their environment."""

    def __init__(self, session: Session, instance: str) -> None:
        self._session = session
        self._instance = instance
        self._put: dict[tuple[str, int], tuple[Mapping[str, str], Sealed]] = {}

    async def put(self, spec: TaskSpec, variables: Mapping[str, str]) -> Sealed | None:
        """Where the service's variables are; None when there are none, and nothing is put away."""
        if not variables:
            return None
        name = naming.secret(spec.app, spec.environment, spec.service)
        known = self._put.get((name, spec.configuration))
        if known is not None and known[0] == variables and self._latest(name) == spec.configuration:
            return known[1]
        sealed = await self.seal(name, spec.configuration, naming.of_service(self._instance, spec), variables)
        self._put.pop((name, spec.configuration), None)
        self._put[name, spec.configuration] = dict(variables), sealed
        return sealed

    async def seal(self, name: str, version: int, tags: Tags, variables: Mapping[str, str]) -> Sealed:
        """Put variables into the secret of that name, as that version of Fairway's; both are made if they are not
        there."""
        text = json.dumps(dict(sorted(variables.items())))
        try:
            answer = await self._write(name, naming.token(self._instance, name, version), text, tags)
        except Refused as refusal:
            if refusal.code != EXISTS:
                raise
            # The same version had other values: what is given to it beside the environment's own has changed since.
            answer = await self._write(name, str(uuid.uuid4()), text, tags)
        return Sealed(arn=answer["ARN"], version=answer["VersionId"], names=sorted(variables))

    async def delete(self, name: str) -> None:
        """Delete a secret for good. One that is not there is no error."""
        await self._call("DeleteSecret", (MISSING,), SecretId=name, ForceDeleteWithoutRecovery=True)

    async def forget(self, app: AppName, environment: EnvironmentName) -> None:
        """Delete the secrets of an environment's services; they can be had back for a week."""
        filters = [
            {"Key": "name", "Values": [naming.secret(app, environment, "")]},
            {"Key": "tag-key", "Values": [naming.INSTANCE]},
        ]
        listed = await self._session.items("secretsmanager", "ListSecrets", "SecretList", Filters=filters)
        for each in listed:
            tags = {tag["Key"]: tag["Value"] for tag in each.get("Tags", ())}
            if tags.get(naming.INSTANCE) == self._instance and tags.get(naming.ENVIRONMENT) == environment:
                await self._call("DeleteSecret", (MISSING,), SecretId=each["ARN"], RecoveryWindowInDays=KEPT_DAYS)
        own = naming.secret(app, environment, "")
        self._put = {key: value for key, value in self._put.items() if not key[0].startswith(own)}

    def _latest(self, name: str) -> int | None:
        """Which configuration was put last under that name, as far as this process knows."""
        return next((version for other, version in reversed(self._put) if other == name), None)

    async def _write(self, name: str, token: str, text: str, tags: Tags) -> Mapping[str, str]:
        """Make it the current version, and the secret if there is none. Raises Refused (EXISTS) when the version is
        there with other values."""
        put = {"SecretId": name, "ClientRequestToken": token, "SecretString": text}
        try:
            answer = await self._session.call(
                "secretsmanager", "PutSecretValue", known=(MISSING, EXISTS, INVALID), **put
            )
        except Refused as refusal:
            if refusal.code == EXISTS:
                raise
            if refusal.code == INVALID:
                # It was deleted a few days ago, and waits for its end.
                await self._session.call("secretsmanager", "RestoreSecret", SecretId=name)
                answer = await self._session.call("secretsmanager", "PutSecretValue", known=(EXISTS,), **put)
            else:
                return await self._session.call(
                    "secretsmanager",
                    "CreateSecret",
                    Name=name,
                    ClientRequestToken=token,
                    SecretString=text,
                    Tags=naming.written(tags, key="Key", value="Value"),
                    Description="Variables that Fairway gives to tasks on ECS",
                )
        if CURRENT not in answer.get("VersionStages", ()):
            await self._make_current(name, token)
        return answer

    async def _make_current(self, name: str, version: str) -> None:
        """A version that was put before is not made current by being put again."""
        described = await self._session.call("secretsmanager", "DescribeSecret", SecretId=name)
        versions: Mapping[str, list[str]] = described.get("VersionIdsToStages", {})
        holder = next((id for id, stages in versions.items() if CURRENT in stages), None)
        if holder != version:
            moved = {"RemoveFromVersionId": holder} if holder else {}
            await self._session.call(
                "secretsmanager",
                "UpdateSecretVersionStage",
                SecretId=name,
                VersionStage=CURRENT,
                MoveToVersionId=version,
                **moved,
            )

    async def _call(self, operation: str, known: tuple[str, ...], **parameters: object) -> None:
        """A call whose refusals of those codes are no errors."""
        try:
            await self._session.call("secretsmanager", operation, known=known, **parameters)
        except Refused:
            return
