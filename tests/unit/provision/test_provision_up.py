"""`up` brings every stack to what is wanted, in its order, from whatever state it finds; and dies anywhere unharmed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fairway.adapters.memory.clock import VirtualLoop
from fairway.adapters.memory.cloud import MemoryStacks
from fairway.domain.aws import names
from fairway.domain.aws.stack import ChangeSet, Kind
from fairway.errors import Conflict, Unavailable, UsageError, WorkFailed
from fairway.provision import preview, up
from fairway.provision.telling import Begun, Ended, Moved, Noted
from support import cloud_account
from support.cloud_account import APP, DATA, NETWORK, PRODUCTION, Cloud, Deaths, Killed, all_stacks, altered, name
from support.examples import some

FILES = {PRODUCTION: {"STRIPE_KEY": "sk_live_1", "MODE": "fast"}}
SECRET = names.secret(APP, PRODUCTION)
NARROWER = altered(NETWORK, "Subnet", CidrBlock="10.0.1.0/24")
LARGER = altered(DATA, "Database", AllocatedStorage="40")
OTHER_NAME = altered(DATA, "Database", DBName="other")


async def run(cloud: Cloud, **wishes: bool) -> None:
    """The app as it is in `cloud_account`."""
    await up.up(cloud.parts(), all_stacks(), FILES, cloud.wish(**wishes))


async def test_every_stack_is_made_in_its_order_and_takes_the_outputs_of_earlier_ones() -> None:
    cloud = Cloud()

    seen = await up.up(cloud.parts(), all_stacks(), FILES, cloud.wish())

    assert list(seen) == [name(kind) for kind in Kind]
    assert all(each.status == "CREATE_COMPLETE" for each in seen.values())
    assert seen[name(Kind.DATA)].parameters["Vpc"] == seen[name(Kind.NETWORK)].outputs["Vpc"]


async def test_a_template_that_is_too_large_is_named_before_anything_is_made() -> None:
    cloud = Cloud()
    *rest, last = all_stacks()
    large = replace(last, template={**last.template, "Description": "x" * 1_000_000})

    for act in (
        up.up(cloud.parts(), [*rest, large], FILES, cloud.wish()),
        preview.preview(cloud.stacks, APP, [*rest, large]),
    ):
        with pytest.raises(UsageError, match=last.name):
            await act

    assert cloud.stacks.held == {}


async def test_a_second_time_nothing_changes() -> None:
    cloud = Cloud()
    await run(cloud)
    before, cloud.told[:] = cloud.state(), []

    await run(cloud)

    assert cloud.state() == before
    assert [told.how for told in cloud.told if isinstance(told, Ended)] == ["unchanged"] * 5
    assert not [told for told in cloud.told if isinstance(told, Begun)]


async def test_what_a_plan_has_just_found_settled_is_not_proposed_again() -> None:
    cloud = Cloud()
    await run(cloud)
    changed = all_stacks({Kind.DATA: LARGER}, protected=True)
    plan = await preview.preview(cloud.stacks, APP, changed)
    cloud.stacks.faults.calls.clear()

    seen = await up.up(cloud.parts(), changed, FILES, cloud.wish(), settled=plan.settled)

    assert list(plan.settled) == [name(Kind.NETWORK), name(Kind.REGISTRY)]
    assert cloud.stacks.faults.calls["propose"] == 3
    assert seen[name(Kind.DATA)].status == "UPDATE_COMPLETE"
    assert all(held.seen.protected for held in cloud.stacks.held.values())


async def test_each_resource_is_told_once_as_it_comes_to_rest() -> None:
    cloud = Cloud()

    await run(cloud)

    moved = [(told.event.logical, told.event.status) for told in cloud.told if isinstance(told, Moved)]
    assert moved[:2] == [("Vpc", "CREATE_COMPLETE"), ("Subnet", "CREATE_COMPLETE")]
    assert len(moved) == len(set(moved)) == 10


async def test_variables_of_the_file_are_put_and_others_stay() -> None:
    cloud = Cloud()
    await run(cloud)
    await cloud.secrets.put(SECRET, {"STRIPE_KEY": "old", "BY_HAND": "kept"})

    await run(cloud)

    version = await cloud.secrets.current(SECRET)
    assert version is not None
    assert version.values == {"STRIPE_KEY": "sk_live_1", "MODE": "fast", "BY_HAND": "kept"}
    assert "sk_live_1" not in repr(cloud.told)


async def test_variables_come_before_the_services_that_name_them() -> None:
    cloud = Cloud()
    cloud.stacks.break_resource("Cluster", "no more clusters")

    with pytest.raises(WorkFailed):
        await run(cloud)

    assert await cloud.secrets.names(SECRET) == ("MODE", "STRIPE_KEY")


async def test_a_failure_is_the_resource_s_own_with_what_became_of_the_stack_and_the_next_command() -> None:
    cloud = Cloud()
    cloud.stacks.break_resource("Vpc", "The maximum number of VPCs has been reached. (VpcLimitExceeded)")

    with pytest.raises(WorkFailed) as raised:
        await run(cloud)

    error = raised.value
    assert error.what == "fairway-shop-network could not be made: Vpc (AWS::EC2::VPC) failed"
    assert error.why.splitlines()[0] == "The maximum number of VPCs has been reached. (VpcLimitExceeded)"
    assert "deleted again" in error.why
    assert "[aws.network]" in error.hint
    assert cloud.stacks.held[name(Kind.NETWORK)].seen.status == "ROLLBACK_COMPLETE"


async def test_what_was_only_cancelled_is_not_named_as_a_cause() -> None:
    cloud = Cloud()
    cloud.stacks.break_resource("Vpc", "no such zone")

    with pytest.raises(WorkFailed) as raised:
        await run(cloud)

    assert raised.value.log == ()


async def test_a_stack_whose_creation_failed_is_deleted_and_made_again_and_that_is_said() -> None:
    cloud = Cloud()
    cloud.stacks.break_resource("Subnet", "too small")
    with pytest.raises(WorkFailed):
        await run(cloud)
    cloud.stacks.mend_resource("Subnet")

    await run(cloud)

    assert cloud.stacks.held[name(Kind.NETWORK)].seen.status == "CREATE_COMPLETE"
    assert "made again" in next(told.text for told in cloud.told if isinstance(told, Noted))


async def test_an_update_that_fails_says_that_the_stack_is_as_before() -> None:
    cloud = Cloud()
    await run(cloud)
    cloud.stacks.break_resource("Database", "insufficient capacity", "UPDATE")

    with pytest.raises(WorkFailed) as raised:
        await up.up(cloud.parts(), all_stacks({Kind.DATA: LARGER}), FILES, cloud.wish())

    assert "Database (AWS::RDS::DBInstance) failed" in raised.value.what
    assert "as it was before" in raised.value.why


async def test_a_change_that_loses_data_is_refused_by_name_and_leaves_no_change_set() -> None:
    cloud = Cloud()
    await run(cloud)
    before = cloud.state()

    with pytest.raises(Conflict) as raised:
        await up.up(cloud.parts(), all_stacks({Kind.DATA: OTHER_NAME}), FILES, cloud.wish())

    assert "Database (AWS::RDS::DBInstance) would be replaced because of DBName" in raised.value.why
    assert "--replace-data" in raised.value.hint
    assert cloud.state() == before
    assert cloud_account.proposed(cloud) == []


async def test_it_is_made_when_it_is_wished() -> None:
    cloud = Cloud()
    await run(cloud)
    first = cloud.stacks.held[name(Kind.DATA)].resources["Database"].physical

    await up.up(cloud.parts(), all_stacks({Kind.DATA: OTHER_NAME}), FILES, cloud.wish(replace_data=True))

    assert cloud.stacks.held[name(Kind.DATA)].resources["Database"].physical != first


async def test_protection_is_turned_on_and_off_again() -> None:
    cloud = Cloud()

    await up.up(cloud.parts(), all_stacks(protected=True), FILES, cloud.wish())
    on = [held.seen.protected for held in cloud.stacks.held.values()]
    await run(cloud)

    assert on == [True] * 5
    assert [held.seen.protected for held in cloud.stacks.held.values()] == [False] * 5


async def test_a_rollback_that_failed_is_gone_on_with_only_when_that_is_wished() -> None:
    cloud = Cloud()
    await run(cloud)
    cloud.stacks.break_resource("Database", "insufficient capacity", "UPDATE")
    cloud.stacks.break_resource("Group", "no such VPC", "ROLLBACK")
    changed = all_stacks({Kind.DATA: altered(LARGER, "Group", Description="x")})
    with pytest.raises(WorkFailed):
        await up.up(cloud.parts(), changed, FILES, cloud.wish())
    assert cloud.stacks.held[name(Kind.DATA)].seen.status == "UPDATE_ROLLBACK_FAILED"

    with pytest.raises(Conflict) as raised:
        await up.up(cloud.parts(), changed, FILES, cloud.wish())
    with pytest.raises(Conflict) as again:
        await up.up(cloud.parts(), changed, FILES, cloud.wish(recover=True))
    cloud.stacks.mend_resource("Database")
    cloud.stacks.mend_resource("Group")
    seen = await up.up(cloud.parts(), changed, FILES, cloud.wish(recover=True))

    assert "--recover" in raised.value.hint
    assert "--resources-to-skip Group" in again.value.hint
    assert seen[name(Kind.DATA)].status == "UPDATE_COMPLETE"


async def test_a_half_deleted_stack_is_left_to_down() -> None:
    cloud = Cloud()
    cloud.put(Kind.NETWORK, "DELETE_FAILED")

    with pytest.raises(Conflict) as raised:
        await run(cloud)

    assert "fairway aws down" in raised.value.hint


async def test_a_name_that_is_taken_by_somebody_else_s_stack_is_refused() -> None:
    cloud = Cloud()
    await run(cloud)
    held = cloud.stacks.held[name(Kind.REGISTRY)]
    cloud.stacks.put(replace(held.seen, tags={}))

    with pytest.raises(Conflict, match="is taken"):
        await run(cloud)


async def test_a_stack_that_never_comes_to_rest_ends_the_wait_at_its_time() -> None:
    cloud = Cloud(pace=0)

    with pytest.raises(Conflict) as raised:
        await run(cloud)

    assert "CREATE_IN_PROGRESS" in raised.value.why
    assert "--timeout" in raised.value.hint


async def test_what_aws_refuses_is_passed_on_as_it_is() -> None:
    cloud = Cloud()
    cloud.stacks.faults.fail("propose", Unavailable("CloudFormation does not answer"))

    with pytest.raises(Unavailable, match="does not answer"):
        await run(cloud)


class Sluggish:
    """CloudFormation that shows what it was told to do only three looks later."""

    def __init__(self, stacks: MemoryStacks) -> None:
        self._stacks = stacks
        self._looks = 0
        self._told: ChangeSet | None = None

    def __getattr__(self, method: str) -> Callable[..., Any]:
        async def call(*arguments: Any, **named: Any) -> Any:
            if method == "execute":
                self._told, self._looks = arguments[0], 3
                return None
            self._looks -= 1
            if self._told is not None and self._looks <= 0:
                await self._stacks.execute(self._told)
                self._told = None
            return await getattr(self._stacks, method)(*arguments, **named)

        return call


async def test_what_begins_late_is_waited_for() -> None:
    cloud = Cloud()
    await run(cloud)
    slow = replace(cloud.parts(), stacks=Sluggish(cloud.stacks))

    seen = await up.up(slow, all_stacks({Kind.DATA: LARGER}), FILES, cloud.wish())

    assert seen[name(Kind.DATA)].status == "UPDATE_COMPLETE"


async def test_two_runs_at_once_end_where_one_ends() -> None:
    alone, cloud = Cloud(), Cloud()
    await run(alone)

    await asyncio.gather(run(cloud), run(cloud))

    assert cloud.state() == alone.state()
    assert cloud_account.proposed(cloud) == []


async def test_an_output_that_is_not_there_is_named() -> None:
    cloud = Cloud()
    without = {**NETWORK, "Outputs": {}}

    with pytest.raises(Conflict) as raised:
        await up.up(cloud.parts(), all_stacks({Kind.NETWORK: without}), FILES, cloud.wish())

    assert "fairway-shop-network puts out no Vpc" in raised.value.what


def begin_empty(cloud: Cloud) -> None:
    """Nothing is there."""


async def begin_made(cloud: Cloud) -> None:
    """All was made, and is to change."""
    await run(cloud)


async def begin_failed(cloud: Cloud) -> None:
    """The first stack's creation failed."""
    cloud.stacks.break_resource("Subnet", "too small")
    with pytest.raises(WorkFailed):
        await run(cloud)
    cloud.stacks.mend_resource("Subnet")


@pytest.mark.parametrize("begin", [begin_empty, begin_made, begin_failed])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_call_the_next_run_ends_in_the_same_state(begin: Callable[[Cloud], object], after: bool) -> None:
    changed = all_stacks({Kind.NETWORK: NARROWER, Kind.DATA: LARGER}, protected=True)
    expected, calls = tell(begin, changed, None)

    for at in some(range(calls)):
        state, _ = tell(begin, changed, Deaths(at, after=after))
        assert state == expected, f"killed {'after' if after else 'before'} call {at}"

    assert calls > 25


def tell(begin: Callable[[Cloud], object], stacks: tuple, deaths: Deaths | None) -> tuple[dict, int]:
    """The state at the end of a story in which the first run dies, and how many calls that run made."""

    async def story() -> tuple[dict, int]:
        cloud, counted = Cloud(), deaths or Deaths()
        if (begun := begin(cloud)) is not None:
            await begun
        try:
            await up.up(cloud.parts(counted), stacks, FILES, cloud.wish())
        except Killed:
            await up.up(cloud.parts(), stacks, FILES, cloud.wish())
        return cloud.state(), counted.calls

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(story())
