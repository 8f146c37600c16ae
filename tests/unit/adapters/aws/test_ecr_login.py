"""The login to ECR: asked for once in half a day, and shown nowhere."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber

from fairway.adapters.aws.ecr import MARGIN, EcrLogin
from fairway.adapters.aws.session import Session
from fairway.errors import FairwayError, WorkFailed
from fairway.ports.registry import Credentials
from support.clouds import JumpingClock

HOST = "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
PASSWORD = "eyJwYXlsb2FkIjoi"
HALF_A_DAY = 12 * 3600.0


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    return Session("eu-central-1", attempts=1)


@pytest.fixture
def ecr(session: Session) -> Iterator[Stubber]:
    with Stubber(session.client("ecr")) as stubber:
        yield stubber


def answer(ecr: Stubber, text: str, until: float) -> None:
    token = base64.b64encode(text.encode()).decode()
    data = {"authorizationToken": token, "expiresAt": datetime.fromtimestamp(until, UTC), "proxyEndpoint": HOST}
    ecr.add_response("get_authorization_token", {"authorizationData": [data]}, {})


async def test_user_and_password_come_out_of_the_token(session: Session, ecr: Stubber) -> None:
    clock = JumpingClock()
    answer(ecr, f"AWS:{PASSWORD}", clock.now() + HALF_A_DAY)

    found = await EcrLogin(session, clock)(HOST)

    assert found == Credentials(user="AWS", password=PASSWORD)
    assert PASSWORD not in repr(found)


async def test_it_is_asked_for_again_shortly_before_its_end(session: Session, ecr: Stubber) -> None:
    clock = JumpingClock()
    answer(ecr, "AWS:one", clock.now() + HALF_A_DAY)
    answer(ecr, "AWS:two", clock.now() + 2 * HALF_A_DAY)
    login = EcrLogin(session, clock)

    first = [await login(HOST), await login(HOST)]
    await clock.sleep(HALF_A_DAY - MARGIN)
    later = await login(HOST)

    assert [each and each.password for each in [*first, later]] == ["one", "one", "two"]
    assert session.calls["ecr:GetAuthorizationToken"] == 2


async def test_a_token_that_holds_no_password_is_refused_without_it(session: Session, ecr: Stubber) -> None:
    clock = JumpingClock()
    answer(ecr, "s3cr3t-without-a-colon", clock.now() + HALF_A_DAY)

    with pytest.raises(WorkFailed) as failure:
        await EcrLogin(session, clock)(HOST)

    assert "s3cr3t" not in f"{failure.value.what} {failure.value.why} {failure.value.__cause__!r}"


async def test_who_may_not_log_in_is_told_by_which_permission(session: Session, ecr: Stubber) -> None:
    text = "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: ecr:GetAuthorizationToken on resource: *"
    ecr.add_client_error("get_authorization_token", "AccessDeniedException", text, 400)

    with pytest.raises(FairwayError) as failure:
        await EcrLogin(session, JumpingClock())(HOST)

    assert "ecr:GetAuthorizationToken" in f"{failure.value.what} {failure.value.why} {failure.value.hint}"
