"""An account of AWS, put together for the commands `fairway aws`: session, adapters, the room's parts.

The credentials are the user's own, found as AWS's own tools find them. No Fairway server is needed, and boto3 is
imported with the first call.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fairway.adapters.aws.account import AwsAccount
from fairway.adapters.aws.pipeline import AwsPipeline
from fairway.adapters.aws.secrets import AwsSecrets
from fairway.adapters.aws.session import Session
from fairway.adapters.aws.stacks import AwsStacks
from fairway.adapters.ecs.stacks import StackShell
from fairway.adapters.system.clock import SystemClock
from fairway.provision.parts import Parts
from fairway.provision.telling import Tell


@asynccontextmanager
async def reach(region: str, profile: str | None, tell: Tell) -> AsyncIterator[Parts]:
    """The parts for one region, with the credentials of a profile (None: those that the SDK finds)."""
    session, clock = Session(region, profile=profile), SystemClock()
    try:
        yield Parts(
            stacks=AwsStacks(session, clock),
            account=AwsAccount(session),
            secrets=AwsSecrets(session),
            pipeline=AwsPipeline(session),
            clock=clock,
            tell=tell,
        )
    finally:
        await session.close()


@asynccontextmanager
async def reach_tasks(region: str, profile: str | None, app: str, environment: str) -> AsyncIterator[StackShell]:
    """What goes into the tasks of an environment's own stack."""
    session = Session(region, profile=profile)
    try:
        yield StackShell(session, app, environment)
    finally:
        await session.close()
