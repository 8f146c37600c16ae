"""Handing a secret to git without showing it: not in the address, not in arguments, not in the environment.

For the length of one call there is a folder that only the server's user can read. In it lie the token and a small
program that git asks for it (GIT_ASKPASS), or the deploy key and the hosts' keys that ssh is told to read. It is
removed at the call's end; one that a killed server left behind goes at the next start.
"""

import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fairway.ports.sources import Remote

ASK = """\
#!/bin/sh
# git asks with "Username for 'https://HOST': ", then "Password for 'https://USER@HOST': ". Another host than ours, to
# which a redirect may have led, gets no answer.
case "$1" in
{username}) exec cat {folder}/username ;;
{before}*{after}) exec cat {folder}/token ;;
esac
"""
SSH = (
    "ssh",
    "-F/dev/null",
    "-oBatchMode=yes",
    "-oIdentitiesOnly=yes",
    "-oIdentityAgent=none",
    "-oConnectTimeout=15",
    "-oServerAliveInterval=15",
    "-oStrictHostKeyChecking=accept-new",
    "-oGlobalKnownHostsFile=/dev/null",
    "-oUpdateHostKeys=no",
    "-oHashKnownHosts=no",
    "-oForwardAgent=no",
    "-oClearAllForwardings=yes",
)
"""Nobody's configuration, agent or keys; a host's key is accepted the first time, and no other one afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What git needs for one call: variables for its environment, and where ssh notes the hosts' keys."""

    variables: Mapping[str, str]
    known_hosts: Path

    def host_keys(self) -> str:
        """The hosts' keys that are known by now."""
        return self.known_hosts.read_text(encoding="utf-8", errors="replace")


@contextmanager
def opened(folder: Path, remote: Remote) -> Iterator[Opened]:
    """Lay the remote's secrets out in `folder`, which is this call's alone, and remove them at the end."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        known = folder / "known_hosts"
        _write(known, remote.host_keys)
        variables = {
            "GIT_ALLOW_PROTOCOL": f"https:{remote.address.scheme}",
            "GIT_SSH_COMMAND": shlex.join([*SSH, _option("UserKnownHostsFile", known), _identity(folder, remote)]),
        }
        if remote.token is not None and remote.address.scheme != "ssh":
            variables["GIT_ASKPASS"] = str(_ask(folder, remote, remote.token))
        yield Opened(variables=variables, known_hosts=known)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _identity(folder: Path, remote: Remote) -> str:
    if remote.deploy_key is None:
        return "-oIdentityFile=none"
    key = folder / "key"
    _write(key, remote.deploy_key.rstrip("\n") + "\n")
    return _option("IdentityFile", key)


def _option(name: str, file: Path) -> str:
    # ssh reads the value as a line of its configuration: a list of files, with % for what it fills in.
    return f'-o{name}="{str(file).replace("%", "%%")}"'


def _ask(folder: Path, remote: Remote, token: str) -> Path:
    _write(folder / "username", remote.username)
    _write(folder / "token", token)
    program = folder / "ask"
    scheme, place = remote.address.scheme, remote.address.place
    text = ASK.format(
        username=shlex.quote(f"Username for '{scheme}://{place}': "),
        before=shlex.quote(f"Password for '{scheme}://"),
        after=shlex.quote(f"@{place}': "),
        folder=shlex.quote(str(folder)),
    )
    _write(program, text, mode=0o700)
    return program


def _write(file: Path, text: str, *, mode: int = 0o600) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as handle:
        handle.write(text)
