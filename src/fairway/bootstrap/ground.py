"""What every room of a server stands on: its store, its secrets, the host's engine and the programs beside it.

From top to bottom it is the order in which they come up. They go down in reverse, and the programs go on without them.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from fairway.adapters.buildkit.builder import DockerBuilder
from fairway.adapters.docker.engine import DockerEngine
from fairway.adapters.files.volumes import HostVolumes
from fairway.adapters.git.repositories import GitRepositories, announcing
from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.memory.board import Board
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.oci import login as registry_login
from fairway.adapters.oci.embedded import Embedded
from fairway.adapters.oci.login import DockerLogin
from fairway.adapters.oci.registry import DistributionRegistry
from fairway.adapters.store import space
from fairway.adapters.store.store import Store, open_store
from fairway.adapters.system.clock import SystemClock
from fairway.bootstrap import credentials, identity, keys, registries, rolling
from fairway.bootstrap.rolling import Rolling
from fairway.databases.giving import Giving
from fairway.environment.masking import Masking
from fairway.environment.variables import Variables
from fairway.ports.leases import Alone
from fairway.settings import Settings
from fairway.sharing.keeper import Keeper


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`instance` is this home's id, `secret` the key of what lies under seal. `held` is the store as far as this server
    holds its apps; `keeper` renews its lease, None where nobody shares the work. `embedded` is the registry beside us
    and `own` its client, both None where images go elsewhere; `registry` is the one that they go to. `rolling` is what
    runs the services of apps where that is not `engine` (Docker), which is there all the same: it builds."""

    settings: Settings
    clock: SystemClock
    board: Board
    notices: MemoryNotices
    instance: str
    store: Store
    held: Store
    secret: bytes
    giving: Giving
    masks: Masking
    variables: Variables
    keeper: Keeper | None
    sharing: Keeper | Alone
    balancer: HaproxyBalancer
    engine: DockerEngine
    rolling: Rolling | None
    volumes: HostVolumes
    builder: DockerBuilder
    embedded: Embedded | None
    own: DistributionRegistry | None
    registry: DistributionRegistry
    repositories: GitRepositories


@asynccontextmanager
async def lay(settings: Settings) -> AsyncIterator[Ground]:
    """Raises Unavailable when a part of the host that is needed can't be had, UsageError for a store or a key that
    can't be used."""
    clock, instance = SystemClock(), identity.read_instance(settings.home)
    rolls = rolling.open_engine(settings, instance, clock)
    await give_back_space(settings)
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings.store_url))
        secret = await keys.open_key(settings, store)
        giving = Giving(store.managed, credentials.opener(secret))
        masks = Masking(store.configurations, secret, giving.secrets)
        store = store.masked(masks)
        keeper = None
        if settings.shared:
            member = identity.describe_member(settings, instance, secret)
            keeper = Keeper(store.leases, member, clock, lost=identity.begin_anew)
            await keeper.check()
        sharing = keeper or Alone()
        embedded = await registries.start_registry(settings)
        login = registry_login.joined({embedded.host: embedded.credentials} if embedded else {}, DockerLogin())
        balancer = make_balancer(settings)
        if settings.balances:
            await stack.enter_async_context(balancer)
        volumes = HostVolumes(settings.volumes)
        engine = await stack.enter_async_context(
            DockerEngine(settings.docker_host, instance, login=login, place=volumes.place)
        )
        builder = await stack.enter_async_context(DockerBuilder(settings.docker_host, owner=f"fairway-{instance}"))
        own, registry = await registries.open_registries(stack, settings, embedded, login)
        yield Ground(
            settings=settings,
            clock=clock,
            board=Board(),
            notices=MemoryNotices(),
            instance=instance,
            store=store,
            held=store.held(sharing.holds),
            secret=secret,
            giving=giving,
            masks=masks,
            variables=Variables(store.configurations, secret, clock, masks.renew, giving),
            keeper=keeper,
            sharing=sharing,
            balancer=balancer,
            engine=engine,
            rolling=rolls,
            volumes=volumes,
            builder=builder,
            embedded=embedded,
            own=own,
            registry=registry,
            repositories=GitRepositories(settings.repositories, announcing(settings.run)),
        )


async def give_back_space(settings: Settings) -> None:
    """Make the databases that only this home's server opens as small as they can be, before anybody does."""
    for file in settings.own_databases:
        await asyncio.to_thread(space.give_back, file)


def make_balancer(settings: Settings) -> HaproxyBalancer:
    """HAProxy, as the settings want it."""
    return HaproxyBalancer(
        settings.home / "haproxy",
        settings.apps_address,
        settings.apps_port,
        tls_port=settings.apps_tls_port,
        log=settings.logs / "haproxy.log",
        pid_file=settings.run / "haproxy.pid",
        trusted=[each.strip() for each in settings.trusted_proxies.split(",") if each.strip()],
    )
