"""Which certificates builds must trust: the host's own bundle, and what this process was told to trust beside it."""

import re
from collections.abc import Mapping
from pathlib import Path

from fairway.errors import UsageError

SETTING = "FAIRWAY_CA_FILE"
VARIABLES = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
SYSTEM = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/ca-bundle.pem"),
)
"""Debian and Alpine, Red Hat, SUSE."""
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def find(environ: Mapping[str, str], into: Path, system: tuple[Path, ...] = SYSTEM) -> Path | None:
    """The bundle for builds, None when this host needs none of its own.

    It is the setting FAIRWAY_CA_FILE's when there is one. Otherwise, when a variable for node, OpenSSL or Python names
    a file, the host's bundle; the file's certificates are added in a new file in `into` when the bundle lacks them,
    because NODE_EXTRA_CA_CERTS names extra ones only, and other tools would then trust nothing else.
    Raises UsageError when a file that is named can't be read or holds no certificate.
    """
    if named := environ.get(SETTING):
        read(SETTING, named)
        return Path(named).absolute()
    extra: list[str] = []
    bundle = next((path for path in system if path.is_file()), None)
    for variable in VARIABLES:
        if (named := environ.get(variable)) and Path(named) != bundle:
            extra += read(variable, named)
    if bundle and any(environ.get(variable) for variable in VARIABLES):
        known = CERTIFICATE.findall(bundle.read_text(encoding="utf-8", errors="replace"))
        lacking = list(dict.fromkeys(certificate for certificate in extra if certificate not in set(known)))
        return write(into, [*known, *lacking]) if lacking else bundle
    return write(into, extra) if extra else None


def read(variable: str, path: str) -> list[str]:
    """The certificates of a file."""
    try:
        found = CERTIFICATE.findall(Path(path).read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise UsageError(f"{variable} names {path}, which can't be read", why=error.strerror or str(error)) from error
    if not found:
        raise UsageError(f"{variable} names {path}, which holds no certificate", hint="it must be a PEM file")
    return found


def write(into: Path, certificates: list[str]) -> Path:
    """A bundle of them."""
    path = into / "ca.crt"
    path.write_text("\n".join(certificates) + "\n", encoding="ascii", errors="replace")
    return path
