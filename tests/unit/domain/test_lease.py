"""Leases: when one has run out, and which servers can share the work."""

import pytest

from fairway.domain import lease
from fairway.domain.lease import Lease, Member

TERMS = {"key": "k", "registry": "ghcr.io/acme", "repositories": "r"}


def make(server: str = "aaaa", *, number: int = 1, renewals: int = 0, lost: bool = False, **terms: str) -> Lease:
    member = Member(server=server, name="alpha", url="http://alpha:7878", seconds=15.0, terms={**TERMS, **terms})
    return Lease(member=member, number=number, renewals=renewals, renewed_at=100.0, lost=lost)


def test_a_lease_runs_out_its_length_after_its_renewal() -> None:
    assert not make().expired(114.9)
    assert make().expired(115.0)
    assert make(lost=True).expired(100.0)


def test_a_lease_that_stands_still_for_its_whole_length_is_silent() -> None:
    sights = lease.watch({}, [make()], 1000.0)
    sights = lease.watch(sights, [make()], 1015.5)

    assert lease.silent(sights, [make()], 1015.5, me="bbbb") == [make()]


def test_a_renewal_or_a_new_begin_starts_the_watch_anew() -> None:
    sights = lease.watch({}, [make()], 1000.0)

    for renewed in (make(renewals=1), make(number=2)):
        after = lease.watch(sights, [renewed], 1015.5)
        assert lease.silent(after, [renewed], 1015.5, me="bbbb") == []


def test_one_s_own_lease_and_a_lost_one_are_never_silent() -> None:
    for mine in (make(), make("bbbb", lost=True)):
        sights = lease.watch({}, [mine], 0.0)
        assert lease.silent(sights, [mine], 1000.0, me="aaaa") == []


def test_servers_with_the_same_terms_share_the_work() -> None:
    assert lease.disagreement(make("bbbb").member, [make("aaaa"), make("bbbb", key="an earlier one")]) is None


def test_a_lost_server_s_terms_bind_nobody() -> None:
    assert lease.disagreement(make("bbbb", registry="another").member, [make(lost=True)]) is None


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"registry": ""}, "the embedded registry is reached by its own host alone"),
        ({"registry": "docker.io/acme"}, "its images go to another registry"),
        ({"key": "other"}, "secret.key is another one"),
        ({"repositories": "other"}, "its git repositories are another folder"),
    ],
)
def test_a_server_that_could_not_go_on_with_the_other_s_work_is_refused(terms: dict[str, str], why: str) -> None:
    error = lease.disagreement(make("bbbb", **terms).member, [make()])

    assert error is not None
    assert error.why == why
    assert "alpha" in error.what
    assert error.hint
