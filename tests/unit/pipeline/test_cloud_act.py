"""An action of one's own inside CodeBuild: called as a server calls, with the release's variables, and never on a way
back."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from fairway.adapters.memory.account import MemoryPipeline
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.jobs import Deed, MemoryJobs, Started
from fairway.adapters.memory.web import Host, MemoryWeb
from fairway.cloudformation import wires
from fairway.domain.aws import names
from fairway.domain.aws.actplace import ActPlace
from fairway.domain.aws.stack import APP_TAG, Kind, Stack
from fairway.domain.ids import JobId
from fairway.errors import Conflict, Unavailable, UsageError, WorkFailed
from fairway.manifest import load as manifest
from fairway.pipeline.cloud.acting import Acting, Asked, Cloud
from fairway.pipeline.cloud.failing import StageFailed
from fairway.pipeline.cloud.telling import Telling
from support.cloud_deploy import Deployed
from support.cloud_stage import APP, PRODUCTION, SECRET, STAGING, TOML

EXECUTION = "execution-0001"
ACTIONS = """
[[environments.production.actions]]
name = "tell"
timeout = "5s"
[environments.production.actions.http]
url = "https://hooks.example/s3cr3t?by=#{fairway.app}"
body = '{"commit": "#{fairway.commit}"}'
headers = { Key = "#{variables.STRIPE_KEY}" }

[[environments.production.actions]]
name = "smoke"
command = "npm run smoke"
variables = { COMMIT = "#{fairway.commit}" }
"""
PLACE = {
    wires.CLUSTER: "fairway-shop-api-production",
    wires.ACTION_SUBNETS: "subnet-1,subnet-2",
    wires.ACTION_GROUPS: "sg-1",
    wires.ACTION_ROLE: "arn:aws:iam::1:role/start",
    wires.ACTION_TASK_ROLE: "arn:aws:iam::1:role/app",
    wires.ACTION_LOGS: "/fairway/shop-api/production/fairway/actions",
}


class Room:
    """The account of a deployment, its pipeline, and a web."""

    def __init__(self, **hosts: Host) -> None:
        self.deployed = Deployed()
        self.web = MemoryWeb(hosts or {"hooks.example": Host(body=b"thanks")})
        self.pipeline = MemoryPipeline(self.deployed.stacks)
        self.jobs = MemoryJobs(LoopClock(), lambda spec: self.deed)
        self.deed = Deed(lines=("checked 3 pages",))
        self.places: list[ActPlace] = []

    async def raise_up(self, variables: Mapping[str, str]) -> None:
        await self.deployed.raise_up(production=variables)
        properties = {"Type": "AWS::CodePipeline::Pipeline", "Properties": {"Name": names.pipeline(APP)}}
        stack = Stack(
            name=names.stack(APP, Kind.PIPELINE),
            kind=Kind.PIPELINE,
            template={"Resources": {"CodePipeline": properties}},
            tags={APP_TAG: APP},
        )
        await self.deployed.stacks.execute(await self.deployed.stacks.propose(stack, {}))
        self.deployed.stacks.finish(stack.name)
        assert await self.pipeline.start(names.pipeline(APP)) == EXECUTION

    async def act(self, action: str = "tell", execution: str = EXECUTION, **changes: Any) -> None:
        account = self.deployed.account
        acting = Acting(
            load=account.load,
            connect=lambda region: Cloud(
                stacks=self.deployed.stacks, secrets=account.secrets, pipeline=self.pipeline, open_jobs=self.open
            ),
            web=self.web,
        )
        handover = self.deployed.handover(**{"text": TOML + ACTIONS, **changes})
        asked = Asked(environment=PRODUCTION, action=action, execution=execution)
        await acting.run(handover, asked, Telling(account.said.append, LoopClock()))

    def open(self, place: ActPlace) -> MemoryJobs:
        self.places.append(place)
        return self.jobs

    async def make_place(self, **changes: str) -> None:
        """The services' stack puts out where a command runs."""
        name = names.stack(APP, Kind.SERVICES, PRODUCTION)
        seen = await self.deployed.stacks.find(name)
        assert seen is not None
        self.deployed.stacks.put(replace(seen, outputs={**seen.outputs, **PLACE, **changes}))

    @property
    def text(self) -> str:
        return self.deployed.text


@pytest.fixture
async def room() -> Room:
    room = Room()
    await room.raise_up({"STRIPE_KEY": SECRET})
    return room


async def test_the_call_is_made_with_what_its_references_stand_for(room: Room) -> None:
    await room.act()

    (call,) = room.web.calls
    assert call.url == "https://hooks.example/s3cr3t?by=shop-api"
    assert call.body == b'{"commit": "' + room.deployed.handover().commit.encode() + b'"}'
    assert call.headers["Key"] == SECRET


async def test_it_prints_what_a_server_prints_and_neither_the_path_nor_a_secret(room: Room) -> None:
    room.web.hosts["hooks.example"] = Host(body=f"thanks for {SECRET}".encode())

    await room.act()

    assert room.deployed.said[1:4] == ["POST https://hooks.example", "answered 200", "thanks for •••"]
    assert room.deployed.said[4].startswith("  tell        ✓")
    assert "tell answered 200" in room.deployed.said[4]
    assert "s3cr3t" not in room.text and SECRET not in room.text


async def test_the_variables_are_those_of_the_release(room: Room) -> None:
    released = (await room.deployed.account.secrets.current(names.secret(APP, PRODUCTION))).id  # type: ignore[union-attr]
    await room.deployed.account.secrets.put(names.secret(APP, PRODUCTION), {"STRIPE_KEY": "a newer one"})

    await room.act(configurations={PRODUCTION: released})

    assert room.web.calls[0].headers["Key"] == SECRET


async def test_a_stage_that_goes_back_calls_nobody(room: Room) -> None:
    room.pipeline.back.add((names.pipeline(APP), "back"))

    await room.act(execution="back")

    assert room.web.calls == []
    assert "not run: the stage goes back" in room.text


async def test_an_execution_of_another_pipeline_is_refused_before_the_call(room: Room) -> None:
    with pytest.raises(UsageError, match="x is no execution of fairway-shop-api"):
        await room.act(execution="x")

    assert room.web.calls == []


async def test_by_hand_no_execution_is_asked_for(room: Room) -> None:
    room.pipeline.faults.fail("goes_back", AssertionError("nobody asks"))

    await room.act(execution="")

    assert len(room.web.calls) == 1


async def test_who_is_called_knows_it_again_in_a_retry_and_not_in_another_execution(room: Room) -> None:
    await room.pipeline.start(names.pipeline(APP))
    for execution in (EXECUTION, EXECUTION, "execution-0002", ""):
        await room.act(execution=execution)

    first, again, other, by_hand = (call.headers["Idempotency-Key"] for call in room.web.calls)
    assert first == again
    assert len({first, other, by_hand}) == 3


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (Host(status=500), "tell failed: hooks.example answered 500, not 200 to 299"),
        (Host(takes=9.0), "tell failed: hooks.example did not answer within 5 s"),
        (Host(address="169.254.170.2"), "tell failed: hooks.example is not called"),
        (Host(address="127.0.0.1"), "tell failed: hooks.example is not called"),
    ],
)
async def test_a_call_that_fails_says_why_and_what_to_type(room: Room, host: Host, said: str) -> None:
    room.web.hosts["hooks.example"] = host

    with pytest.raises(StageFailed) as failure:
        await room.act()

    assert failure.value.cause.sentence == said
    assert f"  Cause   {said}" in room.deployed.said
    assert failure.value.cause.fix


async def test_the_command_that_runs_it_again_is_codepipelines(room: Room) -> None:
    room.web.hosts["hooks.example"] = Host(status=503)

    with pytest.raises(StageFailed) as failure:
        await room.act()

    assert failure.value.cause.fix == (
        "aws codepipeline retry-stage-execution --pipeline-name fairway-shop-api --stage-name production "
        "--pipeline-execution-id execution-0001 --retry-mode FAILED_ACTIONS"
    )


async def test_a_redirect_says_that_it_is_none_to_follow(room: Room) -> None:
    room.web.hosts["hooks.example"] = Host(status=302)

    with pytest.raises(StageFailed) as failure:
        await room.act()

    assert failure.value.cause.fix == "redirects are not followed: give the address that it leads to"


async def test_a_reference_that_nothing_stands_for_stops_it_before_the_call() -> None:
    room = Room()
    await room.raise_up({})

    with pytest.raises(WorkFailed, match="production has no variable STRIPE_KEY"):
        await room.act()

    assert room.web.calls == []


@pytest.mark.parametrize(
    ("deed", "said", "fix"),
    [
        (
            Deed(code=3),
            'smoke failed: "npm run smoke" ended with exit code 3',
            "aws codepipeline retry-stage-execution",
        ),
        (Deed(code=137, oom_killed=True), "smoke needed more than its", "raise the memory of the action smoke"),
        (Deed(takes=500.0), "smoke took longer than", "raise the timeout of the action smoke"),
    ],
)
async def test_a_command_that_fails_is_told_as_on_a_server_and_leaves_nothing(
    room: Room, deed: Deed, said: str, fix: str
) -> None:
    await room.make_place()
    room.deed = replace(deed, lines=("POST /orders answered 500",))

    with pytest.raises(StageFailed) as failure:
        await room.act("smoke")

    assert said in failure.value.cause.sentence and fix in failure.value.cause.fix
    assert failure.value.cause.log == ("POST /orders answered 500",)
    assert room.jobs.jobs == {}


async def test_a_command_runs_in_the_releases_image_with_its_variables_and_is_gone_when_it_has_ended(
    room: Room,
) -> None:
    await room.make_place()
    kept: list[Started] = []
    remove = room.jobs.remove

    async def keep(job: JobId) -> None:
        kept.append(room.jobs.jobs[job])
        await remove(job)

    room.jobs.remove = keep  # type: ignore[method-assign]
    await room.act("smoke")

    (started,) = kept
    assert started.spec.image == room.deployed.handover().image
    assert started.spec.command == ("npm", "run", "smoke")
    assert started.variables["STRIPE_KEY"] == SECRET
    assert started.variables["COMMIT"] == room.deployed.handover().commit
    assert started.variables["FAIRWAY_EXECUTION"] == EXECUTION
    assert "FAIRWAY_OUTPUT" not in started.variables
    assert room.jobs.jobs == {}
    assert "checked 3 pages" in room.deployed.said and "smoke passed" in room.text


async def test_a_command_runs_where_the_services_do(room: Room) -> None:
    await room.make_place()

    await room.act("smoke")

    (place,) = room.places
    assert (place.cluster, place.subnets, place.groups) == (
        "fairway-shop-api-production",
        ("subnet-1", "subnet-2"),
        ("sg-1",),
    )
    assert (place.instance, place.public) == ("shop-api-production", False)


async def test_a_build_that_was_killed_leaves_its_command_to_the_next_attempt(room: Room) -> None:
    await room.make_place()
    room.deed = Deed(lines=("half", "whole"), takes=30.0)
    build = asyncio.create_task(room.act("smoke"))
    while not room.jobs.starts:
        await asyncio.sleep(0)
    build.cancel()
    with pytest.raises(asyncio.CancelledError):
        await build

    await room.act("smoke")

    assert len(room.jobs.starts) == 1 and "smoke passed" in room.text
    assert room.jobs.jobs == {}


async def test_an_attempt_after_the_end_begins_anew(room: Room) -> None:
    await room.make_place()

    await room.act("smoke")
    await room.act("smoke")

    assert len(room.jobs.starts) == 2


async def test_while_aws_does_not_answer_a_command_is_not_taken_away(room: Room) -> None:
    await room.make_place()
    removed: list[JobId] = []

    async def remove(job: JobId) -> None:
        removed.append(job)

    room.jobs.remove = remove  # type: ignore[method-assign]
    room.jobs.faults.fail("run", Unavailable("AWS did not answer"))

    with pytest.raises(Unavailable):
        await room.act("smoke")

    assert removed == []


async def test_a_command_without_its_place_names_the_way_there(room: Room) -> None:
    await room.make_place(ActionRole="")

    with pytest.raises(Conflict, match="the place where they run is not there yet") as failure:
        await room.act("smoke")

    assert failure.value.why == "fairway-shop-api-production-services puts out no ActionRole"
    assert failure.value.hint.startswith("fairway aws up")
    assert room.jobs.starts == []


async def test_a_command_in_a_stage_that_goes_back_is_not_run(room: Room) -> None:
    await room.make_place()
    room.pipeline.back.add((names.pipeline(APP), "back"))

    await room.act("smoke", execution="back")

    assert room.jobs.starts == []


async def test_an_action_that_is_not_there_is_refused(room: Room) -> None:
    with pytest.raises(UsageError, match='production has no action "other"'):
        await room.act("other")

    assert room.web.calls == []


async def test_a_release_that_was_not_built_for_the_environment_calls_nobody(room: Room) -> None:
    with pytest.raises(UsageError, match="was not built for production"):
        await room.act(configurations={STAGING: "version-0001"})

    assert room.web.calls == []


def test_the_file_is_one_that_can_be_had() -> None:
    assert manifest.load(TOML + ACTIONS).environment("production") is not None
