"""Pull requests, as the forges tell of them."""

import copy
from dataclasses import replace

import pytest

from fairway.domain import pulls, webhooks
from fairway.domain.app import PullEvent
from fairway.domain.pulls import Noted, PullRequest
from fairway.domain.remotes import Forge
from fairway.domain.webhooks import Concern
from fairway.errors import UsageError
from support import forge_pulls

OPENED, UPDATED, CLOSED = PullEvent.OPENED, PullEvent.UPDATED, PullEvent.CLOSED
PULL = PullRequest(number=7, event=OPENED, target="master", source="changes", ref="refs/pull/7/head", by="ada")


@pytest.mark.parametrize("name", forge_pulls.PAYLOADS)
def test_each_forges_payload_tells_which_pull_request_it_is(name):
    headers = forge_pulls.headers(name, "whsec_c2VjcmV0", b"")
    call = webhooks.read({key.lower(): value for key, value in headers.items()}, now=0.0)

    found = pulls.read(call.forge, call.event, forge_pulls.PAYLOADS[name])

    assert call.concern is Concern.PULL_REQUEST
    assert found == PullRequest(
        number=2,
        event=OPENED,
        target="master",
        source="changes",
        ref=forge_pulls.REFS[name],
        by=forge_pulls.BY[name],
    )


def payload(name: str, **changed: object) -> dict:
    """A payload with other values in its top, or in the table that GitLab has its attributes in."""
    found = copy.deepcopy(forge_pulls.PAYLOADS[name])
    (found["object_attributes"] if name == "gitlab" and "changes" not in changed else found).update(changed)
    return found


@pytest.mark.parametrize(
    ("name", "changed", "expected"),
    [
        ("github", {"action": "reopened"}, OPENED),
        ("github", {"action": "synchronize"}, UPDATED),
        ("github", {"action": "closed"}, CLOSED),
        ("github", {"action": "edited", "changes": {"base": {"ref": {"from": "main"}}}}, UPDATED),
        ("github", {"action": "edited", "changes": {"title": {"from": "x"}}}, None),
        ("github", {"action": "labeled"}, None),
        ("gitea", {"action": "synchronized"}, UPDATED),
        ("gitea", {"action": "edited", "changes": {"ref": {"from": "main"}}}, UPDATED),
        ("gitea", {"action": "label_updated"}, None),
        ("gitlab", {"action": "reopen"}, OPENED),
        ("gitlab", {"action": "update", "oldrev": "ab" * 20}, UPDATED),
        ("gitlab", {"action": "update"}, None),
        ("gitlab", {"action": "approved"}, None),
        ("gitlab", {"action": "merge"}, CLOSED),
        ("gitlab", {"action": "close"}, CLOSED),
    ],
)
def test_what_happened_is_opened_updated_closed_or_nothing_to_us(name, changed, expected):
    found = pulls.read(Forge(name), "", payload(name, **changed))

    assert (found.event if found else None) is expected


@pytest.mark.parametrize(
    ("name", "event", "expected"),
    [
        ("bitbucket", "pullrequest:updated", UPDATED),
        ("bitbucket", "pullrequest:fulfilled", CLOSED),
        ("bitbucket", "pullrequest:rejected", CLOSED),
        ("bitbucket-server", "pr:from_ref_updated", UPDATED),
        ("bitbucket-server", "pr:merged", CLOSED),
        ("bitbucket-server", "pr:declined", CLOSED),
    ],
)
def test_bitbuckets_events_are_named_for_what_happened(name, event, expected):
    found = pulls.read(Forge(name), event, forge_pulls.PAYLOADS[name])

    assert found is not None
    assert found.event is expected


@pytest.mark.parametrize("repository", [{"full_name": "mallory/repo_name"}, None])
def test_a_fork_at_bitbucket_lies_nowhere_that_can_be_fetched(repository):
    found = payload("bitbucket")
    found["pullrequest"]["source"]["repository"] = repository

    read = pulls.read(Forge.BITBUCKET, "pullrequest:created", found)

    assert read is not None
    assert read.ref == ""


@pytest.mark.parametrize(
    "broken",
    [
        {"number": -1},
        {"number": True},
        {"number": "../7"},
        {"number": 2**40},
        {"action": 1},
        {"action": "opened", "pull_request": None},
        {"pull_request": {"base": {"ref": "a\nb"}, "head": {"ref": "b"}}},
        {"pull_request": {"base": {"ref": ""}, "head": {"ref": "b"}}},
        {"pull_request": {"base": {"ref": "a" * 256}, "head": {"ref": "b"}}},
    ],
)
def test_a_payload_of_another_shape_is_refused(broken):
    with pytest.raises(UsageError, match="the payload of github is none of a pull request"):
        pulls.read(Forge.GITHUB, "pull_request", payload("github", **broken))


def test_opened_is_not_lost_behind_an_update_that_comes_before_the_decision():
    opened = pulls.note(None, PULL, at=1.0)

    updated = pulls.note(opened, replace(PULL, event=UPDATED, target="release"), at=2.0)

    assert updated == Noted(pull=replace(PULL, target="release"), at=2.0)


def test_after_the_decision_an_update_is_one_and_opening_again_is_counted():
    decided = Noted(pull=PULL, at=1.0, decided=True, head="ab" * 20)

    updated = pulls.note(decided, replace(PULL, event=UPDATED), at=2.0)
    again = pulls.note(replace(updated, decided=True), PULL, at=3.0)

    assert updated == Noted(pull=replace(PULL, event=UPDATED), at=2.0, head="ab" * 20)
    assert (again.opened, again.pull.event, again.decided) == (2, OPENED, False)


def test_closed_is_closed_whatever_was_not_decided():
    opened = pulls.note(None, PULL, at=1.0)

    closed = pulls.note(opened, replace(PULL, event=CLOSED), at=2.0)

    assert closed.pull.event is CLOSED
