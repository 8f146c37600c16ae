"""What the guard sees of releases on AWS: the kept handovers are the releases, and the stack says which one serves."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from fairway.cloudformation import wires
from fairway.domain import secrecy
from fairway.domain import variables as kept
from fairway.domain.app import Environment
from fairway.domain.aws import names
from fairway.domain.aws.shipment import Shipment
from fairway.domain.aws.stack import Kind
from fairway.domain.ids import AppName, EnvironmentName, ReleaseNumber
from fairway.domain.release import Release
from fairway.errors import Conflict, UsageError, WorkFailed
from fairway.migrate.parts import Serving
from fairway.pipeline.cloud.guarding import Views
from fairway.pipeline.cloud.telling import Telling
from fairway.pipeline.stages import source
from fairway.pipeline.stages.described import Load
from fairway.ports.account import CloudSecrets
from fairway.ports.shipments import Shipments
from fairway.ports.stacks import Stacks
from fairway.wire import words

RECENT = 200
"""Releases that are looked at for the one that serves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """Of one environment. `follows` says whether ECS runs what the services' stack says. `telling` is told what can't
    be seen, and masks every secret that comes out here."""

    load: Load
    stacks: Stacks
    secrets: CloudSecrets
    follows: Callable[[], Awaitable[bool]]
    telling: Telling

    def of(self, shipments: Shipments) -> Views:
        """What it sees of these."""

        async def release(app: AppName, number: int) -> Release:
            return self.describe(await shipments.get(number))

        async def values(
            app: AppName, environment: EnvironmentName, version: int, service: str = ""
        ) -> Mapping[str, str]:
            return await self._values(await shipments.get(version), service)

        async def serving(app: AppName, environment: EnvironmentName) -> Serving | None:
            return await self._serving(app, environment, await shipments.list(limit=RECENT))

        return Views(values=values, serving=serving, release=release)

    def describe(self, shipment: Shipment) -> Release:
        """The shipment as the guard knows releases: its variables' version is its own number. Raises UsageError for a
        fairway.toml that this Fairway does not take any more."""
        handover = shipment.handover
        number = ReleaseNumber(shipment.number)
        return Release(
            app=shipment.app,
            number=number,
            environment=shipment.environment,
            image=handover.image,
            configuration=number,
            description=self._environment(shipment),
            commit=handover.commit,
            subject=handover.subject,
            execution=None,
            created_at=shipment.kept_at,
        )

    def _environment(self, shipment: Shipment) -> Environment:
        handover = shipment.handover
        app = self.load(handover.text, file=source.MANIFEST, defaults=handover.defaults)
        found = app.environment(shipment.environment)
        if found is None:
            raise UsageError(
                f"the fairway.toml of {words.commit(handover.commit)} has no environment {shipment.environment}"
            )
        return found

    async def _values(self, shipment: Shipment, service: str) -> Mapping[str, str]:
        """Those of its version in Secrets Manager, and the URLs of the databases that AWS runs, as they are now. Raises
        WorkFailed where either is gone."""
        app, environment = shipment.app, shipment.environment
        secret, id = names.secret(app, environment), shipment.handover.configurations.get(environment, "")
        version = await self.secrets.version(secret, id) if id else None
        if version is None:
            raise WorkFailed(
                f"the variables that {words.commit(shipment.handover.commit)} was built with are gone",
                why=f"Secrets Manager has no version {id} of {secret}",
            )
        given = await self._urls(app, self._environment(shipment))
        self.telling.hide(secrecy.secrets_of({**version.values, **given}))
        return {**kept.given_to(version.values, service), **given}

    async def _urls(self, app: AppName, environment: Environment) -> Mapping[str, str]:
        if not environment.given:
            return {}
        stack = names.stack(app, Kind.DATA, environment.name)
        seen = await self.stacks.find(stack)
        outputs = seen.outputs if seen is not None else {}
        found: dict[str, str] = {}
        for variable, database in environment.given.items():
            secret = outputs.get(wires.url_secret(database))
            url = await self.secrets.text(secret) if secret is not None else None
            if not url:
                raise Conflict(
                    f"the address of the database {database} is not there",
                    why=f"{stack} puts out no {wires.url_secret(database)}, or that secret is empty",
                    hint="fairway aws up, in a checkout of this commit",
                )
            found[variable] = url
        return found

    async def _serving(
        self, app: AppName, environment: EnvironmentName, shipments: Sequence[Shipment]
    ) -> Serving | None:
        """By the parameters of the services' stack: None before the first deployment, and, which is told, where that
        release is not kept, can't be read, or is not what runs."""
        seen = await self.stacks.find(names.stack(app, Kind.SERVICES, environment))
        parameters = seen.parameters if seen is not None else {}
        if not parameters.get(wires.IMAGE_DIGEST):
            return None
        commit = words.commit(parameters.get(wires.COMMIT, ""))
        if not await self.follows():
            self.telling.log(f"guard   ECS does not run {commit}, which its stack has: what serves can't be tried")
            return None
        found = next((each for each in shipments if matches(each, parameters)), None)
        if found is None:
            self.telling.log(f"guard   {commit} serves and is not kept: it can't be tried on the copy")
            return None
        try:
            serving = Serving(release=self.describe(found), configuration=found.number)
        except UsageError as error:
            self.telling.log(f"guard   {commit} serves and can't be tried on the copy: {error.what}")
            return None
        self.telling.log(f"guard   {commit}, release {found.number}, serves")
        return serving


def matches(shipment: Shipment, parameters: Mapping[str, str]) -> bool:
    """Whether the services' stack is at that release."""
    handover = shipment.handover
    return (
        handover.image.digest == parameters.get(wires.IMAGE_DIGEST)
        and handover.commit == parameters.get(wires.COMMIT)
        and handover.configurations.get(shipment.environment) == parameters.get(wires.CONFIGURATION_VERSION)
    )
