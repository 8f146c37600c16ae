"""The stage of an environment inside CodeBuild: a release becomes what the services' stack says, and then what runs.

CloudFormation and ECS do the work, and take it back when it fails. What is left to do here is to refuse what must not
begin, to follow what goes on, and to say truly how it ended. A run that was killed leaves nothing behind but the update
that it began: the next one waits for its end, and finds that nothing is left to change.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fairway.cloudformation import synthesis
from fairway.domain.aws.handover import Handover
from fairway.errors import WorkFailed
from fairway.pipeline.cloud import refusing, stackline
from fairway.pipeline.cloud.preparing import Prepared, Preparing, Synthesize
from fairway.pipeline.cloud.reporting import Reporting
from fairway.pipeline.cloud.settling import Settling
from fairway.pipeline.cloud.telling import Telling, Told
from fairway.pipeline.stages import source
from fairway.pipeline.stages.described import Load
from fairway.ports.rollouts import Rollouts
from fairway.provision import raising
from fairway.provision.parts import Parts
from fairway.provision.raising import Wish
from fairway.wire import words

PATIENCE = 4 * 3600.0
"""Seconds for the stack. CloudFormation itself gives up on a service of ECS after three hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """What a deployment needs of AWS in one region."""

    parts: Parts
    rollouts: Rollouts


Connect = Callable[[str], Cloud]
"""Takes a region. Nothing is asked of AWS yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploying:
    """What the stage works with. `role` is the ARN of the role under which CloudFormation changes the services, None:
    it does so with the caller's own permissions. `version` is Fairway's own."""

    load: Load
    connect: Connect
    version: str
    role: str | None = None
    synthesize: Synthesize = synthesis.synthesize

    async def run(self, handover: Handover, environment: str, telling: Telling) -> None:
        """Returns once the environment runs the release. Raises, and has told, what failed: see `Preparing.run` for
        what is refused before anything changes; StageFailed for a deployment that failed."""
        telling.names = (environment,)
        telling.head(handover.app, handover.commit, handover.subject)
        with telling.stage(environment) as told:
            app = self.load(handover.text, file=source.MANIFEST, defaults=handover.defaults)
            cloud = self.connect(refusing.require_aws(app).region)
            parts = replace(cloud.parts, tell=lambda said: stackline.log(said, told.log))
            preparing = Preparing(
                load=self.load,
                stacks=parts.stacks,
                secrets=parts.secrets,
                version=self.version,
                synthesize=self.synthesize,
            )
            prepared = await preparing.run(handover, environment, telling, told)
            reporting = Reporting(stacks=parts.stacks, rollouts=cloud.rollouts, clock=parts.clock)
            changed = await self._change(prepared, parts, reporting, told)
            settling = Settling(stacks=parts.stacks, rollouts=cloud.rollouts, clock=parts.clock)
            settled = await settling.run(prepared, told.log)
            if not settled.well:
                raise await reporting.of_services(prepared, settled, told.log)
            done = words.commit(handover.commit) + ("" if changed else " runs already")
            told.summary = f"{done}; {settled.standing.text}"

    async def _change(self, prepared: Prepared, parts: Parts, reporting: Reporting, told: Told) -> bool:
        """Bring the services' stack to the release; whether there was anything to change."""
        wish = Wish(app=prepared.app.name, until=parts.clock.now() + PATIENCE, role=self.role)
        told.log(f"stack {prepared.stack.name}: {prepared.handover.image.reference}")
        before = prepared.seen
        try:
            after = await raising.bring(parts, prepared.stack, prepared.parameters, wish)
        except WorkFailed as error:
            raise await reporting.of_stack(prepared, error, told.log) from error
        return after.parameters != before.parameters or before.moving
