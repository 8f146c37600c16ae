"""What writes desired state, and what makes it true: deployments, scaling, the orchestrator.

They meet in the store. Whoever writes an environment's desired state rings a bell, and those listen that look at it.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from fairway.adapters.docker.inspector import DockerInspector
from fairway.adapters.docker.logs import DockerLogs
from fairway.adapters.docker.probe import HostProbe
from fairway.adapters.docker.size import DockerHostSize
from fairway.adapters.store.telling import TellingActivities, TellingDesiredStates
from fairway.autoscale import scaler as scaling
from fairway.autoscale.scaler import Scaler
from fairway.bootstrap import rolling
from fairway.bootstrap.ground import Ground
from fairway.bootstrap.watching import Watching
from fairway.deploy.admitting import Admitting
from fairway.deploy.deployer import Deployer, Unmeasured
from fairway.deploy.doors import Doors
from fairway.domain import capacity, diagnosis
from fairway.domain.ids import AppName, EnvironmentName
from fairway.orchestrator.controller import Controller
from fairway.ports.balancer import Balancer, Unbalanced
from fairway.ports.engine import AnyEngine
from fairway.ports.logs import Logs
from fairway.ports.probe import Inspector, Probe, Unprobed, Unseen

Listener = Callable[[AppName, EnvironmentName], None]


class Bell:
    """Tells its listeners that an environment's desired state was written."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Be told from now on."""
        self._listeners.append(listener)

    def ring(self, app: AppName, environment: EnvironmentName) -> None:
        """Tell all."""
        for listener in self._listeners:
            listener(app, environment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """`desired` and `activities` ring the bell at each write. `scales`: counts follow what is measured. That is nothing
    where the tasks run on other machines, and a scaler without measurements would take every service for idle."""

    bell: Bell
    desired: TellingDesiredStates
    activities: TellingActivities
    inspector: Inspector
    controller: Controller
    admitting: Admitting
    scaler: Scaler
    deployer: Deployer
    doors: Doors
    scales: bool = True

    def duties(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What has to run, by its name."""
        scaling = {"scaling": self.scaler.run()} if self.scales else {}
        return {"orchestrator": self.controller.run(), "deployments": self.deployer.run(), **scaling}


def operate(ground: Ground, watching: Watching) -> Operating:
    """The rooms that run the apps."""
    bell = Bell()
    desired = TellingDesiredStates(ground.held.desired, bell.ring)
    activities = TellingActivities(ground.store.activities, bell.ring)
    admitting = make_admitting(ground, desired)
    hands = take_hands(ground)
    controller = Controller(
        engine=hands.engine,
        balancer=hands.balancer,
        probe=hands.probe,
        inspector=hands.inspector,
        logs=hands.logs,
        desired_states=ground.held.desired,
        variables=ground.variables.values,
        clock=ground.clock,
        notices=ground.notices,
        events=ground.store.events,
        observations=ground.board,
        resync=hands.resync,
        holding=ground.sharing,
        keeping=watching.collector,
        masks=ground.masks,
    )
    scaler = Scaler(
        scaling.Parts(
            desired_states=ground.held.desired,
            activities=activities,
            deployments=ground.store.deployments,
            samples=watching.samples,
            observations=ground.board,
            clock=ground.clock,
            notices=ground.notices,
            holding=ground.sharing,
            bound=admitting.most,
            turn=admitting.turn,
        )
    )
    bell.listen(controller.wake)
    bell.listen(scaler.wake)
    deployer = Deployer(
        ground.store.releases,
        ground.store.deployments,
        desired,
        ground.store.configurations,
        ground.board,
        diagnosis.diagnose,
        ground.clock,
        ground.notices,
        activities,
        admitting,
    )
    return Operating(
        bell=bell,
        desired=desired,
        activities=activities,
        inspector=hands.inspector,
        controller=controller,
        admitting=admitting,
        scaler=scaler,
        deployer=deployer,
        doors=Doors(desired, ground.board, ground.clock, ground.store.runs),
        scales=ground.rolling is None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What the orchestrator works with; `resync` is in seconds."""

    engine: AnyEngine
    balancer: Balancer
    probe: Probe
    inspector: Inspector
    logs: Logs
    resync: float = 5.0


def take_hands(ground: Ground) -> Hands:
    """Docker with HAProxy before it, or an engine that rolls, checks its tasks and sends them their requests itself."""
    if ground.rolling is not None:
        return Hands(
            engine=ground.rolling.engine,
            balancer=Unbalanced(),
            probe=Unprobed(),
            inspector=Unseen(),
            logs=ground.rolling.logs,
            resync=rolling.RESYNC,
        )
    containers = ground.engine.containers
    return Hands(
        engine=ground.engine,
        balancer=ground.balancer,
        probe=HostProbe(containers, ground.clock),
        inspector=DockerInspector(containers),
        logs=DockerLogs(containers),
    )


def make_admitting(ground: Ground, desired: TellingDesiredStates) -> Admitting:
    """The admission check, with what the settings allow and what running jobs have reserved."""
    settings = ground.settings
    policy = capacity.Policy(
        system=settings.system_memory * capacity.MIB or None,
        memory_percent=settings.memory_percent,
        surge_percent=settings.surge_percent,
        cpu_factor=settings.cpu_factor,
    )

    async def reserved_by_runs() -> capacity.Amount:
        return capacity.reserved_by(await ground.held.runs.unfinished())

    async def reserved_by_databases() -> capacity.Amount:
        """Those on this host, whatever state they are in: one that is down is started again."""
        here = [each for each in await ground.store.managed.list() if each.server == ground.instance]
        return capacity.add(capacity.Amount(memory=each.memory, cpu=each.cpu) for each in here)

    if ground.rolling is not None:
        return Admitting(Unmeasured(), ground.store.deployments, desired)  # its machines are not this host
    size = DockerHostSize(ground.engine.containers.connection)
    return Admitting(size, ground.store.deployments, desired, policy, reserved_by_runs, reserved_by_databases)
