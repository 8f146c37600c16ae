"""What every durable executor keeps to."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from fairway.ports.durable import Durable, Step

Make = Callable[[], Durable]
TIMEOUT = 20.0


class Recorder:
    """A body of two steps that says what it did, and can be held within the second."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.within = asyncio.Event()
        self.release = asyncio.Event()
        self.ended = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.results: list[Any] = []
        self.loops: list[asyncio.AbstractEventLoop] = []

    async def __call__(self, step: Step, arguments: Mapping[str, Any]) -> None:
        self.loops.append(asyncio.get_running_loop())
        try:
            self.results.append(await step("first", self._first))
            self.results.append(await step("second", self._second))
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        self.results.append(dict(arguments))
        self.ended.set()

    async def _first(self) -> Any:
        self.done.append("first")
        return {"digest": "sha256:1", "sizes": (1, 2)}

    async def _second(self) -> Any:
        self.done.append("second")
        self.within.set()
        await self.release.wait()
        return None


async def wait(event: asyncio.Event) -> None:
    async with asyncio.timeout(TIMEOUT):
        await event.wait()


async def test_a_body_runs_its_steps_in_order_on_this_loop(make: Make) -> None:
    durable, body = make(), Recorder()
    durable.register("body", body)
    body.release.set()
    assert await durable.open() == 0

    await durable.start("a/1", "body", {"app": "shop-api", "number": 42})
    await wait(body.ended)
    await durable.close()

    assert body.done == ["first", "second"]
    assert body.results == [{"digest": "sha256:1", "sizes": [1, 2]}, None, {"app": "shop-api", "number": 42}]
    assert body.loops == [asyncio.get_running_loop()]


async def test_the_same_id_a_second_time_does_nothing(make: Make) -> None:
    durable, body = make(), Recorder()
    durable.register("body", body)
    await durable.open()

    await asyncio.gather(*(durable.start("a/1", "body", {}) for _ in range(3)))
    await wait(body.within)
    await durable.start("a/1", "body", {})
    body.release.set()
    await wait(body.ended)
    await durable.start("a/1", "body", {})
    await durable.close()

    assert body.done == ["first", "second"]


async def test_a_body_of_no_known_name_is_refused(make: Make) -> None:
    durable = make()
    await durable.open()

    with pytest.raises(ValueError, match="no body named"):
        await durable.start("a/1", "nobody", {})

    await durable.close()


async def test_a_close_within_a_step_is_resumed_at_that_step(make: Make) -> None:
    first, body = make(), Recorder()
    first.register("body", body)
    await first.open()
    await first.start("a/1", "body", {"n": 1})
    await wait(body.within)
    await first.close()
    assert body.cancelled.is_set()

    second, resumed = make(), Recorder()
    resumed.release.set()
    second.register("body", resumed)
    assert await second.open() == 1
    assert await second.alive("a/1")
    await wait(resumed.ended)
    await second.close()

    assert resumed.done == ["second"]
    assert resumed.results == [{"digest": "sha256:1", "sizes": [1, 2]}, None, {"n": 1}]


async def test_what_has_ended_is_not_resumed(make: Make) -> None:
    first, body = make(), Recorder()
    first.register("body", body)
    body.release.set()
    await first.open()
    await first.start("a/1", "body", {})
    await wait(body.ended)
    await first.close()

    second, resumed = make(), Recorder()
    second.register("body", resumed)
    left = await second.open()
    await second.start("a/1", "body", {})
    await second.close()

    assert left <= 1  # ended, but perhaps not yet kept as ended: its steps are
    assert resumed.done == []


async def test_a_cancelled_body_ends_and_is_not_resumed(make: Make) -> None:
    first, body = make(), Recorder()
    first.register("body", body)
    await first.open()
    await first.start("a/1", "body", {})
    await wait(body.within)

    assert await first.alive("a/1")

    await first.cancel("a/1")
    assert body.cancelled.is_set()
    assert not await first.alive("a/1")
    assert not await first.alive("a/2")
    await first.cancel("a/1")
    await first.cancel("a/2")
    await first.close()

    second, resumed = make(), Recorder()
    second.register("body", resumed)
    assert await second.open() == 0
    await second.start("a/1", "body", {})
    await second.close()
    assert resumed.results == []


async def test_a_failed_step_is_raised_in_the_body_and_not_kept(make: Make) -> None:
    seen: list[str] = []
    reached = asyncio.Event()

    async def fail() -> None:
        raise LookupError("no such image")

    async def body(step: Step, arguments: Mapping[str, Any]) -> None:
        try:
            await step("fail", fail)
        except LookupError as error:
            seen.append(str(error))
        reached.set()
        await asyncio.Event().wait()

    for _ in range(2):
        durable = make()
        durable.register("body", body)
        reached.clear()
        await durable.open()
        await durable.start("a/1", "body", {})
        await wait(reached)
        await durable.close()

    assert seen == ["no such image", "no such image"]


async def test_a_result_that_is_no_json_is_an_error_of_the_step(make: Make) -> None:
    seen: list[BaseException] = []
    reached = asyncio.Event()

    async def odd() -> object:
        return object()

    async def body(step: Step, arguments: Mapping[str, Any]) -> None:
        try:
            await step("odd", odd)
        except TypeError as error:
            seen.append(error)
        reached.set()

    durable = make()
    durable.register("body", body)
    await durable.open()
    await durable.start("a/1", "body", {})
    await wait(reached)
    await durable.close()

    assert len(seen) == 1


async def test_a_body_can_start_the_next_one(make: Make) -> None:
    second = Recorder()
    second.release.set()
    durable = make()

    async def first(step: Step, arguments: Mapping[str, Any]) -> None:
        await durable.start("a/2", "second", {"after": "a/1"})

    durable.register("first", first)
    durable.register("second", second)
    await durable.open()
    await durable.start("a/1", "first", {})
    await wait(second.ended)
    await durable.close()

    assert second.results[-1] == {"after": "a/1"}


async def test_a_body_that_breaks_does_not_break_the_next_one(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    durable, good = make(), Recorder()
    good.release.set()

    async def bad(step: Step, arguments: Mapping[str, Any]) -> None:
        raise ZeroDivisionError("a mistake")

    durable.register("bad", bad)
    durable.register("good", good)
    await durable.open()
    await durable.start("a/1", "bad", {})
    await durable.start("a/2", "good", {})
    await wait(good.ended)
    await durable.close()

    assert "ZeroDivisionError" in caplog.text


async def test_several_bodies_run_at_once(make: Make) -> None:
    durable = make()
    bodies = [Recorder() for _ in range(8)]
    for index, body in enumerate(bodies):
        durable.register(f"body-{index}", body)
    await durable.open()

    for index in range(len(bodies)):
        await durable.start(f"a/{index}", f"body-{index}", {})
    for body in bodies:
        await wait(body.within)
    for body in bodies:
        body.release.set()
    for body in bodies:
        await wait(body.ended)
    await durable.close()

    assert all(body.done == ["first", "second"] for body in bodies)


async def test_what_goes_on_is_never_forgotten(make: Make) -> None:
    durable, body = make(), Recorder()
    durable.register("body", body)
    await durable.open()
    await durable.start("a/1", "body", {})
    await wait(body.within)

    await durable.forget()
    await durable.start("a/1", "body", {})
    alive = await durable.alive("a/1")
    body.release.set()
    await wait(body.ended)
    await durable.close()

    assert alive
    assert body.done == ["first", "second"]
