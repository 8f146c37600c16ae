"""What everybody who presents certificates does: the memory one and HAProxy are held to the same words."""

import traceback
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fairway.errors import UsageError
from fairway.ports.certificates import Terminator
from support.terminators import haproxy, memory
from support.tls_pems import Signed, chain, make, old_form

SHOP, BLOG = "shop.test", "blog.test"


@pytest.fixture(params=[memory, haproxy], ids=["memory", "haproxy"])
async def terminator(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Terminator]:
    async with request.param(tmp_path) as made:
        yield made


async def test_nothing_is_presented_at_first(terminator: Terminator) -> None:
    assert dict(await terminator.presented()) == {}


async def test_each_host_presents_its_own_and_twice_is_the_same_as_once(terminator: Terminator) -> None:
    shop, blog = make(SHOP), make(BLOG)

    for _ in range(2):
        await terminator.present(SHOP, shop.both)
        await terminator.present(BLOG, blog.both)

    assert dict(await terminator.presented()) == {SHOP: shop.fingerprint, BLOG: blog.fingerprint}


async def test_a_new_one_takes_the_place_of_the_former_and_the_former_can_come_back(terminator: Terminator) -> None:
    former, new = make(SHOP), make(SHOP)
    seen = []

    for each in (former, new, former):
        await terminator.present(SHOP, each.both)
        seen.append(dict(await terminator.presented()))

    assert seen == [{SHOP: each.fingerprint} for each in (former, new, former)]


async def test_a_withdrawn_one_is_gone_and_others_stay(terminator: Terminator) -> None:
    blog = make(BLOG)
    await terminator.present(SHOP, make(SHOP).both)
    await terminator.present(BLOG, blog.both)

    await terminator.withdraw(SHOP)
    await terminator.withdraw(SHOP)

    assert dict(await terminator.presented()) == {BLOG: blog.fingerprint}


async def test_two_hosts_may_present_the_same(terminator: Terminator) -> None:
    shared = make(SHOP)
    await terminator.present(SHOP, shared.both)
    await terminator.present(BLOG, shared.both)

    await terminator.withdraw(SHOP)

    assert dict(await terminator.presented()) == {BLOG: shared.fingerprint}


async def test_one_that_has_ended_is_presented_as_any(terminator: Terminator) -> None:
    ended = make(SHOP, ended=3)

    await terminator.present(SHOP, ended.both)

    assert dict(await terminator.presented()) == {SHOP: ended.fingerprint}


async def test_a_chain_whose_first_is_the_keys_is_presented(terminator: Terminator) -> None:
    leaf, between, root = chain(SHOP)

    await terminator.present(SHOP, leaf.both + root.pem + between.pem)

    assert dict(await terminator.presented()) == {SHOP: leaf.fingerprint}


@pytest.mark.parametrize(
    "key", [None, rsa.generate_private_key(public_exponent=65537, key_size=4096)], ids=["EC", "RSA"]
)
async def test_old_forms_of_keys_notes_and_empty_lines_are_taken(
    terminator: Terminator, key: rsa.RSAPrivateKey | None
) -> None:
    signed = make(SHOP, key=key)

    await terminator.present(SHOP, old_form(signed))

    assert dict(await terminator.presented()) == {SHOP: signed.fingerprint}


def locked(signed: Signed) -> str:
    return signed.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"open")
    ).decode()


LEAF, BETWEEN, _ = chain(SHOP)
WRONG = {
    "garbage": ("garbage", "no private key"),
    "nothing": ("", "no private key"),
    "no certificate": (LEAF.key_pem, "no certificate"),
    "no key": (LEAF.pem, "no private key"),
    "two keys": (LEAF.key_pem + LEAF.both, "more than one private key"),
    "another's key": (make(SHOP).key_pem + LEAF.pem, "the private key belongs to another certificate"),
    "wrong order": (LEAF.key_pem + BETWEEN.pem + LEAF.pem, "number 2 of 2"),
    "locked key": (locked(LEAF) + LEAF.pem, "locked by a passphrase"),
    "torn key": (LEAF.key_pem.replace(LEAF.lines()[0], LEAF.lines()[0][:20]) + LEAF.pem, "private key can't be read"),
    "torn certificate": (LEAF.both[:-300], "no certificate that can be read"),
    "too long": (LEAF.both + BETWEEN.pem * 30, "too long"),
}


async def test_challenges_can_be_answered_for_another_account_and_twice(terminator: Terminator) -> None:
    for thumbprint in ("first", "first", "second"):
        await terminator.answer(thumbprint)

    assert dict(await terminator.presented()) == {}


@pytest.mark.parametrize("name", WRONG)
async def test_what_can_not_be_presented_is_refused_with_the_reason_and_without_the_key(
    terminator: Terminator, name: str
) -> None:
    text, why = WRONG[name]
    former = make(SHOP)
    await terminator.present(SHOP, former.both)

    with pytest.raises(UsageError) as caught:
        await terminator.present(SHOP, text)

    said = "".join(traceback.format_exception(caught.value)) + f"{caught.value.why} {caught.value.hint}"
    assert why in said
    assert not [line for line in LEAF.lines() if line in said]
    assert dict(await terminator.presented()) == {SHOP: former.fingerprint}
