"""Conversations with an authority run in threads: what they come to is known, and nobody waits for one that is given
up."""

import asyncio
import threading

import pytest

from fairway.adapters.acme.authority import apart


async def test_the_loop_goes_on_while_a_thread_works() -> None:
    go_on = threading.Event()
    working = asyncio.create_task(apart(lambda: go_on.wait(60)))

    await asyncio.sleep(0)
    assert not working.done()
    go_on.set()

    assert await working


async def test_a_server_that_stops_does_not_wait_for_a_conversation() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work() -> bool:
        begun.set()
        return go_on.wait(60)

    working = asyncio.create_task(apart(work))
    await asyncio.to_thread(begun.wait, 60)
    (thread,) = (each for each in threading.enumerate() if each.name == "fairway-acme")

    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working

    assert thread.is_alive() and thread.daemon
    go_on.set()
    await asyncio.to_thread(thread.join)
