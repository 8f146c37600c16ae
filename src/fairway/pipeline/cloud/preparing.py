"""What a deployment needs to know before it changes anything, and all that it refuses.

The release is taken from the handover alone: the image, fairway.toml and the version of the variables that it was built
with. So a stage that is tried again does the same thing again, and one that CodePipeline runs with an earlier handover
goes back to what that one was, the variables included.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from fairway.cloudformation import synthesis, wires
from fairway.cloudformation.synthesis import Given
from fairway.domain import secrecy
from fairway.domain.app import App, Environment
from fairway.domain.aws import approach, names
from fairway.domain.aws.approach import Approach
from fairway.domain.aws.handover import Handover
from fairway.domain.aws.seen import Version
from fairway.domain.aws.stack import Kind, SeenStack, Stack
from fairway.domain.ids import EnvironmentName
from fairway.errors import Conflict, UsageError, WorkFailed
from fairway.pipeline.cloud import borders, comparing, refusing, setting
from fairway.pipeline.cloud.telling import Telling, Told
from fairway.pipeline.stages import source
from fairway.pipeline.stages.described import Load
from fairway.ports.account import CloudSecrets
from fairway.ports.stacks import Stacks
from fairway.provision import raising
from fairway.wire import words

Synthesize = Callable[[App, Given], Sequence[Stack]]
"""The app's stacks as they are wanted, in their order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A deployment that nothing stands in the way of. `stack` is the services' as it is wanted, with the values of its
    `parameters`; `seen` is it as it is."""

    app: App
    environment: Environment
    handover: Handover
    stack: Stack
    parameters: Mapping[str, str]
    seen: SeenStack

    @property
    def name(self) -> EnvironmentName:
        """The environment's name."""
        return self.environment.name

    def is_at(self, parameters: Mapping[str, str]) -> bool:
        """Whether a services' stack with these parameters is at the release."""
        own = (wires.IMAGE_DIGEST, wires.CONFIGURATION_VERSION, wires.COMMIT)
        return all(parameters.get(each, "") == self.parameters[each] for each in own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparing:
    """What it works with; `version` is Fairway's own."""

    load: Load
    stacks: Stacks
    secrets: CloudSecrets
    version: str
    synthesize: Synthesize = synthesis.synthesize

    async def run(self, handover: Handover, name: str, telling: Telling, told: Told) -> Prepared:
        """Raises UsageError for what fairway.toml can't have on AWS, Conflict for stacks that are not as they have to
        be, WorkFailed for variables that are gone, StageFailed for those that are missing. Nothing is changed."""
        app = self.load(handover.text, file=source.MANIFEST, defaults=handover.defaults)
        environment = find_environment(app, name)
        refusing.require_aws(app)
        refusing.require_guardable(replace(app, stages=(environment.name,)))
        seen = await self._find_stack(app, environment.name)
        version = await find_version(handover, environment.name, self.secrets, told)
        telling.hide(secrecy.secrets_of(version.values))
        only = replace(app, stages=(environment.name,))
        await comparing.compare(only, handover.contract, {environment.name: version}, told.log, undone="deployed")
        given = Given(variables={environment.name: tuple(sorted(version.values))}, version=self.version)
        wanted = self.synthesize(app, given)
        stack = next(each for each in wanted if each.kind is Kind.SERVICES and each.environment == environment.name)
        raising.require_door(stack, seen)
        parameters = {
            **await borders.resolve(stack, self.stacks),
            wires.IMAGE_DIGEST: handover.image.digest,
            wires.CONFIGURATION_VERSION: version.id,
            wires.COMMIT: handover.commit,
        }
        for line in await borders.differences(wanted, environment.name, self.stacks):
            told.log(line)
        # Who may delete the stack is none of a deployment's business.
        stack = replace(stack, protected=seen.protected)
        return Prepared(
            app=app, environment=environment, handover=handover, stack=stack, parameters=parameters, seen=seen
        )

    async def _find_stack(self, app: App, environment: EnvironmentName) -> SeenStack:
        """The services' stack, in whichever state an update may begin or go on from."""
        name = names.stack(app.name, Kind.SERVICES, environment)
        seen = await self.stacks.find(name)
        if seen is None or approach.decide(seen) in (Approach.MAKE, Approach.REMAKE):
            raise Conflict(
                f"{environment} can't be deployed to: there is no stack {name}",
                why=f"CloudFormation says {seen.status}: its creation failed" if seen else "nobody has made it",
                hint="fairway aws up",
            )
        approach.require_own(seen, app.name)
        return seen


async def find_version(handover: Handover, environment: EnvironmentName, secrets: CloudSecrets, told: Told) -> Version:
    """The variables that the release is fixed to; what is newer is told. Raises UsageError for a release that was not
    built for the environment, WorkFailed for variables that are gone."""
    secret, id = names.secret(handover.app, environment), handover.configurations.get(environment)
    if id is None:
        raise UsageError(
            f"{words.commit(handover.commit)} was not built for {environment}",
            why=f"it was no stage of the pipeline then: {', '.join(handover.configurations)}",
            hint=f'stages = [..., "{environment}"] under [pipeline] in fairway.toml, then fairway aws up',
        )
    found = await secrets.version(secret, id)
    if found is None:
        raise WorkFailed(
            f"the variables that {words.commit(handover.commit)} was built with are gone",
            why=f"Secrets Manager has no version {id} of {secret}",
            hint=f"{setting.begin_again(handover.app)} takes the newest",
        )
    newest = await secrets.current(secret)
    if newest is not None and newest.id != found.id:
        told.log(f"variables   {environment} has newer ones than this release was built with")
        told.log(f"  they reach the tasks with the next release: {setting.begin_again(handover.app)}")
    return found


def find_environment(app: App, name: str) -> Environment:
    """The environment that is deployed to. Raises UsageError for one that fairway.toml does not have."""
    found = app.environment(name)
    if found is None:
        known = ", ".join(each.name for each in app.environments)
        raise UsageError(f'{app.name} has no environment "{words.clean(name)}"', hint=f"fairway.toml has {known}")
    return found
