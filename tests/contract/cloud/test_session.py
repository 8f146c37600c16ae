"""The session: what it counts, what it hands over, and what it does when AWS does not answer at once."""

import logging
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.stub import Stubber

from fairway.adapters.aws.session import Session
from fairway.errors import Unavailable, UsageError
from support.clouds import REGION

IDENTITY = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::123456789012:user/anna</Arn><UserId>AIDA</UserId><Account>123456789012</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
BUSY = b"<ErrorResponse><Error><Code>ServiceUnavailable</Code><Message>busy</Message></Error></ErrorResponse>"


class Body:
    """What urllib3 would hand over."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def stream(self, **_: Any) -> list[bytes]:
        return [self.content]


class Answering:
    """In the network's place: answers each request with the next of these, and keeps the requests."""

    def __init__(self, session: Session, *answers: tuple[int, bytes], service: str = "sts") -> None:
        self.requests: list[Any] = []
        self._answers = list(answers)
        session.client(service).meta.events.register("before-send", self)

    def __call__(self, request: Any, **_: Any) -> AWSResponse:
        self.requests.append(request)
        status, content = self._answers.pop(0)
        return AWSResponse(request.url, status, {}, Body(content))


async def test_calls_are_counted_by_the_names_that_iam_knows_them_by(session: Session) -> None:
    with (
        Stubber(session.client("elbv2")) as balancers,
        Stubber(session.client("cloudwatch")) as watch,
        Stubber(session.client("ecs")) as ecs,
    ):
        balancers.add_response("describe_load_balancers", {"LoadBalancers": [], "NextMarker": "2"})
        balancers.add_response("describe_load_balancers", {"LoadBalancers": []})
        watch.add_response("describe_alarms", {"MetricAlarms": []})
        ecs.add_client_error("update_service", "ServiceNotFoundException")

        await session.items("elbv2", "DescribeLoadBalancers", "LoadBalancers")
        await session.call("cloudwatch", "DescribeAlarms")
        with pytest.raises(UsageError):
            await session.call("ecs", "UpdateService", service="web", cluster="shop")

    assert session.calls == {
        "elasticloadbalancing:DescribeLoadBalancers": 2,
        "cloudwatch:DescribeAlarms": 1,
        "ecs:UpdateService": 1,
    }


async def test_whoever_watches_is_told_of_each_call_with_its_parameters(alone: None) -> None:
    told: list[tuple[str, Mapping[str, Any]]] = []
    session = Session(REGION, watch=lambda action, parameters: told.append((action, dict(parameters))))
    with Stubber(session.client("ecs")) as ecs:
        ecs.add_response("describe_clusters", {})

        await session.call("ecs", "DescribeClusters", clusters=["shop"])

    assert told == [("ecs:DescribeClusters", {"clusters": ["shop"]})]


async def test_pages_are_asked_for_one_after_the_other(session: Session) -> None:
    with Stubber(session.client("ecs")) as ecs:
        ecs.add_response("list_tasks", {"taskArns": ["a"], "nextToken": "2"}, {"cluster": "shop"})
        ecs.add_response("list_tasks", {"taskArns": ["b"]}, {"cluster": "shop", "nextToken": "2"})

        assert await session.items("ecs", "ListTasks", "taskArns", cluster="shop") == ["a", "b"]


async def test_a_call_that_fails_is_made_again_and_that_is_told(alone: None, caplog: pytest.LogCaptureFixture) -> None:
    session = Session(REGION, attempts=2)
    answering = Answering(session, (503, BUSY), (200, IDENTITY))

    answer = await session.call("sts", "GetCallerIdentity")

    assert answer["Account"] == "123456789012"
    assert len(answering.requests) == 2
    assert session.calls == {"sts:GetCallerIdentity": 1}
    assert session.retries == {"sts:GetCallerIdentity": 1}
    assert [record.message for record in caplog.records if record.name.startswith("fairway")] == ["AWS was asked again"]


async def test_a_call_is_not_made_for_ever(alone: None) -> None:
    session = Session(REGION, attempts=2)
    answering = Answering(session, *[(503, BUSY)] * 5)

    with pytest.raises(Unavailable, match="sts:GetCallerIdentity"):
        await session.call("sts", "GetCallerIdentity")

    assert len(answering.requests) == 2
    assert session.retries == {"sts:GetCallerIdentity": 1}


async def test_in_a_region_that_nobody_knows_a_call_is_made_once(alone: None) -> None:
    session = Session("eu-centrl-1", attempts=5)
    answering = Answering(session, *[(503, BUSY)] * 5)

    with pytest.raises(Unavailable):
        await session.call("sts", "GetCallerIdentity")

    assert len(answering.requests) == 1


async def test_aws_is_told_which_program_calls(session: Session) -> None:
    answering = Answering(session, (200, IDENTITY))

    await session.call("sts", "GetCallerIdentity")

    agent = answering.requests[0].headers["User-Agent"]
    assert b"fairway/" in agent
    assert b"Boto3/" in agent


async def test_calls_go_to_the_region_and_to_the_endpoint_that_stands_in_for_it(
    alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Session(REGION).client("ecs").meta.endpoint_url == f"https://ecs.{REGION}.amazonaws.com"
    assert Session(REGION, endpoint="http://127.0.0.1:9").client("ecs").meta.endpoint_url == "http://127.0.0.1:9"

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:10")

    assert Session(REGION).client("ecs").meta.endpoint_url == "http://127.0.0.1:10"


async def test_nobody_at_the_endpoint_is_unavailable(alone: None) -> None:
    session = Session(REGION, endpoint="http://127.0.0.1:9", attempts=1)

    with pytest.raises(Unavailable, match=r"127\.0\.0\.1 does not answer") as refusal:
        await session.call("sts", "GetCallerIdentity")

    assert "AWS_ENDPOINT_URL" in refusal.value.hint


@pytest.mark.parametrize(
    ("variables", "shown"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no credentials"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, "not complete"),
        ({"AWS_PROFILE": "nobody"}, 'no profile "nobody"'),
    ],
)
async def test_credentials_that_are_missing_are_told_before_aws_is_asked(
    alone: None, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], shown: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(UsageError, match=shown):
        await Session(REGION, endpoint="http://127.0.0.1:9", attempts=1).call("sts", "GetCallerIdentity")


async def test_a_closed_session_opens_again(session: Session) -> None:
    Answering(session, (200, IDENTITY))
    await session.call("sts", "GetCallerIdentity")

    await session.close()

    Answering(session, (200, IDENTITY))
    assert (await session.call("sts", "GetCallerIdentity"))["Account"] == "123456789012"


async def test_what_is_sent_never_reaches_a_log(alone: None, caplog: pytest.LogCaptureFixture) -> None:
    names = ("boto3", "botocore", "urllib3")
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.NOTSET)
    caplog.set_level(logging.DEBUG)
    session = Session(REGION)
    try:
        answering = Answering(session, (200, b"{}"), service="secretsmanager")
        await session.call("secretsmanager", "PutSecretValue", SecretId="s", SecretString="hunter2")
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)

    assert b"hunter2" in answering.requests[0].body
    assert "hunter2" not in caplog.text
