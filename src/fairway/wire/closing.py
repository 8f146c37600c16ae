"""A closed environment as the API shows it."""

from pydantic import BaseModel

from fairway.domain import closing as domain


class WayOut(BaseModel):
    """A command that opens it, and what it does."""

    command: str
    does: str


class Closed(BaseModel):
    """Why `environment` is closed: since when (null: not known), for which passage of which execution. `settled`:
    nothing that goes on will open it, but the `ways` do. `migrates`: the passage has not come to its end yet."""

    environment: str
    since: float | None
    passage: int | None
    execution: int | None
    settled: bool
    migrates: bool
    ways: list[WayOut]

    @classmethod
    def of(cls, found: domain.Closing | None) -> "Closed | None":
        """The shape of it."""
        if found is None:
            return None
        return cls(
            environment=found.environment,
            since=found.since,
            passage=found.passage,
            execution=found.execution,
            settled=found.settled,
            migrates=found.migrates,
            ways=[WayOut(command=each.command, does=each.does) for each in found.ways],
        )
