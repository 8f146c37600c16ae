"""Keys, certificates and chains for tests of TLS, made in the test: nothing of them lies in the repository."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A certificate with its key."""

    key: Key
    certificate: x509.Certificate

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def both(self) -> str:
        """As `ports.certificates` says it."""
        return self.key_pem + self.pem

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.certificate.public_bytes(serialization.Encoding.DER)).hexdigest()

    def lines(self) -> list[str]:
        """Those of the key that nobody may see."""
        return [line for line in self.key_pem.splitlines() if not line.startswith("-")]


def make(host: str, by: Signed | None = None, *, days: int = 90, ended: int = 0, key: Key | None = None) -> Signed:
    """For the host; signed by itself, or by another one. `ended`: so many days ago."""
    made = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    end = datetime.now(UTC) + timedelta(days=-ended if ended else days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(made.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=365))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=host.endswith("CA"), path_length=None), critical=True)
    )
    if not host.endswith("CA"):
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    return Signed(key=made, certificate=builder.sign(by.key if by else made, hashes.SHA256()))


def chain(host: str) -> tuple[Signed, Signed, Signed]:
    """A certificate for the host, who signed it, and who signed that."""
    root = make("Test root CA")
    between = make("Test CA", root)
    return make(host, between), between, root


def old_form(signed: Signed) -> str:
    """As OpenSSL wrote keys before PKCS #8, with notes, empty lines and carriage returns between the parts."""
    key = signed.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()
    return re.sub("\n", "\r\n", f"Bag Attributes: none\n\n{key}\nsubject=CN = x\n\n{signed.pem}\n\n")
