"""AWS's and botocore's errors in Fairway's words: each with its way out, none with a secret."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore import exceptions, parsers

from fairway.adapters.aws import refusals
from fairway.adapters.aws.session import Session
from fairway.errors import Conflict, FairwayError, NotFound, Unavailable, UsageError

TOKEN = "IQoJb3JpZ2luX2VjEHUaCWV1LWNlbnRyYWwtMSJHMEUCIQ"


@pytest.fixture(autouse=True)
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No credentials of the machine's."""
    (tmp_path / "config").write_text("[profile staging]\nregion = eu-central-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    yield


def refused(error: Exception, *, service: str = "ecs", region: str = "eu-central-1", profile: str | None = None) -> Any:
    """What Fairway makes of an error of botocore's."""
    with (
        pytest.raises(FairwayError) as caught,
        refusals.translated(Session(region, profile=profile), service, "CreateCluster"),
    ):
        raise error
    return caught.value


def answer(code: str, message: str = "", status: int = 400) -> exceptions.ClientError:
    """AWS's answer as botocore raises it."""
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return exceptions.ClientError(response, "CreateCluster")


def words(error: FairwayError) -> str:
    """All that is shown of it."""
    return f"{error.what} | {error.why} | {error.hint}"


@pytest.mark.parametrize(
    ("error", "kind", "shown"),
    [
        (exceptions.NoCredentialsError(), UsageError, "no credentials for AWS"),
        (
            exceptions.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
            UsageError,
            "AWS_SECRET_ACCESS_KEY is missing in env",
        ),
        (exceptions.ProfileNotFound(profile="stagin"), UsageError, "did you mean staging?"),
        (exceptions.UnauthorizedSSOTokenError(), UsageError, "aws sso login"),
        (exceptions.SSOTokenLoadError(error_msg="Token for x does not exist"), UsageError, "aws sso login"),
        (exceptions.TokenRetrievalError(provider="sso", error_msg="Token has expired"), UsageError, "aws sso login"),
        (exceptions.LoginRefreshRequired(), UsageError, "aws login"),
        (exceptions.ConfigParseError(path="/home/anna/.aws/config"), UsageError, "/home/anna/.aws/config"),
        (
            exceptions.CredentialRetrievalError(provider="process", error_msg=TOKEN),
            UsageError,
            "provider failed: process",
        ),
        (exceptions.InvalidRegionError(region_name="not a region"), UsageError, "no region"),
        (
            exceptions.ReadTimeoutError(endpoint_url="https://ecs.eu-central-1.amazonaws.com/"),
            Unavailable,
            "does not answer",
        ),
        (
            exceptions.ConnectionClosedError(endpoint_url="https://ecs.eu-central-1.amazonaws.com/"),
            Unavailable,
            "ecs.eu",
        ),
        (exceptions.ProxyConnectionError(proxy_url=f"http://me:{TOKEN}@proxy:3128"), Unavailable, "HTTPS_PROXY"),
        (
            exceptions.SSLError(endpoint_url="https://ecs.eu-central-1.amazonaws.com/", error="x"),
            Unavailable,
            "AWS_CA_BUNDLE",
        ),
        (parsers.ResponseParserError("b'<!doctype html>' could not be read"), Unavailable, "AWS_ENDPOINT_URL"),
        (answer("ExpiredToken", "The security token included in the request is expired"), UsageError, "have expired"),
        (answer("ExpiredTokenException"), UsageError, "have expired"),
        (answer("RequestExpired", "Request has expired."), Unavailable, "clock"),
        (
            answer("InvalidClientTokenId", "The security token included in the request is invalid."),
            UsageError,
            "enabled",
        ),
        (answer("UnrecognizedClientException"), UsageError, "does not know the credentials"),
        (answer("Throttling", "Rate exceeded"), Unavailable, "throttling ecs:CreateCluster"),
        (answer("TooManyRequestsException"), Unavailable, "throttling"),
        (answer("VpcLimitExceeded", "The maximum number of VPCs has been reached."), Conflict, "L-F678F1CE"),
        (answer("ServiceQuotaExceededException", "the limit is 5"), Conflict, "the limit is 5"),
        (answer("RepositoryAlreadyExistsException", "The repository shop exists"), Conflict, "taken"),
        (answer("EntityAlreadyExists", "Role with name x already exists."), Conflict, "Role with name x"),
        (answer("ClusterNotFoundException", "Cluster not found."), NotFound, "Cluster not found."),
        (answer("ConflictException", "another is under way"), Conflict, "present state"),
        (answer("InternalFailure", "", 500), Unavailable, "at present"),
        (answer("ValidationError", "Template format error"), UsageError, "Template format error"),
        (answer("", "", 400), UsageError, "400"),
    ],
)
def test_an_error_becomes_fairways_with_a_way_out(error: Exception, kind: type[FairwayError], shown: str) -> None:
    found = refused(error)

    assert type(found) is kind
    assert shown in words(found)
    assert found.__cause__ is error
    assert TOKEN not in words(found)


def test_a_missing_permission_is_named_with_its_resource() -> None:
    arn = "arn:aws:ecs:eu-central-1:123456789012:cluster/shop"
    message = (
        f"User: arn:aws:iam::123456789012:user/anna is not authorized to perform: ecs:CreateCluster on resource: {arn}"
        " because no identity-based policy allows the ecs:CreateCluster action"
    )

    found = refused(answer("AccessDeniedException", message))

    assert found.what == "AWS does not allow ecs:CreateCluster"
    assert found.hint == f"allow ecs:CreateCluster on {arn} in the policy of user anna"


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
def test_a_denial_that_says_nothing_is_about_what_was_called(code: str) -> None:
    found = refused(answer(code, "Access Denied", 403))

    assert found.what == "AWS does not allow ecs:CreateCluster"


def test_the_profile_is_in_the_command_that_mends_it() -> None:
    found = refused(exceptions.UnauthorizedSSOTokenError(), profile="staging")

    assert found.hint == "aws sso login --profile staging"


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature"])
def test_the_text_of_a_wrong_signature_is_never_shown(code: str) -> None:
    message = f"The Canonical String for this request should have been 'POST\n/\n\nx-amz-security-token:{TOKEN}\n'"

    assert TOKEN not in words(refused(answer(code, message, 403)))


@pytest.mark.parametrize("value", ["hunter2", "it's hunter2", "' at 'x' hunter2"])
def test_a_value_that_a_service_repeats_is_not_shown(value: str) -> None:
    message = f"1 validation error detected: Value '{value}' at 'secretString' failed to satisfy constraint"

    found = refused(answer("ValidationException", message))

    assert "at 'secretString' failed" in found.why
    assert "hunter2" not in words(found)


def test_a_clock_that_is_wrong_is_told_by_both_times() -> None:
    message = "Signature expired: 20261130T080000Z is now earlier than 20261130T091000Z (20261130T091500Z - 5 min.)"

    found = refused(answer("InvalidSignatureException", message, 403))

    assert "20261130T080000Z" in found.why
    assert "20261130T091000Z" in found.why


@pytest.mark.parametrize(
    ("region", "service", "what"),
    [
        ("eu-centrl-1", "ecs", 'AWS has no region "eu-centrl-1"'),
        ("ca-west-1", "codepipeline", "the region ca-west-1 does not have the service codepipeline"),
        ("eu-central-1", "ecs", "ecs.eu-central-1.amazonaws.com does not answer"),
    ],
)
def test_a_host_that_is_not_there_is_told_by_its_region(region: str, service: str, what: str) -> None:
    error = exceptions.EndpointConnectionError(endpoint_url=f"https://{service}.{region}.amazonaws.com/")

    found = refused(error, service=service, region=region)

    assert found.what == what


def test_a_host_of_aws_that_does_not_answer_is_a_matter_of_the_network() -> None:
    found = refused(exceptions.ConnectTimeoutError(endpoint_url="https://ecs.eu-central-1.amazonaws.com/"))

    assert "HTTPS_PROXY" in found.hint


@pytest.mark.lengthy
def test_a_region_that_does_not_exist_is_answered_with_the_nearest_ones() -> None:
    error = exceptions.EndpointConnectionError(endpoint_url="https://ecs.eu-centrl-1.amazonaws.com/")

    assert "eu-central-1" in refused(error, region="eu-centrl-1").why


def test_what_was_passed_is_not_shown_when_it_was_no_value() -> None:
    value = f"{{'A': '{TOKEN}'}}"
    report = (
        f"Invalid type for parameter SecretString, value: {value}, type: <class 'dict'>, valid types: <class 'str'>"
    )

    found = refused(exceptions.ParamValidationError(report=report))

    assert "SecretString" in found.why
    assert TOKEN not in words(found)
    assert found.__cause__ is None
    assert found.__suppress_context__


def test_a_code_that_the_caller_knows_reaches_it() -> None:
    with (
        pytest.raises(refusals.Refused, match="does not exist") as caught,
        refusals.translated(Session("eu-central-1"), "cloudformation", "DescribeStacks", {"ValidationError"}),
    ):
        raise answer("ValidationError", "Stack with id x does not exist")

    assert caught.value.code == "ValidationError"
