"""The pipeline as a whole: its definition, and which executions are where in it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from fairway.domain.execution import INSIDE, Execution, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One stage, as the newest execution defines it; `inside` are in it, `waiting` in front of it, oldest first. One
    that only an earlier definition had has no actions here."""

    stage: Stage
    inside: tuple[Execution, ...]
    waiting: tuple[Execution, ...]


def survey(newest: Execution, unfinished: Sequence[Execution]) -> tuple[Place, ...]:
    """Its stages in their order, then those in which only executions of earlier definitions are."""
    stages = {stage.name: stage for stage in newest.stages}
    places = [(each, place) for each in unfinished if (place := each.place) is not None]
    stages |= {place.name: Stage(name=place.name) for _, place in places if place.name not in stages}
    return tuple(
        Place(
            stage=stage,
            inside=tuple(each for each, place in places if place.name == name and place.status in INSIDE),
            waiting=tuple(each for each, place in places if place.name == name and place.status not in INSIDE),
        )
        for name, stage in stages.items()
    )
