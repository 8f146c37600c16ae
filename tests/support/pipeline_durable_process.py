"""A process that runs one durable body and can be killed at any point of it: `python -m` with a database and a hang.

It prints what happens, a line each: "did NAME" when a step's action runs, "hangs NAME" when it waits to be killed,
"resumed N" after opening, "end" when the body has ended.
"""

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

from fairway.adapters.dbos.durable import DbosDurable
from fairway.ports.durable import Step

STEPS = ("one", "two", "three")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


async def main(url: str, hang: str) -> None:
    ended = asyncio.Event()

    async def hold(place: str) -> None:
        if place == hang:
            say(f"hangs {place}")
            await asyncio.Event().wait()

    async def body(step: Step, arguments: Mapping[str, Any]) -> None:
        for name in STEPS:

            async def act(name: str = name) -> str:
                say(f"did {name}")
                await hold(f"within {name}")
                return f"result of {name}"

            say(await step(name, act))
            await hold(f"after {name}")
        ended.set()

    durable = DbosDurable(url, "local", "1")
    durable.register("body", body)
    say(f"resumed {await durable.open()}")
    await durable.start("shop-api/1/build", "body", {})
    async with asyncio.timeout(30):
        await ended.wait()
    await durable.close()
    say("end")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
