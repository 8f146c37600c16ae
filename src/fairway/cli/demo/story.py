"""The story that the demo tells, step by step. Each step says what must hold, and fails when it does not."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fairway.cli.demo import docker
from fairway.cli.demo.load import Load
from fairway.cli.demo.sandbox import Sandbox
from fairway.errors import WorkFailed

HOST = "shop-api-production.localhost"
ENVIRONMENT = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step came to. `requests` and `failed` are None for a step without traffic."""

    name: str
    seconds: float
    held: bool
    detail: str
    release: int | None = None
    requests: int | None = None
    failed: int | None = None


MANY = "INSERT INTO orders (item, quantity) SELECT md5(n::text), 1 FROM generate_series(1, 600000) n; ANALYZE orders"
"""Orders of a shop that has been open for years: an index of their items takes a second or two."""
COUPONS = ("ALTER TABLE orders ADD COLUMN coupon text", "ALTER TABLE orders DROP COLUMN coupon")
REQUIRED = (
    "ALTER TABLE orders ALTER COLUMN coupon SET NOT NULL",
    "ALTER TABLE orders ALTER COLUMN coupon DROP NOT NULL",
)
INDEX = ("CREATE INDEX orders_item ON orders (item)", "DROP INDEX orders_item")
"""Migrations, there and back."""


class NotHeld(Exception):
    """A step did not do what it promises; the text says what was seen instead."""


Report = Callable[[Step], None]


class Story:
    """Runs the steps in order and stops at the first that does not hold."""

    def __init__(self, sandbox: Sandbox, program: str, report: Report) -> None:
        self.sandbox = sandbox
        self.program = program
        self.report = report
        # Without a thought between two rounds they would take all of a small machine, and the pushes would wait.
        self.load = Load(sandbox.apps_port, HOST, pause=0.25)
        self.steps: list[Step] = []

    async def tell(self) -> list[Step]:
        """All the steps. The list is shorter when one did not hold: it is the last."""
        if not await self._step("first push", self.first_push, traffic=False):
            return self.steps
        async with asyncio.TaskGroup() as group:
            group.create_task(self.load.run())
            try:
                for name, act in (
                    ("second push, under load", self.second_push),
                    ("a task killed with SIGKILL", self.kill_a_task),
                    ("a push that never becomes healthy", self.bad_push),
                    ("a migration", self.good_migration),
                    ("a migration that would lock", self.refused_by_policy),
                    ("a migration that its data refuse", self.refused_by_data),
                    ("rollback", self.rollback),
                ):
                    if not await self._step(name, act):
                        break
            finally:
                self.load.stop()
        return self.steps

    async def _step(self, name: str, act: Callable[[], Awaitable[str]], *, traffic: bool = True) -> bool:
        tally = self.load.begin()
        started = time.monotonic()
        try:
            detail, held = await act(), True
        except (NotHeld, WorkFailed) as error:
            log = getattr(error, "log", ())
            detail, held = "\n".join([str(error), *log]), False
        seconds = time.monotonic() - started
        if traffic and tally.failed:
            held, detail = False, f"{detail}\nfailed requests: {'; '.join(tally.reasons)}"
        step = Step(
            name=name,
            seconds=round(seconds, 2),
            held=held,
            detail=detail,
            release=await asyncio.to_thread(self.release),
            requests=tally.sent if traffic else None,
            failed=tally.failed if traffic else None,
        )
        self.steps.append(step)
        self.report(step)
        return held

    async def first_push(self) -> str:
        """Nothing is there yet; `fairway up` makes the app and pushes."""
        await asyncio.to_thread(self.sandbox.fairway, "up", "--yes")
        await self.expect_greeting("Welcome to the shop")
        return f"live at http://{HOST}:{self.sandbox.apps_port}"

    async def second_push(self) -> str:
        """The new version serves once the push has returned."""
        self.sandbox.commit("src/greeting.js", "Welcome to the shop", "Welcome aboard", "Greet like sailors")
        await asyncio.to_thread(self.sandbox.run, "git", "push", "fairway", "master")
        await self.expect_greeting("Welcome aboard")
        return "the new version serves"

    async def kill_a_task(self) -> str:
        """The killed task's place is taken by a new healthy one."""
        before = await self.healthy_tasks()
        victim = sorted(before)[0]
        label = f"label=fairway.task={victim}"
        container = await asyncio.to_thread(docker.run, self.program, "ps", "--quiet", "--filter", label)
        started = time.monotonic()
        await asyncio.to_thread(docker.run, self.program, "kill", "--signal", "KILL", container)
        while len(after := await self.healthy_tasks() - {victim}) < len(before):
            if time.monotonic() - started > 60:
                raise NotHeld(f"only {len(after)} of {len(before)} tasks are healthy a minute later")
            await asyncio.sleep(0.05)
        return f"task {victim} replaced by {', '.join(after - before)} in {time.monotonic() - started:.1f} s"

    async def bad_push(self) -> str:
        """The old release goes on serving, and the report says why."""
        release = await asyncio.to_thread(self.release)
        self.sandbox.commit("src/server.js", "'0.0.0.0'", "'127.0.0.1'", "Listen on loopback only")
        push = await asyncio.to_thread(self.sandbox.run, "git", "push", "fairway", "master")
        await self.expect_greeting("Welcome aboard")
        if await asyncio.to_thread(self.release) != release:
            raise NotHeld(f"release {release} should still be the current one")
        lines = [line.removeprefix("remote:").rstrip() for line in push.stderr.splitlines()]
        causes = [line.strip() for line in lines if line.strip().startswith("Cause")]
        if not causes or "127.0.0.1" not in causes[0]:
            raise NotHeld(f"the push did not name the cause; it printed:\n{push.stderr}")
        return f"release {release} still serves. {causes[0]}"

    async def good_migration(self) -> str:
        """A new column: backed up, rehearsed, tried with the release that serves, and only then made."""
        self.sandbox.run("git", "revert", "--no-edit", "HEAD")
        self.sandbox.write("migrations/20260210090000_coupons.js", migration(*COUPONS))
        self.sandbox.commit("src/greeting.js", "Welcome aboard", "Coupons are taken", "Take coupons")
        push = await asyncio.to_thread(self.sandbox.run, "git", "push", "fairway", "master")
        await self.expect_greeting("Coupons are taken")
        return find_line(push.stderr, "migration in", last=True)

    async def refused_by_policy(self) -> str:
        """It would keep every buyer waiting while an index of a large table is built; fairway.toml refuses that."""
        await asyncio.to_thread(self.sandbox.fairway, "db", "psql", "-e", ENVIRONMENT, "-c", MANY)
        self.sandbox.write("migrations/20260220090000_item_index.js", migration(*INDEX))
        return await self._stopped("Find orders by item", "require-concurrent-index-creation")

    async def refused_by_data(self) -> str:
        """It passes in staging, whose table is empty, and fails on the copy of production's data."""
        self.sandbox.write("migrations/20260301090000_coupons_required.js", migration(*REQUIRED))
        return await self._stopped("Ask for a coupon", "contains null values")

    async def _stopped(self, message: str, cause: str) -> str:
        """Push what must not reach production: the release before goes on serving, on an untouched database."""
        release = await asyncio.to_thread(self.release)
        before = await asyncio.to_thread(self.columns)
        self.sandbox.commit("README.md", "# shop-api", "# shop-api ", message)
        push = await asyncio.to_thread(self.sandbox.run, "git", "push", "fairway", "master")
        line = find_line(push.stderr, "✗", cause)
        await self.expect_greeting("Coupons are taken")
        if await asyncio.to_thread(self.release) != release:
            raise NotHeld(f"release {release} should still be the current one")
        if await asyncio.to_thread(self.columns) != before:
            raise NotHeld("production's database was changed")
        return f"release {release} still serves, its database untouched. {line}"

    async def rollback(self) -> str:
        """The release before serves again, without a build, on the new schema: it was tried there."""
        await asyncio.to_thread(self.sandbox.fairway, "rollback", "-e", ENVIRONMENT, "--yes")
        await self.expect_greeting("Welcome aboard")
        return "the version before serves again, without a build; it was shown to fit the new schema"

    def columns(self) -> str:
        """Production's table of orders as it is defined: its columns and its indexes."""
        query = (
            "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_name = 'orders' "
            "UNION ALL SELECT indexname, '' FROM pg_indexes WHERE tablename = 'orders' ORDER BY 1"
        )
        return self.sandbox.fairway("db", "psql", "-e", ENVIRONMENT, "-c", query).stdout

    def release(self) -> int | None:
        """The number of the release that production runs."""
        status: dict[str, Any] = self.sandbox.ask("status")
        return next((env["release"] for env in status["environments"] if env["name"] == ENVIRONMENT), None)

    async def healthy_tasks(self) -> set[str]:
        """The ids of the healthy tasks."""
        listing = await asyncio.to_thread(self.sandbox.ask, "ps")
        return {task["id"] for task in listing["tasks"] if task["health"] == "HEALTHY" and task["status"] == "RUNNING"}

    async def expect_greeting(self, text: str) -> None:
        """Raises NotHeld unless ten requests in a row get the greeting."""
        for _ in range(10):
            seen = await asyncio.to_thread(self.greeting)
            if seen != text:
                raise NotHeld(f'the shop says "{seen}" instead of "{text}"')

    def greeting(self) -> str:
        """What the front page says."""
        url = f"http://127.0.0.1:{self.sandbox.apps_port}/"
        request = urllib.request.Request(url, headers={"Host": HOST})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
                return str(json.load(answer)["greeting"])
        except (OSError, ValueError, KeyError) as error:
            raise NotHeld(f"the shop does not answer: {error}") from error


def migration(up: str, down: str) -> str:
    """A migration of Knex's."""
    return f"exports.up = (knex) => knex.raw('{up}')\nexports.down = (knex) => knex.raw('{down}')\n"


def find_line(printed: str, *words: str, last: bool = False) -> str:
    """The first or last line of a push that has all the words. Raises NotHeld with all of it when there is none."""
    lines = [line.removeprefix("remote:").strip() for line in printed.splitlines()]
    found = [line for line in lines if all(word in line for word in words)]
    if not found:
        raise NotHeld(f"the push did not say {' … '.join(words)}; it printed:\n{printed}")
    return found[-1 if last else 0]
