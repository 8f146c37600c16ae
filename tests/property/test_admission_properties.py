"""What holds of the pipeline whatever happens: pushes, ends, failures, closed transitions, rollbacks, in any order."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.domain import admission, progression, rollback
from fairway.domain.app import Mode
from fairway.domain.execution import (
    INSIDE,
    ActionStatus,
    Execution,
    ExecutionStatus,
    Kind,
    make_stages,
)
from fairway.domain.ids import EnvironmentName, ExecutionNumber, ReleaseNumber
from fairway.domain.moves import MoveAction, MoveExecution, carry_out
from support.examples import examples
from support.pipeline_values import APP, PUSH, REVISION, define

STAGES = ("source", "build", "staging", "production")


class Pipeline:
    """An app's executions, moved as the executor moves them."""

    def __init__(self, mode: Mode) -> None:
        self.mode = mode
        self.now = 1.0
        self.all: dict[int, Execution] = {}
        self.closed: set[str] = set()
        self.order: dict[str, list[int]] = {name: [] for name in STAGES}

    def push(self) -> None:
        number = len(self.all) + 1
        self.all[number] = Execution(
            app=APP,
            number=ExecutionNumber(number),
            revision=REVISION,
            trigger=PUSH,
            status=ExecutionStatus.QUEUED,
            stages=make_stages(define(STAGES).stages),
            created_at=self.now,
            mode=self.mode,
        )

    def go_back(self, stage: str) -> None:
        number = ExecutionNumber(len(self.all) + 1)
        self.push()
        self.all[number] = replace(
            self.all[number],
            stages=make_stages(rollback.define(EnvironmentName(stage)).stages),
            mode=Mode.QUEUED,
            rollback=rollback.Rollback(release=ReleaseNumber(1), target=ExecutionNumber(1)),
        )

    def settle(self) -> None:
        unfinished = [each for each in self.all.values() if not each.finished]
        entered = {name: max(self.commits(name), default=0) for name in STAGES}
        found = admission.admit(unfinished, closed=self.closed, entered=entered)
        for execution in found.superseded:
            self._move(execution, [MoveExecution(expected=execution.status, to=ExecutionStatus.SUPERSEDED)])
        for execution, stage in found.enter:
            self._move(execution, progression.enter(execution, stage))
            self.order[stage.name].append(execution.number)
        self.check()

    def end(self, number: int, *, well: bool) -> None:
        execution = self.all[number]
        stage = execution.place
        if stage is None or stage.status not in INSIDE:
            return
        to = ActionStatus.SUCCEEDED if well else ActionStatus.FAILED
        moves = [
            MoveAction(stage=stage.name, action=each.action.name, expected=ActionStatus.IN_PROGRESS, to=to)
            for each in stage.actions
        ]
        self._move(execution, moves)
        self._move(self.all[number], progression.conclude(self.all[number], stage.name))

    def commits(self, stage: str) -> list[int]:
        """Those that entered the stage with a commit of their own, in their order."""
        return [number for number in self.order[stage] if self.all[number].kind is Kind.STANDARD]

    def _move(self, execution: Execution, moves: list) -> None:  # type: ignore[type-arg]
        self.now += 1.0
        moved = carry_out(execution, moves, at=self.now)
        assert moved is not None
        self.all[execution.number] = replace(moved, version=0)

    def check(self) -> None:
        if self.mode is Mode.PARALLEL:
            return
        for name in STAGES:
            inside = [each for each in self.all.values() if (s := each.stage(name)) and s.status in INSIDE]
            assert len(inside) <= 1, f"{name} holds {[each.number for each in inside]}"
        standard = [each for each in self.all.values() if each.kind is Kind.STANDARD]
        waiting = [each for each in standard if not each.finished and each.place and each.place.run == 0]
        if self.mode is Mode.SUPERSEDED:
            for name in STAGES:
                assert sum(each.place.name == name for each in waiting if each.place) <= 1


events = st.lists(
    st.one_of(
        st.just(("push", 0, True)),
        st.tuples(st.just("back"), st.integers(2, 3), st.just(True)),
        st.tuples(st.just("end"), st.integers(1, 12), st.sampled_from([True, True, True, False])),
        st.tuples(st.just("close"), st.integers(0, 3), st.just(True)),
        st.tuples(st.just("open"), st.integers(0, 3), st.just(True)),
    ),
    max_size=60,
)


@settings(max_examples=examples(300), deadline=None)
@given(st.sampled_from(list(Mode)), events)
def test_nothing_is_lost_nothing_overtakes_and_everything_ends(
    mode: Mode, happenings: list[tuple[str, int, bool]]
) -> None:
    pipeline = Pipeline(mode)

    for kind, number, well in happenings:
        if kind == "push":
            pipeline.push()
        elif kind == "back":
            pipeline.go_back(STAGES[number])
        elif kind == "end" and number in pipeline.all:
            pipeline.end(number, well=well)
        elif kind == "close":
            pipeline.closed.add(STAGES[number])
        elif kind == "open":
            pipeline.closed.discard(STAGES[number])
        pipeline.settle()
    pipeline.closed.clear()
    for _ in range(len(pipeline.all) * len(STAGES) + 1):
        pipeline.settle()
        for number in list(pipeline.all):
            pipeline.end(number, well=True)
    pipeline.settle()

    assert all(each.finished for each in pipeline.all.values())
    if mode is not Mode.SUPERSEDED:
        assert not any(each.status is ExecutionStatus.SUPERSEDED for each in pipeline.all.values())
    if mode is not Mode.PARALLEL:
        assert all(pipeline.commits(name) == sorted(pipeline.commits(name)) for name in STAGES)
    standard = [number for number, each in pipeline.all.items() if each.kind is Kind.STANDARD]
    if mode is Mode.SUPERSEDED and standard:
        # What was superseded is contained in a newer commit that went at least as far.
        assert pipeline.all[max(standard)].status is not ExecutionStatus.SUPERSEDED
    back = [each for each in pipeline.all.values() if each.kind is Kind.ROLLBACK]
    assert all(each.status in (ExecutionStatus.SUCCEEDED, ExecutionStatus.FAILED) for each in back)
