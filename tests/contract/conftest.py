"""AWS for the suites that run against it: moto in this process, whatever the machine's own configuration of AWS is."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from fairway.adapters.aws.session import Session
from support.clouds import REGION


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own configuration of AWS is seen, and no credentials are real."""
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nobodys")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def moto(alone: None) -> Iterator[None]:
    """Every call of boto3's in this process is answered by moto, and none leaves it."""
    with mock_aws():
        yield


@pytest.fixture
async def session(alone: None) -> AsyncIterator[Session]:
    opened = Session(REGION, attempts=1)
    yield opened
    await opened.close()
