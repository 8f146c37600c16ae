"""Durable work on DBOS Transact: what was begun is finished, by this process or by the next one.

DBOS keeps the workflows and their steps in its own database. Everything of it that reaches out is off: no console, no
telemetry, no admin port. It polls for queues, schedules and time-outs, none of which Fairway uses: once the workflows
that a dead process left behind have begun again, those pollers are stopped (they cost 1 % of a core).
"""

import asyncio
import contextlib
import contextvars
import json
import logging
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, Serializer, SetWorkflowID
from dbos._dbos import _get_dbos_instance
from dbos._error import DBOSWorkflowCancelledError

from fairway.adapters.dbos.bridge import Bridge, Stopped, Unkept
from fairway.errors import Unavailable
from fairway.ports.durable import Body

LOG = logging.getLogger(__name__)
WORKFLOW = "fairway.body"
ALIVE = ["PENDING", "ENQUEUED"]
ENDED = ["SUCCESS", "ERROR", "CANCELLED"]
KEEP_FOR = 30 * 24 * 3600.0
BATCH = 500


class JsonText(Serializer):
    """Arguments and results as JSON, instead of pickle."""

    def serialize(self, data: Any) -> str:
        """JSON text; what has no place in JSON is an error that DBOS itself wants to keep, so its words will do."""
        return json.dumps(data, default=repr)

    def deserialize(cls, serialized_data: str) -> Any:
        """The value."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """The format's name in the database."""
        return "fairway_json"


class DbosDurable:
    """`ports.durable.Durable`. DBOS is one for each process, so at most one of these is open at a time.

    `application_version` names the shape of the bodies: workflows are resumed only by the version that began them.
    What has ended is forgotten `keep_for` seconds later, at the next open or `forget`.
    """

    def __init__(
        self, system_database_url: str, executor_id: str, application_version: str, *, keep_for: float = KEEP_FOR
    ) -> None:
        self._keep_for = keep_for
        self._url = sa.make_url(system_database_url)
        self._executor_id = executor_id
        self._application_version = application_version
        self._bodies: dict[str, Body] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._ended: dict[str, asyncio.Event] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._workflow: Any = None
        self._resuming: set[str] = set()
        self._starting = asyncio.Lock()
        self._closing = False

    def register(self, name: str, body: Body) -> None:
        """Make a body known, before `open`."""
        self._bodies[name] = body

    async def open(self) -> int:
        """Begin, and resume what a dead process left behind; how many that were. Raises Unavailable when DBOS can't
        use its database."""
        self._loop = asyncio.get_running_loop()
        self._closing = False
        try:
            return await asyncio.to_thread(self._launch)
        except Exception as error:
            with contextlib.suppress(Exception):
                await asyncio.to_thread(DBOS.destroy, destroy_registry=True)
            raise Unavailable("the durable executor could not begin", why=str(error).splitlines()[0]) from error

    async def start(self, id: str, name: str, arguments: Mapping[str, Any]) -> None:
        """Start it in the background; the same id a second time does nothing."""
        if name not in self._bodies:
            raise ValueError(f"there is no body named {name}")
        async with self._starting:
            await asyncio.to_thread(self._start, id, name, dict(arguments))

    async def cancel(self, id: str) -> None:
        """Stop it where it is, for good, and wait until its body has ended."""
        await asyncio.to_thread(DBOS.cancel_workflow, id)
        if (task := self._tasks.get(id)) is not None:
            task.cancel()
        if (ended := self._ended.get(id)) is not None:
            await ended.wait()

    async def alive(self, id: str) -> bool:
        """Whether it was started, has not ended, and is this executor's and this version's to finish."""
        found = await asyncio.to_thread(DBOS.get_workflow_status, id)
        if found is None or found.status not in ALIVE:
            return False
        return (found.executor_id, found.app_version) == (self._executor_id, self._application_version)

    async def forget(self) -> None:
        """What ended `keep_for` seconds ago. Raises Unavailable when DBOS can't use its database."""
        try:
            await asyncio.to_thread(forget, self._keep_for)
        except sa.exc.SQLAlchemyError as error:
            why = str(error).splitlines()[0]
            raise Unavailable("the durable executor did not answer", why=why) from error

    async def close(self) -> None:
        """Stop all bodies where they are; the next `open` resumes them."""
        self._closing = True
        for task in self._tasks.values():
            task.cancel()
        for ended in list(self._ended.values()):
            await ended.wait()
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)

    def _launch(self) -> int:
        DBOS(
            config=DBOSConfig(
                name="fairway",
                system_database_url=self._url.render_as_string(hide_password=False),
                db_engine_kwargs=engine_arguments(self._url),
                executor_id=self._executor_id,
                application_version=self._application_version,
                serializer=JsonText(),
                log_level="ERROR",
                enable_otlp=False,
                use_listen_notify=False,
                scheduler_polling_interval_sec=3600.0,
                # How long a close waits for DBOS's listener, which sleeps uninterruptibly; it costs nothing else.
                notification_listener_polling_interval_sec=0.25,
            )
        )

        def serve(name: str, arguments: dict[str, Any]) -> str:
            return self._serve(name, arguments)

        self._workflow = DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)(serve)
        # The set is made before the launch that begins to empty it.
        self._resuming = self._left_behind()
        left = len(self._resuming)
        DBOS.launch()
        forget(self._keep_for)
        if not left:
            quieten()
        return left

    def _left_behind(self) -> set[str]:
        """The ids of the workflows that are to be resumed, none from a database that is still empty."""
        engine = sa.create_engine(self._url, poolclass=sa.NullPool)
        schema = None if self._url.get_backend_name() == "sqlite" else "dbos"
        table = sa.table("workflow_status", *map(sa.column, COLUMNS), schema=schema)
        with engine.connect() as connection:
            if not sa.inspect(connection).has_table(table.name, schema=schema):
                return set()
            mine = (
                table.c.status.in_(ALIVE),
                table.c.executor_id == self._executor_id,
                table.c.application_version == self._application_version,
            )
            return set(connection.execute(sa.select(table.c.workflow_uuid).where(*mine)).scalars())

    def _start(self, id: str, name: str, arguments: dict[str, Any]) -> None:
        # An id that is there already, running or ended, is not begun again: DBOS sees to that in its own transaction.
        with SetWorkflowID(id):
            DBOS.start_workflow(self._workflow, name, arguments)

    def _serve(self, name: str, arguments: dict[str, Any]) -> str:
        """The workflow, on a thread of DBOS: it has the body run on the loop and keeps its steps."""
        id, loop = DBOS.workflow_id, self._loop
        if id is None or loop is None or self._closing:
            raise Unkept
        self._note_begun(id)
        bridge = Bridge(loop)
        body = self._run_body(id, name, arguments, bridge)
        try:
            # An empty context: with this thread's one, DBOS would take what the body starts for children of this
            # workflow and number it among its steps.
            ended = contextvars.Context().run(asyncio.run_coroutine_threadsafe, body, loop)
        except RuntimeError as error:
            body.close()
            raise Unkept from error
        ended.add_done_callback(lambda _: bridge.end())
        bridge.serve(keep)
        if ended.cancelled() or not ended.result():
            raise Unkept
        return "ended"

    def _note_begun(self, id: str) -> None:
        if self._resuming:
            self._resuming.discard(id)
            if not self._resuming:
                quieten()

    async def _run_body(self, id: str, name: str, arguments: dict[str, Any], bridge: Bridge) -> bool:
        """Whether the body came to its end; False when it was stopped and nothing is to be kept of it."""
        ended = self._ended[id] = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                task = self._tasks[id] = group.create_task(self._guard(id, name, arguments, bridge), name=id)
                if self._closing:
                    task.cancel()
            return not task.cancelled()
        finally:
            del self._tasks[id], self._ended[id]
            ended.set()

    async def _guard(self, id: str, name: str, arguments: dict[str, Any], bridge: Bridge) -> None:
        try:
            await self._bodies[name](bridge.step, arguments)
        except Exception:
            # A body reports its own failures; what it lets through is a mistake in it, and running it again would
            # make the same one.
            LOG.exception("the body %s of %s failed", name, id)


COLUMNS = ("workflow_uuid", "status", "executor_id", "application_version")


class Connection(sqlite3.Connection):
    """A connection that writes ahead and leaves it to the system when that reaches the disk.

    A killed process loses nothing by that. A power cut may take the last steps: their bodies run them again, which
    every step must bear anyhow, and an execution whose workflow is lost begins its stage anew. In return a step costs
    no disk sync; the store, which holds the truth, makes one for each write.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.execute("PRAGMA journal_mode=WAL")
        self.execute("PRAGMA synchronous=NORMAL")


def engine_arguments(url: sa.URL) -> dict[str, Any]:
    """What DBOS's engine is made with."""
    return {"connect_args": {"factory": Connection}} if url.get_backend_name() == "sqlite" else {}


def keep(name: str, run: Callable[[], Any]) -> Any:
    """`bridge.Keep` by DBOS."""
    try:
        return DBOS.run_step({"name": name}, run)
    except DBOSWorkflowCancelledError as error:
        raise Stopped from error


def forget(keep_for: float) -> None:
    """Delete the workflows that ended so many seconds ago: the log of how work went must not grow for ever."""
    before = (datetime.now(UTC) - timedelta(seconds=keep_for)).isoformat()
    while old := DBOS.list_workflows(
        status=ENDED, completed_before=before, limit=BATCH, load_input=False, load_output=False
    ):
        DBOS.delete_workflows([workflow.workflow_id for workflow in old])


def quieten() -> None:
    """Stop DBOS's pollers for queues, schedules and time-outs. There is no public way; should a later DBOS keep them
    elsewhere, they go on polling, which costs CPU and nothing else (a contract test measures it)."""
    instance = _get_dbos_instance()
    for event in (*instance.background_thread_stop_events, instance._background_jobs_stop_event):
        event.set()
