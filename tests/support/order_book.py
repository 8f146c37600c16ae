"""What the tasks of an app print, followed from their start: which orders came to a backend, and how often.

A task that is gone has taken its log along, so each container's is followed from the moment that Docker starts it.
"""

import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Self


class OrderBook:
    """Of one app on the machine's Docker, while the block runs. Open it before the app's first task."""

    def __init__(self, app: str) -> None:
        self._app = app
        self._processes: list[subprocess.Popen[str]] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    def __enter__(self) -> Self:
        filters = ("--filter", "event=start", "--filter", f"label=fairway.app={self._app}")
        self._follow(("docker", "events", *filters, "--format", "{{.ID}}"), self._open)
        return self

    def __exit__(self, *_: object) -> None:
        # The first is the stream of events: with it no other can begin.
        for index in range(len(self._processes)):
            self._processes[index].terminate()
            self._threads[index].join()

    def lacks(self, orders: set[str]) -> set[str]:
        """Those of the orders that no task has taken, as far as has been read."""
        with self._lock:
            return orders - self._taken.keys()

    def twice(self) -> Sequence[str]:
        """The orders that were taken more than once."""
        with self._lock:
            return [order for order, times in self._taken.items() if times > 1]

    def _follow(self, command: Sequence[str], read: Callable[[str], None]) -> None:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout is not None
        lines = process.stdout

        def run() -> None:
            with lines:
                for line in lines:
                    read(line.strip())
            process.wait()

        thread = threading.Thread(target=run, name=" ".join(command[:2]))
        self._processes.append(process)
        self._threads.append(thread)
        thread.start()

    def _open(self, container: str) -> None:
        self._follow(("docker", "logs", "--follow", container), self._count)

    def _count(self, line: str) -> None:
        if line.startswith("order "):
            with self._lock:
                self._taken[line.removeprefix("order ")] += 1
