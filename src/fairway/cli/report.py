"""Watching what goes on on the server: an execution or a deployment, shown as it moves, to its end.

A stage is printed when it ends; on a terminal the one that runs stands below, with its time so far and its latest line.
The server may go and come back meanwhile: the watch waits for it, within its own time.
"""

import functools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from fairway.cli import output
from fairway.client import stream
from fairway.client.api import Client, join
from fairway.errors import Unreachable, WorkFailed
from fairway.wire import progress, words

Json = dict[str, Any]
INTERRUPTED = 130
PATIENCE = 60.0
"""Seconds that a watch waits for a server that has gone."""


def watch_execution(
    client: Client, execution: Json, *, timeout: float, heading: bool = True, patient: bool = False
) -> Json:
    """Show an execution until it has ended, or somebody has to do something (`patient`: that is waited for), and return
    it. Raises WorkFailed when `timeout` seconds are over."""
    name = f"execution {execution['number']}"
    path = join("apps", execution["app"], "executions", execution["number"])
    more = f"fairway show {execution['number']} --watch    fairway stop {execution['number']}"
    if heading:
        output.say_lines([progress.head(execution)])
    shown: Json | None = None
    tail = ""
    with interruptible(name, more), Ticker() as ticker:
        for message in messages(client, f"{path}/stream", timeout=timeout, name=name, more=more):
            if message["type"] == "log":
                tail = output.clean(str(message.get("text") or "")).strip() or tail
            elif "execution" in message:
                latest = message["execution"]
                ticker.above(progress.news(shown, latest))
                tail = tail if shown and _running(latest) == _running(shown) else ""
                shown = execution = latest
                if progress.waits_for_somebody(latest) and not patient:
                    break
            ticker.set(functools.partial(_live_line, execution, tail))
    output.say_lines(progress.verdict(execution))
    return execution


def watch_deployment(client: Client, deployment: Json, *, timeout: float) -> Json:
    """Show a deployment until it has ended, and return it. Raises WorkFailed when `timeout` seconds are over."""
    name = f"deployment {deployment['id']}"
    path = join("apps", deployment["app"], "deployments", deployment["id"])
    with interruptible(name, "fairway status"), Ticker() as ticker:
        for message in messages(client, f"{path}/stream", timeout=timeout, name=name, more="fairway status"):
            deployment = message.get("deployment", deployment)
            ticker.set(functools.partial(deployment_line, deployment))
    output.say_lines([deployment_line(deployment, None)])
    if deployment["state"] == "FAILED" and deployment.get("cause"):
        output.say_lines(["", *progress.report(deployment["cause"])])
    return deployment


def deployment_line(deployment: Json, now: float | None) -> str:
    """`  production  ✓  4.8 s   release 17`."""
    status = {"COMPLETED": "SUCCEEDED"}.get(deployment["state"], deployment["state"])
    summary = f"release {deployment['release']}"
    if deployment.get("reason"):
        summary += f"; {deployment['reason']}"
    stage = {**deployment, "name": deployment["environment"], "status": status, "summary": summary}
    return progress.stage_line({"stages": [stage]}, stage, now=now)


def messages(client: Client, path: str, *, timeout: float, name: str, more: str) -> Iterator[Json]:
    """The stream's messages to its end, over broken connections, after each of which "reopened" comes. Raises
    WorkFailed when `timeout` seconds are over."""
    deadline = time.monotonic() + timeout
    try:
        while True:
            try:
                yield from stream.events(client, path, deadline=deadline)
                return
            except (stream.BrokenOff, Unreachable):  # it went while the stream was read, or opened
                wait_for_return(client, deadline)
                yield {"type": "reopened"}
    except stream.Expired:
        raise WorkFailed(
            f"{name} is not done after {words.duration(timeout)}", why="it goes on on the server", hint=more
        ) from None


@contextmanager
def interruptible(name: str, more: str) -> Iterator[None]:
    """Ctrl-C within ends the command, and says what goes on and how to come back to it."""
    try:
        yield
    except KeyboardInterrupt:
        output.say(f"\nNot watching any more; {name} goes on on the server.")
        output.say_lines(progress.labelled("More", [more]))
        raise click.exceptions.Exit(INTERRUPTED) from None


def wait_for_return(client: Client, deadline: float) -> None:
    """Say that the server has gone, and return once it answers. Raises Unreachable when it does not in time."""
    output.say("  The connection broke off; waiting for the server to come back")
    wait_for_server(client, min(deadline, time.monotonic() + PATIENCE))


def wait_for_server(client: Client, deadline: float) -> None:
    """Return once the server answers. Raises Unreachable at the deadline (of `time.monotonic()`)."""
    while not client.healthy():
        if time.monotonic() >= deadline:
            raise Unreachable(f"the Fairway server at {client.url} has gone", hint="fairway server start")
        time.sleep(0.25)


def _running(execution: Json) -> str:
    return next((stage["name"] for stage in execution["stages"] if stage["status"] == "IN_PROGRESS"), "")


def _live_line(execution: Json, tail: str, now: float) -> str:
    stage = next((stage for stage in execution["stages"] if stage["status"] in ("IN_PROGRESS", "STOPPING")), None)
    if execution.get("waits"):
        return progress.waiting_line(execution, now=now)
    if stage is None:
        return "" if progress.is_finished(execution) else f"  {execution['status'].lower().replace('_', ' ')} …"
    return progress.stage_line(execution, {**stage, "summary": stage.get("summary") or tail}, now=now)


class Ticker:
    """Rewrites the terminal's last line twice a second, so that the time so far is seen to go on."""

    def __init__(self) -> None:
        self.live = output.Live()
        self._line: Callable[[float], str] | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> "Ticker":
        """Begin, on a terminal."""
        if self.live.on:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the line away."""
        self._ended.set()
        if self.live.on:
            self._thread.join()
        self.live.clear()

    def set(self, line: Callable[[float], str]) -> None:
        """What the line is at a time (seconds since the epoch)."""
        with self._lock:
            self._line = line
            self._draw()

    def above(self, lines: list[str]) -> None:
        """Print lines above it, for good."""
        with self._lock:
            if lines:
                self.live.clear()
                output.say_lines(lines)

    def _tick(self) -> None:
        while not self._ended.wait(0.5):
            with self._lock:
                self._draw()

    def _draw(self) -> None:
        if self._line and (text := self._line(time.time())):
            self.live.show(text)
