"""A registry of npm packages with one package in it, which it gives to nobody without its token."""

import base64
import contextlib
import hashlib
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PACKAGE = "@yard/crane"


@dataclass(frozen=True, slots=True)
class PrivateRegistry:
    """`address` is HOST:PORT as a build reaches it; `asked` is what each request had for its authorization."""

    address: str
    integrity: str
    asked: list[str]

    @property
    def npmrc(self) -> str:
        """The file that a team commits: the token itself is not in it."""
        return (
            f"@yard:registry=http://{self.address}/\n//{self.address}/:_authToken=${{NPM_TOKEN}}\n"
            f"noproxy={self.address.partition(':')[0]}\nfetch-retries=0\n"
        )


@contextlib.contextmanager
def serving(host: str, token: str) -> Iterator[PrivateRegistry]:
    """The registry, on all addresses, for whom `host` is one."""
    content = tarball(
        {"package.json": json.dumps({"name": PACKAGE, "version": "1.0.0"}), "index.js": f"// {token[:3]}\n"}
    )
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers.get("authorization", ""))
            if asked[-1] != f"Bearer {token}":
                self.answer(401, b"{}")
            elif self.path.endswith(".tgz"):
                self.answer(200, content)
            else:
                dist = {"tarball": f"http://{address}/crane.tgz", "integrity": integrity}
                version = {"name": PACKAGE, "version": "1.0.0", "dist": dist}
                document = {"name": PACKAGE, "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": version}}
                self.answer(200, json.dumps(document).encode())

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Nothing: the tests read `asked`."""

    server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    address = f"{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))  # how soon it sees its end
    thread.start()
    try:
        yield PrivateRegistry(address, integrity, asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def tarball(files: dict[str, str]) -> bytes:
    """The files as npm packs them."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()
