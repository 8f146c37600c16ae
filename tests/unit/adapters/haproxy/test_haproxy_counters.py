"""HAProxy's counts become growth that is never negative and never told twice."""

from collections import Counter
from itertools import pairwise

from fairway.adapters.haproxy import counters, ring
from fairway.adapters.haproxy.counters import BACKEND, Counts, Growth, Ledger
from fairway.domain import metrics

STATISTICS = """\
# pxname,svname,qcur,qmax,scur,smax,slim,stot,econ,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail
slot-0,aaaaaaaaaaaa,1,0,3,5,,40,0,1,30,2,3,4,0,0
slot-0,BACKEND,1,0,4,6,800,45,2,1,30,2,3,7,0,
"""


def test_the_columns_are_found_by_their_names() -> None:
    assert counters.parse(STATISTICS) == {
        ("slot-0", "aaaaaaaaaaaa"): Counts(answers=40, failures=4, refused=0, busy=4),
        ("slot-0", BACKEND): Counts(answers=43, failures=7, refused=2, busy=4),
    }


def test_a_503_for_want_of_a_target_is_refused_and_no_error() -> None:
    before, now = Counts(10, 1, 1, 0), Counts(15, 4, 3, 0)

    assert counters.difference(before, now) == Growth(answers=5, errors=1, refused=2)


def test_a_refusal_whose_answer_is_counted_a_moment_later_makes_no_error_of_it() -> None:
    looks = [Counts(10, 2, 2, 0), Counts(10, 2, 3, 1), Counts(11, 3, 3, 0)]

    grown = [counters.difference(*pair) for pair in pairwise(looks)]

    assert [each.errors for each in grown] == [0, 0]
    assert [each.refused for each in grown] == [1, 0]


def test_counts_that_begin_anew_are_new_as_a_whole() -> None:
    assert counters.difference(Counts(1000, 7, 0, 0), Counts(3, 1, 0, 2)) == Growth(answers=3, errors=1, busy=2)


def test_a_server_that_was_not_there_is_counted_from_its_beginning() -> None:
    assert counters.grow({}, {("slot-0", "a"): Counts(3, 0, 0, 0)}) == {("slot-0", "a"): Growth(answers=3)}


def test_the_workers_are_added_up() -> None:
    path = ("slot-0", BACKEND)

    both = counters.together([{path: Growth(answers=3, busy=1)}, {path: Growth(answers=2, errors=1)}])

    assert both == {path: Growth(answers=5, errors=1, busy=1)}


def test_what_there_is_at_the_first_look_is_known_and_a_later_worker_is_new() -> None:
    path, ledger = ("slot-0", BACKEND), Ledger()

    first = ledger.enter({7: {path: Counts(100, 0, 0, 0)}}, listed=[7])
    second = ledger.enter({7: {path: Counts(103, 0, 0, 0)}, 8: {path: Counts(5, 0, 0, 0)}}, listed=[8, 7])

    assert (first[path].answers, second[path].answers) == (0, 8)


def test_a_worker_that_does_not_answer_once_is_neither_lost_nor_told_twice() -> None:
    path, ledger = ("slot-0", BACKEND), Ledger()
    ledger.enter({7: {path: Counts(100, 0, 0, 0)}}, listed=[7, 6])

    silent = ledger.enter({}, listed=[7, 6])
    heard = ledger.enter({7: {path: Counts(110, 0, 0, 0)}, 6: {path: Counts(50, 0, 0, 0)}}, listed=[7, 6])

    assert silent == {}
    assert heard[path].answers == 10


def test_lines_become_latencies_of_the_server_and_of_its_backend() -> None:
    lines = Counter({b"slot-0 aa 200 38": 40, b"slot-0 bb 500 2": 1, b"": 1, b"Proxy apps started.": 1})

    latencies, dropped = ring.parse(lines)

    assert latencies["slot-0", "aa"] == metrics.count([0.038] * 40)
    assert latencies["slot-0", BACKEND] == metrics.count([0.038] * 40 + [0.002])
    assert dropped == 0


def test_no_latency_is_made_of_a_websocket_a_refused_request_or_one_that_was_given_up() -> None:
    lines = Counter([b"slot-0 aa 101 7200000", b"slot-0 <NOSRV> 503 0", b"slot-0 aa -1 30"])

    assert ring.parse(lines) == ({}, 0)


def test_what_haproxy_had_no_room_for_is_counted() -> None:
    assert ring.parse(Counter({b"70438 events dropped": 1, b"1 event dropped": 2})) == ({}, 70440)
