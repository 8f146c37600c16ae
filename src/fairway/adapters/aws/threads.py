"""A blocking call in a thread that nobody has to wait for.

`asyncio.to_thread` would do, but for Ctrl-C: the loop's own threads are waited for at its end, and a call of boto3's
that gets no answer lasts minutes with all its repetitions. These threads end with the process.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def apart(function: Callable[..., Result], *arguments: object) -> Result:
    """What the function returns, or raises. Cancelled, the call goes on by itself, and its end is not heard of."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: BaseException | None) -> None:
        if future.done():  # cancelled meanwhile
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, failure = None, None
        try:
            result = function(*arguments)
        except Exception as error:  # noqa: BLE001 - it is handed to who waits for it
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="aws", daemon=True).start()
    return await future
