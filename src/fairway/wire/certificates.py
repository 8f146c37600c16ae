"""Certificates of domains as the API shows them; never a private key."""

from pydantic import BaseModel, Field

from fairway.domain import certificates as certified


class Certificate(BaseModel):
    """`origin`: "ordered" from an authority, or "given" by an operator. Times are seconds since the epoch;
    `fingerprint` is the SHA-256 of the certificate, in hexadecimal."""

    origin: certified.Origin
    issuer: str
    not_before: float
    not_after: float
    fingerprint: str


class Failure(BaseModel):
    """Why the latest order came to nothing, how many have in a row, and when the next one is made."""

    at: float
    times: int
    cause: str
    again: float


class Standing(BaseModel):
    """How a domain stands. `cause` says why it is not SECURE, "" when it is; `failure` may be that of a renewal."""

    domain: str
    app: str
    environment: str
    state: certified.State
    certificate: Certificate | None
    failure: Failure | None
    cause: str

    @classmethod
    def of(cls, standing: certified.Standing) -> "Standing":
        """The shape of how a host name stands."""
        kept, failed = standing.certificate, standing.failure
        return cls(
            domain=standing.host,
            app=standing.app,
            environment=standing.environment,
            state=standing.state,
            certificate=None
            if kept is None
            else Certificate(
                origin=kept.origin,
                issuer=kept.issuer,
                not_before=kept.not_before,
                not_after=kept.not_after,
                fingerprint=kept.fingerprint,
            ),
            failure=None
            if failed is None
            else Failure(at=failed.at, times=failed.times, cause=failed.cause, again=failed.again),
            cause=standing.cause,
        )


class Certificates(BaseModel):
    """By domain."""

    certificates: list[Standing]


class GiveRequest(BaseModel):
    """A certificate with those that lead to its authority, the domain's own first, and its private key: both PEM."""

    chain: str = Field(min_length=1)
    key: str = Field(min_length=1, repr=False)
