"""What every store of certificates keeps to."""

import asyncio

import pytest

from fairway.domain.certificates import Origin
from fairway.errors import Conflict
from fairway.ports.sealed import Place
from support.certificate_stores import certificates_of
from support.certificate_values import HOST, make_certificate, make_failure
from support.pipeline_stores import AnyStore

PEM = "the key and the chain"


async def test_a_certificate_comes_back_as_it_was_put(store: AnyStore) -> None:
    certificates = certificates_of(store)
    other = make_certificate("a.example.org", origin=Origin.GIVEN, issuer="Ünï CA")

    await certificates.put(make_certificate(), PEM)
    await certificates.put(other, "another")

    assert list(await certificates.all()) == [other, make_certificate()]
    assert await certificates.pem(HOST) == PEM
    assert await certificates.pem("a.example.org") == "another"
    assert await certificates.pem("b.example.org") is None


async def test_a_certificate_takes_the_place_of_the_former_one_and_forgets_that_orders_failed(store: AnyStore) -> None:
    certificates = certificates_of(store)
    await certificates.put(make_certificate(), PEM)
    await certificates.failed(make_failure())
    await certificates.failed(make_failure("a.example.org"))

    await certificates.put(make_certificate(fingerprint="new"), "new")

    assert [each.fingerprint for each in await certificates.all()] == ["new"]
    assert await certificates.pem(HOST) == "new"
    assert list(await certificates.failures()) == [make_failure("a.example.org")]


async def test_a_failure_takes_the_place_of_the_former_one_and_leaves_the_certificate(store: AnyStore) -> None:
    certificates = certificates_of(store)
    await certificates.put(make_certificate(), PEM)

    await certificates.failed(make_failure())
    await certificates.failed(make_failure(times=2, cause="no\0thing", at=1.5, again=2.5))

    (failure,) = await certificates.failures()
    assert (failure.times, failure.at, failure.again) == (2, 1.5, 2.5)
    assert await certificates.pem(HOST) == PEM


async def test_what_is_removed_is_gone_with_its_failure_and_may_be_removed_twice(store: AnyStore) -> None:
    certificates = certificates_of(store)
    await certificates.put(make_certificate(), PEM)
    await certificates.put(make_certificate("a.example.org"), PEM)
    await certificates.failed(make_failure())

    await certificates.remove(HOST)
    await certificates.remove(HOST)

    assert [each.host for each in await certificates.all()] == ["a.example.org"]
    assert await certificates.pem(HOST) is None
    assert list(await certificates.failures()) == []


async def test_two_servers_that_put_at_the_same_time_leave_one(store: AnyStore, beside: AnyStore) -> None:
    first, second = certificates_of(store), certificates_of(beside)

    results = await asyncio.gather(
        first.put(make_certificate(fingerprint="one"), "one"),
        second.put(make_certificate(fingerprint="two"), "two"),
        return_exceptions=True,
    )

    (kept,) = await first.all()
    assert await second.pem(HOST) == kept.fingerprint
    assert [each for each in results if each is not None] == []


async def test_what_is_kept_is_sealed_for_its_host(store: AnyStore) -> None:
    certificates = certificates_of(store)
    await certificates.put(make_certificate(), PEM)
    seen: list[tuple[Place, bytes]] = []

    def again(place: Place, sealed: bytes) -> bytes:
        seen.append((place, sealed))
        return sealed.replace(b"shop", b"else")

    assert await store.sealed.newest(5) == [
        (Place(app="", environment="", name=f"certificate/{HOST}"), f"certificate/{HOST}|{PEM[::-1]}".encode())
    ]
    assert await store.sealed.change(again) == 1

    assert [place for place, _ in seen] == [Place(app="", environment="", name=f"certificate/{HOST}")]
    with pytest.raises(Conflict):
        await certificates.pem(HOST)


async def test_a_certificate_that_no_key_opens_is_dropped_whole(store: AnyStore) -> None:
    certificates = certificates_of(store)
    await certificates.put(make_certificate(), PEM)

    await store.sealed.change(lambda place, sealed: None)

    assert list(await certificates.all()) == []
    assert await certificates.pem(HOST) is None
