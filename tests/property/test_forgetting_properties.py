"""What is forgotten: never what goes on, or what something kept needs; and a second round finds nothing more."""

from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.domain import forgetting
from fairway.domain.forgetting import Entry, Going, Kept, Policy, Trace
from support.examples import examples

NOW = 100.0
NUMBERS = st.integers(1, 8)
MAYBE = st.none() | NUMBERS
ENTRIES = st.lists(
    st.builds(
        Entry, number=NUMBERS, row=st.sampled_from(["", "pull requests"]), at=st.floats(0, NOW), ended=st.booleans()
    ),
    unique_by=lambda entry: entry.number,
)
PASSAGES = st.lists(
    st.builds(
        Trace,
        number=NUMBERS,
        row=st.sampled_from(["staging", "production"]),
        at=st.floats(0, NOW),
        ended=st.booleans(),
        execution=MAYBE,
        release=MAYBE,
        backup=MAYBE,
        back_of=MAYBE,
    ),
    unique_by=lambda passage: passage.number,
)
SOME = st.frozensets(NUMBERS)
KEPT = st.builds(Kept, releases=SOME, executions=SOME, backups=SOME)
POLICIES = st.builds(Policy, keep=st.integers(0, 4), age=st.floats(0, NOW), always=st.integers(0, 2))


@settings(max_examples=examples(300))
@given(ENTRIES, PASSAGES, KEPT, POLICIES)
def test_nothing_goes_that_something_needs(
    entries: list[Entry], passages: list[Trace], kept: Kept, policy: Policy
) -> None:
    going = forgetting.judge(entries, passages, kept, now=NOW, policy=policy)

    left = {each.number for each in entries} - set(going.executions)
    stay = [each for each in passages if each.number not in going.passages]
    gone = [each for each in passages if each.number in going.passages]
    assert all(each.ended for each in entries if each.number in going.executions)
    assert not kept.executions & set(going.executions)
    assert all(each.ended and each.release not in kept.releases and each.backup not in kept.backups for each in gone)
    assert not {each.execution for each in gone} & left, "an execution that is kept has all of its passages"
    assert not {each.execution for each in stay} & set(going.executions), "a passage that is kept has its execution"
    assert not {each.back_of or each.number for each in stay} & {each.back_of or each.number for each in gone}


@settings(max_examples=examples(300))
@given(ENTRIES, PASSAGES, KEPT, POLICIES)
def test_a_round_that_died_within_is_gone_on_with_and_a_whole_one_leaves_nothing_to_do(
    entries: list[Entry], passages: list[Trace], kept: Kept, policy: Policy
) -> None:
    def judge(executions: list[Entry], remaining: list[Trace]) -> Going:
        return forgetting.judge(executions, remaining, kept, now=NOW, policy=policy)

    whole = judge(entries, passages)
    left = [each for each in passages if each.number not in whole.passages]
    half = judge(entries, left)

    assert set(whole.executions) <= set(half.executions), "passages go first, and what then dies is not forgotten"
    after = judge([each for each in entries if each.number not in whole.executions], left)
    assert not set(after.executions) & set(whole.executions)
