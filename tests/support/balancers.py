"""The load balancers that the contract is asked of, each ready to use and gone afterwards, and an app behind one."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.memory.balancer import MemoryBalancer
from fairway.domain.ids import AppName, EnvironmentName, ServiceName, TaskId
from fairway.domain.observed import Target
from fairway.ports.balancer import Balancer, Route
from support import web_target
from support.ports import free_port

SHOP = Route(
    app=AppName("shop"), environment=EnvironmentName("production"), service=ServiceName("web"), hosts=("shop.test",)
)


@asynccontextmanager
async def memory(directory: Path) -> AsyncIterator[Balancer]:
    yield MemoryBalancer()


@asynccontextmanager
async def haproxy(directory: Path, tls_port: int = 0) -> AsyncIterator[HaproxyBalancer]:
    balancer = HaproxyBalancer(directory / "haproxy", "127.0.0.1", free_port(), tls_port=tls_port)
    try:
        async with balancer:
            yield balancer
    finally:
        await balancer.stop()


def behind(task: TaskId, port: int) -> Target:
    """A task of the shop's on this host."""
    return Target(
        task=task, app=SHOP.app, environment=SHOP.environment, service=SHOP.service, address="127.0.0.1", port=port
    )


async def serve(stack: AsyncExitStack, balancer: Balancer, task: TaskId) -> web_target.WebTarget:
    """A real server that is the shop's task and gets requests, until the stack ends."""
    port = free_port()
    served = await stack.enter_async_context(web_target.running(task, port))
    await balancer.attach(behind(task, port))
    return served
