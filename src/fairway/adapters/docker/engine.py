"""The engine port over the Docker Engine: tasks are containers, and Docker's list of them is the only record.

Nothing here must survive a restart of Fairway: what a task is stands in its labels (`names.py`), and a container goes
on running under Docker whether Fairway lives or not. Docker itself restarts nothing; after a reboot of the host the
tasks are seen as STOPPED and the orchestrator starts new ones.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from fairway.adapters.docker import creation, events, names, reading, refusals
from fairway.adapters.docker.connection import Connection, Refused
from fairway.adapters.docker.containers import Containers
from fairway.adapters.docker.images import Images
from fairway.adapters.docker.networks import Networks
from fairway.adapters.docker.reading import Running
from fairway.adapters.docker.states import States
from fairway.adapters.docker.stopping import Stopping
from fairway.domain.desired import TaskSpec
from fairway.domain.ids import AppName, EnvironmentName, TaskId
from fairway.domain.observed import Task, TaskStatus
from fairway.errors import Conflict
from fairway.ports.engine import Capabilities, EngineEvent
from fairway.ports.registry import Login


async def no_credentials(host: str) -> None:
    """For registries that want none."""


class DockerEngine:
    """`ports.engine.Engine` on one daemon; open it with `async with`, which needs no Docker yet.

    `docker_host` is as in DOCKER_HOST. `instance` is an id of this FAIRWAY_HOME, a DNS label: containers and networks
    of any other are never seen or touched. `login` is asked at each pull. `init` is false where Docker has
    no init to lend; it is found out at the first start otherwise. `place` is where volumes lie on this host.
    """

    def __init__(
        self,
        docker_host: str,
        instance: str,
        *,
        login: Login = no_credentials,
        init: bool = True,
        place: creation.Place = creation.nowhere,
    ) -> None:
        connection = Connection(docker_host)
        self.containers = Containers(connection, instance)
        """What the other parts of this adapter (probe, inspector, logs, shell) are made with."""
        self._connection = connection
        self._instance = instance
        self.images = Images(connection, login)
        self.networks = Networks(connection, instance)
        """Shared with the jobs: a network that two make at once is made twice."""
        self._stopping = Stopping(self.containers)
        self._states = States(connection)
        self._environments: set[EngineEvent] = set()
        self.running: Sequence[Running] = ()
        """The tasks that ran at the last look."""
        self._init = init
        self.place = place

    async def __aenter__(self) -> Self:
        await self.containers.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.containers.__aexit__(kind, error, trace)

    def capabilities(self) -> Capabilities:
        """Docker runs single containers."""
        return Capabilities(rolls=False)

    async def observe(self) -> Sequence[Task]:
        """Every task there is: one call, and one more for each container that changed since the last look."""
        listed = await self.containers.list()
        tasks, running = [], []
        for entry in listed:
            state = await self._states.find(entry)
            task = None if state is None else reading.read_task(entry, state)
            if task is not None and state is not None:
                tasks.append(task)
                if task.status is TaskStatus.RUNNING:
                    running.append(Running(task=task, container=entry["Id"], pid=state.pid))
        self.running = running
        present = {entry["Id"] for entry in listed}
        self.containers.keep(present)
        self._states.keep(present)
        self._environments |= {EngineEvent(app=task.app, environment=task.environment) for task in tasks}
        return tasks

    async def start(self, task: TaskId, spec: TaskSpec, variables: Mapping[str, str]) -> None:
        """Create and start the task, from wherever an earlier call stopped. Raises WorkFailed or Unavailable."""
        # Made first, and looked at only when its name is taken: nearly every task is new, and a look costs 8 ms.
        made = await self._create(task, spec, variables)
        state = None if made else await self.containers.state(task)
        if state is not None and state.tried:
            return
        try:
            await self._start(task)
        except Refused as refusal:
            if not await self._mend(refusal, task, spec):
                raise refusals.refused_start(refusal, spec) from refusal
            await self._create(task, spec, variables)
            try:
                await self._start(task)
            except Refused as again:
                raise refusals.refused_start(again, spec) from again

    async def stop(self, task: TaskId, *, signal: str | None, timeout: float) -> None:
        """The signal to the process that serves, `timeout` seconds, SIGKILL. Returns when the task has ended."""
        await self._stopping.stop(task, signal=signal, timeout=timeout)

    async def remove(self, task: TaskId) -> None:
        """Delete a task that has ended, or was never started. Raises Conflict for one that runs."""
        container = await self.containers.find(task)
        if container is None:
            return
        try:
            await self._connection.call("DELETE", f"/containers/{container}", params={"v": "1"})
        except Refused as refusal:
            if "stop the container" in refusal.message.lower() or "is running" in refusal.message:
                raise Conflict(f"task {task} is running", why="only a task that has ended can be removed") from refusal
            # 409 with these words: an earlier call, cancelled or not, is still at it.
            if refusal.status != 404 and "already in progress" not in refusal.message:
                raise
        self.containers.forget(task)

    async def forget(self, app: AppName, environment: EnvironmentName) -> None:
        """Delete the environment's network. It stays where a managed database is on it, which outlives the tasks.
        Raises Conflict while another container uses it."""
        self._environments.discard(EngineEvent(app=app, environment=environment))
        labels = {**names.network_labels(self._instance, app, environment), names.DATABASE: None}
        filters = {"label": [key if value is None else f"{key}={value}" for key, value in labels.items()]}
        if await self._connection.call("GET", "/containers/json", params={"all": "1", "filters": json.dumps(filters)}):
            return
        await self.networks.remove(app, environment)

    def events(self) -> AsyncIterator[EngineEvent]:
        """What changes, as it changes; reconnects by itself."""
        return events.follow(
            self._connection, self._instance, self._states.told, lambda: sorted(self._environments, key=str)
        )

    async def _create(self, task: TaskId, spec: TaskSpec, variables: Mapping[str, str]) -> bool:
        """Whether it was made now; False when it was there already."""
        try:
            return await self._create_once(task, spec, variables)
        except Refused as refusal:
            if refusal.status == 404 and "No such image" in refusal.message:
                # It was there a moment ago, and was pruned by hand.
                self.images.forget(spec.image)
                try:
                    return await self._create_once(task, spec, variables)
                except Refused as again:
                    raise refusals.refused_start(again, spec) from again
            raise refusals.refused_start(refusal, spec) from refusal

    async def _create_once(self, task: TaskId, spec: TaskSpec, variables: Mapping[str, str]) -> bool:
        image = await self.images.ensure(spec.image)
        network = await self.networks.ensure(spec.app, spec.environment)
        body = creation.container(
            self._instance, task, spec, variables, image=image, network=network, init=self._init, place=self.place
        )
        name = names.container_name(task, spec)
        try:
            made = await self._connection.call("POST", "/containers/create", params={"name": name}, body=body)
        except Refused as refusal:
            if refusal.status != 409:
                raise
            # The name is taken: by this very task, when the answer to an earlier call was lost; or by another Fairway.
            if await self.containers.find(task) is not None:
                return False
            made = await self._connection.call(
                "POST", "/containers/create", params={"name": f"{name}-{self._instance}"}, body=body
            )
        self.containers.remember(task, made["Id"])
        return True

    async def _start(self, task: TaskId) -> None:
        container = await self.containers.find(task)
        await self._connection.call("POST", f"/containers/{container}/start")

    async def _mend(self, refusal: Refused, task: TaskId, spec: TaskSpec) -> bool:
        """Whether the refusal is over something that can be done without or made again; the container is gone then."""
        if "docker-init" in refusal.message and self._init:
            # Not every package of Docker brings its init. Without it zombies stay, which few backends make.
            self._init = False
        elif refusal.status == 404 and "network" in refusal.message:
            self.networks.forget(spec.app, spec.environment)
        else:
            return False
        await self.remove(task)
        return True
