"""The stage of an environment inside CodeBuild: what it changes, what it says of it, and when it lets things be."""

import asyncio
from dataclasses import replace

import pytest

from fairway.cloudformation import wires
from fairway.domain.aws import names
from fairway.domain.aws.stack import Kind, Stack
from fairway.domain.contract import Need, Use, conclude
from fairway.domain.deployment import RolloutState
from fairway.errors import Conflict, FairwayError, Unavailable, UsageError, WorkFailed
from fairway.pipeline.cloud.deploying import Cloud
from fairway.pipeline.cloud.failing import StageFailed
from support.cloud_deploy import CLUSTER, IMAGE, NETWORK, NEXT, SECOND, SERVICES, Deployed, steady
from support.cloud_stage import APP, PRODUCTION, SECRET, STAGING, TOML
from support.mortal import Killed, Mortal

BAKED = TOML.replace('env_file = "production.env"\n', 'deployment = { bake = "10s", timeout = "1m" }\n')


@pytest.fixture
async def world() -> Deployed:
    found = Deployed()
    await found.raise_up(staging={"LOG": "debug"}, production={"STRIPE_KEY": SECRET})
    return found


@pytest.fixture
async def running(world: Deployed) -> Deployed:
    """A world in which the first release runs in production."""
    await world.deploy()
    world.said.clear()
    return world


async def test_the_first_deployment_makes_the_services_run_the_image(world: Deployed) -> None:
    await world.deploy()

    parameters = (await world.seen()).parameters
    assert parameters[wires.IMAGE_DIGEST] == IMAGE.digest
    assert parameters[wires.CONFIGURATION_VERSION] == "version-0002"
    assert parameters[wires.COMMIT] == world.handover().commit
    assert await world.runs() == await world.definition()


async def test_it_says_what_the_stack_does_and_ends_with_the_stages_line(world: Deployed) -> None:
    await world.deploy()

    assert world.said[0] == 'shop-api  9c1f2e7 "Add coupons"'
    assert any("RunningWeb (AWS::ECS::Service) create_complete after" in line for line in world.said)
    assert world.said[-2] == "url   http://shop.example"
    assert world.said[-1].startswith("  production  ✓  ") and world.said[-1].endswith("9c1f2e7; 2 of 2 tasks healthy")


async def test_the_next_release_replaces_the_task_definition(running: Deployed) -> None:
    before = await running.definition()

    await running.deploy(running.handover(commit=SECOND, image=NEXT))

    assert await running.definition() != before and await running.runs() == await running.definition()


async def test_the_same_release_again_changes_nothing_and_says_so(running: Deployed) -> None:
    before, events = await running.definition(), len(await running.stacks.events(SERVICES))

    await running.deploy()

    assert await running.definition() == before and len(await running.stacks.events(SERVICES)) == events
    assert running.said[-1].endswith("9c1f2e7 runs already; 2 of 2 tasks healthy")


async def test_an_earlier_handover_takes_the_image_and_the_variables_back(running: Deployed) -> None:
    newer = await running.account.secrets.put(names.secret(APP, PRODUCTION), {"STRIPE_KEY": "sk_live_new_value_9"})
    await running.deploy(
        running.handover(commit=SECOND, image=NEXT, configurations={PRODUCTION: newer.id, STAGING: "version-0001"})
    )

    await running.deploy()

    parameters = (await running.seen()).parameters
    assert (parameters[wires.IMAGE_DIGEST], parameters[wires.CONFIGURATION_VERSION]) == (IMAGE.digest, "version-0002")


async def test_newer_variables_are_told_and_not_taken(running: Deployed) -> None:
    await running.account.secrets.put(names.secret(APP, PRODUCTION), {"STRIPE_KEY": "sk_live_new_value_9"})

    await running.deploy()

    assert (await running.seen()).parameters[wires.CONFIGURATION_VERSION] == "version-0002"
    assert "variables   production has newer ones than this release was built with" in running.said


async def test_variables_that_are_gone_stop_it_before_anything_changes(world: Deployed) -> None:
    handover = world.handover(configurations={PRODUCTION: "version-0000"})

    with pytest.raises(WorkFailed, match="the variables that 9c1f2e7 was built with are gone"):
        await world.deploy(handover)

    assert not world.stacks.faults.calls["execute"] or (await world.seen()).parameters[wires.COMMIT] == ""


async def test_an_environment_that_was_no_stage_when_it_was_built_is_named(world: Deployed) -> None:
    with pytest.raises(UsageError, match="9c1f2e7 was not built for production"):
        await world.deploy(world.handover(configurations={STAGING: "version-0001"}))


async def test_the_password_in_an_address_that_a_task_printed_is_masked(running: Deployed) -> None:
    running.stacks.break_resource("RunningWeb", "circuit breaker", "UPDATE")
    log = ["Error: connect ECONNREFUSED postgres://app:pw-of-rds-7@db.example:5432/main?sslmode=require"]
    running.stop(code=1, reason="Essential container in task exited", log=log)

    with pytest.raises(StageFailed):
        await running.deploy(running.handover(commit=SECOND, image=NEXT))

    assert "pw-of-rds-7" not in running.text and "postgres://app:•••@db.example:5432" in running.text


async def test_a_variable_that_is_missing_stops_it_before_anything_changes(world: Deployed) -> None:
    use = Use(name="SESSION_KEY", file="src/app.ts", line=3, how="x", need=Need.REQUIRED, rule="used")

    with pytest.raises(StageFailed, match="production lacks 1 required: SESSION_KEY") as failure:
        await world.deploy(world.handover(contract=conclude([use])))

    assert "nothing was deployed" in failure.value.cause.sentence
    assert (await world.seen()).parameters[wires.COMMIT] == ""


async def test_migrations_where_nothing_can_guard_them_are_not_deployed_past(running: Deployed) -> None:
    text = TOML + '[migrations]\ncommand = "npm run migrate"\ndatabase = "STRIPE_KEY"\n'

    with pytest.raises(Conflict, match="production has migrations, and what guards them is not there yet"):
        await running.deploy(running.handover(commit=SECOND, image=NEXT, text=text))

    assert (await running.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest


async def test_an_environment_that_there_is_not_is_refused(world: Deployed) -> None:
    with pytest.raises(UsageError, match='shop-api has no environment "preview"') as failure:
        await world.deploy(environment="preview")

    assert failure.value.hint == "fairway.toml has staging, production"


async def test_an_environment_that_nobody_has_made_is_refused(world: Deployed) -> None:
    await world.stacks.delete(SERVICES)
    world.stacks.finish(SERVICES)

    with pytest.raises(Conflict, match=f"there is no stack {SERVICES}") as failure:
        await world.deploy()

    assert failure.value.hint == "fairway aws up"


async def test_a_stack_whose_creation_failed_is_left_to_aws_up(world: Deployed) -> None:
    world.stacks.put(replace(await world.seen(), status="ROLLBACK_COMPLETE"))

    with pytest.raises(Conflict, match="production can't be deployed to"):
        await world.deploy()


async def test_what_the_commit_takes_and_nobody_puts_out_is_named(world: Deployed) -> None:
    seen = await world.stacks.find(NETWORK)
    assert seen is not None
    world.stacks.put(replace(seen, outputs={}))

    with pytest.raises(Conflict, match="this commit needs more than there is on AWS yet") as failure:
        await world.deploy()

    assert failure.value.why == f"{NETWORK} puts out no Vpc"
    assert (await world.seen()).parameters[wires.COMMIT] == ""


async def test_another_stack_that_differs_is_told_and_no_hindrance(world: Deployed) -> None:
    held = world.stacks.held[NETWORK]
    held.template = {**held.template, "Resources": {"Network": {"Type": "AWS::EC2::VPC"}}}

    await world.deploy()

    said = f"warning: {NETWORK} is not as this commit wants it (Network); fairway aws up changes that"
    assert said in world.said


async def test_the_stacks_of_other_environments_are_not_looked_at(world: Deployed) -> None:
    world.stacks.held[names.stack(APP, Kind.SERVICES, STAGING)].template = {}

    await world.deploy()

    assert "staging" not in world.text


async def test_cloudformation_works_under_the_role_that_is_given(world: Deployed) -> None:
    world.role = "arn:aws:iam::111122223333:role/fairway/shop-api/production/cloudformation/x"

    await world.deploy()

    assert [each.role for each in world.stacks.proposals.values()][-1] == world.role


async def test_a_loss_of_data_is_refused_and_nothing_is_changed(running: Deployed) -> None:
    held = running.stacks.held[SERVICES]
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "uploads"}}
    template = {**held.template, "Resources": {**held.template["Resources"], "Uploads": bucket}}
    stack = Stack(name=SERVICES, kind=Kind.SERVICES, template=template, tags=held.seen.tags)
    await running.stacks.execute(await running.stacks.propose(stack, held.seen.parameters))
    running.stacks.finish(SERVICES)

    with pytest.raises(Conflict, match="data would be lost") as failure:
        await running.deploy(running.handover(commit=SECOND, image=NEXT))

    assert "Uploads" in failure.value.why
    assert (await running.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest


async def test_a_process_that_fails_is_told_with_its_log_and_what_serves(running: Deployed) -> None:
    breaker = "Resource handler returned message: Error occurred during operation 'ECS Deployment Circuit Breaker'"
    running.stacks.break_resource("RunningWeb", breaker, "UPDATE")
    running.stop(code=1, reason="Essential container in task exited", log=["start", "Error: Cannot find module 'pg'"])

    with pytest.raises(StageFailed) as failure:
        await running.deploy(running.handover(commit=SECOND, image=NEXT))

    cause = failure.value.cause
    assert "pg" in cause.sentence and cause.sentence.endswith("; 9c1f2e7 still serves")
    assert "Circuit Breaker" in cause.seen
    assert cause.log == ("start", "Error: Cannot find module 'pg'")
    assert cause.more == (
        "aws logs tail /fairway/shop-api/production/web --log-stream-names task/web/1c2d --since 1h",
        "aws codepipeline start-pipeline-execution --name fairway-shop-api",
    )
    assert (await running.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest
    assert running.said[-1].startswith("  More    aws logs tail")


async def test_a_first_deployment_that_fails_leaves_nothing_serving(world: Deployed) -> None:
    world.stacks.break_resource("RunningWeb", "ECS Deployment Circuit Breaker was triggered")
    world.stop(
        code=None, reason="CannotPullContainerError: image Manifest does not contain descriptor matching platform"
    )

    with pytest.raises(StageFailed, match="the image is made for another processor") as failure:
        await world.deploy()

    assert failure.value.cause.sentence.endswith("nothing serves in production: it was the first deployment")


async def test_a_failure_of_which_ecs_knows_nothing_is_cloudformations(world: Deployed) -> None:
    world.stacks.break_resource("DefinitionWeb", "Invalid request provided: Create TaskDefinition: bad cpu")

    with pytest.raises(StageFailed) as failure:
        await world.deploy()

    assert "DefinitionWeb (AWS::ECS::TaskDefinition) failed" in failure.value.cause.sentence
    assert "bad cpu" in failure.value.cause.seen


async def test_a_service_that_ecs_took_back_has_failed_although_the_stack_is_complete(running: Deployed) -> None:
    running.ecs.back["web"] = old = await running.definition()

    with pytest.raises(StageFailed, match="again, not fairway-shop-api-production-web"):
        await running.deploy(running.handover(commit=SECOND, image=NEXT))

    assert (await running.seen()).status == "UPDATE_COMPLETE" and await running.runs() == old
    assert any("✗" in line for line in running.said)


async def test_a_service_that_ecs_gave_up_is_told_in_ecs_words(running: Deployed) -> None:
    text = "ECS deployment circuit breaker: tasks failed to start."
    states = steady("web", "arn:x/fairway-shop-api-production-web:1", desired=2)
    failed = replace(states.deployments[0], state=RolloutState.FAILED, reason=text)
    running.ecs.put(CLUSTER, replace(states, deployments=(failed,)))

    with pytest.raises(StageFailed, match="tasks failed to start"):
        await running.deploy()


async def test_it_waits_until_ecs_has_done(world: Deployed) -> None:
    await world.deploy()
    done = steady("web", await world.definition(), desired=2)
    moving = replace(done.deployments[0], state=RolloutState.IN_PROGRESS, running=1)
    world.ecs.put(CLUSTER, replace(done, running=1, deployments=(moving,)), done)

    await world.deploy()

    assert "ecs   web has 1 of 2 new tasks" in world.said


async def test_a_task_that_falls_over_within_the_bake_time_is_noticed(running: Deployed) -> None:
    done = steady("web", await running.definition(), desired=2)
    fallen = replace(done, deployments=(replace(done.deployments[0], running=1),))
    running.ecs.put(CLUSTER, done, fallen)

    with pytest.raises(StageFailed, match="not completed within 60 s: web has 1 of 2 new tasks"):
        await running.deploy(running.handover(text=BAKED))


async def test_a_killed_runs_update_is_followed_to_its_end(world: Deployed) -> None:
    world.stacks.faults.fail("events", Unavailable("the connection broke"))
    with pytest.raises(Unavailable):
        await world.deploy()
    world.stacks.faults.mend()

    await world.deploy()

    assert (await world.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest
    assert world.said[-1].startswith("  production  ✓")


async def test_why_a_task_failed_is_said_while_cloudformation_still_waits(running: Deployed) -> None:
    running.stacks.pace = 0
    done = steady("web", await running.definition(), desired=2)
    failing = replace(done.deployments[0], state=RolloutState.IN_PROGRESS, running=0, failed=1)
    running.ecs.put(CLUSTER, replace(done, deployments=(failing,)))
    running.stop(code=1, reason="Essential container in task exited", log=["Error: Cannot find module 'pg'"])
    loop = asyncio.get_running_loop()
    loop.call_later(120.0, running.stacks.finish, SERVICES)
    loop.call_later(120.0, running.ecs.held.clear)

    await running.deploy(running.handover(commit=SECOND, image=NEXT))

    lines = [line for line in running.said if line.startswith("ecs   ")]
    assert lines[0] == "ecs   web: 0 of 2 new tasks, 1 failed"
    assert lines[1].startswith("ecs   a task of web failed: ") and "pg" in lines[1]
    assert sum("a task of web failed" in line for line in lines) == 1
    assert running.said[-1].startswith("  production  ✓")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (None, "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'"),
        (None, "ResourceInitializationError: unable to retrieve secret from asm: did not contain json key STRIPE_KEY"),
        (127, "Essential container in task exited"),
    ],
)
async def test_what_no_further_task_would_do_better_is_taken_back_at_once(
    running: Deployed, code: int | None, reason: str
) -> None:
    running.stacks.pace = 0
    await fail_first_task(running, code=code, reason=reason)
    asyncio.get_running_loop().call_later(20.0, setattr, running.stacks, "pace", 1)

    with pytest.raises(StageFailed) as failure:
        await running.deploy(running.handover(commit=SECOND, image=NEXT))

    assert failure.value.cause.sentence.endswith("9c1f2e7 still serves")
    assert "ecs   the next ones would fail as well: CloudFormation is told to take the update back" in running.said
    assert (await running.seen()).status == "UPDATE_ROLLBACK_COMPLETE"
    assert (await running.seen()).parameters[wires.IMAGE_DIGEST] == IMAGE.digest


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, "Essential container in task exited"),
        (None, "ResourceInitializationError: unable to pull secrets: dial tcp 1.2.3.4:443: i/o timeout"),
    ],
)
async def test_what_may_be_better_the_next_time_is_left_to_ecs(
    running: Deployed, code: int | None, reason: str
) -> None:
    running.stacks.pace = 0
    await fail_first_task(running, code=code, reason=reason)
    loop = asyncio.get_running_loop()
    loop.call_later(60.0, running.stacks.finish, SERVICES)
    loop.call_later(60.0, running.ecs.held.clear)

    await running.deploy(running.handover(commit=SECOND, image=NEXT))

    assert not running.stacks.faults.calls["cancel"] and any("a task of web failed" in line for line in running.said)


async def test_an_update_that_somebody_else_began_is_not_taken_back(running: Deployed) -> None:
    other = running.handover(commit=SECOND, image=NEXT)
    running.stacks.pace = 0
    held = running.stacks.held[SERVICES]
    theirs = Stack(name=SERVICES, kind=Kind.SERVICES, template=held.template, tags=held.seen.tags)
    await running.stacks.execute(
        await running.stacks.propose(theirs, {**held.seen.parameters, wires.IMAGE_DIGEST: "sha256:" + "3e" * 32})
    )
    await fail_first_task(running, code=127, reason="Essential container in task exited")
    loop = asyncio.get_running_loop()
    loop.call_later(60.0, running.stacks.finish, SERVICES)
    loop.call_later(60.0, running.ecs.held.clear)
    loop.call_later(61.0, setattr, running.stacks, "pace", 1)

    await running.deploy(other)

    assert not running.stacks.faults.calls["cancel"] and any("a task of web failed" in line for line in running.said)


async def test_a_stage_that_may_not_take_an_update_back_waits_for_it(running: Deployed) -> None:
    running.stacks.pace = 0
    running.stacks.faults.fail("cancel", UsageError("not allowed to cloudformation:CancelUpdateStack"))
    await fail_first_task(running, code=127, reason="Essential container in task exited")
    loop = asyncio.get_running_loop()
    loop.call_later(60.0, running.stacks.finish, SERVICES)
    loop.call_later(60.0, running.ecs.held.clear)

    await running.deploy(running.handover(commit=SECOND, image=NEXT))

    assert any("not allowed to cloudformation:CancelUpdateStack" in line for line in running.said)


async def fail_first_task(world: Deployed, *, code: int | None, reason: str) -> None:
    """ECS has no task of the new deployment, and the first one has failed."""
    done = steady("web", await world.definition(), desired=2)
    failing = replace(done.deployments[0], state=RolloutState.IN_PROGRESS, running=0, failed=1)
    world.ecs.put(CLUSTER, replace(done, deployments=(failing,)))
    world.stop(code=code, reason=reason)


async def test_a_look_that_fails_does_not_fail_the_deployment(running: Deployed) -> None:
    running.stacks.pace = 0
    running.ecs.faults.fail("services", Unavailable("AWS did not answer"))
    loop = asyncio.get_running_loop()
    loop.call_later(60.0, running.stacks.finish, SERVICES)
    loop.call_later(60.0, running.ecs.faults.mend)

    await running.deploy(running.handover(commit=SECOND, image=NEXT))

    assert "ecs   nothing more is done about it meanwhile: AWS did not answer" in running.said


async def test_what_ecs_does_not_tell_does_not_hide_the_failure(running: Deployed) -> None:
    running.stacks.break_resource("RunningWeb", "circuit breaker", "UPDATE")
    running.ecs.faults.fail("stopped", UsageError("not allowed to ecs:ListTasks"))

    with pytest.raises(StageFailed, match="RunningWeb"):
        await running.deploy(running.handover(commit=SECOND, image=NEXT))

    assert "not all could be found out about it: not allowed to ecs:ListTasks" in running.said


async def test_secrets_that_a_task_printed_are_masked(running: Deployed) -> None:
    running.stacks.break_resource("RunningWeb", "circuit breaker", "UPDATE")
    running.stop(code=1, reason="Essential container in task exited", log=[f"Error: bad key {SECRET}"])

    with pytest.raises(StageFailed):
        await running.deploy(running.handover(commit=SECOND, image=NEXT))

    assert SECRET not in running.text and "bad key •••" in running.text


class MortalWorld(Deployed):
    """Its ports may end the process."""

    mortal: tuple[list[int], int, bool] = ([0], 0, False)

    def connect(self, region: str) -> Cloud:
        cloud = super().connect(region)
        count, at, after = self.mortal
        stacks, secrets = Mortal(self.stacks, count, at, after), Mortal(self.account.secrets, count, at, after)
        parts = replace(cloud.parts, stacks=stacks, secrets=secrets)
        return Cloud(parts=parts, rollouts=Mortal(self.ecs, count, at, after))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_killed_at_any_call_the_next_run_ends_as_one_that_was_not(after: bool) -> None:
    calls = 0
    for at in range(1, 200):
        world = MortalWorld()
        await world.raise_up(staging={}, production={"STRIPE_KEY": SECRET})
        await world.deploy()
        world.mortal = ([0], at, after)
        handover = world.handover(commit=SECOND, image=NEXT)
        try:
            await world.deploy(handover)
        except Killed:
            calls += 1
        else:
            break
        world.mortal = ([0], 0, False)

        await world.deploy(handover)

        assert (await world.seen()).parameters[wires.IMAGE_DIGEST] == NEXT.digest
        assert await world.runs() == await world.definition() and "✓" in world.said[-1]
        assert not [each for each in world.stacks.proposals.values() if not each.done]

    assert 10 < calls < 60, "a deployment makes a bounded number of calls"


@pytest.mark.parametrize("method", ["find", "template", "propose", "execute", "events", "resources"])
async def test_what_aws_does_not_answer_fails_the_stage_and_a_second_run_goes_on(
    running: Deployed, method: str
) -> None:
    running.stacks.faults.fail(method, Unavailable("AWS did not answer"))
    handover = running.handover(commit=SECOND, image=NEXT)

    with pytest.raises(FairwayError):
        await running.deploy(handover)
    running.stacks.faults.mend()
    await running.deploy(handover)

    assert (await running.seen()).parameters[wires.IMAGE_DIGEST] == NEXT.digest
