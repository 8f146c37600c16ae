"""Whether an environment on AWS may go back: CodePipeline runs the stage with an earlier handover, and says nothing of
it. The database has stayed where it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fairway.domain import guarding, taking_back
from fairway.domain.aws.shipment import Shipment
from fairway.domain.deployment import Cause
from fairway.domain.guarding import Return, Way
from fairway.domain.passage import Passage
from fairway.migrate.parts import Subject
from fairway.pipeline.cloud import setting
from fairway.pipeline.cloud.failing import StageFailed
from fairway.ports.builder import LogSink
from fairway.wire import words

VARIABLE = "FAIRWAY_ACCEPT_SCHEMA"
"""Of the stage: the commit that may run on a schema on which nothing has shown it. It names one, so that what was left
there accepts nothing else."""
SHORTEST = 7
"""Characters of a commit's id by which it is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A release on its way to an environment: `kept` are all that were brought there, `made` its passages."""

    shipment: Shipment
    subject: Subject
    kept: Sequence[Shipment]
    made: Sequence[Passage]

    @property
    def back(self) -> bool:
        """Whether a later build was brought there before, and there is nothing that the guard would rehearse."""
        later = any(each.handover.built_at > self.shipment.handover.built_at for each in self.kept)
        return later and not self.subject.plan.pending

    def find(self) -> Return:
        """Whether the database as it is fits."""
        handover = self.shipment.handover
        alike = {
            each.number
            for each in self.kept
            if (each.handover.image.digest, each.handover.text) == (handover.image.digest, handover.text)
        }
        return guarding.find_return(self.subject.plan, {self.shipment.number, *alike}, self.made)


def require_fit(going: Going, accepted: str, log: LogSink) -> None:
    """Say why it may go back. Raises StageFailed, with the choices and what each costs, when nothing has shown that it
    may; `accepted` is a commit that may all the same, "" for none."""
    if not going.back:
        return
    found = going.find()
    if found.way is Way.FITS:
        log(f"going back    ✓  {found.sentence}")
        return
    beyond = f"; it has {taking_back.few(found.missing)} beyond {commit(going)}" if found.missing else ""
    if len(accepted) >= SHORTEST and going.shipment.handover.commit.startswith(accepted):
        log(f"going back    ✓  {VARIABLE} accepts that {found.sentence}{beyond}")
        return
    raise StageFailed(explain(going, found, beyond))


def explain(going: Going, found: Return, beyond: str) -> Cause:
    """Why not, and what can be done."""
    environment, name = going.shipment.environment, commit(going)
    accept = setting.switch(going.shipment.app, environment, VARIABLE, name)
    choices = [
        "push a commit that mends it and keeps the migrations, so that nothing is lost",
        f"or {accept} and retry the stage: the tasks of {name} may fail on the schema that there is",
    ]
    if found.way is Way.DOWN:
        choices.append(
            "or take the migrations back by hand, by the command of migrations.down in the image that has them: "
            "what they added goes away, data included"
        )
    return Cause(
        sentence=f"{environment} can't go back to {name}: its database has moved on",
        seen=f"{found.sentence}{beyond}; nothing was changed",
        fix="\n".join(choices),
    )


def commit(going: Going) -> str:
    """`9c1f2e7`."""
    return words.commit(going.shipment.handover.commit)
