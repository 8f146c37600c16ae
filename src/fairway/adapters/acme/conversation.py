"""One conversation with an ACME authority, in a thread of its own: every call has a time-out, every wait an end.

It is imported late, for it imports `acme`; see `authority`.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import requests
from acme import challenges, client, errors, messages
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from josepy.b64 import b64encode
from josepy.errors import Error as JoseError
from josepy.jwa import ES256
from josepy.jwk import JWK, JWKEC
from josepy.util import ComparableECKey

from fairway.adapters.acme import refusals
from fairway.adapters.acme.authority import Place
from fairway.errors import FairwayError, Unavailable

T = TypeVar("T")
CALL = 20
"""Seconds for one call."""
PROOF, SIGNING = 60.0, 60.0
"""Seconds for the authority to prove who holds the name, and to sign."""
NONCES = 3
"""How often what was sent with a nonce that the authority no longer takes is sent anew; `acme` sends it twice each."""
LONGEST_WAIT = 10.0
"""Seconds between two looks at a proof at most, whatever the authority says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account of a `key` (PEM) at the authority: its URL and its thumbprint."""

    key: str = field(repr=False)
    url: str
    thumbprint: str


class Network(client.ClientNetwork):
    """Sends again what had a stale nonce, a bounded number of times, and notes how long the authority said to wait."""

    def __init__(self, key: JWK, trust: str | None) -> None:
        super().__init__(key, alg=ES256, user_agent="Fairway", timeout=CALL)
        # `requests` takes the name of a file as well, and so does whoever hands it on.
        self.verify_ssl = trust or True  # type: ignore[assignment]
        self.retry_after = 0.0
        self.session.hooks["response"].append(self._note)

    def post(self, *args: Any, **kwargs: Any) -> requests.Response:
        """See `acme`."""
        for left in reversed(range(NONCES)):
            try:
                return super().post(*args, **kwargs)
            except messages.Error as error:
                if error.code != "badNonce" or not left:
                    raise
        raise AssertionError("the last one returns or raises")

    def _note(self, response: requests.Response, *args: Any, **kwargs: Any) -> None:
        said = response.headers.get("Retry-After")
        self.retry_after = refusals.read_wait(said, datetime.now(UTC))
        if said is not None:
            # What `acme` waits by itself: it takes the time for a local one, and for 0 it would ask without a pause.
            response.headers["Retry-After"] = str(max(1, math.ceil(self.retry_after)))


class Conversation:
    """With the authority of `place`, for the account of `key`. Each method raises Unavailable, WorkFailed and Limited
    as the port has them."""

    def __init__(self, place: Place, key: str) -> None:
        self._place = place
        self._key = key
        private = serialization.load_pem_private_key(key.encode(), password=None)
        self._jwk = JWKEC(key=ComparableECKey(private))  # type: ignore[arg-type]
        self._network = Network(self._jwk, place.trust)
        self._host = requests.utils.urlparse(place.directory).hostname or place.directory  # type: ignore[attr-defined]

    def enter(self) -> Account:
        """The account; made when there is none, which agrees to the authority's terms."""
        return self._speak("", self._enter)

    def order(self, account: Account, host: str) -> str:
        """A certificate for the host: its `pem`."""
        return self._speak(host, lambda: self._order(account, host))

    def _enter(self) -> Account:
        acme = self._begin()
        wanted = messages.NewRegistration.from_data(email=self._place.email, terms_of_service_agreed=True)
        try:
            url = acme.new_account(wanted).uri
        except errors.ConflictError as known:
            url = known.location
        thumbprint = b64encode(self._jwk.thumbprint()).decode()
        return Account(key=self._key, url=url, thumbprint=thumbprint)

    def _order(self, account: Account, host: str) -> str:
        acme = self._begin()
        self._network.account = messages.RegistrationResource(uri=account.url, body=messages.Registration())
        private, request = make_request(host)
        order = acme.new_order(request)
        for each in order.authorizations:
            if each.body.status == messages.STATUS_PENDING:
                challenge = find_challenge(host, each)
                acme.answer_challenge(challenge, challenge.response(self._jwk))
        until = time.monotonic() + PROOF
        for each in order.authorizations:
            self._prove(acme, host, each, until)
        signed = acme.finalize_order(order, datetime.now() + timedelta(seconds=SIGNING))
        return private + signed.fullchain_pem

    def _begin(self) -> client.ClientV2:
        directory = client.ClientV2.get_directory(self._place.directory, self._network)
        return client.ClientV2(directory, self._network)

    def _prove(self, acme: client.ClientV2, host: str, one: messages.AuthorizationResource, until: float) -> None:
        """Return when the authority has proved it. Raises WorkFailed with what it got."""
        while True:
            one, _ = acme.poll(one)
            if one.body.status == messages.STATUS_VALID:
                return
            if one.body.status != messages.STATUS_PENDING:
                raise refusals.unproved(host, [each.error for each in one.body.challenges if each.error is not None])
            wait = min(max(1.0, self._network.retry_after), LONGEST_WAIT)
            if time.monotonic() + wait >= until:
                raise refusals.too_slow(self._host, host)
            time.sleep(wait)

    def _speak(self, host: str, work: Callable[[], T]) -> T:
        try:
            return work()
        except FairwayError:
            raise
        except messages.Error as error:
            raise refusals.explain(self._host, host, error, self._network.retry_after) from error
        except errors.IssuanceError as error:
            raise refusals.explain(self._host, host, error.error, self._network.retry_after) from error
        except errors.TimeoutError as error:
            raise refusals.too_slow(self._host, host) from error
        except requests.RequestException as error:
            raise refusals.unreached(self._host, error) from error
        except (errors.Error, JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise Unavailable(
                f"what {self._host} answered is no ACME",
                why=f"{type(error).__name__} while it was read",
                hint="FAIRWAY_ACME_DIRECTORY is the URL of a directory, such as that of Let's Encrypt",
            ) from error
        finally:
            self._network.session.close()


def find_challenge(host: str, one: messages.AuthorizationResource) -> messages.ChallengeBody:
    """That of HTTP-01. Raises WorkFailed when the authority offers none."""
    for each in one.body.challenges:
        if isinstance(each.chall, challenges.HTTP01):
            return each
    raise refusals.no_challenge(host, sorted(each.chall.typ for each in one.body.challenges))


def make_request(host: str) -> tuple[str, bytes]:
    """A new key (ECDSA, P-256) in PEM, and the request for a certificate of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    # A subject's common name has at most 64 characters, and nobody reads it any more.
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)] if len(host) <= 64 else [])
    names = x509.SubjectAlternativeName([x509.DNSName(host)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject).add_extension(names, critical=False)
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return encoded.decode(), builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
