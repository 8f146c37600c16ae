"""What a certificate says of itself, and whether one that an operator brings can be presented for a host."""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import NameOID

from fairway.domain.certificate_standing import moment
from fairway.domain.certificates import Certificate, Origin
from fairway.errors import UsageError

LONGEST = 100_000
"""Characters of a chain or a key; a chain of four certificates has 8,000."""


def read(host: str, chain: str, directory: str) -> Certificate:
    """What is known of the leaf of `chain`, PEM in which a private key may stand first, that was ordered from the
    authority of `directory`. Raises UsageError when there is no certificate in it."""
    return describe(host, split(chain)[0], Origin.ORDERED, directory)


def join(host: str, chain: str, key: str, now: float) -> tuple[Certificate, str]:
    """An operator's certificate and its `pem`, as `ports.certificates` has it. Raises UsageError that says what is
    wrong: a key that is none or not the leaf's, a name that is another one, a time that is not now, a wrong order."""
    leaf, *others = split(chain)
    private = open_key(key)
    if spki(private.public_key()) != spki(leaf.public_key()):
        if any(spki(private.public_key()) == spki(each.public_key()) for each in others):
            raise refuse(
                host, "its certificates are not in order", "the host's own first, and after each one its issuer"
            )
        raise refuse(host, "the key does not belong to the first certificate", "give the key that it was made with")
    if not any(covers(name, host) for name in names(leaf)):
        found = ", ".join(names(leaf)) or "no name"
        raise refuse(host, f"it is for {found}", "give one that names the host")
    certificate = describe(host, leaf, Origin.GIVEN)
    if now < certificate.not_before:
        raise refuse(host, f"it does not hold before {moment(certificate.not_before)}", "look at this host's clock")
    if now >= certificate.not_after:
        raise refuse(host, f"it ended at {moment(certificate.not_after)}", "give its renewal")
    above = leaf
    for each in others:
        if above.issuer != each.subject:
            raise refuse(
                host, "its certificates are not in order", "the host's own first, and after each one its issuer"
            )
        above = each
    encoded = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate, encoded.decode() + "".join(pem_of(each) for each in (leaf, *others))


def split(chain: str) -> list[x509.Certificate]:
    """The certificates in PEM. Raises UsageError when there is none."""
    try:
        if len(chain) <= LONGEST:
            return x509.load_pem_x509_certificates(chain.encode())
    except ValueError as error:
        raise UsageError(
            "there is no certificate in the chain", why="it is no PEM", hint="fullchain.pem is one"
        ) from error
    raise UsageError("it is too long for a chain of certificates", why=f"it has more than {LONGEST} characters")


def open_key(key: str) -> PrivateKeyTypes:
    """The private key. Raises UsageError, in which nothing of it stands."""
    try:
        if len(key) <= LONGEST:
            return serialization.load_pem_private_key(key.encode(), password=None)
    except TypeError:
        raise UsageError(
            "the key has a password",
            why="nobody could type it at a start",
            hint="openssl pkey -in privkey.pem -out open.pem takes it off; keep that file where nobody reads it",
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise unreadable() from None
    raise unreadable()


def unreadable() -> UsageError:
    """The error for a key that is none."""
    return UsageError("the key can't be read", why="it is no private key in PEM", hint="privkey.pem is one")


def describe(host: str, leaf: x509.Certificate, origin: Origin, directory: str = "") -> Certificate:
    """What is known of it."""
    return Certificate(
        host=host,
        origin=origin,
        issuer=issuer(leaf),
        not_before=leaf.not_valid_before_utc.timestamp(),
        not_after=leaf.not_valid_after_utc.timestamp(),
        fingerprint=leaf.fingerprint(hashes.SHA256()).hex(),
        directory=directory,
    )


def issuer(leaf: x509.Certificate) -> str:
    """The organisation that signed it with the name of its certificate, as far as it says them."""
    found = (leaf.issuer.get_attributes_for_oid(oid) for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME))
    return " ".join(str(each[0].value) for each in found if each)


def names(leaf: x509.Certificate) -> list[str]:
    """The host names that it is for. That of its subject counts no more (RFC 6125)."""
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [name.lower() for name in found.get_values_for_type(x509.DNSName)]


def covers(name: str, host: str) -> bool:
    """Whether a certificate for `name` is one for `host`; a wildcard stands for one label."""
    first, _, rest = host.partition(".")
    return name == host or (bool(first) and bool(rest) and name == f"*.{rest}")


def spki(public: object) -> bytes:
    """The public key, so that two can be compared whatever their kind."""
    return public.public_bytes(  # type: ignore[attr-defined,no-any-return]
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def pem_of(certificate: x509.Certificate) -> str:
    """One certificate in PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def refuse(host: str, why: str, hint: str) -> UsageError:
    """The error for a certificate that can't be presented for the host."""
    return UsageError(f"the certificate can't be used for {host}", why=why, hint=hint)
