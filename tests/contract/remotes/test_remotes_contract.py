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


PULL = "refs/pull/7/head"


async def test_the_head_of_a_pull_request_is_brought_beside_the_branches(yard):
    master = yard.commit("master")
    head = yard.commit("changes")
    yard.point(PULL, head)
    yard.point("refs/heads/changes", None)

    found = await yard.remotes.fetch_pull("shop", yard.remote(), 7, PULL)
    fetched = await yard.remotes.fetch("shop", yard.remote())

    assert found == head
    assert (await yard.repositories.revision("shop", head, "")).commit == head
    assert fetched.moved == (Moved(ref=MASTER, old=None, new=master),)
    assert await heads(yard) == {"master": master}


async def test_a_head_that_was_replaced_is_brought_anew_and_one_that_is_not_there_is_none(yard):
    first, second = yard.commit("one"), yard.commit("two")
    yard.point(PULL, first)
    before = await yard.remotes.fetch_pull("shop", yard.remote(), 7, PULL)
    yard.point(PULL, second)

    after = await yard.remotes.fetch_pull("shop", yard.remote(), 7, PULL)
    missing = await yard.remotes.fetch_pull("shop", yard.remote(), 8, "refs/pull/8/head")

    assert (before, after, missing) == (first, second, None)


async def test_one_looks_at_the_heads_that_are_asked_for_alone(yard):
    head = yard.commit("master")
    yard.point(PULL, head)
    yard.point("refs/pull/8/head", head)

    assert await yard.remotes.look_at("shop", yard.remote(), [PULL, "refs/pull/9/head"]) == {PULL: head}
    assert await yard.remotes.look_at("shop", yard.remote(), []) == {}


async def test_a_credential_that_is_refused_is_said_for_a_pull_request_too(yard):
    yard.point(PULL, yard.commit("master"))
    yard.lock()

    with pytest.raises(UsageError, match="refuses the credential"):
        await yard.remotes.fetch_pull("shop", yard.remote("wrong"), 7, PULL)


async def test_a_commit_is_foreign_while_only_a_pull_request_has_it(yard):
    master = yard.commit("master")
    head = yard.commit("changes")
    yard.point(PULL, head)
    yard.point("refs/heads/changes", None)
    await yard.remotes.fetch("shop", yard.remote())
    await yard.remotes.fetch_pull("shop", yard.remote(), 7, PULL)

    alone = await yard.repositories.is_foreign("shop", head)
    yard.push_here("changes", head)

    assert alone is True
    assert await yard.repositories.is_foreign("shop", master) is False
    assert await yard.repositories.is_foreign("shop", head) is False
