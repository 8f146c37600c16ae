"""What `docker login` keeps, found again: in the file, by a helper for one registry, by a store for all."""

import base64
import json
import stat
from pathlib import Path

import pytest

from fairway.adapters.oci.login import DockerLogin, joined
from fairway.errors import WorkFailed
from fairway.ports.registry import Credentials

SECRET = "correct horse"
AUTH = base64.b64encode(f"ada:{SECRET}".encode()).decode()
ADA = Credentials(user="ada", password=SECRET)


class Home:
    """A user's home with a docker configuration and credential helpers."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bin = root / "bin"
        self.bin.mkdir()
        self.environ = {"HOME": str(root), "PATH": f"{self.bin}:/usr/bin:/bin"}

    def configure(self, document: object, directory: str = ".docker") -> None:
        text = document if isinstance(document, str) else json.dumps(document)
        (self.root / directory).mkdir(exist_ok=True)
        (self.root / directory / "config.json").write_text(text)

    def helper(self, name: str, script: str) -> None:
        file = self.bin / f"docker-credential-{name}"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)

    def login(self, **options: float) -> DockerLogin:
        return DockerLogin(self.environ, **options)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def answer(user: str, secret: str) -> str:
    return f"cat >/dev/null; printf '%s' '{json.dumps({'ServerURL': 'x', 'Username': user, 'Secret': secret})}'"


def told(error: WorkFailed) -> str:
    return f"{error.what} {error.why} {error.hint} {error.__cause__!r}"


async def test_without_a_configuration_there_are_no_credentials(home: Home) -> None:
    assert await home.login()("ghcr.io") is None


@pytest.mark.parametrize(
    ("key", "host"),
    [
        ("ghcr.io", "ghcr.io"),
        ("localhost:5000", "localhost:5000"),
        ("https://ghcr.io/v1/", "ghcr.io"),
        ("https://index.docker.io/v1/", "docker.io"),
    ],
)
async def test_credentials_are_found_in_the_file(home: Home, key: str, host: str) -> None:
    home.configure({"auths": {"other.example.com": {"auth": "eDp5"}, key: {"auth": AUTH}}})

    assert await home.login()(host) == ADA


async def test_another_registrys_credentials_are_not_given_away(home: Home) -> None:
    home.configure({"auths": {"ghcr.io": {"auth": AUTH}}})

    assert await home.login()("ghcr.io.example.com") is None


async def test_docker_config_names_another_directory(home: Home) -> None:
    home.configure({"auths": {"ghcr.io": {"auth": AUTH}}}, directory="elsewhere")
    home.environ["DOCKER_CONFIG"] = str(home.root / "elsewhere")

    assert await home.login()("ghcr.io") == ADA


async def test_the_file_is_read_anew_at_each_ask(home: Home) -> None:
    login = home.login()
    before = await login("ghcr.io")

    home.configure({"auths": {"ghcr.io": {"auth": AUTH}}})

    assert (before, await login("ghcr.io")) == (None, ADA)


async def test_an_empty_entry_is_no_login_and_an_identity_token_is_one(home: Home) -> None:
    home.configure({"auths": {"a.example.com": {}, "b.example.com": {"auth": AUTH, "identitytoken": "long"}}})
    login = home.login()

    assert await login("a.example.com") is None
    assert await login("b.example.com") == Credentials(user="ada", identity_token="long")


async def test_a_helper_is_given_the_host_on_its_standard_input(home: Home) -> None:
    home.helper(
        "ecr-login", f'read host; [ "$1 $host" = "get 1.dkr.ecr.eu-west-1.amazonaws.com" ] && {answer("AWS", "t")}'
    )
    home.configure(
        {"credHelpers": {"1.dkr.ecr.eu-west-1.amazonaws.com": "ecr-login"}, "auths": {"ghcr.io": {"auth": AUTH}}}
    )
    login = home.login()

    assert await login("1.dkr.ecr.eu-west-1.amazonaws.com") == Credentials(user="AWS", password="t")
    assert await login("ghcr.io") == ADA


async def test_a_store_is_asked_for_every_registry_and_may_know_none(home: Home) -> None:
    home.helper(
        "pass",
        "read host; case $host in https://index.docker.io/v1/) "
        + answer("<token>", "identity").removeprefix("cat >/dev/null; ")
        + ";; *) echo 'credentials not found in native keychain'; exit 1;; esac",
    )
    home.configure({"credsStore": "pass", "auths": {"https://index.docker.io/v1/": {}}})
    login = home.login()

    assert await login("docker.io") == Credentials(identity_token="identity")
    assert await login("ghcr.io") is None


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (f"echo 'AccessDenied {SECRET}'; echo {SECRET} >&2; exit 3", "it ended with status 3"),
        (f"echo '{SECRET}'", "its answer has no Username and Secret in JSON"),
        (f"echo '[\"{SECRET}\"]'", "its answer has no Username and Secret in JSON"),
        ('echo \'{"Username": 1, "Secret": 2}\'', "its Username or Secret is no text"),
    ],
)
async def test_a_helper_that_fails_is_named_without_what_it_printed(home: Home, script: str, why: str) -> None:
    home.helper("broken", script)
    home.configure({"credsStore": "broken"})

    with pytest.raises(WorkFailed) as caught:
        await home.login()("ghcr.io")

    assert caught.value.what == "the credentials of ghcr.io can't be had from docker-credential-broken"
    assert caught.value.why == why
    assert SECRET not in told(caught.value)


async def test_a_helper_that_hangs_is_ended(home: Home) -> None:
    home.helper("slow", 'echo $$ > "$HOME/pid"; exec sleep 600')
    home.configure({"credsStore": "slow"})

    with pytest.raises(WorkFailed, match="docker-credential-slow") as caught:
        await home.login(timeout=0.5)("ghcr.io")

    assert caught.value.why == "it gave no answer in 0.5 s"
    assert not Path(f"/proc/{(home.root / 'pid').read_text().strip()}").exists()


async def test_a_helper_that_is_not_installed_is_named(home: Home) -> None:
    home.configure({"credHelpers": {"ghcr.io": "gh"}})

    with pytest.raises(WorkFailed) as caught:
        await home.login()("ghcr.io")

    assert caught.value.why == "there is no program docker-credential-gh on PATH"


@pytest.mark.parametrize(
    "document",
    [
        f'{{"auths": {{"ghcr.io": {{"auth": "{AUTH}"}},}}',
        "[" * 100_000,
        "[]",
        '{"auths": ["ghcr.io"]}',
        '{"credsStore": "../../bin/sh"}',
        '{"credHelpers": {"ghcr.io": ["sh"]}}',
        f'{{"auths": {{"ghcr.io": {{"auth": "{AUTH}%"}}}}}}',
        f'{{"auths": {{"ghcr.io": {{"auth": "{base64.b64encode(SECRET.encode()).decode()}"}}}}}}',
        f'{{"auths": {{"ghcr.io": ["{AUTH}"]}}}}',
        f'{{"auths": {{"ghcr.io": {{"auth": ["{AUTH}"]}}}}}}',
    ],
)
async def test_a_file_that_cant_be_read_is_named_without_its_secrets(home: Home, document: str) -> None:
    home.configure(document)

    with pytest.raises(WorkFailed) as caught:
        await home.login()("ghcr.io")

    assert str(home.root / ".docker" / "config.json") in caught.value.what
    assert AUTH not in told(caught.value) and SECRET not in told(caught.value)


async def test_what_is_known_already_is_not_asked_for(home: Home) -> None:
    home.configure({"auths": {"localhost:7879": {"auth": AUTH}, "ghcr.io": {"auth": AUTH}}})
    own = Credentials(user="fairway", password="generated")

    login = joined({"localhost:7879": own}, home.login())

    assert await login("localhost:7879") == own
    assert await login("ghcr.io") == ADA


def test_credentials_do_not_show_their_secrets() -> None:
    shown = repr(Credentials(user="ada", password=SECRET, identity_token=SECRET))

    assert "ada" in shown and SECRET not in shown
