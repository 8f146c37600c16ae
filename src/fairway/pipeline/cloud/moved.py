"""What a deployment on AWS says of the database that the guard has brought on before it."""

from dataclasses import dataclass, replace

from fairway.domain import guarding
from fairway.domain.passage import Passage, PassageStatus
from fairway.errors import FairwayError
from fairway.pipeline.cloud import failing
from fairway.pipeline.cloud.failing import StageFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """`passage` is this run's. `brought` is the one that migrated the database to the release, be it of an earlier run;
    None where nothing of the release was pending."""

    passage: Passage
    brought: Passage | None

    @property
    def summary(self) -> str:
        """For the stage's line, "" where nothing was migrated."""
        return self.passage.summary if self.passage.status is PassageStatus.MIGRATED else ""

    def told(self, error: FairwayError, barred: str = "") -> FairwayError:
        """The failure of the deployment that came after it, with how the database stands; `barred` is why it was not
        taken back where that was wanted. A refusal becomes a failure too: it is not true any more that nothing was
        changed."""
        if self.brought is None:
            return error
        cause = failing.explain(error)
        seen = "; ".join(part for part in (cause.seen, describe(self.brought, barred)) if part)
        return StageFailed(replace(cause, seen=seen))


def describe(passage: Passage, barred: str = "") -> str:
    """`the database has 1_coupon all the same, and the release that served was shown to hold on that; …`."""
    kept = f"; it is not taken back: {barred}" if barred else ""
    what = ", ".join(passage.applied) or "its migrations"
    old = passage.rehearsal.old if passage.rehearsal is not None else None
    if old is None:
        holds = "no earlier release was tried on that"
    elif guarding.does_not_hold(old):
        holds = "the release that served was shown to fail on that, for which the environment was closed"
    elif old.failed:
        holds = "the release that served could not be tried on that"
    else:
        holds = "the release that served was shown to hold on that"
    return f"the database has {what} all the same, and {holds}{kept}; a release that mends it makes nothing twice"
