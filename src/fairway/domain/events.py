"""What happened, in the past tense: the event log's entries, and what the live streams carry."""

from dataclasses import dataclass

from fairway.domain.ids import AppName


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`kind` is a past-tense word pair ("task.started", "stage.succeeded"); `text` what a person reads of it.

    `environment`, `service`, `execution` and `deployment` say what it belongs to, "" or None where it belongs to none.
    """

    at: float
    kind: str
    text: str
    app: AppName | None = None
    environment: str = ""
    service: str = ""
    execution: int | None = None
    deployment: int | None = None
