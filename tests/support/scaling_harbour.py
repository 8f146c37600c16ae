"""A scaler on memory adapters: a clock that jumps, the samples of a load, and tasks that come when they are wanted."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fairway.adapters.memory.board import Board
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.notices import MemoryNotices
from fairway.adapters.memory.samples import MemorySamples
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.autoscale.scaler import HostBound, Parts, Scaler, unbounded
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import ServiceName
from fairway.domain.metrics import Sample, Series
from fairway.domain.observed import ObservedEnvironment
from fairway.domain.rollout import Progress, ServiceProgress
from fairway.domain.scaling import Metric, Scaling, Tracking
from fairway.domain.scaling_activity import Activity
from fairway.ports.leases import Alone, Holding
from support.pipeline_values import APP, PRODUCTION, make_desired, make_release

WEB = ServiceName("web")
FAST = Tracking(
    metric=Metric.REQUESTS_PER_TASK,
    target=50,
    period=1,
    datapoints=3,
    low_datapoints=5,
    cooldown_out=10,
    cooldown_in=10,
)
SCALING = Scaling(minimum=1, maximum=10, policies=(FAST,))


@dataclass
class Harbour:
    """`load` are requests a second; `instant`: tasks come and go at once."""

    store: MemoryStore = field(default_factory=make_store)
    clock: LoopClock = field(default_factory=LoopClock)
    board: Board = field(default_factory=Board)
    samples: MemorySamples = field(default_factory=MemorySamples)
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    holding: Holding = field(default_factory=Alone)
    bound: HostBound = unbounded
    load: float = 0.0
    instant: bool = True

    def __post_init__(self) -> None:
        self.scaler = self.start()

    def start(self) -> Scaler:
        """A scaler that knows nothing but what the store says: what a server has after a kill."""
        self.scaler = Scaler(
            Parts(
                desired_states=self.store.desired,
                activities=self.store.activities,
                deployments=self.store.deployments,
                samples=self.samples,
                observations=self.board,
                clock=self.clock,
                notices=self.notices,
                holding=self.holding,
                bound=self.bound,
            )
        )
        return self.scaler

    async def deploy(self, scaling: Scaling = SCALING, *, tasks: int = 2) -> None:
        """An environment with a completed deployment, whose service web is scaled."""
        await self.store.apps.create(APP, at=1.0)
        release = await self.store.releases.create(make_release())
        await self.store.deployments.start(APP, PRODUCTION, release.number, previous=None, at=1.0, key="execution/1")
        web, worker = make_desired().services
        await self.store.desired.put(
            replace(make_desired(), services=(replace(web, replicas=tasks, scaling=scaling), worker))
        )
        self.post(await self.desired())

    async def desired(self) -> DesiredEnvironment:
        found = await self.store.desired.get(APP, PRODUCTION)
        assert found is not None
        return found

    async def tasks(self) -> int:
        return (await self.desired()).services[0].replicas

    async def history(self) -> Sequence[Activity]:
        return await self.store.activities.list(APP, PRODUCTION)

    def post(self, desired: DesiredEnvironment) -> None:
        """All tasks are there and well."""
        self.board.post(
            Progress(
                app=APP,
                environment=PRODUCTION,
                at=self.clock.now(),
                services={
                    each.spec.service: ServiceProgress(
                        deployment=each.spec.deployment,
                        desired=each.replicas,
                        running=each.replicas,
                        healthy=each.replicas,
                        serving=each.replicas,
                        old=0,
                    )
                    for each in desired.services
                },
            ),
            ObservedEnvironment(),
        )

    async def live(self, seconds: int) -> None:
        """So many seconds, each with a sample and a look."""
        for _ in range(seconds):
            await self.clock.sleep(1.0)
            if self.instant:
                self.post(await self.desired())
            progress = self.board.progress(APP, PRODUCTION)
            assert progress is not None
            ran = progress.services[WEB].running
            refused = 0 if ran else round(self.load)
            sample = Sample(at=self.clock.now(), tasks=ran, requests=round(self.load), refused=refused)
            self.samples.add({Series(app=APP, environment=PRODUCTION, service=WEB): sample})
            await self.scaler.look()
