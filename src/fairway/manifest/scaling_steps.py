"""Rules of the steps of scaling policies, and of policies against each other: what would flap is refused.

A policy's steps lie beside each other and go one way: out, with the last one open to above, or in, with the first one
open to below. Between two policies of one metric there must be values at which none of them does anything.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from fairway.domain.scaling import LOW, Metric
from fairway.domain.scaling_policy import in_words
from fairway.manifest import scaling_levels
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems
from fairway.manifest.scaling_schema import PolicyTable, ScalingTable, StepTable
from fairway.manifest.scaling_translate import KINDS

Key = Callable[..., Path]
"""The path of a key of the scaling table."""
MORE = "for example: { above = 60, below = 80, add = 1 }, { above = 80, add = 2 }"


def check(table: ScalingTable, key: Key, problems: Problems) -> None:
    """Check all policies' steps."""
    for number, each in enumerate(table.policies):
        if each.metric is not None and each.steps:
            _check_policy(each, Metric(each.metric), key("policies", number), table, problems)
    _check_against(table, key, problems)


def _check_policy(policy: PolicyTable, metric: Metric, path: Path, table: ScalingTable, problems: Problems) -> None:
    steps = policy.steps
    for number, each in enumerate(steps):
        at = (*path, "steps", number)
        kinds = [kind for kind in KINDS if getattr(each, kind) is not None]
        first = [kind for kind in KINDS if getattr(steps[0], kind) is not None]
        if len(kinds) != 1:
            said = f"this one has {' and '.join(kinds)}" if kinds else "this one says nothing to do"
            wrong = [(*at, kind) for kind in KINDS]
            problems.add(at, f"a step has one of add, add_percent and set; {said}", MORE, because_of=wrong)
        elif len(first) == 1 and kinds != first:
            problems.add(
                (*at, kinds[0]), f"the policy's first step has {first[0]}", "one kind in all steps of a policy"
            )
        elif each.set is not None and (wrong_set := _outside(each.set, table)):
            problems.add((*at, "set"), wrong_set, "", because_of=[key_of(path, "min"), key_of(path, "max")])
        for name in ("above", "below"):
            if (level := getattr(each, name)) is not None:
                scaling_levels.check(metric, level, (*at, name), problems)
    if policy.at_least is not None and steps[0].add_percent is None:
        problems.add((*path, "at_least"), "at_least is for steps with add_percent", "leave it out")
    if not any(problems.is_wrong((*path, "steps", number)) for number in range(len(steps))):
        _check_ladder(steps, metric, path, problems)


def key_of(policy: Path, key: str) -> Path:
    """A key of the scaling table that a policy stands in."""
    return (*policy[:-2], key)


def _outside(count: int, table: ScalingTable) -> str:
    least = min([1 if table.min is None else table.min, *(s.min for s in table.schedules if s.min is not None)])
    most = max([table.max or count, *(s.max for s in table.schedules if s.max is not None)])
    return "" if least <= count <= most else f"{count} is outside of what scaling allows, {least} to {most} tasks"


def _check_ladder(steps: Sequence[StepTable], metric: Metric, path: Path, problems: Problems) -> None:
    """Whether the steps lie beside each other, rise, and go one way."""
    for number, each in enumerate(steps):
        if each.above is not None and each.below is not None and each.above >= each.below:
            at = (*path, "steps", number, "above")
            problems.add(at, f"{_shown(metric, each.above)} is not under below, {_shown(metric, each.below)}", MORE)
            return
    for number, (lower, upper) in enumerate(pairwise(steps)):
        at = (*path, "steps", number + 1)
        if lower.below is None or upper.above is None:
            problems.add(at, "it overlaps the step before it, or is not in rising order", MORE)
            return
        if lower.below != upper.above:
            low, high = sorted((float(lower.below), float(upper.above)))
            word = "overlap" if lower.below > upper.above else "leave a gap"
            message = f"this step and the one before it {word} from {_shown(metric, low)} to {_shown(metric, high)}"
            problems.add(at, message, f"above = {_shown(metric, float(lower.below))}, where that one ends")
            return
    out, into = steps[-1].below is None, steps[0].above is None
    if out == into:
        message = (
            "the steps have no end on either side, so the tasks would never rest"
            if out
            else "the steps end on both sides, and beyond them nothing would be done"
        )
        hint = "to scale out the last step has no below; to scale in the first one has no above"
        problems.add((*path, "steps"), message, hint)
        return
    for number, each in enumerate(steps):
        amount = each.add if each.add is not None else each.add_percent
        if amount is not None and (amount < 0 if out else amount > 0):
            kind = "add" if each.add is not None else "add_percent"
            way = "scale out and this one takes away" if out else "scale in and this one adds"
            message, hint = f"the policy's steps {way}: it would flap", "a policy of its own for the other way"
            problems.add((*path, "steps", number, kind), message, hint)


def _check_against(table: ScalingTable, key: Key, problems: Problems) -> None:
    """Whether, of one metric, a policy takes away at values at which another one adds."""
    ups: list[tuple[str, float, str]] = []
    downs: list[tuple[str, float, str, Path]] = []
    if table.metric is not None and table.target is not None:
        _note(table.metric, float(table.target), table.scale_in is not False, key("target"), ups, downs)
    for number, each in enumerate(table.policies):
        path = key("policies", number)
        if each.metric is None or problems.is_wrong((*path, "steps")):
            continue
        if each.target is not None:
            _note(each.metric, float(each.target), each.scale_in is not False, (*path, "target"), ups, downs)
        elif each.steps and each.steps[-1].below is None and each.steps[0].above is not None:
            ups.append((each.metric, float(each.steps[0].above), "steps"))
        elif each.steps and each.steps[-1].below is not None:
            downs.append((each.metric, float(each.steps[-1].below), "steps", (*path, "steps")))
    for metric, high, down, path in downs:
        for other, low, up in ups:
            if metric == other and high > low and not (down == up == "target"):
                shown, edge = _shown(Metric(metric), low), _shown(Metric(metric), high)
                message = (
                    f"it would flap: {metric} from {shown} to {edge} adds tasks by {up} and takes them away by {down}"
                )
                problems.add(path, message, "leave values at which nothing happens")


def _note(
    metric: str,
    target: float,
    scale_in: bool,
    path: Path,
    ups: list[tuple[str, float, str]],
    downs: list[tuple[str, float, str, Path]],
) -> None:
    """What a target adds above, and takes away below."""
    ups.append((metric, target, "target"))
    if scale_in:
        downs.append((metric, target * LOW, "target", path))


def _shown(metric: Metric, level: float) -> str:
    return in_words(metric, level)
