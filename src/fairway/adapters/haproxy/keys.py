"""The files of keys and certificates in the balancer's directory: mode 0600, and named by what is in them.

HAProxy starts with none of its certificates when one is missing or no longer taken (a newer OpenSSL may refuse a weak
key). So the table is read without those: what is not presented is found out and given again by whoever keeps it.
"""

import hashlib
import logging
import ssl
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from fairway.adapters.haproxy.table import Table
from fairway.adapters.haproxy.writing import write

LOG = logging.getLogger(__name__)
PREFIX, SUFFIX = "tls-", ".pem"


def file_name(host: str, pem: str) -> str:
    """The file of what the host presents. The same for two hosts is in two, each with a line of its own in the list."""
    return f"{PREFIX}{hashlib.sha256(f'{host} {pem}'.encode()).hexdigest()[:40]}{SUFFIX}"


def put(directory: Path, file: str, pem: str) -> None:
    """Write it whole. Raises OSError."""
    write(directory / file, pem, sync=True, mode=0o600)


def get(directory: Path, file: str) -> str | None:
    """What is in the file, None when it is gone or torn."""
    try:
        return (directory / file).read_text()
    except (OSError, UnicodeDecodeError):
        return None


def prune(directory: Path, kept: Collection[str]) -> None:
    """Delete the others, drafts of a process that was killed among them."""
    for path in directory.glob(f"{PREFIX}*"):
        if path.name not in kept:
            path.unlink(missing_ok=True)


def readable(directory: Path, table: Table) -> Table:
    """The table without certificates that HAProxy would not start with."""
    damaged = {each.file for each in table.presented if not loads(directory / each.file)}
    for each in table.presented:
        if each.file in damaged:
            LOG.warning("the certificate of %s can't be read any more, and is not presented: %s", each.host, each.file)
    return replace(table, presented=tuple(each for each in table.presented if each.file not in damaged))


def loads(path: Path) -> bool:
    """Whether OpenSSL takes key and certificate for a server's."""
    try:
        # A locked key must not make it ask at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path, password="")
    except (OSError, ValueError):
        return False
    return True
