"""Whoever has stood in line looks again before its turn: what it read before it stood there may be over."""

import asyncio
from types import SimpleNamespace
from typing import Any

from fairway.adapters.memory.clock import LoopClock
from fairway.deploy.turn import Turns
from fairway.domain.ids import AppName, EnvironmentName

APP, PRODUCTION = AppName("shop"), EnvironmentName("production")


class Store:
    """A store whose answer is one step of the loop old; `under_way` is the deployment that has no verdict."""

    under_way: Any = None

    async def latest(self, *_: object) -> Any:
        found = self.under_way
        await asyncio.sleep(0)
        return found


async def test_two_that_come_at_once_and_find_nothing_have_their_turns() -> None:
    store, ledger, log = Store(), SimpleNamespace(ended=asyncio.Event()), list[str]()
    turns = Turns(ledger, store, LoopClock())  # type: ignore[arg-type]

    async def deploy(key: str) -> None:
        async with turns.wait(APP, PRODUCTION, key, log.append):
            assert store.under_way is None, f"{key} begins while another one is under way"
            await asyncio.sleep(0)
            store.under_way = SimpleNamespace(id=len(log) + 1, key=key)
        await asyncio.sleep(0)
        store.under_way = None
        ledger.ended.set()

    await asyncio.gather(deploy("one"), deploy("two"))

    assert log == ["deployment 1 to production is under way; this one waits for its turn"]
