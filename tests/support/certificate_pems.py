"""Real certificates for tests, signed by an authority that is made at import."""

import functools
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = 86400.0


@dataclass(frozen=True)
class Signed:
    """A leaf with its issuer's certificate, and the key."""

    leaf: str
    above: str
    key: str

    @property
    def chain(self) -> str:
        return self.leaf + self.above

    @property
    def pem(self) -> str:
        return self.key + self.chain


def named(name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )


def encode(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def encode_key(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def begin(
    name: str, issuer: str, key: ec.EllipticCurvePrivateKey, first: float, last: float
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromtimestamp(first, UTC))
        .not_valid_after(datetime.fromtimestamp(last, UTC))
    )


@functools.cache
def authority() -> tuple[ec.EllipticCurvePrivateKey, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = begin("Root", "Root", key, 0.0, 4e9).add_extension(x509.BasicConstraints(True, None), critical=True)
    return key, encode(builder.sign(key, hashes.SHA256()))


def nothing_revoked() -> str:
    """The authority's list of what it has revoked."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(named("Root"))
    builder = builder.last_update(datetime.fromtimestamp(0, UTC)).next_update(datetime.fromtimestamp(4e9, UTC))
    return builder.sign(authority()[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def sign(*hosts: str, first: float, days: float = 90) -> Signed:
    """A certificate for the hosts from `first` on, in seconds since the epoch."""
    above_key, above = authority()
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    builder = begin("leaf", "Root", key, first, first + days * DAY).add_extension(names, critical=False)
    return Signed(leaf=encode(builder.sign(above_key, hashes.SHA256())), above=above, key=encode_key(key))
