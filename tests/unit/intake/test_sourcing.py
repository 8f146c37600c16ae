"""An app's code that lives at a forge: what is kept, and what becomes of what moves there."""

import asyncio
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from fairway.adapters.memory.repositories import MemoryRepositories
from fairway.adapters.memory.sources import Elsewhere, MemoryRemotes
from fairway.adapters.memory.stores import MemoryStore, make_store
from fairway.domain.ids import AppName
from fairway.domain.remotes import Forge
from fairway.errors import Conflict, NotFound, Unavailable, UsageError
from fairway.intake.description import Describer
from fairway.intake.intake import Intake
from fairway.intake.pulling import Pulling
from fairway.intake.push import Kept, Started
from fairway.intake.sealed import Wanted
from fairway.intake.sourcing import Sourcing
from fairway.manifest.load import load

SHOP = AppName("shop")
URL = "https://github.com/acme/shop.git"
SSH = "ssh://git@github.com/acme/shop.git"
OTHER = "https://gitlab.com/acme/shop.git"
TOKEN = "s3cr3t-token"


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        self.time += 1.0
        return self.time

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing waits here")


def make_key(passphrase: bytes | None = None) -> str:
    encryption = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    private = ed25519.Ed25519PrivateKey.generate()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH)
    return private.private_bytes(*form, encryption).decode()


@dataclass
class Room:
    """A shop whose code lives at github.com."""

    store: MemoryStore = field(default_factory=make_store)
    repositories: MemoryRepositories = field(default_factory=MemoryRepositories)
    submitted: list[int] = field(default_factory=list)
    key: bytes = b"k" * 32

    def __post_init__(self) -> None:
        async def submit(app: AppName, number: int) -> None:
            self.submitted.append(number)

        self.remotes = MemoryRemotes(self.repositories)
        self.there = Elsewhere()
        for url in (URL, SSH, OTHER):
            self.remotes.at[url] = self.there
        clock = Clock()
        self.intake = Intake(
            apps=self.store.apps,
            executions=self.store.executions,
            repositories=self.repositories,
            submit=submit,
            load=load,
            clock=clock,
            schedules=self.store.schedules,
        )
        self.sourcing = Sourcing(
            apps=self.store.apps,
            sources=self.store.sources,
            executions=self.store.executions,
            repositories=self.repositories,
            remotes=self.remotes,
            intake=self.intake,
            pulling=Pulling(
                apps=self.store.apps,
                sources=self.store.sources,
                executions=self.store.executions,
                repositories=self.repositories,
                remotes=self.remotes,
                describer=Describer(self.repositories, load),
                submit=submit,
                stop=submit,
                clock=clock,
            ),
            events=self.store.events,
            key=self.key,
            clock=clock,
        )

    def commit(self, branch: str = "master", files: dict[str, bytes] | None = None) -> str:
        """One elsewhere."""
        made = self.repositories.commit("shop", files or {"a": b"1"}, branch="elsewhere")
        self.there.refs[f"refs/heads/{branch}"] = made
        self.repositories.point("shop", "elsewhere", None)
        return made

    async def set(self, **wanted):
        return await self.sourcing.set(SHOP, Wanted(**{"url": URL, **wanted}), by="ada")

    async def fetch(self, **more):
        return await self.sourcing.fetch(SHOP, kind="fetch", by="ada", **more)

    async def kinds(self) -> list[str]:
        return [event.kind for event in reversed(await self.store.events.list(app=SHOP))]


@pytest.fixture
async def room() -> Room:
    made = Room()
    await made.store.apps.create(SHOP, at=1.0)
    await made.repositories.create("shop")
    return made


async def test_what_is_set_is_kept_with_its_secrets_sealed(room):
    room.there.token = TOKEN

    source = await room.set(token=TOKEN)

    assert (source.url, source.forge, source.by) == (URL, Forge.GITHUB, "ada")
    assert source.token is not None
    assert TOKEN.encode() not in source.token
    assert await room.sourcing.find(SHOP) == source


async def test_a_source_that_can_not_be_read_is_not_kept(room):
    room.there.token = TOKEN
    await room.set(token=TOKEN)

    with pytest.raises(UsageError, match="refuses the credential"):
        await room.set(token="wrong")
    with pytest.raises(UsageError, match="has no repository"):
        await room.set(url="https://github.com/acme/nowhere")

    kept = await room.sourcing.find(SHOP)
    assert kept is not None
    assert kept.url == URL
    assert await room.kinds() == ["source.set"]


async def test_what_is_not_named_stays_for_the_same_host(room):
    room.there.token = TOKEN
    await room.set(token=TOKEN, username="ada")

    source = await room.sourcing.set(SHOP, Wanted(forge=Forge.GITEA), by="bob")

    assert (source.username, source.forge, source.by) == ("ada", Forge.GITEA, "bob")
    assert source.token is not None


async def test_a_credential_is_never_sent_to_another_host(room):
    room.there.token = TOKEN
    await room.set(token=TOKEN)

    with pytest.raises(UsageError, match=r"gitlab\.com refuses the credential"):
        await room.set(url=OTHER)


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "ü", "x" * 5000])
async def test_what_can_be_no_token_is_refused_and_not_repeated(room, token):
    with pytest.raises(UsageError, match="this is no token"):
        await room.set(token=token)

    assert await room.sourcing.find(SHOP) is None


async def test_a_deploy_key_opens_ssh_only(room):
    with pytest.raises(UsageError) as raised:
        await room.set(deploy_key=make_key())

    assert "git@github.com:acme/shop.git" in raised.value.hint
    assert (await room.set(url=SSH, deploy_key=make_key())).deploy_key is not None


@pytest.mark.parametrize("key", ["", "ssh-ed25519 AAAA public", "-----BEGIN OPENSSH PRIVATE KEY-----\nx", "PEM"])
async def test_what_is_no_private_key_is_refused(room, key):
    with pytest.raises(UsageError, match="no private key for a server"):
        await room.set(url=SSH, deploy_key=key)


async def test_a_key_with_a_passphrase_is_refused_and_says_why(room):
    with pytest.raises(UsageError) as raised:
        await room.set(url=SSH, deploy_key=make_key(b"passphrase"))

    assert "passphrase" in raised.value.why


async def test_without_a_source_there_is_nothing_to_change_fetch_or_unset(room):
    for attempt in (room.sourcing.set(SHOP, Wanted(token=TOKEN), by="ada"), room.fetch()):
        with pytest.raises(NotFound):
            await attempt
    with pytest.raises(NotFound):
        await room.sourcing.unset(SHOP, by="ada")


async def test_what_a_fetch_brings_starts_an_execution_as_a_push_does(room):
    await room.set()
    commit = room.commit()

    (outcome,) = await room.fetch()

    assert isinstance(outcome, Started)
    assert (outcome.execution.revision.commit, outcome.execution.revision.branch) == (commit, "master")
    assert (outcome.execution.trigger.kind, outcome.execution.trigger.by) == ("fetch", "ada")
    assert room.submitted == [1]


async def test_a_second_fetch_of_the_same_starts_nothing(room):
    await room.set()
    room.commit()
    await room.fetch()

    assert list(await room.fetch()) == []
    assert room.submitted == [1]


async def test_a_commit_that_comes_back_after_another_one_starts_again(room):
    await room.set()
    first = room.commit()
    await room.fetch()
    room.commit()
    await room.fetch()
    room.there.refs["refs/heads/master"] = first

    (outcome,) = await room.fetch()

    assert isinstance(outcome, Started)
    assert outcome.forced
    assert room.submitted == [1, 2, 3]


async def test_a_forced_push_is_said_in_the_event_log(room):
    await room.set()
    room.commit()
    await room.fetch()
    other = room.repositories.commit("shop", {"b": b"2"}, branch="another")
    room.repositories.point("shop", "another", None)
    room.there.refs["refs/heads/master"] = other

    await room.fetch()

    event, *_ = await room.store.events.list(app=SHOP)
    assert event.text == (
        f"acme/shop at github.com: master {other[:7]}, execution 2 (commits that the branch had are gone)"
    )


async def test_other_branches_and_deleted_ones_deploy_nothing_and_are_said(room):
    await room.set()
    room.commit("feature")
    (kept,) = await room.fetch()
    del room.there.refs["refs/heads/feature"]

    (deleted,) = await room.fetch()

    assert isinstance(kept, Kept)
    assert kept.reason == "nothing is deployed (source.branch is master)"
    assert isinstance(deleted, Kept)
    assert deleted.reason == "the branch is deleted; what runs goes on running"
    assert room.submitted == []


async def test_the_tags_that_were_there_before_are_no_news_and_later_ones_are(room):
    await room.set()
    room.there.refs["refs/tags/v1"] = room.commit()
    first = await room.fetch()
    room.there.refs["refs/tags/v2"] = room.commit("feature")

    later = await room.fetch()

    assert [each.update.ref for each in first] == ["refs/heads/master"]
    assert [each.update.ref for each in later] == ["refs/heads/feature", "refs/tags/v2"]


async def test_the_tags_that_were_there_before_are_decided_upon_as_not_to_be_deployed(room):
    await room.set()
    room.there.refs["refs/tags/v1"] = room.commit()
    decide, pushes = room.intake.push, []

    async def note(push, *, kind):
        pushes.append(([each.ref for each in push.updates], push.options))
        return await decide(push, kind=kind)

    room.intake.push = note
    await room.fetch()

    assert pushes == [(["refs/tags/v1"], ("fairway.no-deploy",)), (["refs/heads/master"], ())]


async def test_what_was_already_pushed_here_is_not_deployed_again(room):
    await room.set()
    commit = room.commit()
    room.repositories.point("shop", "master", commit)
    await room.intake.resync()

    assert list(await room.fetch()) == []
    assert room.submitted == [1]


async def test_without_deployment_everything_is_kept_and_nothing_starts_later(room):
    await room.set()
    room.commit()

    (outcome,) = await room.fetch(deploy=False)

    assert isinstance(outcome, Kept)
    assert list(await room.fetch()) == []
    assert room.submitted == []


async def test_what_is_set_without_deployment_is_fetched_before_anybody_else_looks(room):
    room.commit()

    connecting = room.sourcing.connect(SHOP, Wanted(url=URL, poll=60.0), by="ada", deploy=False)
    looking = room.sourcing.follow(SHOP)
    outcomes, _ = await asyncio.gather(connecting, looking)

    assert [type(each) for each in outcomes] == [Kept]
    assert room.submitted == []


async def test_a_defect_is_on_record_and_so_tried_again_ever_later(room):
    await room.set()

    async def fail(app, remote):
        raise RuntimeError("a defect")

    room.remotes.fetch = fail
    with pytest.raises(RuntimeError):
        await room.fetch()

    source = await room.sourcing.find(SHOP)
    assert source is not None
    assert source.progress.failures == 1
    assert source.progress.trouble == "what was fetched can't be looked at: RuntimeError"


async def test_a_tag_that_was_pushed_here_already_is_no_news(room):
    await room.set()
    commit = room.commit()
    await room.fetch()
    room.repositories.tag("shop", "v1", commit)
    await room.intake.resync()
    room.there.refs["refs/tags/v1"] = commit

    assert list(await room.fetch()) == []


async def test_a_tag_starts_an_execution_once_where_a_filter_asks_for_it(room):
    await room.set()
    text = b'app = "shop"\n[[source.filters]]\ntags = ["v*"]\n'
    commit = room.commit(files={"fairway.toml": text})
    await room.fetch()
    room.there.refs["refs/tags/v1"] = commit
    (outcome,) = await room.fetch()
    room.repositories._of("shop").tags_seen.clear()
    await room.remotes.forget("shop")
    room.remotes._settled["shop"] = {"refs/heads/master": commit}

    again = list(await room.fetch())

    assert isinstance(outcome, Started)
    assert outcome.execution.revision.tag == "v1"
    assert again == []
    assert [tag.seen for tag in await room.repositories.tags("shop")] == [commit]


async def test_a_move_whose_decision_failed_is_decided_upon_at_the_next_fetch(room):
    await room.set()
    room.commit()
    decide, calls = room.intake.push, []

    async def fail_once(push, *, kind):
        calls.append(push)
        if len(calls) == 1:
            raise Unavailable("the store did not answer")
        return await decide(push, kind=kind)

    room.intake.push = fail_once
    with pytest.raises(Unavailable):
        await room.fetch()

    (outcome,) = await room.fetch()

    assert isinstance(outcome, Started)
    assert room.submitted == [1]


async def test_a_server_that_died_after_it_had_started_an_execution_starts_no_second_one(room):
    await room.set()
    commit = room.commit()
    await room.fetch()
    await room.remotes.forget("shop")
    await room.repositories.mark_seen("shop", "master", room.commit("other"))

    outcomes = await room.fetch()

    assert [each.update.ref for each in outcomes] == ["refs/heads/other"]
    assert room.submitted == [1]
    assert await room.repositories.head("shop", "master") == commit


async def test_a_fetch_that_failed_is_on_record_until_one_succeeds(room):
    await room.set()
    room.there.trouble = Unavailable("github.com can't be read", why="no route")
    for _ in range(2):
        with pytest.raises(Unavailable):
            await room.fetch()
    failed = await room.sourcing.find(SHOP)
    room.there.trouble = None

    await room.fetch()

    assert failed is not None
    assert (failed.progress.failures, failed.progress.trouble) == (2, "github.com can't be read: no route")
    recovered = await room.sourcing.find(SHOP)
    assert recovered is not None
    assert (recovered.progress.failures, recovered.progress.trouble) == (0, "")
    assert recovered.progress.fetched_at is not None
    assert await room.kinds() == ["source.set", "source.failed", "source.recovered"]


async def test_unsetting_forgets_everything_but_what_was_fetched(room):
    await room.set()
    commit = room.commit()
    await room.fetch()

    await room.sourcing.unset(SHOP, by="ada")

    assert await room.sourcing.find(SHOP) is None
    assert await room.remotes.settled("shop") == {}
    assert await room.repositories.head("shop", "master") == commit


async def test_with_another_key_of_the_server_no_webhook_is_believed_and_nobody_is_told_why(room):
    await room.set()
    secret = await room.sourcing.make_webhook(SHOP, replacing=False, by="ada")
    room.key = b"o" * 32
    room.__post_init__()

    wanted = await room.sourcing.webhook_secret("shop")

    assert wanted.startswith("whsec_")
    assert wanted != secret


async def test_with_another_key_of_the_server_the_secret_is_not_opened(room):
    room.there.token = TOKEN
    await room.set(token=TOKEN)
    room.key = b"o" * 32
    room.__post_init__()

    with pytest.raises(Conflict, match="the token of the source of shop can't be decrypted"):
        await room.fetch()


def test_no_secret_stands_in_what_is_asked_for():
    assert TOKEN not in repr(Wanted(token=TOKEN, deploy_key=TOKEN))
