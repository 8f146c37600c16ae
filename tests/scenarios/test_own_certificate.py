"""An operator's own certificate, from the command to the client: served at once, kept through the deaths of server and
load balancer, told in the status, and its key nowhere but under seal and in the load balancer's directory."""

import os
import signal
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest

from support import tls_pems
from support.ports import free_port
from support.tls_pems import Signed
from support.world import Project, World, create_project, until

pytestmark = pytest.mark.exhaustive

DOMAIN = "shop.example.org"
TOML = f'[environments.production]\ndomains = ["{DOMAIN}"]\n[environments.production.deployment]\nbake = "200ms"\n'


@pytest.fixture(scope="module")
def own_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of this module's own, since it takes TLS and is killed."""
    world = World(root=tmp_path_factory.mktemp("tls"), environ={"FAIRWAY_APPS_TLS_PORT": str(free_port())})
    world.start()
    yield world
    world.close()


@pytest.fixture(scope="module")
def live(own_world: World) -> Project:
    made = create_project(own_world, "secured", toml=TOML)
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    assert f"http://{DOMAIN}:" in up.text
    return made


class Local(HTTPSConnection):
    """Asks this machine for the domain, and believes one certificate alone."""

    def __init__(self, world: World, signed: Signed) -> None:
        super().__init__(DOMAIN, int(world.environ["FAIRWAY_APPS_TLS_PORT"]), timeout=10.0)
        self.trusting = ssl.create_default_context(cadata=signed.pem)

    def connect(self) -> None:
        """To this machine, whatever the domain's name leads to."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=self.timeout)
        self.sock = self.trusting.wrap_socket(plain, server_hostname=DOMAIN)


def ask(world: World, signed: Signed) -> tuple[int, str]:
    """Status and body of a request by TLS; status 0 where the certificate is another one, or nobody answers."""
    connection = Local(world, signed)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def ask_plain(world: World, path: str) -> tuple[int, str | None]:
    """Status of a plain request, and where it is sent on to."""
    connection = HTTPConnection("127.0.0.1", int(world.environ["FAIRWAY_APPS_PORT"]), timeout=10.0)
    try:
        connection.request("GET", path, headers={"Host": DOMAIN})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Location")
    finally:
        connection.close()


def add(live: Project, signed: Signed, name: str) -> None:
    live.world.root.joinpath(f"{name}.pem").write_text(signed.pem)
    chain = str(live.world.root / f"{name}.pem")
    added = live.fairway("certificates", "add", DOMAIN, "--chain", chain, "--key", "-", text=signed.key_pem)
    assert added.status == 0, added.text


def holds(folder: Path, line: str) -> list[str]:
    """The files below the folder that have the line in them."""
    files = (each for each in folder.rglob("*") if each.is_file())
    return [str(each.relative_to(folder)) for each in files if line.encode() in each.read_bytes()]


def test_it_is_served_at_once_and_through_every_death(live: Project) -> None:
    world, first, second = live.world, tls_pems.make(DOMAIN), tls_pems.make(DOMAIN)

    add(live, first, "first")
    served, status = ask(world, first), live.fairway("status").stdout
    led = ask_plain(world, "/a?b=1")
    world.kill_server()
    os.kill(int((world.home / "run" / "haproxy.pid").read_text().split()[0]), signal.SIGKILL)
    world.start()
    until(lambda: ask(world, first) == (200, "one"), what="the certificate after every death")
    add(live, second, "second")

    assert served == (200, "one")
    assert f"https://{DOMAIN}:{world.environ['FAIRWAY_APPS_TLS_PORT']}" in status
    assert led == (301, f"https://{DOMAIN}:{world.environ['FAIRWAY_APPS_TLS_PORT']}/a?b=1")
    assert ask(world, second) == (200, "one")
    assert ask(world, first)[0] == 0, "the former one is presented no more"
    shown = live.fairway("certificates", "--json").json["certificates"]
    assert [(each["domain"], each["state"]) for each in shown] == [(DOMAIN, "SECURE")]
    assert shown[0]["certificate"]["fingerprint"] == second.fingerprint
    for signed, there in ((first, []), (second, ["haproxy"])):
        assert [each.split("/")[0] for each in holds(world.home, signed.lines()[0])] == there


def test_what_can_not_be_served_changes_nothing_and_says_why(live: Project) -> None:
    other, ended = tls_pems.make("other.example.org"), tls_pems.make(DOMAIN, ended=1)
    before = live.fairway("certificates", "--json").stdout

    for signed, why in ((other, "it is for other.example.org"), (ended, "it ended at")):
        live.world.root.joinpath("bad.pem").write_text(signed.pem)
        chain = str(live.world.root / "bad.pem")
        refused = live.fairway("certificates", "add", DOMAIN, "--chain", chain, "--key", "-", text=signed.key_pem)

        assert refused.status == 2
        assert why in refused.stderr and signed.lines()[0] not in refused.text
    assert live.fairway("certificates", "--json").stdout == before


def test_one_that_is_removed_is_presented_no_more_and_the_status_says_what_to_do(live: Project) -> None:
    signed = tls_pems.make(DOMAIN)
    add(live, signed, "last")

    removed = live.fairway("certificates", "remove", DOMAIN)

    assert removed.status == 0, removed.text
    assert ask(live.world, signed)[0] == 0
    assert live.world.get(DOMAIN) == (200, "one")
    assert f"{DOMAIN}  served by HTTP alone" in live.fairway("status").stdout
    assert holds(live.world.home, signed.lines()[0]) == []
