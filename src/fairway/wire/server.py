"""The server itself and events as the API shows them."""

from pydantic import BaseModel

from fairway.domain import events
from fairway.domain import lease as leases


class Component(BaseModel):
    """A part of the host that the server needs."""

    name: str
    state: str
    detail: str


class Lease(BaseModel):
    """A server that shares the work: until when its lease lasts (by its own clock), whether it has run out or was lost,
    and which apps it has. `here`: it is the one that answers."""

    server: str
    name: str
    url: str
    number: int
    renewed_at: float
    expires_at: float
    expired: bool
    lost: bool
    here: bool
    apps: list[str]

    @classmethod
    def of(cls, lease: leases.Lease, *, here: str, now: float) -> "Lease":
        """The shape of a lease."""
        return cls(
            server=lease.member.server,
            name=lease.member.name,
            url=lease.member.url,
            number=lease.number,
            renewed_at=lease.renewed_at,
            expires_at=lease.expires_at,
            expired=lease.expired(now),
            lost=lease.lost,
            here=lease.member.server == here,
            apps=list(lease.apps),
        )


class Server(BaseModel):
    """Where it runs and with what; `servers`, where several share the work, are all of them."""

    version: str
    pid: int
    home: str
    started_at: float
    url: str
    apps_url: str
    components: list[Component]
    servers: list[Lease]


class Health(BaseModel):
    """`status` is "ok" for as long as there is an answer."""

    status: str
    version: str


class Event(BaseModel):
    """What happened."""

    at: float
    kind: str
    text: str
    environment: str
    service: str
    execution: int | None
    deployment: int | None

    @classmethod
    def of(cls, event: events.Event) -> "Event":
        """The shape of an event."""
        return cls(
            at=event.at,
            kind=event.kind,
            text=event.text,
            environment=event.environment,
            service=event.service,
            execution=event.execution,
            deployment=event.deployment,
        )


class Events(BaseModel):
    """Newest first."""

    events: list[Event]
