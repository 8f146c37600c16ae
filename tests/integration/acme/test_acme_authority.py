"""Certificates ordered from a real ACME server, which fetches the challenges itself."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from fairway.adapters.acme.authority import AcmeAuthority, Place
from fairway.certificates import reading
from fairway.errors import Unavailable, WorkFailed
from support import acme_server, acme_web
from support.acme_server import AcmeServer
from support.acme_web import AcmeWeb
from support.certificate_pems import encode_key
from support.ports import free_port

HOST = "shop.example.org"


@pytest.fixture(scope="module")
def web() -> Iterator[AcmeWeb]:
    with acme_web.running() as found:
        yield found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, web: AcmeWeb) -> Iterator[AcmeServer]:
    with acme_server.running(tmp_path_factory.mktemp("acme"), web.port) as found:
        yield found


@pytest.fixture
def account_key() -> str:
    return encode_key(ec.generate_private_key(ec.SECP256R1()))


def authority_of(directory: str, key: str) -> AcmeAuthority:
    async def get() -> str:
        return key

    return AcmeAuthority(Place(directory=directory, email="ops@example.org"), get)


@pytest.fixture
def authority(server: AcmeServer, account_key: str) -> AcmeAuthority:
    server.know({HOST: "127.0.0.1", "a.example.org": "127.0.0.1", "b.example.org": "127.0.0.1"})
    return authority_of(server.directory, account_key)


async def test_a_certificate_is_ordered_and_the_challenge_is_fetched(
    server: AcmeServer, authority: AcmeAuthority, web: AcmeWeb
) -> None:
    web.thumbprint = await authority.thumbprint()
    web.asked.clear()

    pem = await authority.order(HOST)

    leaf, *chain = reading.split(pem)
    certificate = reading.read(HOST, pem, "https://ca.example/directory")
    assert reading.names(leaf) == [HOST]
    assert isinstance(leaf.public_key(), ec.EllipticCurvePublicKey)
    assert reading.spki(leaf.public_key()) == reading.spki(load_pem_private_key(pem.encode(), None).public_key())
    assert pem.startswith("-----BEGIN PRIVATE KEY-----")
    assert [each.subject for each in chain] == [x509.load_pem_x509_certificate(server.root.encode()).subject]
    assert 89 < (certificate.not_after - certificate.not_before) / 86400 < 91
    assert {host for host, _ in web.asked} == {HOST}
    assert server.signed() >= 1


async def test_the_account_is_the_same_one_after_a_restart(
    server: AcmeServer, authority: AcmeAuthority, account_key: str, web: AcmeWeb
) -> None:
    web.thumbprint = await authority.thumbprint()
    await authority.order(HOST)
    later = authority_of(server.directory, account_key)

    assert await later.thumbprint() == web.thumbprint
    assert "BEGIN CERTIFICATE" in await later.order(HOST)


async def test_each_order_has_a_key_of_its_own_and_some_run_beside_each_other(
    authority: AcmeAuthority, web: AcmeWeb
) -> None:
    web.thumbprint = await authority.thumbprint()

    pems = await asyncio.gather(*(authority.order(host) for host in (HOST, "a.example.org", "b.example.org")))

    assert len({pem.partition("-----END")[0] for pem in pems}) == 3
    assert [reading.names(reading.split(pem)[0])[0] for pem in pems] == [HOST, "a.example.org", "b.example.org"]


async def test_a_challenge_with_a_wrong_answer_is_refused(authority: AcmeAuthority, web: AcmeWeb) -> None:
    await authority.thumbprint()
    web.thumbprint = "another"

    with pytest.raises(WorkFailed, match=r"could not see that shop\.example\.org is served here") as caught:
        await authority.order(HOST)

    assert caught.value.hint.startswith("port 80 of the name's address must lead to")


async def test_a_name_that_the_dns_does_not_know_is_refused_and_one_that_it_knows_later_is_not(
    server: AcmeServer, authority: AcmeAuthority, web: AcmeWeb
) -> None:
    web.thumbprint = await authority.thumbprint()

    with pytest.raises(WorkFailed):
        await authority.order("new.example.org")
    server.know({"new.example.org": "127.0.0.1"})

    assert "BEGIN CERTIFICATE" in await authority.order("new.example.org")


async def test_an_authority_that_is_not_there_is_unavailable(account_key: str) -> None:
    with pytest.raises(Unavailable) as caught:
        await authority_of(f"http://127.0.0.1:{free_port()}/directory", account_key).thumbprint()

    assert caught.value.why == "nothing takes the connection"


async def test_what_is_no_directory_is_unavailable(web: AcmeWeb, account_key: str) -> None:
    with pytest.raises(Unavailable, match="is no ACME"):
        await authority_of(f"http://127.0.0.1:{web.port}/directory", account_key).thumbprint()


async def test_no_error_holds_a_key(authority: AcmeAuthority, web: AcmeWeb, account_key: str, tmp_path: Path) -> None:
    web.thumbprint = ""

    with pytest.raises(WorkFailed) as caught:
        await authority.order(HOST)

    secret = "".join(account_key.splitlines()[1:-1])[:40]
    assert secret not in "".join(map(str, (caught.value, caught.value.why, caught.value.hint, caught.value.args)))
