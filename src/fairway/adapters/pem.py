"""A private key with its certificate and chain, read and put into one form, for whoever presents it.

What comes from a person's files may have an old form of the key, carriage returns, notes between the parts. What goes
to HAProxy's command line must have no empty line, so it is always written anew. No error says anything of the key.
"""

import hashlib
import re
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes

from fairway.errors import UsageError

MOST = 14 * 1024
"""Bytes of the longest; HAProxy takes 16 KB with one command. A key of 4096 bits with four certificates has 12."""
KEY = re.compile(r"-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pem:
    """`text` is the key (PKCS #8), the certificate and its chain; `fingerprint` the certificate's, as
    `domain.certificates.Certificate` has it."""

    text: str = field(repr=False)
    fingerprint: str


def read(text: str) -> Pem:
    """What is in it. Raises UsageError that says what is wrong: no key or no certificate, a key of another one, the
    chain before the certificate, too much of it."""
    key, chain = read_key(text), read_chain(text)
    own = public(key.public_key())
    matching = [number for number, each in enumerate(chain) if public(each.public_key()) == own]
    if not matching:
        raise UsageError("the private key belongs to another certificate", why=f"the first one is of {name(chain[0])}")
    if matching[0]:
        raise UsageError(
            "the chain is in the wrong order",
            why=f"the key's certificate, of {name(chain[matching[0]])}, is number {matching[0] + 1} of {len(chain)}",
            hint="put it first, then the one that signed it, and so on; the root can be left out",
        )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    parts = [private, *(each.public_bytes(serialization.Encoding.PEM) for each in chain)]
    written = b"".join(parts).decode()
    if len(written) > MOST:
        raise UsageError(
            "the certificate's chain is too long",
            why=f"key and {len(chain)} certificates have {len(written)} bytes, and {MOST} is the most",
            hint="leave out the root and what does not lead to it",
        )
    der = chain[0].public_bytes(serialization.Encoding.DER)
    return Pem(text=written, fingerprint=hashlib.sha256(der).hexdigest())


def read_key(text: str) -> PrivateKeyTypes:
    """The one private key in it. Raises UsageError."""
    found = list(KEY.finditer(text))
    if len(found) != 1:
        raise UsageError(f"there is {'no' if not found else 'more than one'} private key with the certificate")
    if "ENCRYPTED" in found[0][0]:
        raise UsageError("the private key is locked by a passphrase", hint="openssl pkey -in LOCKED.key -out OPEN.key")
    try:
        return serialization.load_pem_private_key(found[0][0].encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError("the private key can't be read", why="it is damaged or of an unknown kind") from error


def read_chain(text: str) -> list[x509.Certificate]:
    """The certificates in it, one at least, in their order. Raises UsageError."""
    try:
        return x509.load_pem_x509_certificates(KEY.sub("", text).encode())
    except ValueError as error:
        raise UsageError("there is no certificate that can be read", why="it is missing or damaged") from error


def public(key: PublicKeyTypes) -> bytes:
    """The key in a form that can be compared."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def name(certificate: x509.Certificate) -> str:
    """Whom it is of, in its own words."""
    return certificate.subject.rfc4514_string() or f"serial number {certificate.serial_number:x}"
