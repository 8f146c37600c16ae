"""What opens a repository at a forge: whether it can be one at all, said before it is kept. No message repeats it."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from fairway.domain.remotes import Address
from fairway.errors import UsageError

LONGEST_TOKEN = 4096
LONGEST_KEY = 32 * 1024


def check_token(token: str) -> str:
    """The token, when it can be one. Raises UsageError."""
    if token and len(token) <= LONGEST_TOKEN and token.isascii() and token.isprintable() and " " not in token:
        return token
    raise UsageError("this is no token", why="a token is one line of letters, digits and signs, without blanks")


def check_username(username: str) -> str:
    """The user name, when git can send it. Raises UsageError."""
    if len(username) <= 256 and (not username or username.isprintable()) and not set(username) & set(" :/"):
        return username
    raise UsageError("this is no user name", why="it has no blanks, no colons and no slashes")


def check_deploy_key(key: str, address: Address) -> str:
    """The private key, when it is one that can be used unattended. Raises UsageError."""
    if address.scheme != "ssh":
        raise UsageError(
            "a deploy key opens ssh addresses only",
            why=f"the address is an {address.scheme} one",
            hint=f"git@{address.host}:{address.repository}.git with --deploy-key, or --token-file",
        )
    data = key.encode("utf-8", "replace")
    load = serialization.load_ssh_private_key if b"OPENSSH" in data[:64] else serialization.load_pem_private_key
    try:
        if len(data) > LONGEST_KEY:
            raise ValueError("too long")
        load(data, password=None)
    except TypeError as error:
        raise _no_key("it is protected by a passphrase, which nobody could type in") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        protected = "password" in str(error).lower()
        why = "it is protected by a passphrase, which nobody could type in" if protected else "it can't be read as one"
        raise _no_key(why) from error
    return key


def _no_key(why: str) -> UsageError:
    hint = 'ssh-keygen -t ed25519 -N "" -f FILE makes one; FILE.pub goes into the repository\'s settings'
    return UsageError("this is no private key for a server", why=why, hint=hint)
