"""What all Remotes do, the real ones and the fake."""

import pytest

from fairway.errors import UsageError
from fairway.ports.sources import Moved
from support.git_forge import TOKEN

MASTER = "refs/heads/master"


async def heads(yard):
    return {head.branch: head.commit for head in await yard.repositories.heads("shop")}


async def test_a_look_tells_branches_and_tags_and_brings_nothing(yard):
    commit = yard.commit("master")
    yard.point("refs/tags/v1", commit)

    refs, _ = await yard.remotes.look("shop", yard.remote())

    assert refs == {MASTER: commit, "refs/tags/v1": commit}
    assert await heads(yard) == {}


async def test_a_fetch_brings_branches_and_tags_and_tells_each_as_moved(yard):
    commit = yard.commit("master")
    yard.point("refs/tags/v1", commit)

    fetched = await yard.remotes.fetch("shop", yard.remote())

    assert fetched.moved == (
        Moved(ref=MASTER, old=None, new=commit),
        Moved(ref="refs/tags/v1", old=None, new=commit),
    )
    assert await heads(yard) == {"master": commit}
    assert (await yard.repositories.revision("shop", commit, "master")).commit == commit


async def test_a_move_is_told_again_until_it_is_settled(yard):
    yard.commit("master")
    first = await yard.remotes.fetch("shop", yard.remote())

    again = await yard.remotes.fetch("shop", yard.remote())
    await yard.remotes.settle("shop", again.moved)
    after = await yard.remotes.fetch("shop", yard.remote())

    assert again.moved == first.moved
    assert after.moved == ()
    assert dict(await yard.remotes.settled("shop")) == {MASTER: first.moved[0].new}


async def test_a_move_tells_from_where_also_when_it_was_taken_over_and_not_settled(yard):
    old = yard.commit("master")
    await yard.remotes.settle("shop", (await yard.remotes.fetch("shop", yard.remote())).moved)
    new = yard.commit("master")

    first = await yard.remotes.fetch("shop", yard.remote())
    again = await yard.remotes.fetch("shop", yard.remote())

    assert first.moved == again.moved == (Moved(ref=MASTER, old=old, new=new),)


async def test_a_branch_that_was_forced_back_is_moved_back(yard):
    first = yard.commit("master")
    second = yard.commit("master")
    await yard.remotes.settle("shop", (await yard.remotes.fetch("shop", yard.remote())).moved)
    yard.point(MASTER, first)

    fetched = await yard.remotes.fetch("shop", yard.remote())

    assert fetched.moved == (Moved(ref=MASTER, old=second, new=first),)
    assert await heads(yard) == {"master": first}


async def test_a_branch_that_was_deleted_there_is_deleted_here(yard):
    yard.commit("master")
    gone = yard.commit("feature")
    await yard.remotes.settle("shop", (await yard.remotes.fetch("shop", yard.remote())).moved)
    yard.point("refs/heads/feature", None)

    fetched = await yard.remotes.fetch("shop", yard.remote())
    await yard.remotes.settle("shop", fetched.moved)

    assert fetched.moved == (Moved(ref="refs/heads/feature", old=gone, new=None),)
    assert "feature" not in await heads(yard)
    assert (await yard.remotes.fetch("shop", yard.remote())).moved == ()


async def test_a_branch_that_was_only_pushed_here_is_left_alone(yard):
    commit = yard.commit("master")
    await yard.remotes.settle("shop", (await yard.remotes.fetch("shop", yard.remote())).moved)
    yard.push_here("mine", commit)

    fetched = await yard.remotes.fetch("shop", yard.remote())

    assert fetched.moved == ()
    assert await heads(yard) == {"master": commit, "mine": commit}


async def test_the_token_opens_what_is_locked(yard):
    commit = yard.commit("master")
    yard.lock()

    fetched = await yard.remotes.fetch("shop", yard.remote(TOKEN))

    assert fetched.moved[0].new == commit


@pytest.mark.parametrize("token", [None, "wr0ng-token"])
async def test_a_refused_credential_is_said_and_not_shown(yard, token):
    yard.commit("master")
    yard.lock()

    with pytest.raises(UsageError, match="refuses the credential for acme/shop") as raised:
        await yard.remotes.look("shop", yard.remote(token))

    error = raised.value
    assert "wr0ng" not in f"{error.what} {error.why} {error.hint}"


async def test_a_repository_that_is_not_there_is_said(yard):
    with pytest.raises(UsageError, match="has no repository acme/nowhere"):
        await yard.remotes.look("shop", yard.remote(url=yard.url.replace("shop", "nowhere")))


async def test_forgetting_makes_everything_news_again(yard):
    commit = yard.commit("master")
    await yard.remotes.settle("shop", (await yard.remotes.fetch("shop", yard.remote())).moved)

    await yard.remotes.forget("shop")

    assert dict(await yard.remotes.settled("shop")) == {}
    assert (await yard.remotes.fetch("shop", yard.remote())).moved == (Moved(ref=MASTER, old=None, new=commit),)
