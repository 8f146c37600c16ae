"""Certificates when HAProxy, the server or a step between them dies: what was presented is presented again."""

import asyncio
import os
import signal
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from fairway.adapters.haproxy import keys, secure
from fairway.adapters.haproxy.balancer import HaproxyBalancer
from fairway.adapters.haproxy.table import Presented
from fairway.adapters.haproxy.terminator import HaproxyTerminator
from fairway.adapters.process import proc
from fairway.domain.ids import AppName, EnvironmentName, ServiceName
from fairway.errors import Unavailable, UsageError
from fairway.ports.balancer import Route
from support.balancers import haproxy
from support.ports import free_port
from support.tls_pems import Signed, make

SHOP, BLOG = "shop.test", "blog.test"


@pytest.fixture
async def balancer(tmp_path: Path) -> AsyncIterator[HaproxyBalancer]:
    async with haproxy(tmp_path, free_port()) as made:
        yield made


@asynccontextmanager
async def again(balancer: HaproxyBalancer) -> AsyncIterator[HaproxyBalancer]:
    """What the next server makes of the same directory, when the former one is gone with its sockets."""
    frame = balancer.frame
    await balancer.__aexit__(None, None, None)
    async with HaproxyBalancer(balancer.directory, frame.address, frame.port, tls_port=frame.tls_port) as made:
        yield made


def entry(host: str, signed: Signed) -> Presented:
    return Presented(host=host, file=keys.file_name(host, signed.both), fingerprint=signed.fingerprint)


async def kill(balancer: HaproxyBalancer) -> None:
    os.kill(balancer.state.pid or 0, signal.SIGKILL)
    async with asyncio.timeout(10):
        await proc.ended(balancer.state.pid or 0)


@pytest.mark.parametrize("supervised", [True, False], ids=["by this server", "by the next server"])
async def test_a_killed_haproxy_comes_back_with_all_certificates(balancer: HaproxyBalancer, supervised: bool) -> None:
    signed = {host: make(host) for host in (SHOP, BLOG)}
    for host, each in signed.items():
        await HaproxyTerminator(balancer).present(host, each.both)
    wanted = {host: each.fingerprint for host, each in signed.items()}

    async with asyncio.TaskGroup() as group:
        watch = group.create_task(balancer.supervise()) if supervised else None
        await kill(balancer)
        if watch:
            async with asyncio.timeout(10):
                while (balancer.state.restarts, balancer.state.state) != (1, "running"):
                    await asyncio.sleep(0.02)
            # What HAProxy has read itself, before anybody tells it what is missing.
            seen = await balancer.runtime.certificates(await balancer.worker())
            presented = dict(await HaproxyTerminator(balancer).presented())
            watch.cancel()
        else:
            async with again(balancer) as back:
                seen = await back.runtime.certificates(await back.worker())
                presented = dict(await HaproxyTerminator(back).presented())

    assert set(seen.listed.values()) == {SHOP, BLOG}
    assert presented == wanted


async def test_while_it_is_down_every_method_says_so_and_nothing_half_is_left(balancer: HaproxyBalancer) -> None:
    terminator = HaproxyTerminator(balancer)
    await terminator.present(SHOP, make(SHOP).both)
    await kill(balancer)

    for call in (terminator.present(BLOG, make(BLOG).both), terminator.presented(), terminator.withdraw(SHOP)):
        with pytest.raises(Unavailable, match="does not answer"):
            await call

    async with again(balancer) as back:
        # Neither the key that was not presented nor the one that is not any more.
        assert dict(await HaproxyTerminator(back).presented()) == {}
        assert list(balancer.directory.glob("tls-*")) == []


@pytest.mark.parametrize("steps", range(5))
async def test_a_death_after_any_step_of_a_presentation_is_mended_by_the_next_look(
    balancer: HaproxyBalancer, steps: int
) -> None:
    terminator, former, new = HaproxyTerminator(balancer), make(SHOP), make(SHOP)
    await terminator.present(SHOP, former.both)
    wanted = entry(SHOP, new)
    keys.put(balancer.directory, wanted.file, new.both)
    worker = await balancer.worker()
    for command in secure.add(wanted.file, SHOP, new.both)[:steps]:
        await balancer.runtime.change(worker, command)

    looked = dict(await terminator.presented())
    await terminator.present(SHOP, new.both)
    seen = await balancer.runtime.certificates(worker)

    assert looked == {SHOP: former.fingerprint}
    assert dict(await terminator.presented()) == {SHOP: new.fingerprint}
    assert seen == secure.Seen(listed={wanted.file: SHOP}, stored=frozenset({wanted.file}))


@pytest.mark.parametrize("steps", range(4))
async def test_a_death_after_the_table_is_mended_by_the_next_server(balancer: HaproxyBalancer, steps: int) -> None:
    former, new = make(SHOP), make(SHOP)
    await HaproxyTerminator(balancer).present(SHOP, former.both)
    wanted = entry(SHOP, new)
    keys.put(balancer.directory, wanted.file, new.both)
    worker = await balancer.worker()
    for command in secure.add(wanted.file, SHOP, new.both)[:steps]:
        await balancer.runtime.change(worker, command)
    balancer._files.write(balancer.frame, balancer.table.presenting(wanted))

    async with again(balancer) as following:
        seen = await following.runtime.certificates(worker)
        presented = dict(await HaproxyTerminator(following).presented())

    assert presented == {SHOP: new.fingerprint}
    assert seen == secure.Seen(listed={wanted.file: SHOP}, stored=frozenset({wanted.file}))


async def test_a_certificate_whose_file_is_lost_or_damaged_keeps_no_other_from_being_presented(
    balancer: HaproxyBalancer,
) -> None:
    signed = {host: make(host) for host in (SHOP, BLOG, "news.test")}
    for host, each in signed.items():
        await HaproxyTerminator(balancer).present(host, each.both)
    (balancer.directory / entry(SHOP, signed[SHOP]).file).unlink()
    (balancer.directory / entry(BLOG, signed[BLOG]).file).write_text(signed[BLOG].both[:-200])
    await kill(balancer)

    async with again(balancer) as back:
        terminator = HaproxyTerminator(back)
        presented = dict(await terminator.presented())
        await terminator.present(SHOP, signed[SHOP].both)

        assert presented == {"news.test": signed["news.test"].fingerprint}
        assert set(await terminator.presented()) == {"news.test", SHOP}


async def test_what_only_haproxy_finds_wrong_is_refused_with_its_words_and_leaves_nothing(
    balancer: HaproxyBalancer,
) -> None:
    terminator = HaproxyTerminator(balancer)
    weak = make(SHOP, key=rsa.generate_private_key(public_exponent=65537, key_size=1024))
    good = make(BLOG)
    await terminator.present(BLOG, good.both)

    with pytest.raises(UsageError, match=SHOP) as caught:
        await terminator.present(SHOP, weak.both)

    assert "unable to load SSL certificate" in caught.value.why
    assert dict(await terminator.presented()) == {BLOG: good.fingerprint}
    assert [path.name for path in balancer.directory.glob("tls-*")] == [entry(BLOG, good).file]


async def test_keys_are_in_files_of_their_own_and_nowhere_else(balancer: HaproxyBalancer) -> None:
    terminator, shop = HaproxyTerminator(balancer), make(SHOP)
    await terminator.present(SHOP, shop.both)
    await terminator.present(SHOP, make(SHOP, key=shop.key).both)

    found = list(balancer.directory.glob("tls-*"))
    others = [path for path in balancer.directory.iterdir() if path.is_file() and path not in found]
    texts = [path.read_text(errors="replace") for path in others]
    texts += [path.read_text(errors="replace") for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]

    assert [stat.S_IMODE(path.stat().st_mode) for path in found] == [0o600]
    assert not [line for text in texts for line in shop.lines() if line in text]


async def test_certificates_outlive_a_reload_and_changes_after_it_reach_the_new_worker(
    balancer: HaproxyBalancer,
) -> None:
    terminator, shop = HaproxyTerminator(balancer), make(SHOP)
    await terminator.present(SHOP, shop.both)
    before = await balancer.worker()
    # More routes than there are slots: HAProxy reads its configuration anew.
    for number in range(33):
        await balancer.set_route(route(f"app-{number}"))

    assert await balancer.worker() != before
    assert dict(await terminator.presented()) == {SHOP: shop.fingerprint}
    await terminator.withdraw(SHOP)
    assert dict(await terminator.presented()) == {}


def route(app: str) -> Route:
    return Route(
        app=AppName(app),
        environment=EnvironmentName("production"),
        service=ServiceName("web"),
        hosts=(f"{app}.test",),
    )
