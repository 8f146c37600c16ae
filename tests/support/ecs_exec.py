"""ECS Exec's other end, which moto lacks: it answers ExecuteCommand and TerminateSession, and has an agent for each
session that runs the command as the real one does (amazon-ssm-agent, `shell_unix.go`): the text is split into words,
the program runs in a terminal, and the session ends when that does.

The "container" is this host, with an environment of its own. A plugin that goes away leaves its command running, until
the session is terminated: that is AWS's way too.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import types
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import botocore.handlers
from botocore.validate import ParamValidator

from fairway.adapters.aws.session import Session
from fairway.adapters.ecs.engine import EcsEngine
from fairway.adapters.ecs.shell import EcsShell
from fairway.domain.ids import TaskId
from support.ecs_room import INSTANCE, EcsRoom, open_room
from support.ecs_scheduler import ARN, CLUSTER, Made, Scheduler
from support.orchestrator_world import web

PLUGIN = Path(__file__).with_name("session_manager_plugin.py")
NO_SHELL = 'Unable to start command: Failed to start pty: exec: "sh": executable file not found in $PATH'


def install(folder: Path, version: str = "1.2.707.0") -> None:
    """Put the stand-in of the plugin into a folder for programs."""
    program = folder / "session-manager-plugin"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -I -S {PLUGIN} {version} "$@"\n')
    program.chmod(0o755)


class Agent:
    """One session: its command waits for the plugin."""

    def __init__(self, folder: Path, command: str, environment: Mapping[str, str]) -> None:
        self.id = f"ecs-execute-command-{secrets.token_hex(8)}"
        self.token = secrets.token_hex(16)
        self.command = command
        self.stream = str(folder / self.id[-6:])
        self.terminated = False
        self._environment = dict(environment)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.stream)
        self._listener.listen()
        self._child: subprocess.Popen[bytes] | None = None
        self._terminal: int | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def terminate(self) -> None:
        """The program is killed and its terminal closed, which hangs up what it has started."""
        self.terminated = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        if self._child is not None:
            self._child.kill()
        self._thread.join()

    def close(self, words: str) -> None:
        """The session is ended from AWS's side, with those words."""
        self._send(b"C", words.encode())
        self.terminate()

    def _serve(self) -> None:
        with self._listener, contextlib.suppress(OSError):
            self._plugin, _ = self._listener.accept()
            with self._plugin:
                kind, data = self._receive()
                assert (kind, data.decode()) == (b"T", self.token)
                self._send(b"C", self._run().encode())

    def _run(self) -> str:
        """Run the program to its end; what the agent says of one that it can't start."""
        words = shlex.split(self.command)
        if shutil.which(words[0], path=self._environment["PATH"]) is None:
            return NO_SHELL
        self._terminal, theirs = os.openpty()
        setsid = ["/usr/bin/setsid", "--ctty", *words]
        self._child = subprocess.Popen(setsid, env=self._environment, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        if self.terminated:
            self._child.kill()
        listening = threading.Thread(target=self._listen, daemon=True)
        listening.start()
        with contextlib.suppress(OSError):
            while data := os.read(self._terminal, 1024):
                self._send(b"O", data)
        os.close(self._terminal)
        self._child.wait()
        with contextlib.suppress(OSError):
            self._plugin.shutdown(socket.SHUT_RD)
        listening.join()
        return ""

    def _listen(self) -> None:
        """What the plugin sends, until it has gone."""
        assert self._terminal is not None
        with contextlib.suppress(OSError):
            while True:
                kind, data = self._receive()
                if kind == b"S":
                    columns, rows = json.loads(data)
                    fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                while kind == b"I" and data:
                    data = data[os.write(self._terminal, data) :]

    def _send(self, kind: bytes, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self._plugin.sendall(kind + struct.pack(">I", len(data)) + data)

    def _receive(self) -> tuple[bytes, bytes]:
        head = self._exactly(5)
        return head[:1], self._exactly(struct.unpack(">I", head[1:])[0])

    def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            more = self._plugin.recv(length - len(data))
            if not more:
                raise ConnectionError("the plugin has gone")
            data += more
        return data


class Agents:
    """Every session of an account. `environment` is the container's; `refusal` is what ExecuteCommand answers, if
    anything; `denied`: nobody may terminate a session."""

    def __init__(self, scheduler: Scheduler, folder: Path, environment: Mapping[str, str]) -> None:
        self.sessions: list[Agent] = []
        self.environment = environment
        self.refusal: tuple[str, str] | None = None
        self.denied = False
        self._scheduler = scheduler
        self._folder = folder

    def handlers(self) -> list[tuple[str, Callable[..., Any]]]:
        """What answers the calls."""
        return [
            ("before-call.ecs.ExecuteCommand", self._execute),
            ("before-call.ssm.TerminateSession", self._terminate),
        ]

    def attach(self, session: Session) -> None:
        """Stand behind the calls of one session."""
        for event, handler in self.handlers():
            session.client(event.split(".")[1]).meta.events.register(event, handler)

    def close(self) -> None:
        """Nothing of any session is left."""
        for each in self.sessions:
            each.terminate()

    def _execute(self, model: Any, params: Mapping[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        asked = json.loads(params["body"])
        task = self._scheduler.tasks[asked["task"].rpartition("/")[2]]
        if self.refusal is not None or not task.open:
            message = "The execute command failed because execute command was not enabled when the task was run"
            return refuse(*(self.refusal or ("InvalidParameterException", message)))
        assert (asked["interactive"], asked["container"], task.status) == (True, task.container, "RUNNING")
        agent = Agent(self._folder, asked["command"], self.environment)
        self.sessions.append(agent)
        answer = {
            "clusterArn": f"{ARN}:cluster/{CLUSTER}",
            "taskArn": task.arn,
            "containerName": task.container,
            "interactive": True,
            "session": {"sessionId": agent.id, "streamUrl": agent.stream, "tokenValue": agent.token},
        }
        report = ParamValidator().validate(answer, model.output_shape)
        assert not report.has_errors(), report.generate_report()
        return accept(answer)

    def _terminate(self, params: Mapping[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        if self.denied:
            return refuse("AccessDeniedException", "not allowed: ssm:TerminateSession")
        name = json.loads(params["body"])["SessionId"]
        next(each for each in self.sessions if each.id == name).terminate()
        return accept({"SessionId": name})


def accept(answer: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    return types.SimpleNamespace(status_code=200), {**answer, "ResponseMetadata": {"HTTPStatusCode": 200}}


def refuse(code: str, message: str) -> tuple[Any, dict[str, Any]]:
    error = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {}}
    return types.SimpleNamespace(status_code=400), error


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A shell over one running task of a service `web`."""

    shell: EcsShell
    task: TaskId
    agents: Agents
    room: EcsRoom
    programs: Path

    @property
    def made(self) -> Made:
        """The task, as the scheduler has it."""
        return self.room.scheduler.tasks[self.task]

    def stop(self) -> None:
        """The task ends."""
        self.room.scheduler.end_by_itself(self.made, 0)


@contextmanager
def made_agents(scheduler: Scheduler, folder: Path) -> Iterator[Agents]:
    """The plugin's stand-in is on the PATH meanwhile."""
    (folder / "programs").mkdir()
    install(folder / "programs")
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{folder / 'programs'}:{before}"
    # Short, for the name of a socket has at most 107 bytes.
    sockets = Path(tempfile.mkdtemp(prefix="fw-exec-"))
    agents = Agents(scheduler, sockets, {"PATH": before, "GREETING": "hello", "LANG": "C.UTF-8"})
    try:
        yield agents
    finally:
        agents.close()
        os.environ["PATH"] = before
        shutil.rmtree(sockets)


@contextmanager
def everywhere(scheduler: Scheduler, folder: Path) -> Iterator[Agents]:
    """Agents behind the calls of every session that is opened meanwhile."""
    with made_agents(scheduler, folder) as agents:
        added = agents.handlers()
        botocore.handlers.BUILTIN_HANDLERS.extend(added)
        try:
            yield agents
        finally:
            for each in added:
                botocore.handlers.BUILTIN_HANDLERS.remove(each)


@asynccontextmanager
async def open_shell(folder: Path, *, role: bool = True) -> AsyncIterator[Opened]:
    """With `role` the tasks have one of their own."""
    with open_room() as room, made_agents(room.scheduler, folder) as agents:
        agents.attach(room.session)
        usual = room.places.usual if role else replace(room.places.usual, task_role=None)
        places = replace(room.places, usual=usual)
        engine = EcsEngine(room.session, places, INSTANCE)
        await engine.apply(web(1), variables={}, told={}, routed=True)
        room.scheduler.turn(2)
        task = (await engine.observe())[0].id
        shell = EcsShell(room.session, engine, places)
        yield Opened(shell=shell, task=task, agents=agents, room=room, programs=folder / "programs")


def processes() -> str:
    """The command lines of this host: the container's, for here it is the host."""
    return subprocess.run(["ps", "-ww", "-eo", "args"], check=True, capture_output=True, text=True).stdout
