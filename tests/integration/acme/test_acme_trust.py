"""Which authority's own TLS certificate is believed."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from fairway.adapters.acme.authority import AcmeAuthority, Place, find_trust
from fairway.certificates import accountkey
from fairway.errors import Unavailable
from support import tls_pems


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The URL of a server that takes TLS and is no authority, and the file of whom it is to be believed by."""
    signed = tls_pems.make("localhost")
    (tmp_path / "both.pem").write_text(signed.both)
    (tmp_path / "root.pem").write_text(signed.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"no directory")

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"https://localhost:{server.server_port}", tmp_path / "root.pem"
        finally:
            server.shutdown()
            thread.join()


async def why_not(url: str, trust: str | None) -> Unavailable:
    async def key() -> str:
        return accountkey.make()

    with pytest.raises(Unavailable) as caught:
        await AcmeAuthority(Place(directory=url, email="a@example.org", trust=trust), key).thumbprint()
    return caught.value


async def test_one_whose_certificate_nobody_vouches_for_is_not_spoken_to(secure: tuple[str, Path]) -> None:
    error = await why_not(secure[0], find_trust({}))

    assert error.why == "its certificate can't be trusted"
    assert "FAIRWAY_CA_FILE" in error.hint


async def test_one_that_fairway_ca_file_vouches_for_is(secure: tuple[str, Path]) -> None:
    url, root = secure

    error = await why_not(url, find_trust({"FAIRWAY_CA_FILE": str(root)}))

    assert error.what == "what localhost answered is no ACME"
