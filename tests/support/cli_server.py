"""A server that speaks `docs/design/api.md`, for the command line's own tests: its state is what a test puts there."""

import base64
import contextlib
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from fairway.environment import examine
from fairway.wire import contract as shapes

TOKEN = "t0ken-of-the-test"
HOOK = """#!/bin/sh
while read old new ref; do echo "${GIT_PUSH_OPTION_0:-deploy} $new $ref" >> pushes; done
echo "hello from the hook"
"""
API = "/api/v1"


def stage(name: str, status: str = "SUCCEEDED", seconds: float = 1.0, **more: Any) -> dict[str, Any]:
    """A stage that has taken so many seconds."""
    begun = None if status == "PENDING" else 1000.0
    ended = 1000.0 + seconds if status in ("SUCCEEDED", "FAILED", "STOPPED") else None
    base = {"name": name, "status": status, "started_at": begun, "ended_at": ended, "summary": "", "cause": None}
    return {**base, **more}


def execution(number: int = 42, status: str = "SUCCEEDED", **more: Any) -> dict[str, Any]:
    """An execution of the API."""
    return {
        "app": "shop-api",
        "number": number,
        "status": status,
        "trigger": {"kind": "push", "by": "owner"},
        "commit": "9c1f2e7" + "0" * 33,
        "subject": "Add coupons",
        "branch": "master",
        "author": "Ada",
        "created_at": 1000.0,
        "started_at": 1000.0,
        "ended_at": 1012.0 if status in ("SUCCEEDED", "FAILED", "STOPPED") else None,
        "stages": [stage("source", seconds=0.1), stage("build", seconds=6.2), stage("production", seconds=4.8)],
        **more,
    }


def deployment(state: str = "COMPLETED", **more: Any) -> dict[str, Any]:
    """A deployment of the API."""
    return {
        "app": "shop-api",
        "environment": "production",
        "id": 7,
        "release": 17,
        "previous": 18,
        "state": state,
        "started_at": 1000.0,
        "ended_at": None if state == "IN_PROGRESS" else 1004.8,
        "reason": "",
        "cause": None,
        **more,
    }


def environment(name: str = "production", **more: Any) -> dict[str, Any]:
    """An Env of the API."""
    return {
        "name": name,
        "state": "healthy",
        "release": 17,
        "commit": "77ab01c" + "0" * 33,
        "subject": "Begin",
        "deployed_at": 1000.0,
        "urls": [f"http://shop-api-{name}.localhost:8080"],
        "services": [{"name": "web", "desired": 2, "running": 2, "healthy": 2, "failed_lately": 0, "port": 3000}],
        **more,
    }


def figures(**more: Any) -> dict[str, Any]:
    """Figures of the API: those of the sketch."""
    return {
        "seconds": 10.0,
        "tasks": 2.0,
        "requests": 410,
        "errors": 0,
        "refused": 0,
        "requests_per_second": 41.0,
        "error_percent": 0.0,
        "queue": 3,
        "p50_ms": 12.8,
        "p95_ms": 38.3,
        "p99_ms": 1510.0,
        "cpu_percent": 11.0,
        "cpu_limit": 0.5,
        "memory": 96 * 1024**2,
        "memory_limit": 512 * 1024**2,
        **more,
    }


def problem(code: str, status: int, title: str, **more: Any) -> JSONResponse:
    """A problem document."""
    return JSONResponse({"code": code, "title": title, "status": status, **more}, status)


@dataclass
class Served:
    """What the server has, and what it was asked. `broken` streams stop after their first
    `broken_after` messages, so many times. `messages` are what an execution's stream says in place of its `script`.
    Once after a file `gone` was made beside its root it does not answer."""

    root: Path
    port: int
    pid: int = 1
    apps: dict[str, dict[str, Any]] = field(default_factory=dict)
    executions: list[dict[str, Any]] = field(default_factory=list)
    script: list[dict[str, Any]] = field(default_factory=list)
    deployment: dict[str, Any] = field(default_factory=deployment)
    variables: dict[str, dict[str, str]] = field(default_factory=dict)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    scaled: list[dict[str, Any]] = field(default_factory=list)
    activities: list[dict[str, Any]] = field(default_factory=list)
    bounds: dict[str, int] | None = None
    lines: list[dict[str, Any]] = field(default_factory=list)
    top: list[dict[str, Any]] = field(default_factory=list)
    samples: list[dict[str, Any]] = field(default_factory=list)
    logs_asked: list[dict[str, str]] = field(default_factory=list)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    broken: int = 0
    artifacts: dict[str, bytes] = field(default_factory=dict)
    contract: dict[str, Any] = field(default_factory=dict)
    broken_after: int = 1
    logs: dict[str, str] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    pause: float = 0.0
    down_ok: bool = True
    state: str = "healthy"
    stale: bool = False
    versions: list[dict[str, Any]] = field(default_factory=list)
    trouble: str = ""
    compared: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def gone(self) -> Path:
        return self.root.with_name("gone")

    def bodies(self, method: str, path: str) -> list[Any]:
        """What was sent to a path."""
        return [body for verb, asked, body in self.asked if (verb, asked) == (method, f"{API}{path}")]

    def of(self, app: str) -> list[dict[str, Any]]:
        return [item for item in reversed(self.executions) if item["app"] == app]

    def search(self, app: str, query: dict[str, str]) -> dict[str, Any]:
        """The executions that a query asks for, and where the next ones begin."""
        limit, before = int(query.get("limit", 20)), int(query.get("before", 2**31))
        asked = {key: query[key] for key in ("status", "branch") if key in query}
        found = [item for item in self.of(app) if item["number"] < before and asked.items() <= item.items()]
        return {"executions": found[:limit], "before": found[limit - 1]["number"] if len(found) > limit else None}

    def changed(self, body: dict[str, Any], names: list[str]) -> dict[str, Any]:
        """The answer to a change of variables; a `stale` environment has tasks that are replaced for it."""
        rolls = bool(body.get("restart")) and self.stale and not self.trouble
        begun = {**self.deployment, "state": "IN_PROGRESS"} if rolls else None
        return {"version": 2, "changed": names, "deployment": begun, "trouble": self.trouble, "hint": ""}

    def begin(self, app: str, commit: str) -> dict[str, Any]:
        number = len(self.executions) + 1
        made = execution(number, app=app, commit=commit, subject="Change")
        self.executions.append(made)
        urls = [f"http://{app}-production.localhost:8080"]
        self.apps[app]["environments"] = [environment(commit=commit, urls=urls, state=self.state)]
        return made

    def go_back(self, app: str, where: str, release: int) -> dict[str, Any]:
        """Begin the execution of a rollback."""
        made = {
            **self.begin(app, "9c1f2e7" + "0" * 33),
            "kind": "ROLLBACK",
            "rollback": {"release": release, "target": 41},
        }
        made |= {"trigger": {"kind": "rollback", "by": "ada"}, "stages": [stage(where, seconds=4.8)]}
        self.executions[-1] = made
        return made


def make_app(served: Served) -> Starlette:
    """The routes of the document."""

    def stream(messages: list[dict[str, Any]]) -> StreamingResponse:
        broken, served.broken = served.broken > 0, max(0, served.broken - 1)

        async def body() -> AsyncIterator[bytes]:
            import asyncio

            for number, message in enumerate(messages):
                if broken and number == served.broken_after:
                    return
                yield json.dumps(message).encode() + b"\n"
                await asyncio.sleep(served.pause)

        return StreamingResponse(body(), media_type="application/x-ndjson")

    async def health(_: Request) -> Response:
        if served.gone.exists():
            served.gone.unlink()
            return Response(status_code=503)
        return JSONResponse({"status": "ok", "version": "1"})

    async def api(request: Request) -> Response:
        raw = await request.body()
        body: Any = json.loads(raw) if raw else None
        served.asked.append((request.method, request.url.path, body))
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return problem("unauthorized", 401, "the token is wrong", hint="fairway token")
        parts = [part for part in request.url.path.removeprefix(API).split("/") if part]
        match request.method, parts:
            case "GET", ["server"]:
                parts_of = [{"name": "haproxy", "state": "running", "detail": "pid 7"}]
                document = {
                    "version": "1",
                    "pid": served.pid,
                    "home": "/x",
                    "started_at": time.time(),
                    "url": served.url,
                }
                return JSONResponse({**document, "apps_url": "http://localhost:8080", "components": parts_of})
            case "GET", ["apps"]:
                return JSONResponse({"apps": [{"name": name, "created_at": 1000.0} for name in served.apps]})
            case "POST", ["apps"]:
                create_app(served, body["name"])
                return JSONResponse({"name": body["name"], "created_at": 1.0, "git_url": "http://git"}, 201)
        app = parts[1]
        if app not in served.apps:
            return problem("not_found", 404, f'there is no app "{app}"', hint=f"known: {', '.join(served.apps)}")
        return about_app(request, app, parts[2:], body)

    def about_app(request: Request, app: str, parts: list[str], body: Any) -> Response:
        match request.method, parts:
            case "GET", []:
                newest = next(iter(served.of(app)), None)
                return JSONResponse({**served.apps[app], "app": app, "execution": newest})
            case ("DELETE", []) | ("POST", ["down"]):
                return stream([{"type": "text", "text": "web stopped"}, {"type": "end", "ok": served.down_ok}])
            case "GET", ["databases"]:
                return JSONResponse({"databases": []})
            case "GET", ["backups"]:
                return JSONResponse({"backups": []})
            case "POST", ["executions"]:
                return JSONResponse(served.begin(app, body["ref"]), 201)
            case "GET", ["executions"]:
                return JSONResponse(served.search(app, dict(request.query_params)))
            case method, ["executions", number, *rest]:
                found = next((item for item in served.executions if item["number"] == int(number)), None)
                if found is None:
                    return problem("not_found", 404, f"there is no execution {number}")
                return about_execution(method, found, rest, request.query_params)
            case "GET", ["tasks"]:
                return JSONResponse({"tasks": served.tasks, "scaled": served.scaled})
            case "GET", ["top"]:
                over = float(request.query_params["over"])
                return JSONResponse({"at": time.time(), "over": over, "services": served.top})
            case "GET", ["samples"]:
                return JSONResponse({"step": 60, "samples": served.samples})
            case "GET", ["logs"]:
                served.logs_asked.append(dict(request.query_params))
                return stream([{"type": "ping"}, *served.lines, {"type": "end"}])
            case "POST", ["scale"]:
                held = {"web": served.bounds}
                changed = {k: {"from": 1, "to": v, "scaling": held.get(k)} for k, v in body["services"].items()}
                return JSONResponse({"services": changed})
            case "GET", ["scaling"]:
                return JSONResponse({"activities": served.activities})
            case "POST", ["rollback"]:
                return JSONResponse(served.go_back(app, body["environment"], body["release"]), 201)
            case "POST", ["restart"]:
                return JSONResponse({**served.deployment, "state": "IN_PROGRESS"}, 202)
            case "POST", ["deployments", id, "stop"]:
                return JSONResponse({**served.deployment, "id": int(id), "state": "FAILED", "reason": body["reason"]})
            case "GET", ["deployments", _, "stream"]:
                first = {"type": "deployment", "deployment": {**served.deployment, "state": "IN_PROGRESS"}}
                return stream([first, {"type": "end", "deployment": served.deployment}])
            case "GET", ["releases"]:
                base = {"environment": "production", "configuration": 3, "created_at": 1000.0, "subject": "Begin"}
                made = [
                    {**base, "number": n, "commit": "a" * 40, "current": n == 2, "rollback_of": None} for n in (2, 1)
                ]
                return JSONResponse({"releases": made})
            case "GET", ["environments", name, "variables"]:
                values = [
                    {"name": key, "service": owner, "set_at_version": 1}
                    for owner, key in (each.rpartition("/")[::2] for each in served.variables.get(name, {}))
                ]
                return JSONResponse({"version": 1, "restart_needed": served.stale, "variables": values})
            case "POST", ["environments", name, "variables", "examine"]:
                expected = shapes.ExamineRequest.model_validate(body).back()
                flaws = examine.judge(served.variables.get(name, {}), expected)
                return JSONResponse({"variables": dict(flaws)})
            case "PATCH", ["environments", name, "variables"]:
                prefix = f"{body['service']}/" if body.get("service") else ""
                served.variables.setdefault(name, {}).update({prefix + key: each for key, each in body["set"].items()})
                return JSONResponse(served.changed(body, [*body["set"], *body["unset"]]))
            case "POST", ["environments", name, "variables", "reveal"]:
                split = [(*key.rpartition("/")[::2], each) for key, each in served.variables.get(name, {}).items()]
                values = [{"service": owner, "name": key, "value": each} for owner, key, each in split]
                return JSONResponse({"version": 4, "variables": values})
            case "GET", ["environments", name, "variables", "compare"]:
                sides = [{"environment": each, "version": 3} for each in (name, request.query_params["with"])]
                return JSONResponse({"left": sides[0], "right": sides[1], "variables": served.compared})
            case "GET", ["environments", name, "variables", "history"]:
                return JSONResponse({"versions": served.versions})
            case "POST", ["environments", name, "variables", "rollback"]:
                return JSONResponse(served.changed(body, ["KEY"]))
        return problem("not_found", 404, "no such path")

    def about_execution(method: str, found: dict[str, Any], rest: list[str], query: Any) -> Response:
        match method, rest:
            case "GET", []:
                return JSONResponse(found)
            case "GET", ["stream"] if served.messages:
                return stream(served.messages)
            case "GET", ["stream"]:
                states = served.script or [found]
                messages = [{"type": "execution", "execution": state} for state in states]
                between = [{"type": "log", "stage": "build", "text": "npm ci"}, {"type": "ping"}]
                return stream([*messages, *between, {"type": "end", "execution": states[-1]}])
            case "GET", ["contract"]:
                return JSONResponse(served.contract)
            case "GET", ["artifacts"]:
                files = [{"name": name, "size": len(content)} for name, content in served.artifacts.items()]
                return JSONResponse({"artifacts": files})
            case "GET", ["artifacts", *name]:
                content = served.artifacts.get("/".join(name))
                return Response(content) if content is not None else problem("not_found", 404, "no such artifact")
            case "GET", ["logs", name]:
                lines = served.logs.get(name, f"log of {name}\n").splitlines(keepends=True)
                return PlainTextResponse("".join(lines[-int(query.get("tail", 1000)) :]))
            case "POST", ["stop"]:
                return JSONResponse({**found, "status": "STOPPING"})
        return problem("not_found", 404, "no such path")

    async def git(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not given.startswith("Basic ") or base64.b64decode(given[6:]).decode().partition(":")[2] != TOKEN:
            return Response(status_code=401, headers={"WWW-Authenticate": 'Basic realm="Fairway"'})
        return run_git(served, request, await request.body())

    async def execute(socket: WebSocket) -> None:
        if socket.headers.get("authorization") != f"Bearer {TOKEN}":
            await socket.send_denial_response(problem("unauthorized", 401, "the token is wrong"))
            return
        await socket.accept()
        await converse(socket)

    return Starlette(
        routes=[
            Route("/healthz", health),
            Route("/git/{path:path}", git, methods=["GET", "POST"]),
            Route(f"{API}/{{path:path}}", api, methods=["GET", "POST", "PATCH", "DELETE"]),
            WebSocketRoute(f"{API}/apps/{{app}}/exec", execute),
        ]
    )


async def converse(socket: WebSocket) -> None:
    """A small shell: says its command, echoes its input in capitals, ends with 5; `fail` gets a problem."""
    command = socket.query_params.getlist("command")
    if command[0] == "fail":
        title = {"code": "conflict", "title": "no task runs", "status": 409}
        await socket.send_text(json.dumps({"problem": title}))
        return
    await socket.send_bytes(b"\1" + " ".join(command).encode() + b"\n")
    while True:
        message = await socket.receive()
        if message.get("text"):
            await socket.send_bytes(b"\2" + f"size {json.loads(message['text'])['resize']}\r\n".encode())
        elif data := message.get("bytes"):
            await socket.send_bytes(b"\1" + data.upper())
            if data.strip() == b"q":
                break
        else:
            break
    await socket.send_bytes(b"\2bye\n")
    await socket.send_text('{"exit": 5}')


def create_app(served: Served, name: str) -> None:
    """An app and its bare repository."""
    served.apps[name] = {"environments": []}
    bare = served.root / "git" / f"{name}.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(bare)], check=True)
    for key in ("http.receivepack", "receive.advertisePushOptions"):
        subprocess.run(["git", "-C", str(bare), "config", key, "true"], check=True)
    hook = bare / "hooks" / "post-receive"
    hook.write_text(HOOK)
    hook.chmod(0o755)


def run_git(served: Served, request: Request, body: bytes) -> Response:
    """git's own `http-backend`, and an execution for what was pushed."""
    environ = {
        **os.environ,
        "GIT_PROJECT_ROOT": str(served.root / "git"),
        "GIT_HTTP_EXPORT_ALL": "1",
        "PATH_INFO": "/" + request.path_params["path"],
        "QUERY_STRING": request.url.query,
        "REQUEST_METHOD": request.method,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
        "GIT_PROTOCOL": request.headers.get("git-protocol", ""),
        "REMOTE_USER": "owner",
    }
    done = subprocess.run(["git", "http-backend"], env=environ, input=body, capture_output=True, check=True)
    head, _, content = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
    status = int(headers.pop("Status", "200 OK").split()[0])
    name = request.path_params["path"].partition(".git")[0]
    pushes = served.root / "git" / f"{name}.git" / "pushes"
    if pushes.exists():
        for line in pushes.read_text().splitlines():
            option, commit, _ = line.split()
            if option == "deploy":
                served.begin(name, commit)
        pushes.unlink()
    return Response(content, status, headers)


@contextlib.contextmanager
def serve(root: Path) -> Iterator[Served]:
    """The server on a free port of loopback, until the end of the body."""
    listener = socket.create_server(("127.0.0.1", 0))
    served = Served(root=root, port=listener.getsockname()[1])
    config = uvicorn.Config(
        make_app(served), log_config=None, lifespan="off", ws="websockets-sansio", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield served
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
