"""What every caller of other hosts does: the one in memory is held to what httpx really does, over loopback."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from fairway.adapters.memory.web import Host, MemoryWeb
from fairway.adapters.web.client import HttpxWeb
from fairway.domain import addresses
from fairway.errors import WorkFailed
from fairway.ports.web import Answer, Call, Web

SECRET = "/services/s3cret?token=s3cret"


@dataclass
class Server:
    """Answers by the host's name, and keeps what it was asked."""

    port: int = 0
    asked: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        self.asked.append(head + await reader.readexactly(length))
        if b"slow.example" in head:
            await reader.read()
        elif b"moved.example" in head:
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n")
        elif b"endless.example" in head:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 100_000)
        elif b"broken.example" in head:
            pass
        else:
            writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello")
        writer.close()


@dataclass(frozen=True, kw_only=True)
class Room:
    web: Web
    url: Callable[[str], str]

    async def call(self, host: str, *, timeout: float = 5.0, keep: int = 1000) -> Answer:
        call = Call(method="POST", url=self.url(host), headers={"X-App": "shop"}, body=b'{"a":1}')
        return await self.web.call(call, timeout=timeout, keep=keep)


@pytest.fixture
def memory_room() -> Room:
    hosts = {
        "hooks.example": Host(status=201, body=b"hello"),
        "moved.example": Host(status=302),
        "slow.example": Host(takes=60.0),
        "endless.example": Host(body=b"x" * 100_000),
        "inside.example": Host(address="127.0.0.1"),
        "metadata.example": Host(address="169.254.169.254"),
    }
    return Room(web=MemoryWeb(hosts), url=lambda host: f"http://{host}{SECRET}")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()


def resolver() -> Callable[[str, int], Awaitable[Sequence[str]]]:
    """Names of the test's own; 127.0.0.2 stands for the loopback that is refused, 127.0.0.1 for the world outside."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        known = {"inside.example": ["127.0.0.2"], "metadata.example": ["169.254.169.254"], "gone.example": None}
        found = known.get(host, ["127.0.0.1"])
        if found is None:
            raise OSError("Name or service not known")
        return found

    return resolve


def find_refusal(address: str) -> str:
    return "" if address == "127.0.0.1" else addresses.find_refusal(address)


@pytest.fixture
def httpx_made(server: Server) -> Room:
    web = HttpxWeb(find_refusal=find_refusal, resolve=resolver())
    return Room(web=web, url=lambda host: f"http://{host}:{server.port}{SECRET}")


@pytest.fixture(params=["memory_room", "httpx_made"])
def room(request: pytest.FixtureRequest) -> Room:
    made: Room = request.getfixturevalue(request.param)
    return made


async def test_a_call_is_answered_with_status_and_body(room: Room) -> None:
    assert await room.call("hooks.example") == Answer(status=201, body=b"hello")


async def test_a_redirect_is_an_answer_and_is_not_followed(room: Room) -> None:
    assert (await room.call("moved.example")).status == 302


async def test_no_more_of_a_body_is_read_than_was_asked_for(room: Room) -> None:
    assert len((await room.call("endless.example", keep=4096)).body) == 4096


async def test_a_host_that_is_slow_is_told_by_its_name_and_nothing_else(room: Room) -> None:
    with pytest.raises(WorkFailed, match=r"^slow.example did not answer within 0.2 s$"):
        await room.call("slow.example", timeout=0.2)


@pytest.mark.parametrize(
    ("host", "what", "why"),
    [
        ("gone.example", "there is no host gone.example", ""),
        ("inside.example", "inside.example is not called", "it is this host itself"),
        ("metadata.example", "metadata.example is not called", "it is a link-local address"),
    ],
)
async def test_hosts_that_are_not_there_or_never_called_are_refused(room: Room, host: str, what: str, why: str) -> None:
    with pytest.raises(WorkFailed) as caught:
        await room.call(host)

    assert caught.value.what == what
    assert caught.value.why.startswith(why)
    assert "s3cret" not in f"{caught.value.what} {caught.value.why} {caught.value.hint}"


async def test_the_name_goes_along_to_the_address_that_was_looked_at(httpx_made: Room, server: Server) -> None:
    await httpx_made.call("hooks.example")

    head, _, body = server.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(f"POST {SECRET} HTTP/1.1\r\n".encode())
    assert f"host: hooks.example:{server.port}".encode() in head.lower()
    assert b"x-app: shop" in head.lower()
    assert body == b'{"a":1}'


async def test_a_connection_that_breaks_off_is_told(httpx_made: Room) -> None:
    with pytest.raises(WorkFailed, match=r"^broken\.example broke the connection off$"):
        await httpx_made.call("broken.example")


async def test_a_port_that_nobody_listens_on_is_told(httpx_made: Room, server: Server) -> None:
    with pytest.raises(WorkFailed, match=r"^hooks\.example can't be reached$") as caught:
        await httpx_made.web.call(Call(method="GET", url="http://hooks.example:1/s3cret"), timeout=5.0, keep=10)

    assert caught.value.why == "nothing takes the connection"


async def test_tls_is_spoken_with_the_name_and_not_with_the_address(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path, "hooks.example")
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate)
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=serving)
    port = listening.sockets[0].getsockname()[1]

    def trusting() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=certificate)

    trusts = HttpxWeb(find_refusal=find_refusal, resolve=resolver(), authorities=trusting)
    doubts = HttpxWeb(find_refusal=find_refusal, resolve=resolver())

    async def ask(web: Web, host: str) -> Answer:
        return await web.call(Call(method="GET", url=f"https://{host}:{port}/"), timeout=5.0, keep=10)

    assert (await ask(trusts, "hooks.example")).status == 201
    for web, host in ((trusts, "other.example"), (doubts, "hooks.example")):
        with pytest.raises(WorkFailed) as caught:
            await ask(web, host)
        assert caught.value.why == "its certificate can't be trusted"
    listening.close()


def make_certificate(folder: Path, host: str) -> Path:
    """A self-signed certificate for the host, with its key, as one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*plain))
    return file


@pytest.mark.parametrize("url", ["ftp://hooks.example/", "hooks.example", "http://", "http://[::1"])
async def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(WorkFailed, match="its address is no URL"):
        await HttpxWeb().call(Call(method="GET", url=url), timeout=5.0, keep=10)


async def test_loopback_is_refused_by_a_caller_as_it_is_made() -> None:
    with pytest.raises(WorkFailed, match="localhost is not called"):
        await HttpxWeb().call(Call(method="GET", url="http://localhost:7878/healthz"), timeout=5.0, keep=10)
