"""What the suites of the ports to AWS share: an account to run against, a stack, and how to wait for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fairway.adapters.aws.session import Session
from fairway.domain.aws.stack import APP_TAG, Kind, SeenStack, Stack
from fairway.ports.account import Account, CloudPipeline, CloudSecrets
from fairway.ports.stacks import Stacks

REGION = "eu-central-1"


class JumpingClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.at = now
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@dataclass
class Cloud:
    """One account. `make_secret` makes one as a stack would."""

    kind: str
    stacks: Stacks
    account: Account
    secrets: CloudSecrets
    pipeline: CloudPipeline
    make_secret: Callable[[str], Awaitable[None]]
    session: Session | None = None
    clock: JumpingClock = field(default_factory=JumpingClock)


GROUP = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Ref": "Name"}, "RetentionInDays": 7}}
IMAGES = {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": "fairway/shop"}}
TEMPLATE: dict[str, Any] = {
    "Parameters": {"Name": {"Type": "String"}, "Digest": {"Type": "String", "Default": ""}},
    "Resources": {"Logs": GROUP},
    "Outputs": {"Group": {"Value": {"Ref": "Logs"}}},
}
SHOP = Stack(
    name="fairway-shop-network",
    kind=Kind.NETWORK,
    template=TEMPLATE,
    tags={APP_TAG: "shop", "fairway:stack": "network"},
)


def with_resources(**resources: Mapping[str, Any]) -> Stack:
    return replace(SHOP, template={**TEMPLATE, "Resources": resources})


async def at_rest(stacks: Stacks, name: str) -> SeenStack | None:
    """The stack when CloudFormation has ended with it."""
    for _ in range(200):
        seen = await stacks.find(name)
        if seen is None or not seen.moving:
            return seen
    raise AssertionError(f"{name} does not come to rest")


async def made(stacks: Stacks, stack: Stack = SHOP, **parameters: str) -> SeenStack:
    """The stack, made or changed; its own log group's name is the parameter that is not named."""
    declared = stack.template.get("Parameters", {})
    await stacks.execute(await stacks.propose(stack, parameters or ({"Name": "/fairway/shop"} if declared else {})))
    seen = await at_rest(stacks, stack.name)
    assert seen is not None
    assert seen.good
    return seen
