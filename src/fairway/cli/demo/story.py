"""The story that the demo tells, step by step. Each step says what must hold, and fails when it does not."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fairway.cli.demo import database
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


class NotHeld(Exception):
    """A step did not do what it promises; the text says what was seen instead."""


Report = Callable[[Step], None]


class Story:
    """Runs the steps in order and stops at the first that does not hold."""

    def __init__(self, sandbox: Sandbox, program: str, report: Report) -> None:
        self.sandbox = sandbox
        self.program = program
        self.report = report
        self.load = Load(sandbox.apps_port, HOST)
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
        container = await asyncio.to_thread(database.docker, self.program, "ps", "--quiet", "--filter", label)
        started = time.monotonic()
        await asyncio.to_thread(database.docker, self.program, "kill", "--signal", "KILL", container)
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

    async def rollback(self) -> str:
        """The first release serves again, without a build."""
        await asyncio.to_thread(self.sandbox.fairway, "rollback", "-e", ENVIRONMENT, "--yes")
        await self.expect_greeting("Welcome to the shop")
        return "the first version serves again, without a build"

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
