"""A forge's git server on loopback: git's own `http-backend` behind HTTP, with a token if the test wants one."""

import base64
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from support.git_work import ENVIRONMENT, Work

TOKEN = "s3cr3t-token"


@dataclass
class Forge:
    """`requests` are the paths that were asked for, `credentials` what stood in their Authorization headers, decoded.

    `token` is the password that opens it (None: everybody may read), `redirect` where every request is sent instead,
    `stalled` makes it take connections and never answer.
    """

    root: Path
    port: int
    work: Work
    token: str | None = None
    redirect: str = ""
    stalled: threading.Event | None = None
    requests: list[str] = field(default_factory=list)
    credentials: list[str] = field(default_factory=list)

    def url(self, path: str = "acme/shop") -> str:
        """A repository's address."""
        return f"http://127.0.0.1:{self.port}/{path}.git"

    def bare(self, path: str = "acme/shop") -> str:
        """Where it lies, made on the first call."""
        bare = self.root / f"{path}.git"
        if not bare.exists():
            subprocess.run(("git", "init", "--quiet", "--bare", str(bare)), check=True, env=ENVIRONMENT)
        return str(bare)

    def commit(self, files: Mapping[str, bytes] | None = None, *, branch: str = "master", subject: str = "One") -> str:
        """A commit on top of the developer's work, pushed to a branch of the forge."""
        commit = self.work.commit(files, subject)
        self.push(f"HEAD:refs/heads/{branch}")
        return commit

    def push(self, *arguments: str) -> None:
        """What the developer pushes to the forge."""
        self.work.git("push", "--quiet", "--force", self.bare(), *arguments)


@contextmanager
def serving(root: Path) -> Iterator[Forge]:
    """A forge that runs, with an empty repository `acme/shop`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    forge = Forge(root=root / "forge", port=server.server_address[1], work=Work(root / "developer"))
    forge.bare()
    server.forge = forge  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))  # how soon it sees its end
    thread.start()
    try:
        yield forge
    finally:
        if forge.stalled:
            forge.stalled.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is printed."""

    def _serve(self, body: bytes) -> None:
        forge: Forge = self.server.forge  # type: ignore[attr-defined]
        path, _, query = self.path.partition("?")
        forge.requests.append(path)
        given = self.headers.get("Authorization") or ""
        credential = base64.b64decode(given[6:]).decode() if given.startswith("Basic ") else ""
        if credential:
            forge.credentials.append(credential)
        if forge.stalled:
            forge.stalled.wait()
            return
        if forge.redirect:
            self._answer(301, {"Location": forge.redirect + self.path}, b"")
        elif forge.token is not None and not credential.endswith(f":{forge.token}"):
            self._answer(401, {"WWW-Authenticate": 'Basic realm="forge"'}, f"no access with {given}\n".encode())
        else:
            self._git(path, query, body)

    def _git(self, path: str, query: str, body: bytes) -> None:
        forge: Forge = self.server.forge  # type: ignore[attr-defined]
        environ = {
            **ENVIRONMENT,
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(forge.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type") or "",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or "",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
        }
        done = subprocess.run(("git", "http-backend"), env=environ, input=body, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        status = int(headers.pop("Status", "200 OK").split()[0])
        self._answer(status, headers, content)

    def _answer(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
