"""Where an app's code comes from, when it lives at a forge: which addresses are taken, and which forge a host is.

An address never carries a secret: it ends up on process lists, in logs and in errors. So user names and passwords are
refused in https addresses, and come beside them. Only protocols that encrypt are spoken (https, ssh); plain http is for
this host's own loopback, and `file:` and paths, which would read the server's own disk, are for nobody.
"""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from fairway.errors import UsageError

LONGEST = 1000
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
PATH = re.compile(r"/(?!-)[A-Za-z0-9._~+%@/-]+")
SHORT = re.compile(r"(?P<user>[^@/:\s]+)@(?P<host>[^@/:\s]+):(?P<path>[^:\s][^\s]*)")
"""`git@github.com:acme/shop.git`, which ssh itself calls the scp form."""
OTHERS = frozenset({"git", "file", "ftp", "ftps", "svn", "ext"})
"""Protocols that are refused by name; in place of another one something secret may stand."""
EXAMPLE = "for example: https://github.com/acme/shop.git or git@github.com:acme/shop.git"


class Forge(StrEnum):
    """Whose API and whose webhooks a host speaks; Forgejo and Codeberg speak Gitea's."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"
    BITBUCKET = "bitbucket"
    BITBUCKET_SERVER = "bitbucket-server"


LOGINS = {
    Forge.GITHUB: "x-access-token",
    Forge.GITLAB: "oauth2",
    Forge.BITBUCKET: "x-token-auth",
    Forge.BITBUCKET_SERVER: "x-token-auth",
}
"""The user name that a forge wants beside a token; the others take any."""
KNOWN = {
    "github.com": Forge.GITHUB,
    "ssh.github.com": Forge.GITHUB,
    "gitlab.com": Forge.GITLAB,
    "bitbucket.org": Forge.BITBUCKET,
    "codeberg.org": Forge.GITEA,
}
TELLING = {"github": Forge.GITHUB, "gitlab": Forge.GITLAB, "gitea": Forge.GITEA, "forgejo": Forge.GITEA}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A repository's address. `scheme` is "https", "ssh" or "http" (loopback only), `user` is empty but for ssh, `port`
    None means the scheme's own, `path` begins with a slash."""

    scheme: str
    user: str
    host: str
    port: int | None
    path: str

    @property
    def place(self) -> str:
        """`github.com` or `git.example.com:8443`: what a credential belongs to."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """As git takes it."""
        return f"{self.scheme}://{self.user}@{self.place}{self.path}" if self.user else self._plain

    @property
    def _plain(self) -> str:
        return f"{self.scheme}://{self.place}{self.path}"

    @property
    def repository(self) -> str:
        """`acme/shop`: the path without its `.git`."""
        return self.path.strip("/").removesuffix(".git")


def parse(text: str) -> Address:
    """The address, normalised: the scp form becomes an ssh URL. Raises UsageError that says which rule it breaks, and
    repeats nothing of a text that may hold a secret."""
    if len(text) > LONGEST or not text.isprintable() or " " in text:
        raise _refuse("this is no repository's address", "it is too long, or has blanks or control characters")
    if (short := SHORT.fullmatch(text)) and "://" not in text:
        return _checked("ssh", short["user"], short["host"], None, "/" + short["path"].lstrip("/"))
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        # What Python says repeats the text, in which a password may stand where a port would.
        raise _refuse("this is no repository's address", "its host or its port can't be one") from error
    if parts.query or parts.fragment:
        raise _refuse("a repository's address has no ? and no #", "")
    if parts.password is not None or (parts.username is not None and parts.scheme != "ssh"):
        raise UsageError(
            "a repository's address has no user name and no password in it",
            why="addresses end up on process lists and in logs",
            hint="leave it out, and give the token with --token-file (and --username where the forge wants one)",
        )
    user = (parts.username or "git") if parts.scheme == "ssh" else ""
    return _checked(parts.scheme, user, parts.hostname or "", port, parts.path)


def forge_of(host: str) -> Forge | None:
    """Which forge a host is, by its name; None when the name does not tell."""
    name = host.lower()
    if name in KNOWN:
        return KNOWN[name]
    labels = set(re.split(r"[.-]", name))
    return next((forge for word, forge in TELLING.items() if word in labels), None)


def login(forge: Forge | None, username: str) -> str:
    """The user name to send beside a token: the one that was given, or what the forge wants."""
    return username or (LOGINS.get(forge, "git") if forge else "git")


def is_loopback(host: str) -> bool:
    """Whether what is sent to the host never leaves this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checked(scheme: str, user: str, host: str, port: int | None, path: str) -> Address:
    if scheme not in ("https", "ssh", "http"):
        named = f'"{scheme}:" is' if scheme in OTHERS else "this is"
        raise _refuse(f"{named} no protocol for a repository's address", "https and ssh are spoken")
    if not (HOST.fullmatch(host) or _is_address(host)) or (user and not USER.fullmatch(user)):
        raise _refuse("this is no repository's address", "its host or user name can't be one")
    if not PATH.fullmatch(path) or ".." in path.split("/") or not path.strip("/"):
        raise _refuse("this is no repository's address", "its path names no repository")
    if scheme == "http" and not is_loopback(host):
        raise UsageError(
            "plain http is for this host's own loopback only",
            why="the token and the code would pass the network unencrypted",
            hint="use https",
        )
    return Address(scheme=scheme, user=user, host=host.lower(), port=port, path=path)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _refuse(what: str, why: str) -> UsageError:
    return UsageError(what, why=why, hint=EXAMPLE)
