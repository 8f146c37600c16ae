"""The pipeline is started once the code can be reached, and nothing was ever deployed."""

from dataclasses import replace

import pytest

from fairway.domain.aws.seen import Caller, Connection
from fairway.domain.aws.stack import Kind
from fairway.provision import starting, up
from fairway.provision.starting import Start, Started
from support.cloud_account import PRODUCTION, Cloud, all_stacks, name

CALLER = Caller(account="111122223333", arn="arn:aws:iam::111122223333:user/a", region="eu-central-1")


async def start(
    connection: Connection, *, lacking: bool = False, deployed: bool = False, runs: bool = False
) -> tuple[Cloud, Started | None]:
    """How it stands after `up`."""
    cloud = Cloud()
    seen = dict(await up.up(cloud.parts(), all_stacks(), {PRODUCTION: {"A": "1"}}, cloud.wish()))
    cloud.account.connections[seen[name(Kind.PIPELINE)].outputs["Connection"]] = connection
    if runs:
        cloud.pipeline.statuses["fairway-shop"] = "InProgress"
    if deployed:
        services = seen[name(Kind.SERVICES)]
        seen[name(Kind.SERVICES)] = replace(services, parameters={**services.parameters, "ImageDigest": "sha256:1"})
    return cloud, await starting.start(cloud.parts(), CALLER, all_stacks(), seen, lacking=lacking)


async def test_an_authorized_connection_starts_it() -> None:
    cloud, started = await start(Connection.AVAILABLE)

    assert started is not None
    assert started.how is Start.STARTED
    assert cloud.pipeline.started == [("fairway-shop", started.execution)]


async def test_a_pending_one_says_where_to_authorize_it_and_starts_nothing() -> None:
    cloud, started = await start(Connection.PENDING)

    assert started == Started(
        how=Start.UNAUTHORIZED, url="https://console.aws.amazon.com/codesuite/settings/connections?region=eu-central-1"
    )
    assert cloud.pipeline.started == []


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"lacking": True}, Start.LACKING),
        ({"deployed": True}, Start.RUNS_BY_ITSELF),
        ({"runs": True}, Start.RUNS_BY_ITSELF),
    ],
)
async def test_what_would_fail_or_runs_by_itself_is_not_started(how: dict[str, bool], expected: Start) -> None:
    cloud, started = await start(Connection.AVAILABLE, **how)

    assert started is not None
    assert started.how is expected
    assert cloud.pipeline.started == []
