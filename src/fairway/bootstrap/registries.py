"""The registries of a server: the embedded one where it is needed, and the one that images are pushed to."""

from contextlib import AsyncExitStack

from fairway.adapters.oci import embedded as embedded_registry
from fairway.adapters.oci.embedded import Embedded
from fairway.adapters.oci.registry import DistributionRegistry
from fairway.ports.registry import Login
from fairway.settings import Settings


async def start_registry(settings: Settings) -> Embedded | None:
    """Have the embedded registry running if it is needed. Raises Unavailable that says why it does not run."""
    if not embedded_registry.needed(settings.home, settings.registry):
        return None
    return await embedded_registry.start(settings.home, settings.registry_port)


async def open_registries(
    stack: AsyncExitStack, settings: Settings, embedded: Embedded | None, login: Login
) -> tuple[DistributionRegistry | None, DistributionRegistry]:
    """The embedded registry if it runs, and the one that images are pushed to, which is the same or another."""
    own = None
    if embedded is not None:
        opened = DistributionRegistry(embedded.host, login, settings.docker_host, directory=embedded.directory)
        own = await stack.enter_async_context(opened)
    if own is not None and not settings.registry:
        return own, own
    return own, await stack.enter_async_context(DistributionRegistry(settings.registry, login, settings.docker_host))
