"""The room against boto3 and moto's CloudFormation, for what moto has: stacks of networks and of images.

moto says nothing of resources in its events, and has no termination protection. So what is held here is that the room
and the real adapters understand each other; how CloudFormation fails is held against the fake.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from fairway.adapters.aws.account import AwsAccount
from fairway.adapters.aws.pipeline import AwsPipeline
from fairway.adapters.aws.secrets import AwsSecrets
from fairway.adapters.aws.session import Session
from fairway.adapters.aws.stacks import AwsStacks
from fairway.domain.aws import demolition, states
from fairway.domain.aws.stack import Kind, Stack
from fairway.provision import down, preview, up
from fairway.provision.parts import Parts
from fairway.provision.raising import Wish
from fairway.provision.telling import Ended, Told
from support import moto_stacks
from support.cloud_account import APP, REGISTRY, altered, make_stack, name
from support.clouds import REGION, JumpingClock

HOUR = 3600.0
SERVICES = {
    "Parameters": {"Vpc": {"Type": "AWS::EC2::VPC::Id"}},
    "Resources": {
        "Group": {
            "Type": "AWS::EC2::SecurityGroup",
            "Properties": {"GroupDescription": "tasks", "VpcId": {"Ref": "Vpc"}},
        }
    },
}


@pytest.fixture
async def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Session]:
    """A session that reaches nothing but moto."""
    for variable in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nobodys")
    with mock_aws():
        opened = Session(REGION, attempts=1)
        moto_stacks.mend(opened)
        yield opened
        await opened.close()


@pytest.fixture
def told() -> Iterator[list[Told]]:
    """What was told."""
    yield []


@pytest.fixture
def parts(session: Session, told: list[Told]) -> Parts:
    """The room's, with the real adapters."""
    clock = JumpingClock()
    return Parts(
        stacks=AwsStacks(session, clock),
        account=AwsAccount(session),
        secrets=AwsSecrets(session),
        pipeline=AwsPipeline(session),
        clock=clock,
        tell=told.append,
    )


def stacks(*, tags: str = "MUTABLE") -> tuple[Stack, ...]:
    """A network, images, and what stands in the network."""
    services = make_stack(Kind.SERVICES, SERVICES)
    registry = make_stack(Kind.REGISTRY, altered(REGISTRY, "Images", ImageTagMutability=tags))
    wired = Stack(
        name=services.name,
        kind=services.kind,
        template=services.template,
        environment=services.environment,
        parameters={"Vpc": make_stack(Kind.DATA).parameters["Vpc"]},
        tags=services.tags,
    )
    return make_stack(Kind.NETWORK), registry, wired


def wish(parts: Parts) -> Wish:
    """An hour's patience."""
    return Wish(app=APP, until=parts.clock.now() + HOUR)


async def test_stacks_are_made_left_alone_changed_and_taken_down(parts: Parts, told: list[Told]) -> None:
    plan = await preview.preview(parts.stacks, APP, stacks())
    made = await up.up(parts, stacks(), {}, wish(parts))
    await up.up(parts, stacks(), {}, wish(parts))
    await up.up(parts, stacks(tags="IMMUTABLE"), {}, wish(parts))
    seen = await down.survey(parts.stacks, APP)
    left = await down.down(parts, demolition.decide(seen, environment=None, data=True), parts.clock.now() + HOUR)

    hows = [(each.stack, each.how) for each in told if isinstance(each, Ended)]
    names = [name(Kind.NETWORK), name(Kind.REGISTRY), name(Kind.SERVICES)]
    assert len(plan.changes) == 3
    assert made[names[2]].parameters["Vpc"] == made[names[0]].outputs["Vpc"]
    assert hows[:3] == [(each, "made") for each in names]
    assert hows[3:6] == [(each, "unchanged") for each in names]
    assert (names[1], "changed") in hows[6:9]
    assert [how for _, how in hows[9:]] == ["deleted"] * 3
    assert await parts.stacks.of_app(APP) == []
    assert left == ()


async def test_a_plan_leaves_nothing_proposed(parts: Parts) -> None:
    await up.up(parts, stacks(), {}, wish(parts))

    plan = await preview.preview(parts.stacks, APP, stacks(tags="IMMUTABLE"))

    changed = [each.logical for changes in plan.changes for each in changes.changes]
    assert changed == ["Images"]
    assert all(each.status != states.PROPOSED for each in await parts.stacks.of_app(APP))


async def test_calls_are_few(parts: Parts, session: Session) -> None:
    await up.up(parts, stacks(), {}, wish(parts))
    session.calls.clear()

    await up.up(parts, stacks(), {}, wish(parts))

    assert sum(session.calls.values()) <= 8 * len(stacks())
