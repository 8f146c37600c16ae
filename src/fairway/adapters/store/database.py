"""The way to the database: each piece of work is one transaction on a worker thread, away from the event loop.

SQLite gets one thread and one connection, so that its writers never wait for each other; PostgreSQL gets a few. What
the driver raises becomes Unavailable here, once.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event, exc

from fairway.adapters.store.fence import Fence, require
from fairway.errors import Unavailable, UsageError

T = TypeVar("T")
Work = Callable[[sa.Connection], T]

THREADS = 4
FORGOTTEN = 10
"""Seconds after which PostgreSQL ends the transaction of a process that stands still: its locks would hold up the
others for as long as it does."""
BUSY = 10.0
"""Seconds that SQLite waits for another process's write to end."""


def parse(url: str) -> sa.URL:
    """The SQLAlchemy URL, with the drivers that Fairway brings. Raises UsageError for other databases."""
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError as error:
        raise UsageError("the database's URL can't be read", hint="for example: sqlite:////srv/fairway.db") from error
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise UsageError(f"{other} is no database that Fairway can keep its state in", hint="sqlite or postgresql")


class Database:
    """One database; `open` before use, `close` at the end. `fence`, once it is set, stands before every write."""

    def __init__(self, url: str) -> None:
        self.url = parse(url)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        self.fence: Fence | None = None
        self._readers: sa.Engine | None = None
        self._writers: sa.Engine | None = None
        self._threads: ThreadPoolExecutor | None = None

    async def open(self) -> None:
        """Prepare the threads and the connections. Nothing is connected yet."""
        self._threads = ThreadPoolExecutor(1 if self.sqlite else THREADS, thread_name_prefix="fairway-store")
        engine = open_sqlite(self.url) if self.sqlite else open_postgresql(self.url)
        # Both have the same connections. They are made once: an engine with an option costs as much as half of a read.
        self._readers, self._writers = engine.execution_options(writes=False), engine.execution_options(writes=True)

    async def close(self) -> None:
        """End what is under way, then disconnect."""
        if self._threads is not None:
            await asyncio.to_thread(self._threads.shutdown)
            self._threads = None
        if self._writers is not None:
            self._writers.dispose()
            self._readers = self._writers = None

    async def read(self, work: Work[T]) -> T:
        """What `work` returns, from one consistent look. Raises Unavailable when the database does not answer."""
        return await self._run(work, writes=False)

    async def write(self, work: Work[T], *, fenced: bool = True) -> T:
        """What `work` returns once all that it wrote is safe on the disk; when it raises, nothing is kept. Raises
        Unavailable when it is `fenced` and the fence does not stand."""
        return await self._run(work, writes=True, fence=self.fence if fenced else None)

    async def _run(self, work: Work[T], *, writes: bool, fence: Fence | None = None) -> T:
        engine = self._writers if writes else self._readers
        if self._threads is None or engine is None:
            raise Unavailable("the store is closed", why="the server is stopping")

        def transact() -> T:
            with engine.begin() as connection:
                if fence is not None:
                    require(connection, fence)
                return work(connection)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, transact)
        except exc.DBAPIError as error:
            raise explain(error) from error


def open_postgresql(url: sa.URL) -> sa.Engine:
    """An engine with a connection for each thread."""
    engine = sa.create_engine(url, pool_size=THREADS, max_overflow=0, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        connection.execute(f"SET idle_in_transaction_session_timeout = '{FORGOTTEN}s'")
        connection.commit()

    return engine


def open_sqlite(url: sa.URL) -> sa.Engine:
    """An engine whose one connection writes ahead, and whose commits survive a power cut."""
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sa.create_engine(url, poolclass=sa.StaticPool, connect_args={"check_same_thread": False, "timeout": BUSY})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        # The driver would begin transactions by itself, and late: a read that turns into a write could then fail with
        # "database is locked" however long the time-out is. So it is told to leave that to `begin` below.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # Nothing is looked at before the first statement, so that nothing can fail that would have to be explained.
            driver: Any = connection.connection.driver_connection
            driver.execute("BEGIN").close()

    return engine


def explain(error: exc.DBAPIError) -> Unavailable:
    """The driver's error in words, without the statement and its values."""
    text = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    hint = ""
    if "full" in text:
        hint = "free some space on the disk that holds FAIRWAY_HOME"
    elif "locked" in text:
        hint = "another process writes to the same file; is a second server running?"
    elif "unable to open" in text or "readonly" in text:
        hint = "the server's user must be able to write FAIRWAY_HOME"
    return Unavailable("the store did not answer", why=text, hint=hint)
