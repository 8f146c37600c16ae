"""Blocking calls beside the event loop: their ends are heard of, and nobody waits for one that was given up."""

import asyncio
import threading

import pytest

from fairway.adapters.aws.threads import apart


async def test_what_the_call_returns_or_raises_comes_back() -> None:
    def fail() -> None:
        raise ValueError("no")

    assert await apart(divmod, 7, 2) == (3, 1)
    with pytest.raises(ValueError, match="no"):
        await apart(fail)


async def test_the_loop_goes_on_meanwhile() -> None:
    answered = threading.Event()

    call = asyncio.ensure_future(apart(answered.wait, 60))
    await asyncio.sleep(0)
    answered.set()

    assert await call


def test_a_call_that_gets_no_answer_does_not_hold_up_the_end() -> None:
    asked, answered, ended = threading.Event(), threading.Event(), threading.Event()

    def call() -> None:
        asked.set()
        answered.wait(60)
        ended.set()

    async def interrupted() -> None:
        task = asyncio.ensure_future(apart(call))
        while not asked.is_set():
            await asyncio.sleep(0)
        task.cancel()

    asyncio.run(interrupted())

    assert not ended.is_set()
    answered.set()
    assert ended.wait(60)
