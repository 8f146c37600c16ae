"""Whatever ECS says of a task that stopped, and whatever it printed: there is a sentence, and nothing breaks."""

from hypothesis import given
from hypothesis import strategies as st

from fairway.domain.aws import stopped
from fairway.domain.aws.rollouts import StoppedContainer, StoppedTask
from support.pipeline_values import make_spec

WORDS = st.sampled_from(
    [
        "ResourceInitializationError",
        "CannotPullContainerError",
        "CannotStartContainerError",
        "OutOfMemoryError",
        "AccessDeniedException",
        "did not contain json key ",
        "manifest does not contain descriptor matching platform",
        "Task failed ELB health checks in (target-group",
        "due to (reason ",
        "Scaling activity initiated by",
        "not found",
        "i/o timeout",
        "\n",
        ": ",
        ")",
    ]
)
TEXTS = st.lists(WORDS | st.text(max_size=20), max_size=6).map("".join)
CONTAINERS = st.builds(StoppedContainer, name=st.just("web"), code=st.none() | st.integers(0, 255), reason=TEXTS)
TIMES = st.none() | st.floats(0, 1e6)
TASKS = st.builds(
    StoppedTask,
    id=st.sampled_from(["1c", "2d"]),
    definition=st.just("arn:x/web:1"),
    code=st.sampled_from(["", "TaskFailedToStart", "EssentialContainerExited", "ServiceSchedulerInitiated"]),
    reason=TEXTS,
    created_at=st.floats(0, 1e6),
    started_at=TIMES,
    stopped_at=TIMES,
    containers=st.lists(CONTAINERS, max_size=2).map(tuple),
)


@given(task=TASKS, log=st.lists(TEXTS, max_size=4).map(tuple), events=st.lists(TEXTS, max_size=3))
def test_every_end_has_a_sentence_of_one_line(task: StoppedTask, log: tuple[str, ...], events: list[str]) -> None:
    finding = stopped.explain(task, make_spec(), log, events)

    assert finding.sentence.strip()
    assert finding.line is None or 0 <= finding.line < len(log)


@given(tasks=st.lists(TASKS, max_size=6), since=st.floats(0, 1e6))
def test_only_what_ended_badly_since_then_is_chosen(tasks: list[StoppedTask], since: float) -> None:
    chosen = stopped.failed(tasks, since=since)

    assert all(each in tasks and each.created_at >= since for each in chosen)
    assert not any(each.reason.startswith("Scaling activity initiated by") for each in chosen)
