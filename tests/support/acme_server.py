"""A real certificate authority that speaks ACME: acme2certifier, which signs with OpenSSL, on loopback.

It verifies signatures and nonces, and fetches each HTTP-01 challenge itself. It needs packages in versions of its own,
so its environment is made from `requirements-acme2certifier.lock` when it is first needed, as checkov's is.
"""

import contextlib
import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from support import packed_environment
from support.certificate_pems import authority, encode_key, nothing_revoked
from support.ports import free_port

LAUNCHER = Path(__file__).parent / "acme_launcher.py"
LOCK = packed_environment.ROOT / "requirements-acme2certifier.lock"
HELD = "held"
"""In place of an address: whoever asks for it waits until it is known."""
PATIENCE = 60.0
"""Seconds in which it has surely started."""
CONFIG = """
[DEFAULT]
debug: False

[Nonce]
nonce_check_disable: False

[CAhandler]
handler_module: acme2certifier.cahandlers.openssl_ca_handler
issuing_ca_key: {folder}/ca.key
issuing_ca_cert: {folder}/ca.pem
issuing_ca_crl: {folder}/ca.crl
cert_save_path: {folder}/signed
cert_validity_days: 90

[DBhandler]
dbfile: {folder}/acme.db

[Certificate]
revocation_reason_check_disable: False

[Challenge]
challenge_validation_disable: False

[Order]
tnauthlist_support: False
"""


@dataclass(frozen=True)
class AcmeServer:
    """One that runs. `root` is the certificate (PEM) that its clients trust."""

    directory: str
    root: str
    folder: Path

    def know(self, names: Mapping[str, str]) -> None:
        """From now on these names stand for these addresses, and no others."""
        new = self.folder / "names.new"
        new.write_text(json.dumps(names))
        new.replace(self.folder / "names.json")

    def is_asked(self, name: str) -> bool:
        """Whether somebody waits for the address of a name that is HELD."""
        return (self.folder / f"asked-{name}").exists()

    def signed(self) -> int:
        """How many certificates it has signed."""
        return len(list((self.folder / "signed").glob("*.pem")))

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()


@contextlib.contextmanager
def running(folder: Path, web: int) -> Iterator[AcmeServer]:
    """It runs; what it asks of any name goes to the port `web` of this host."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "signed").mkdir(exist_ok=True)
    key, root = authority()
    (folder / "ca.crl").write_text(nothing_revoked())
    (folder / "ca.key").write_text(encode_key(key))
    (folder / "ca.pem").write_text(root)
    config, port = folder / "acme_srv.cfg", free_port()
    config.write_text(CONFIG.format(folder=folder))
    settings = {"config": str(config), "names": str(folder / "names.json"), "port": port, "web": web}
    (folder / "settings.json").write_text(json.dumps(settings))
    server = AcmeServer(directory=f"http://127.0.0.1:{port}/directory", root=root, folder=folder)
    server.know({})
    command = [str(packed_environment.python("acme2certifier", LOCK)), str(LAUNCHER), str(folder / "settings.json")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        wait_for(server, process)
        yield server
    finally:
        process.kill()
        process.wait()


def wait_for(server: AcmeServer, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(server.directory, timeout=5) as answer:
            if "newOrder" in json.load(answer):
                return
        time.sleep(0.1)
    raise AssertionError(f"acme2certifier does not start: {server.log[-2000:]}")
