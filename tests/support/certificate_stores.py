"""The certificates of a store of the contract suite, under a seal that a test can read."""

from fairway.adapters.memory.certificates import MemoryCertificates
from fairway.adapters.memory.stores import MemoryStore
from fairway.adapters.store.certificates import SqlCertificates
from fairway.errors import Conflict
from fairway.ports.certificates import Certificates
from fairway.ports.sealed import Place
from support.pipeline_stores import AnyStore


def seal(place: Place, text: str) -> bytes:
    return f"{place.name}|{text[::-1]}".encode()


def open_(place: Place, sealed: bytes) -> str:
    name, _, text = sealed.decode().partition("|")
    if name != place.name:
        raise Conflict("it was sealed for another place")
    return text[::-1]


def certificates_of(store: AnyStore) -> Certificates:
    if isinstance(store, MemoryStore):
        return MemoryCertificates(store.shelf, seal, open_)
    return SqlCertificates(store.database, seal, open_)
