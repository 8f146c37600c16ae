"""How a domain stands, and why it is not secure where it is not: pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from fairway.domain import certificate_names
from fairway.domain.certificates import Certificate, Failure, Standing, State
from fairway.domain.ids import AppName, EnvironmentName


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is known of one host at a look. `presented` is the fingerprint of what is presented for it; `ordering`: an
    order is under way; `unsigned` says why no authority is asked for any name, "" when one is."""

    certificate: Certificate | None = None
    failure: Failure | None = None
    presented: str | None = None
    ordering: bool = False
    unsigned: str = ""


def stand(host: str, app: AppName, environment: EnvironmentName, sight: Sight, now: float) -> Standing:
    """How `host` stands at `now`. A certificate that holds and is presented is SECURE, whatever became of its renewal;
    the failure says that."""
    state, cause = judge(host, sight, now)
    # While an order is under way, its row says that it did not come to its end.
    failure = None if sight.ordering else sight.failure
    return Standing(
        host=host,
        app=app,
        environment=environment,
        state=state,
        certificate=sight.certificate,
        failure=failure,
        cause=cause,
    )


def judge(host: str, sight: Sight, now: float) -> tuple[State, str]:
    """The state, and its cause where it is not SECURE."""
    certificate, failure = sight.certificate, None if sight.ordering else sight.failure
    if certificate is not None and now >= certificate.not_after:
        ended = f"its certificate ended at {moment(certificate.not_after)}"
        return State.ENDED, f"{ended}; {failure.cause}" if failure is not None else ended
    if certificate is not None and sight.presented == certificate.fingerprint:
        return State.SECURE, ""
    if certificate is not None:
        return State.ORDERING, "its certificate is not presented yet"
    if refusal := certificate_names.find_refusal(host):
        return State.PLAIN, f"{host} {refusal}"
    if sight.unsigned:
        return State.PLAIN, sight.unsigned
    if failure is not None:
        return State.FAILED, failure.cause
    return State.ORDERING, "its certificate is being ordered"


def moment(at: float) -> str:
    """As people read it, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
