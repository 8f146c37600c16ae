"""What must never happen to certificates, whatever fails, whenever somebody looks, asks or dies."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.domain.certificate_plan import is_due, plan
from fairway.domain.certificate_times import DAY, HOUR, fail, renewal
from fairway.domain.certificates import Certificate, Failure, Origin
from support.certificate_values import DIRECTORY, HOST, make_certificate
from support.examples import examples

NAMES = st.sampled_from(["a.example.org", "b.example.org", "c.example.org", "c.localhost"])
TIMES = st.floats(min_value=0, max_value=400 * DAY)
ALLOWED = 5
"""Failed validations of a name for each account and hour at Let's Encrypt."""


@st.composite
def certificates(draw: st.DrawFn) -> Certificate:
    begin, life = draw(TIMES), draw(st.floats(min_value=HOUR, max_value=400 * DAY))
    return make_certificate(draw(NAMES), not_before=begin, not_after=begin + life, origin=draw(st.sampled_from(Origin)))


FAILURES = st.builds(Failure, host=NAMES, at=TIMES, times=st.integers(1, 9), cause=st.just("x"), again=TIMES)
KEPT = st.lists(certificates(), unique_by=lambda each: each.host)
FAILED = st.lists(FAILURES, unique_by=lambda each: each.host)
HOSTS = st.frozensets(NAMES)


@settings(max_examples=examples(300))
@given(HOSTS, KEPT, FAILED, st.dictionaries(NAMES, st.sampled_from(["x", "of-a.example.org"])), HOSTS, TIMES)
def test_a_look_never_harms_a_host_that_is_routed(
    hosts: frozenset[str],
    kept: list[Certificate],
    failed: list[Failure],
    presented: dict[str, str],
    wanted: frozenset[str],
    now: float,
) -> None:
    found = plan(hosts, kept, failed, presented, now, directory=DIRECTORY, wanted=wanted)

    routed = {each.host for each in kept if each.host in hosts}
    assert not routed & set(found.withdrawals)
    assert not hosts & set(found.forgets)
    given = {each.host for each in kept if each.origin is Origin.GIVEN}
    assert not given & set(found.orders)
    assert set(found.orders) <= hosts
    assert "c.localhost" not in found.orders
    assert {each.host for each in found.presents} <= hosts
    holding = {each.host for each in kept if now < each.not_after}
    assert not holding & set(found.forgets)


@settings(max_examples=examples(300))
@given(HOSTS, KEPT, FAILED, TIMES)
def test_a_look_after_a_look_has_nothing_more_to_present_or_to_withdraw(
    hosts: frozenset[str], kept: list[Certificate], failed: list[Failure], now: float
) -> None:
    presented = {"a.example.org": "x", "b.example.org": "of-b.example.org"}
    first = plan(hosts, kept, failed, presented, now, directory=DIRECTORY)
    presented = {host: each for host, each in presented.items() if host not in first.withdrawals}
    presented.update({each.host: each.fingerprint for each in first.presents})

    again = plan(hosts, kept, failed, presented, now, directory=DIRECTORY)

    assert again.presents == () and again.withdrawals == ()


@settings(max_examples=examples(300))
@given(certificates())
def test_a_certificate_is_renewed_within_its_life_with_a_third_of_it_left(certificate: Certificate) -> None:
    life = certificate.not_after - certificate.not_before

    assert certificate.not_before + life * 0.45 < renewal(certificate) <= certificate.not_after - life * 0.33


STEP = st.tuples(
    # Short ones mostly: in an hour many steps have to fit.
    st.one_of(*[st.floats(min_value=1.0, max_value=600.0)] * 3, st.floats(min_value=1.0, max_value=2 * HOUR)),
    st.sampled_from([True, True, True, False]),
    st.sampled_from(["refused", "unreached", "died", "limited"]),
)


@settings(max_examples=examples(300))
@given(st.lists(STEP, min_size=1, max_size=60))
def test_never_more_than_five_failed_orders_are_made_within_an_hour(steps: list[tuple[float, bool, str]]) -> None:
    now, failure, orders = 0.0, None, list[float]()

    for seconds, wanted, outcome in steps:
        now += seconds
        if not is_due(HOST, None, failure, now, DIRECTORY, wanted=wanted):
            continue
        orders.append(now)
        # What is written before an order is made is all that is left of one whose server died.
        begun = fail(failure, HOST, "begun", now=now)
        asked = 3 * HOUR if outcome == "limited" else 0.0
        ended = fail(failure, HOST, outcome, now=now + 1, reached=outcome != "unreached", asked=asked)
        failure = begun if outcome == "died" else ended

    assert all(sum(first <= each < first + HOUR for each in orders) <= ALLOWED for first in orders)


@settings(max_examples=examples(300))
@given(st.lists(st.floats(min_value=0.1, max_value=2 * HOUR), min_size=1, max_size=100))
def test_never_more_than_one_certificate_is_signed_within_an_hour(steps: list[float]) -> None:
    now, certificate, orders = 0.0, None, list[float]()

    for seconds in steps:
        now += seconds
        if is_due(HOST, certificate, None, now, DIRECTORY, wanted=True):
            orders.append(now)
            certificate = make_certificate(not_before=now - HOUR, not_after=now + 90 * DAY)

    assert all(sum(first <= each < first + HOUR for each in orders) <= 1 for first in orders)
