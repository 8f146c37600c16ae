"""From a domain in fairway.toml to HTTPS with a certificate from a real ACME server, whoever is killed on the way."""

import asyncio
import ssl
from collections.abc import Iterator

import pytest

from support import acme_server
from support.acme_server import HELD, AcmeServer
from support.ports import free_port
from support.web_client import Answer, ask
from support.world import Project, World, create_project, until

pytestmark = pytest.mark.exhaustive

DOMAIN, SECOND, WRONG = "shop.example.org", "second.example.org", "wrong.example.org"
HERE = "127.0.0.1"
TOML = """
[environments.production]
domains = ["{domains}"]
[environments.production.deployment]
bake = "200ms"
"""


@pytest.fixture(scope="module")
def acme_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, AcmeServer]]:
    """A server of this module's own, which is killed, and the authority that it orders from."""
    root, web = tmp_path_factory.mktemp("tls"), free_port()
    with acme_server.running(root / "acme", web) as authority:
        ordering = {
            "FAIRWAY_APPS_PORT": str(web),
            "FAIRWAY_APPS_TLS_PORT": str(free_port()),
            "FAIRWAY_ACME_EMAIL": "ops@example.org",
            "FAIRWAY_ACME_DIRECTORY": authority.directory,
        }
        world = World(root=root, environ=ordering)
        world.start()
        yield world, authority
        world.close()


@pytest.fixture(scope="module")
def world(acme_world: tuple[World, AcmeServer]) -> World:
    return acme_world[0]


@pytest.fixture(scope="module")
def authority(acme_world: tuple[World, AcmeServer]) -> AcmeServer:
    return acme_world[1]


def make(world: World, app: str, *domains: str) -> Project:
    made = create_project(world, app, toml=TOML.format(domains='", "'.join(domains)))
    up = made.fairway("up", "--yes")
    assert up.status == 0, up.text
    return made


def ask_secure(world: World, authority: AcmeServer, domain: str) -> Answer | None:
    """The answer to a client that believes the authority alone; None when there is none."""
    trusting = ssl.create_default_context(cadata=authority.root)
    port = int(world.environ["FAIRWAY_APPS_TLS_PORT"])
    try:
        return asyncio.run(ask(port, domain, secure=trusting))
    except OSError:
        return None


def states(live: Project) -> dict[str, str]:
    shown = live.fairway("certificates", "--json").json["certificates"]
    return {each["domain"]: each["state"] for each in shown}


def test_a_domain_is_served_over_https_soon_after_its_first_deployment(world: World, authority: AcmeServer) -> None:
    authority.know({DOMAIN: HERE})

    live = make(world, "ordered", DOMAIN, WRONG)
    until(lambda: states(live)[DOMAIN] == "SECURE", what="the certificate")
    until(lambda: states(live)[WRONG] == "FAILED", what="the refusal")

    answer = ask_secure(world, authority, DOMAIN)
    plain = asyncio.run(ask(int(world.environ["FAIRWAY_APPS_PORT"]), DOMAIN, "/a?b=1"))
    assert answer is not None and (answer.status, answer.body) == (200, "one")
    assert plain.status == 301
    assert plain.headers["location"] == f"https://{DOMAIN}:{world.environ['FAIRWAY_APPS_TLS_PORT']}/a?b=1"
    assert world.get(WRONG) == (200, "one")
    told = live.fairway("status").stdout
    assert f"the authority could not see that {WRONG} is served here" in told


def test_a_server_that_is_killed_in_the_middle_of_an_order_comes_to_one_certificate(
    world: World, authority: AcmeServer
) -> None:
    authority.know({DOMAIN: HERE, SECOND: HELD})
    before = authority.signed()

    live = make(world, "killed", SECOND)
    until(lambda: authority.is_asked(SECOND), what="the order")
    world.kill_server()
    authority.know({DOMAIN: HERE, SECOND: HERE})
    world.start()
    first = states(live)
    ordered = live.fairway("certificates", "order", SECOND)
    assert ordered.status == 0, ordered.text
    until(lambda: states(live)[SECOND] == "SECURE", what="the certificate")

    assert first[SECOND] == "FAILED", "the order that was cut off is known"
    assert authority.signed() == before + 1
    answer = ask_secure(world, authority, SECOND)
    assert answer is not None and (answer.status, answer.body) == (200, "one")
    others = ask_secure(world, authority, DOMAIN)
    assert others is not None and others.status == 200


def test_the_keys_lie_nowhere_but_under_seal_and_in_the_load_balancers_directory(world: World) -> None:
    files = [each for each in world.home.rglob("*") if each.is_file()]

    clear = [each for each in files if b"PRIVATE KEY-----" in each.read_bytes()]

    assert {each.relative_to(world.home).parts[0] for each in clear} == {"haproxy"}
    assert {each.stat().st_mode & 0o777 for each in clear} == {0o600}
