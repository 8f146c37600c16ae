"""Which names get certificates, when they are renewed, when a failed order is made again, and how a domain stands."""

from functools import partial

import pytest

from fairway.domain import certificate_names, certificate_plan
from fairway.domain.certificate_standing import Sight, stand
from fairway.domain.certificate_times import DAY, HOUR, MINUTE, earliest, fail, renewal
from fairway.domain.certificates import Origin, State
from fairway.domain.ids import AppName, EnvironmentName
from support.certificate_values import DIRECTORY, HOST, make_certificate, make_failure

SHOP, PRODUCTION = AppName("shop"), EnvironmentName("production")
plan = partial(certificate_plan.plan, directory=DIRECTORY)


@pytest.mark.parametrize("host", ["shop.example.org", "a.co", "xn--bcher-kva.example.com", "a-b.c-d.example.net"])
def test_a_public_name_gets_a_certificate(host: str) -> None:
    assert certificate_names.find_refusal(host) == ""


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("shop", "single label"),
        ("192.0.2.1", "an address"),
        ("[2001:db8::1]", "an address"),
        ("*.example.org", "a wildcard"),
        ("bücher.example.org", "A-labels"),
        ("shop-production.localhost", "under localhost"),
        ("localhost", "under localhost"),
        ("printer.local", "under local"),
        ("db.internal", "under internal"),
        ("shop.test", "under test"),
        ("shop.example", "under example"),
        ("shop.invalid", "under invalid"),
        ("abc.onion", "under onion"),
        ("nas.home.arpa", "under home.arpa"),
        ("-a.example.org", "no name in the DNS"),
        ("a_b.example.org", "no name in the DNS"),
        ("a..example.org", "no name in the DNS"),
        ("a" * 64 + ".example.org", "no name in the DNS"),
        (".".join(["a" * 60] * 5), "no name in the DNS"),
        ("shop.123", "ends in a number"),
    ],
)
def test_a_name_that_no_public_authority_signs_is_refused_with_the_reason(host: str, why: str) -> None:
    assert why in certificate_names.find_refusal(host)


def test_a_name_that_only_ends_like_a_reserved_one_is_public() -> None:
    assert certificate_names.find_refusal("mylocal.org") == ""
    assert certificate_names.find_refusal("shop.nottest") == ""


def test_a_certificate_of_90_days_is_renewed_at_two_thirds_of_its_life_or_a_little_before() -> None:
    times = [renewal(make_certificate(f"h{number}.example.org")) for number in range(200)]

    assert all(56.25 * DAY <= time <= 60 * DAY for time in times)
    assert max(times) - min(times) > 3 * DAY


def test_a_certificate_of_six_days_is_renewed_at_half_of_its_life_or_a_little_before() -> None:
    assert 2.75 * DAY <= renewal(make_certificate(not_after=6 * DAY)) <= 3 * DAY


def test_the_waits_after_failures_are_a_minute_ten_a_hundred_and_then_a_day() -> None:
    found, failure = [], None
    for _ in range(5):
        failure = fail(failure, HOST, "refused", now=1000.0)
        found.append(failure.again - failure.at)

    assert found == [MINUTE, 10 * MINUTE, 100 * MINUTE, DAY, DAY]


def test_an_authority_that_does_not_answer_is_asked_again_after_an_hour_at_most() -> None:
    failure = fail(make_failure(times=9), HOST, "no answer", now=0.0, reached=False)

    assert failure.again == HOUR


def test_an_authority_that_says_how_long_to_wait_is_obeyed() -> None:
    assert fail(None, HOST, "too many", now=0.0, asked=7200.0).again == 7200.0


def test_a_person_may_hurry_after_two_failures_and_then_each_twenty_minutes() -> None:
    assert earliest(None, make_failure(at=1000.0, times=2)) == 0.0
    assert earliest(None, make_failure(at=1000.0, times=3)) == 1000.0 + 20 * MINUTE


def test_a_person_may_not_hurry_within_an_hour_after_it_was_signed() -> None:
    assert earliest(make_certificate(not_before=1000.0), None) == 1000.0 + 2 * HOUR


def test_a_routed_name_without_a_certificate_is_ordered_for() -> None:
    assert plan([HOST, "shop.localhost"], [], [], {}, 0.0).orders == (HOST,)


def test_nothing_is_ordered_without_an_authority() -> None:
    assert plan([HOST], [], [], {}, 0.0, directory="").orders == ()


def test_one_that_failed_is_ordered_for_when_its_time_has_come() -> None:
    assert plan([HOST], [], [make_failure()], {}, 59.0).orders == ()
    assert plan([HOST], [], [make_failure()], {}, 60.0).orders == (HOST,)
    assert plan([HOST], [], [make_failure()], {}, 1.0, wanted=[HOST]).orders == (HOST,)


def test_one_of_another_authority_is_replaced_at_once_and_waits_after_a_failure() -> None:
    staged = make_certificate(directory="https://staging.example/directory")

    assert plan([HOST], [staged], [], {}, 1 * DAY).orders == (HOST,)
    assert plan([HOST], [staged], [make_failure()], {}, 59.0).orders == ()
    assert plan([HOST], [staged], [], {}, 1 * DAY, directory="").orders == ()
    assert plan([HOST], [make_certificate()], [], {}, 1 * DAY).orders == ()


def test_a_given_certificate_is_not_replaced_even_when_it_has_ended() -> None:
    given = make_certificate(origin=Origin.GIVEN)

    assert plan([HOST], [given], [], {}, 1000 * DAY, wanted=[HOST]).orders == ()


def test_what_is_kept_is_presented_and_what_was_replaced_is_presented_anew() -> None:
    kept = make_certificate(fingerprint="new")

    assert plan([HOST], [kept], [], {}, 0.0).presents == (kept,)
    assert plan([HOST], [kept], [], {HOST: "old"}, 0.0).presents == (kept,)
    assert plan([HOST], [kept], [], {HOST: "new"}, 0.0).presents == ()


def test_what_has_no_route_or_is_not_kept_is_withdrawn() -> None:
    kept = make_certificate()

    assert plan([], [kept], [], {HOST: "of-shop"}, 0.0).withdrawals == (HOST,)
    assert plan([HOST], [], [], {HOST: "of-shop"}, 0.0).withdrawals == (HOST,)


def test_what_has_no_route_is_forgotten_30_days_after_its_end() -> None:
    kept = make_certificate()

    assert plan([], [kept], [], {}, 119.9 * DAY).forgets == ()
    assert plan([], [kept], [], {}, 120 * DAY).forgets == (HOST,)
    assert plan([HOST], [kept], [], {}, 120 * DAY).forgets == ()
    assert plan([], [], [make_failure()], {}, 29 * DAY).forgets == ()
    assert plan([], [], [make_failure()], {}, 30 * DAY).forgets == (HOST,)


CERTIFICATE = make_certificate()


@pytest.mark.parametrize(
    ("sight", "now", "state", "cause"),
    [
        (Sight(certificate=CERTIFICATE, presented=CERTIFICATE.fingerprint), 1.0, State.SECURE, ""),
        (Sight(certificate=CERTIFICATE, presented="other"), 1.0, State.ORDERING, "not presented yet"),
        (
            Sight(certificate=CERTIFICATE, failure=make_failure()),
            91 * DAY,
            State.ENDED,
            "ended at 1970-04-01 00:00 UTC; ",
        ),
        (Sight(failure=make_failure()), 1.0, State.FAILED, "refused"),
        (Sight(failure=make_failure(), ordering=True), 1.0, State.ORDERING, "being ordered"),
        (Sight(), 1.0, State.ORDERING, "being ordered"),
        (Sight(unsigned="no authority is set"), 1.0, State.PLAIN, "no authority is set"),
    ],
)
def test_a_domain_stands_as_what_is_known_of_it_says(sight: Sight, now: float, state: State, cause: str) -> None:
    standing = stand(HOST, SHOP, PRODUCTION, sight, now)

    assert standing.state is state
    assert cause in standing.cause
    assert bool(standing.cause) == (state is not State.SECURE)


def test_a_name_that_is_never_signed_is_plain_and_says_why() -> None:
    standing = stand("shop-production.localhost", SHOP, PRODUCTION, Sight(), 0.0)

    assert standing.state is State.PLAIN
    assert standing.cause == "shop-production.localhost is under localhost, which is no part of the public DNS"
