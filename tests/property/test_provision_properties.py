"""However often a run dies, and whatever failed before, the next one that is let run ends in the same state."""

import asyncio
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fairway.adapters.memory.clock import VirtualLoop
from fairway.domain.aws import demolition
from fairway.domain.aws.stack import Kind
from fairway.errors import FairwayError
from fairway.provision import down, preview, up
from support.cloud_account import (
    APP,
    DATA,
    HOUR,
    NETWORK,
    PRODUCTION,
    SERVICES,
    Cloud,
    Deaths,
    Killed,
    all_stacks,
    altered,
)
from support.examples import examples

FILES = {PRODUCTION: {"A": "1", "B": "2"}}
APPS = {
    "plain": all_stacks(),
    "protected": all_stacks(protected=True),
    "network": all_stacks({Kind.NETWORK: altered(NETWORK, "Subnet", CidrBlock="10.0.7.0/24")}),
    "data": all_stacks({Kind.DATA: altered(DATA, "Database", AllocatedStorage="40")}, protected=True),
    "services": all_stacks({Kind.SERVICES: altered(SERVICES, "Cluster", Tags=[])}),
}
WANTED = st.sampled_from(sorted(APPS))
Run = tuple[str, int, bool, str | None]
"""Which app is wanted, at which call the run dies, whether after it, and what can't be made or changed."""
FAILING = st.sampled_from([None, "Vpc", "Subnet", "Images", "Group", "Database", "Cluster", "Pipeline"])
RUNS = st.lists(st.tuples(WANTED, st.integers(0, 70), st.booleans(), FAILING), max_size=4)


@settings(max_examples=examples(60), deadline=None)
@given(runs=RUNS, last=WANTED, pace=st.integers(1, 3))
def test_after_any_history_a_run_that_is_let_run_ends_where_a_first_one_ends(
    runs: list[Run], last: str, pace: int
) -> None:
    async def story() -> tuple[dict[str, Any], dict[str, Any]]:
        fresh, cloud = Cloud(), Cloud(pace=pace)
        await up.up(fresh.parts(), APPS[last], FILES, fresh.wish())
        for wanted, at, after, failing in runs:
            await attempt(cloud, wanted, Deaths(at, after=after), failing)
        await up.up(cloud.parts(), APPS[last], FILES, cloud.wish(recover=True))
        return cloud.state(), fresh.state()

    state, expected = run(story())

    assert {name: each for name, each in state.items() if each != expected.get(name)} == {}
    assert state == expected


@settings(max_examples=examples(30), deadline=None)
@given(runs=RUNS)
def test_after_any_history_everything_can_be_taken_down(
    runs: list[Run],
) -> None:
    async def story() -> list[str]:
        cloud = Cloud()
        for wanted, at, after, failing in runs:
            await attempt(cloud, wanted, Deaths(at, after=after), failing)
        standing = await down.survey(cloud.stacks, APP)
        decided = demolition.decide(standing, environment=None, data=True)
        await down.down(cloud.parts(), decided, cloud.clock.now() + HOUR)
        return [held.seen.name for held in cloud.stacks.held.values() if held.resources]

    assert run(story()) == []


@settings(max_examples=examples(30), deadline=None)
@given(runs=RUNS, wanted=WANTED)
def test_a_plan_changes_nothing(runs: list[Run], wanted: str) -> None:
    async def story() -> tuple[dict[str, Any], dict[str, Any]]:
        cloud = Cloud()
        for each, at, after, failing in runs:
            await attempt(cloud, each, Deaths(at, after=after), failing)
        for name in list(cloud.stacks.held):
            cloud.stacks.finish(name)
        before = cloud.state()
        await preview.preview(cloud.stacks, APP, APPS[wanted])
        return before, cloud.state()

    before, state = run(story())

    assert state == before


async def attempt(cloud: Cloud, wanted: str, deaths: Deaths, failing: str | None) -> None:
    """A run that dies, or fails, or neither."""
    if failing:
        cloud.stacks.break_resource(failing, "no")
        cloud.stacks.break_resource(failing, "no", "UPDATE")
    try:
        await up.up(cloud.parts(deaths), APPS[wanted], FILES, cloud.wish())
    except (Killed, FairwayError):
        pass
    finally:
        if failing:
            cloud.stacks.mend_resource(failing)


def run(work: Any) -> Any:
    """On time that jumps."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
