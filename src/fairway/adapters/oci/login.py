"""Credentials of registries: those of the embedded one, and for every other one those that `docker login` keeps.

Docker's configuration file and its credential helpers are read anew each time, because somebody may log in at any
moment, and because ECR's passwords are good for twelve hours. Nothing that a file or a helper holds is ever shown.
"""

import asyncio
import base64
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fairway.domain import registries
from fairway.errors import WorkFailed
from fairway.ports.registry import Credentials, Login

HUB_KEY = "https://index.docker.io/v1/"
"""What docker login calls Docker Hub."""
TOKEN_USER = "<token>"  # noqa: S105 - a user's name, by which a helper says that its secret is an identity token
PATIENCE = 30.0
"""Seconds for a credential helper, which may ask a cloud's API."""
HELPER = re.compile(r"[A-Za-z0-9._-]+")
NOT_FOUND = "credentials not found"
FIELDS = ("auth", "username", "password", "identitytoken")


class DockerLogin:
    """A `ports.registry.Login` over `$DOCKER_CONFIG/config.json`, by default `~/.docker/config.json`."""

    def __init__(self, environ: Mapping[str, str] = os.environ, *, timeout: float = PATIENCE) -> None:
        self._environ = environ
        self._timeout = timeout

    @property
    def file(self) -> Path:
        """Docker's configuration file, which need not be there."""
        home = Path(self._environ.get("HOME") or "~").expanduser()
        return Path(self._environ.get("DOCKER_CONFIG") or home / ".docker") / "config.json"

    async def __call__(self, host: str) -> Credentials | None:
        """Raises WorkFailed that names the file or the helper that is at fault."""
        document = await asyncio.to_thread(read, self.file)
        key = HUB_KEY if host == registries.HUB else host
        helper = find_helper(document, key, self.file)
        return await self._ask(helper, key) if helper else find(document, key, self.file)

    async def _ask(self, helper: str, key: str) -> Credentials | None:
        """What the helper keeps for the registry, by docker's protocol for credential helpers."""
        name = f"docker-credential-{helper}"
        program = shutil.which(name, path=self._environ.get("PATH"))
        if program is None:
            raise failed(name, key, f"there is no program {name} on PATH")
        try:
            child = await asyncio.create_subprocess_exec(
                program,
                "get",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=dict(self._environ),
            )
        except OSError as error:
            raise failed(name, key, (error.strerror or "it can't be started").lower()) from error
        try:
            async with asyncio.timeout(self._timeout):
                output, _ = await child.communicate(key.encode())
        except TimeoutError as error:
            raise failed(name, key, f"it gave no answer in {self._timeout:g} s") from error
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode:
            if NOT_FOUND in output.decode(errors="replace").lower():
                return None
            # What it printed is not shown: nobody knows what a helper prints.
            raise failed(name, key, f"it ended with status {child.returncode}")
        return read_answer(output, name, key)


def joined(known: Mapping[str, Credentials], other: Login) -> Login:
    """A login that has the credentials of some hosts itself, and asks `other` for those of the rest."""

    async def login(host: str) -> Credentials | None:
        return known[host] if host in known else await other(host)

    return login


def read(file: Path) -> Mapping[str, Any]:
    """Docker's configuration, empty when there is none. Raises WorkFailed when it can't be read."""
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise WorkFailed(f"{file} can't be read", why=(error.strerror or "").lower()) from error
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        # Not chained: the decoder's error holds the whole text.
        raise WorkFailed(f"{file} can't be read", why="it is no JSON", hint="docker login writes a new one") from None
    if not isinstance(document, dict):
        raise WorkFailed(f"{file} can't be read", why="it holds no object")
    return document


def find_helper(document: Mapping[str, Any], key: str, file: Path) -> str:
    """The credential helper that docker asks for the registry, "" when it keeps the credentials in the file itself.
    Raises WorkFailed for a name that is none."""
    helpers = section(document, "credHelpers", file)
    name = helpers.get(key) or document.get("credsStore") or ""
    if name and not (isinstance(name, str) and HELPER.fullmatch(name)):
        raise WorkFailed(f"{file} can't be used", why=f"it names a credential helper for {key} that can't be one")
    return str(name)


def find(document: Mapping[str, Any], key: str, file: Path) -> Credentials | None:
    """The credentials that the file itself has for the registry. Raises WorkFailed when they can't be read."""
    entries = section(document, "auths", file)
    # Older entries have a scheme and a path: "https://ghcr.io/v1/".
    name = next((each for each in entries if each == key), None) or next(
        (each for each in entries if hostname(each) == hostname(key)), None
    )
    if name is None or not entries[name]:
        return None
    try:
        return read_entry(entries[name])
    except ValueError as error:
        raise WorkFailed(
            f"the credentials of {key} in {file} can't be read", why=str(error), hint=f"docker login {key}"
        ) from None


def read_entry(entry: Any) -> Credentials | None:
    """The credentials of one entry of "auths", None when it has none. Raises ValueError that says what is wrong."""
    if not isinstance(entry, dict) or any(not isinstance(entry.get(name, ""), str) for name in FIELDS):
        raise ValueError("the entry is no object of texts")
    user, password = entry.get("username", ""), entry.get("password", "")
    if auth := entry.get("auth", ""):
        user, password = decode(auth)
    if token := entry.get("identitytoken", ""):
        return Credentials(user=user, identity_token=token)
    return Credentials(user=user, password=password) if user or password else None


def decode(auth: str) -> tuple[str, str]:
    """User and password from an entry's "auth". Raises ValueError."""
    try:
        text = base64.b64decode(auth.encode("ascii"), validate=True).decode()
    except ValueError:
        raise ValueError('"auth" is no text in base64') from None
    user, colon, password = text.partition(":")
    if not colon:
        raise ValueError('"auth" is not user:password')
    # Docker ends old passwords with a NUL.
    return user, password.strip("\0")


def read_answer(output: bytes, name: str, key: str) -> Credentials | None:
    """The credentials in a helper's answer, None when it answers that there are none. Raises WorkFailed."""
    try:
        document = json.loads(output)
        user, secret = document["Username"], document["Secret"]
    except (ValueError, RecursionError, KeyError, TypeError):
        raise failed(name, key, "its answer has no Username and Secret in JSON") from None
    if not (isinstance(user, str) and isinstance(secret, str)):
        raise failed(name, key, "its Username or Secret is no text")
    if not secret:
        return None
    return Credentials(identity_token=secret) if user == TOKEN_USER else Credentials(user=user, password=secret)


def section(document: Mapping[str, Any], name: str, file: Path) -> Mapping[str, Any]:
    """One object of the configuration, empty when it is not there. Raises WorkFailed when it is something else."""
    found = document.get(name) or {}
    if not isinstance(found, dict):
        raise WorkFailed(f"{file} can't be used", why=f'its "{name}" is no object')
    return found


def hostname(key: str) -> str:
    """`https://ghcr.io/v1/` → `ghcr.io`."""
    return key.partition("://")[2].partition("/")[0] if "://" in key else key.partition("/")[0]


def failed(name: str, key: str, why: str) -> WorkFailed:
    """The error for a helper that does not do its work."""
    return WorkFailed(
        f"the credentials of {key} can't be had from {name}", why=why, hint=f"try it: echo {key} | {name} get"
    )
