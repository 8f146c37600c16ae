"""What somebody insists on whom no stage can ask: variables of the stage, each of which names the one thing that it is
for."""

from collections.abc import Mapping
from dataclasses import dataclass

from fairway.pipeline.cloud import restoring, returning


@dataclass(frozen=True, slots=True, kw_only=True)
class Insisted:
    """`accepted` is a commit that may run on a schema on which nothing has shown it, `restored` the number of a backup
    that takes the place of a database which was left half-way; "" for none."""

    accepted: str = ""
    restored: str = ""


NOTHING = Insisted()


def read(environ: Mapping[str, str]) -> Insisted:
    """What the stage's variables say."""
    return Insisted(
        accepted=environ.get(returning.VARIABLE, "").strip(), restored=environ.get(restoring.VARIABLE, "").strip()
    )
