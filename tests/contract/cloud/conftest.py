"""The clouds that the suite runs against: the one in memory, and moto's in this process behind the real adapters."""

import pytest

from fairway.adapters.aws.account import AwsAccount
from fairway.adapters.aws.pipeline import AwsPipeline
from fairway.adapters.aws.secrets import AwsSecrets
from fairway.adapters.aws.session import Session
from fairway.adapters.aws.stacks import AwsStacks
from fairway.adapters.memory.account import MemoryAccount, MemoryPipeline, MemorySecrets
from fairway.adapters.memory.cloud import MemoryStacks
from fairway.domain.aws.stack import Kind, Stack
from support import moto_stacks
from support.clouds import Cloud, JumpingClock


@pytest.fixture
def aws(moto: None, session: Session) -> Cloud:
    async def make_secret(name: str) -> None:
        await session.call("secretsmanager", "CreateSecret", Name=name)

    moto_stacks.mend(session)
    clock = JumpingClock()
    return Cloud(
        kind="moto",
        stacks=AwsStacks(session, clock),
        account=AwsAccount(session),
        secrets=AwsSecrets(session),
        pipeline=AwsPipeline(session),
        make_secret=make_secret,
        session=session,
        clock=clock,
    )


@pytest.fixture
def memory() -> Cloud:
    stacks = MemoryStacks()

    async def make_secret(name: str) -> None:
        template = {"Resources": {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": name}}}}
        stack = Stack(name=name.replace("/", "-"), kind=Kind.DATA, template=template)
        await stacks.execute(await stacks.propose(stack, {}))
        stacks.finish(stack.name)

    return Cloud(
        kind="memory",
        stacks=stacks,
        account=MemoryAccount(stacks),
        secrets=MemorySecrets(stacks),
        pipeline=MemoryPipeline(stacks),
        make_secret=make_secret,
    )


@pytest.fixture(params=["memory", "moto"])
def cloud(request: pytest.FixtureRequest) -> Cloud:
    found: Cloud = request.getfixturevalue("memory" if request.param == "memory" else "aws")
    return found
