"""Whatever is kept as a document comes back as it was."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairway.adapters import codec
from fairway.domain import action, health, pipeline, scaling
from fairway.domain.app import Environment, Rollout, Service
from fairway.domain.deployment import Cause
from fairway.domain.desired import DesiredEnvironment, DesiredService, TaskSpec
from fairway.domain.facts import Facts, Socket, Usage
from fairway.domain.image import Image
from fairway.domain.observed import Exit
from fairway.domain.operation import Plan
from fairway.domain.schedule import Schedule

TEXTS = st.text(max_size=12)
NUMBERS = st.integers(min_value=0, max_value=2**40)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
COMMANDS = st.none() | st.lists(TEXTS, max_size=3).map(tuple)
TIMINGS = st.builds(health.Timing, interval=FLOATS, timeout=FLOATS, retries=NUMBERS, start_period=FLOATS)
CHECKS = st.one_of(
    st.builds(health.HttpCheck, path=TEXTS, accept_below=NUMBERS, timing=TIMINGS),
    st.builds(health.TcpCheck, timing=TIMINGS),
    st.builds(health.CommandCheck, command=st.lists(TEXTS, max_size=3).map(tuple), timing=TIMINGS),
    st.builds(health.AliveCheck, settle=FLOATS, timing=TIMINGS),
)
TRACKING = st.builds(
    scaling.Tracking,
    metric=st.sampled_from(scaling.Metric),
    target=FLOATS,
    scale_in=st.booleans(),
    period=FLOATS,
    datapoints=NUMBERS,
    low_datapoints=NUMBERS,
    cooldown_out=FLOATS,
    cooldown_in=FLOATS,
)
STEPPING = st.builds(
    scaling.Stepping,
    metric=st.sampled_from(scaling.Metric),
    steps=st.lists(
        st.builds(scaling.Step, start=st.none() | FLOATS, end=st.none() | FLOATS, amount=NUMBERS), max_size=2
    ).map(tuple),
    adjustment=st.sampled_from(scaling.Adjustment),
    at_least=NUMBERS,
    period=FLOATS,
    datapoints=NUMBERS,
    cooldown=FLOATS,
)
SCALINGS = st.builds(
    scaling.Scaling,
    minimum=NUMBERS,
    maximum=NUMBERS,
    policies=st.lists(TRACKING | STEPPING, max_size=2).map(tuple),
    schedules=st.lists(
        st.builds(
            scaling.Scheduled,
            schedule=st.builds(Schedule, cron=TEXTS, zone=TEXTS),
            minimum=st.none() | NUMBERS,
            maximum=st.none() | NUMBERS,
        ),
        max_size=2,
    ).map(tuple),
)
ROLLOUTS = st.builds(Rollout, minimum_healthy_percent=NUMBERS, maximum_percent=NUMBERS, bake=FLOATS, timeout=FLOATS)
SERVICES = st.builds(
    Service,
    name=TEXTS,
    command=COMMANDS,
    port=st.none() | NUMBERS,
    port_declared=st.booleans(),
    replicas=NUMBERS,
    cpu=FLOATS,
    memory=NUMBERS,
    stop_timeout=FLOATS,
    stop_signal=st.none() | TEXTS,
    health=CHECKS,
    scaling=st.none() | SCALINGS,
)
ORDERS = st.integers(min_value=1, max_value=999)
COMMAND_ACTIONS = st.builds(
    action.Command,
    name=TEXTS,
    command=st.lists(TEXTS, min_size=1, max_size=3).map(tuple),
    order=ORDERS,
    timeout=FLOATS,
    variables=st.dictionaries(TEXTS, TEXTS, max_size=2),
    outputs=st.lists(TEXTS, max_size=2).map(tuple),
    artifacts=st.lists(TEXTS, max_size=2).map(tuple),
    cpu=FLOATS,
    memory=NUMBERS,
)
REQUESTS = st.builds(
    action.Request,
    name=TEXTS,
    url=TEXTS,
    order=ORDERS,
    timeout=FLOATS,
    method=TEXTS,
    headers=st.dictionaries(TEXTS, TEXTS, max_size=2),
    body=st.none() | TEXTS,
    expect=st.none() | NUMBERS,
)
PLACED = st.builds(action.Placed, action=COMMAND_ACTIONS | REQUESTS, before=st.booleans())
ENVIRONMENTS = st.builds(
    Environment,
    name=TEXTS,
    services=st.lists(SERVICES, max_size=2).map(tuple),
    env_file=st.none() | TEXTS,
    domains=st.lists(TEXTS, max_size=2).map(tuple),
    rollout=ROLLOUTS,
    actions=st.lists(PLACED, max_size=2).map(tuple),
)
IMAGES = st.builds(Image, repository=TEXTS, digest=TEXTS, size=NUMBERS)
SPECS = st.builds(
    TaskSpec,
    app=TEXTS,
    environment=TEXTS,
    service=TEXTS,
    release=NUMBERS,
    deployment=NUMBERS,
    image=IMAGES,
    configuration=NUMBERS,
    command=COMMANDS,
    port=st.none() | NUMBERS,
    port_declared=st.booleans(),
    cpu=FLOATS,
    memory=NUMBERS,
    stop_timeout=FLOATS,
    stop_signal=st.none() | TEXTS,
    health=CHECKS,
)
DESIRED = st.builds(
    DesiredEnvironment,
    app=TEXTS,
    environment=TEXTS,
    services=st.lists(
        st.builds(DesiredService, spec=SPECS, replicas=NUMBERS, rollout=ROLLOUTS, scaling=st.none() | SCALINGS),
        max_size=2,
    ).map(tuple),
    hosts=st.lists(TEXTS, max_size=2).map(tuple),
    version=NUMBERS,
)
CAUSES = st.builds(
    Cause,
    sentence=TEXTS,
    seen=TEXTS,
    fix=TEXTS,
    log=st.lists(TEXTS, max_size=3).map(tuple),
    more=st.lists(TEXTS, max_size=2).map(tuple),
)
FACTS = st.builds(
    Facts,
    task=TEXTS,
    spec=SPECS,
    exit=st.none() | st.builds(Exit, code=NUMBERS, oom_killed=st.booleans(), error=TEXTS),
    lived=FLOATS,
    probe=st.none()
    | st.builds(health.ProbeResult, ok=st.booleans(), detail=TEXTS, status=st.none() | NUMBERS, seconds=FLOATS),
    sockets=st.none() | st.lists(st.builds(Socket, address=TEXTS, port=NUMBERS), max_size=2).map(tuple),
    usage=st.none() | st.builds(Usage, cpu_ns=NUMBERS, memory=NUMBERS, peak=NUMBERS, limit=NUMBERS),
    log=st.lists(TEXTS, max_size=3).map(tuple),
    restarts=NUMBERS,
)


@given(ENVIRONMENTS | DESIRED | CAUSES | FACTS | IMAGES)
def test_a_value_comes_back_as_it_was(value: Environment | DesiredEnvironment | Cause | Facts | Image) -> None:
    text = codec.encode(value)

    restored = codec.decode(type(value), text)

    assert restored == value
    assert codec.encode(restored) == text


def test_every_member_of_a_kept_union_has_its_word() -> None:
    assert set(codec.KINDS) == {
        *health.Check.__args__,
        *pipeline.Action.__args__,
        *scaling.Policy.__args__,
    }
    assert len(set(codec.KINDS.values())) == len(codec.KINDS)


def test_a_document_of_an_older_fairway_gets_the_defaults_of_later_fields() -> None:
    assert codec.decode(Cause, '{"sentence":"it exited"}') == Cause(sentence="it exited")


def test_a_document_of_a_newer_fairway_is_read_as_far_as_it_is_known() -> None:
    assert codec.decode(Cause, '{"sentence":"it exited","colour":"red"}') == Cause(sentence="it exited")


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        '"x"',
        "{}",
        "{",
        '{"sentence":3}',
        '{"sentence":"x","log":"abc"}',
        '{"name":"production","services":[{"name":"web","health":{"kind":"moon"}}]}',
    ],
)
def test_a_document_that_is_something_else_is_refused(text: str) -> None:
    kind = Environment if "services" in text else Cause

    with pytest.raises(ValueError, match=r".+"):
        codec.decode(kind, text)


@pytest.mark.parametrize("value", [object(), {1: "a"}, {"a": b"bytes"}, float("nan"), {"a"}])
def test_what_has_no_place_in_json_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        codec.encode(value)


def test_documents_are_plain_json() -> None:
    assert json.loads(codec.encode(Plan())) == {"operations": [], "look_again": None}
