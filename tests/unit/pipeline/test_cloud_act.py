"""An action of one's own inside CodeBuild: called as a server calls, with the release's variables, and never on a way
back."""

from collections.abc import Mapping
from typing import Any

import pytest

from fairway.adapters.memory.account import MemoryPipeline
from fairway.adapters.memory.clock import LoopClock
from fairway.adapters.memory.web import Host, MemoryWeb
from fairway.domain.aws import names
from fairway.domain.aws.stack import APP_TAG, Kind, Stack
from fairway.errors import UsageError, WorkFailed
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
"""


class Room:
    """The account of a deployment, its pipeline, and a web."""

    def __init__(self, **hosts: Host) -> None:
        self.deployed = Deployed()
        self.web = MemoryWeb(hosts or {"hooks.example": Host(body=b"thanks")})
        self.pipeline = MemoryPipeline(self.deployed.stacks)

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
            connect=lambda region: Cloud(secrets=account.secrets, pipeline=self.pipeline),
            web=self.web,
        )
        handover = self.deployed.handover(**{"text": TOML + ACTIONS, **changes})
        asked = Asked(environment=PRODUCTION, action=action, execution=execution)
        await acting.run(handover, asked, Telling(account.said.append, LoopClock()))

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
    ("action", "said"),
    [("other", 'production has no action "other"'), ("smoke", "smoke is a command")],
)
async def test_an_action_that_is_not_there_is_refused(room: Room, action: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        await room.act(action)


async def test_a_release_that_was_not_built_for_the_environment_calls_nobody(room: Room) -> None:
    with pytest.raises(UsageError, match="was not built for production"):
        await room.act(configurations={STAGING: "version-0001"})

    assert room.web.calls == []


def test_the_file_is_one_that_can_be_had() -> None:
    assert manifest.load(TOML + ACTIONS).environment("production") is not None
