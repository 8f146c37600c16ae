"""The controller's work from its start to its end: a loop for each environment, fed by events, changes and a timer.

One pass of an environment observes, asks the reconciler, posts what was seen and applies the plan. There is never more
than one pass of an environment at a time, and one environment's trouble does not hold up another's. A pass is asked for
by waking its loop; that several things woke it makes no difference, because each pass looks at everything anew.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace

from fairway.domain import retry, rolling, rollout
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.domain.observed import ObservedEnvironment
from fairway.domain.operation import Plan, StopTask, WaitDrained
from fairway.domain.reconcile import reconcile
from fairway.domain.rollout import Progress
from fairway.domain.service_operation import ServiceWait
from fairway.errors import FairwayError
from fairway.orchestrator import wording
from fairway.orchestrator.apply import Applier
from fairway.orchestrator.facts import Investigator
from fairway.orchestrator.health import Checker
from fairway.orchestrator.incidents import Incidents
from fairway.orchestrator.journal import Journal
from fairway.orchestrator.lookout import Key, Lookout
from fairway.orchestrator.observe import Observer
from fairway.orchestrator.rolled import RolledObserver
from fairway.orchestrator.variables import Variables
from fairway.orchestrator.watch import Watch
from fairway.ports.balancer import Balancer
from fairway.ports.clock import Clock
from fairway.ports.engine import AnyEngine
from fairway.ports.leases import Holding
from fairway.ports.logs import LogKeeping, Logs
from fairway.ports.masks import Masks
from fairway.ports.notify import Notices
from fairway.ports.observations import Observations
from fairway.ports.probe import Inspector, Probe
from fairway.ports.stores import DesiredStates, Events

POLL = 0.2
"""Seconds between two looks at the sessions of a draining target: the load balancer tells nobody when they end."""
SHORTEST, LONGEST = 0.5, 10.0
"""Seconds between the attempts while something does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the controller is put together from. `resync` is in seconds."""

    engine: AnyEngine
    balancer: Balancer
    probe: Probe
    inspector: Inspector
    logs: Logs
    desired_states: DesiredStates
    variables: Variables
    clock: Clock
    notices: Notices
    events: Events
    observations: Observations
    resync: float
    holding: Holding
    keeping: LogKeeping
    masks: Masks


class Shift:
    """Runs in the given group."""

    def __init__(self, parts: Parts, group: asyncio.TaskGroup) -> None:
        self._parts = parts
        self._clock = parts.clock
        self._group = group
        self._journal = Journal(notices=parts.notices, events=parts.events, clock=parts.clock)
        self._lookout = Lookout(engine=parts.engine, balancer=parts.balancer)
        self._incidents = Incidents(
            watch=self._watch,
            records=lambda: self._checker.records,
            investigator=Investigator(inspector=parts.inspector, logs=parts.logs, masks=parts.masks),
            journal=self._journal,
            clock=parts.clock,
            group=group,
        )
        self._checker = Checker(
            probe=parts.probe,
            inspector=parts.inspector,
            clock=parts.clock,
            group=group,
            changed=self._incidents.health_changed,
            adopted=self._incidents.port_adopted,
        )
        self._applier = Applier(
            engine=parts.engine,
            balancer=parts.balancer,
            lookout=self._lookout,
            variables=parts.variables,
            clock=parts.clock,
            group=group,
            reports=self._incidents,
            holding=parts.holding,
            keeping=parts.keeping,
        )
        self._observer = self._make_observer()
        self._rolls = self._applier.giving is not None
        self._reconcile = rolling.reconcile if self._rolls else reconcile
        self._progress = rolling.progress if self._rolls else rollout.progress
        self._watches: dict[Key, Watch] = {}
        self._desired: dict[Key, DesiredEnvironment] | None = None
        self._stale: set[Key] = set()
        self._trouble = ""
        self._touched: set[Key] = set()

    def start(self) -> None:
        """Begin: keep the journal, follow the engine, and look at everything."""
        self._group.create_task(self._journal.run(), name="journal")
        self._group.create_task(self._follow_engine(), name="engine events")
        self._group.create_task(self._resync(), name="resync")

    def wake(self, key: Key) -> None:
        """The desired state of the environment changed."""
        self._stale.add(key)
        self._touched.add(key)
        if self._desired is not None:
            self._watch(key).woken.set()

    def _make_observer(self) -> Observer | RolledObserver:
        incidents, giving = self._incidents, self._applier.giving
        if giving is None:
            return Observer(checker=self._checker, applier=self._applier, failed=incidents.failed)
        return RolledObserver(giving=giving, failed=incidents.failed, healthy=incidents.health_changed)

    async def _resync(self) -> None:
        failures = 0
        while True:
            try:
                await self._look_at_everything()
                failures, self._trouble = 0, ""
                await self._clock.sleep(self._parts.resync)
            except FairwayError as error:
                failures += 1
                self._trouble = wording.describe_error(error)
                for watch in self._watches.values():
                    self._show(watch)
                await self._clock.sleep(retry.delay(failures, first=SHORTEST, limit=LONGEST))

    async def _look_at_everything(self) -> None:
        self._touched.clear()
        desired = {each.key: each for each in await self._parts.desired_states.list()}
        # What was woken while the list was read may be newer than the list: it is read again by its own pass.
        newer = {key: each for key, each in (self._desired or {}).items() if key in self._touched}
        self._desired = {**{key: each for key, each in desired.items() if key not in self._touched}, **newer}
        self._lookout.engine_changed()
        self._lookout.balancer_changed()
        # Every pass takes part in the same look; one that fails is told by each environment that is known.
        for key in {*self._desired, *self._watches, *self._stale}:
            self._watch(key).woken.set()
        for key in (await self._lookout.look()).environments:
            self._watch(key).woken.set()

    async def _follow_engine(self) -> None:
        failures = 0
        while True:
            with suppress(FairwayError):
                async for event in self._parts.engine.events():
                    failures = 0
                    self._lookout.engine_changed()
                    if self._desired is not None:
                        self._watch((event.app, event.environment)).woken.set()
            failures += 1
            await self._clock.sleep(retry.delay(failures, first=SHORTEST, limit=LONGEST))
            self._lookout.engine_changed()
            for watch in self._watches.values():
                watch.woken.set()

    def _watch(self, key: Key) -> Watch:
        """The environment's watch, with its loop."""
        watch = self._watches.get(key)
        if watch is None:
            watch = self._watches[key] = Watch(key=key)
            self._group.create_task(self._serve(watch), name=f"{key[0]} {key[1]}")
        return watch

    async def _serve(self, watch: Watch) -> None:
        """Pass after pass, until the environment is gone."""
        while True:
            watch.woken.clear()
            try:
                plan, pause = await self._pass(watch)
                if await self._is_gone(watch, plan) and not watch.woken.is_set():
                    break
            except FairwayError as error:
                watch.attempts += 1
                delay = retry.delay(watch.attempts, first=SHORTEST, limit=LONGEST)
                self._troubled(watch, error, delay)
                await self._clock.sleep(delay)
                continue
            self._recovered(watch)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await watch.woken.wait()
        del self._watches[watch.key]
        self._parts.observations.forget(*watch.key)

    async def _pass(self, watch: Watch) -> tuple[Plan, float | None]:
        """Observe, decide, post, apply; the seconds after which to look again, None: when woken."""
        if (problem := watch.problem) is not None:
            watch.problem = None
            raise problem
        desired = await self._desired_state(watch.key)
        if watch.polling:
            self._look_again()
        snapshot = await self._lookout.look()
        now = self._clock.now()
        observed = self._observer.observe(watch, desired, snapshot, now)
        plan = self._reconcile(desired, observed, now)
        self._incidents.look_for_ends(watch, now)
        self._post(watch, desired, observed, now)
        watch.polling = any(isinstance(each, WaitDrained | ServiceWait) for each in plan.operations)
        watch.stopping |= {each.task for each in plan.operations if isinstance(each, StopTask)}
        pauses = [
            await self._applier.apply(watch.key, plan, observed),
            POLL if watch.polling and not self._rolls else None,
            None if plan.look_again is None else max(0.001, plan.look_again - now),
        ]
        return plan, min((pause for pause in pauses if pause is not None), default=None)

    def _look_again(self) -> None:
        """What tells nobody when it is done is looked at anew: the load balancer that drains, the engine that rolls."""
        if self._rolls:
            self._lookout.engine_changed()
        else:
            self._lookout.balancer_changed()

    async def _desired_state(self, key: Key) -> DesiredEnvironment | None:
        """What is desired, read again when it was said to have changed."""
        assert self._desired is not None, "no pass before the desired states are known"
        if key in self._stale:
            self._stale.discard(key)
            try:
                desired = await self._parts.desired_states.get(*key)
            except FairwayError:
                self._stale.add(key)
                raise
            self._desired.pop(key, None)
            if desired is not None:
                self._desired[key] = desired
        return self._desired.get(key)

    async def _is_gone(self, watch: Watch, plan: Plan) -> bool:
        """Whether nothing is desired and nothing is left; then the engine forgets the environment."""
        desired = (self._desired or {}).get(watch.key)
        observed = watch.observed
        wanted = desired is not None and desired.services
        left = observed.tasks or observed.orphans or observed.routes or observed.services
        if self._rolls:
            left = observed.services  # its ended tasks are only a memory of the engine's
        if wanted or plan.operations or left:
            watch.forgotten = False
            return False
        if not watch.forgotten:
            await self._applier.forget(watch.key)
            watch.forgotten = True
        return desired is None

    def _post(
        self, watch: Watch, desired: DesiredEnvironment | None, observed: ObservedEnvironment, now: float
    ) -> None:
        app, environment = watch.key
        wanted = desired or DesiredEnvironment(app=app, environment=environment)
        watch.observed = observed
        watch.progress = self._progress(wanted, observed, watch.ledger.counted(now), watch.progress, now)
        if watch.explaining:
            watch.progress = rolling.withhold(watch.progress)
        self._show(watch)

    def _show(self, watch: Watch) -> None:
        """Put the latest look on the board, with the trouble there is."""
        if watch.progress is not None:
            watch.progress = replace(watch.progress, trouble=watch.trouble or self._trouble)
            self._parts.observations.post(watch.progress, watch.observed)

    def _troubled(self, watch: Watch, error: FairwayError, pause: float) -> None:
        """Say that nothing can be observed or changed at present, and when it is tried again."""
        app, environment = watch.key
        text, now = wording.describe_error(error), self._clock.now()
        before = watch.progress or Progress(app=app, environment=environment, at=now, services={})
        if text != watch.trouble:
            self._write(watch.key, "orchestrator.troubled", f"{text}; next attempt in {pause:g} s")
        watch.progress, watch.trouble = replace(before, at=now), text
        self._show(watch)

    def _recovered(self, watch: Watch) -> None:
        """A pass went well. With operations under way that says little: they may meet the same trouble again."""
        if watch.attempts == 0 or self._applier.busy(watch.key) or watch.problem is not None:
            return
        self._write(watch.key, "orchestrator.recovered", f"over: {watch.trouble}")
        watch.attempts, watch.trouble = 0, ""
        self._show(watch)

    def _write(self, key: tuple[AppName, EnvironmentName], kind: str, text: str) -> None:
        self._journal.write(kind, text, app=key[0], environment=key[1])
