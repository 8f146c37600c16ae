"""A small server that answers HTTP-01 challenges as HAProxy does: TOKEN.THUMBPRINT, for every host."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PREFIX = "/.well-known/acme-challenge/"


@dataclass
class AcmeWeb:
    """`thumbprint` is what it answers with, "" for 404; `asked` the host and the path of each request."""

    thumbprint: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0


@contextlib.contextmanager
def running() -> Iterator[AcmeWeb]:
    web = AcmeWeb()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            web.asked.append((self.headers["Host"], path))
            known = path.startswith(PREFIX) and web.thumbprint
            self.send_response(200 if known else 404)
            self.end_headers()
            if known:
                self.wfile.write(f"{path.removeprefix(PREFIX)}.{web.thumbprint}".encode())

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        web.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()
