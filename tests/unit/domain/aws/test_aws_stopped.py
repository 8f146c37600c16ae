"""Why a task on ECS ended: ECS's own texts, and what the process did."""

from dataclasses import replace

import pytest

from fairway.domain.aws import stopped
from fairway.domain.aws.rollouts import StoppedContainer, StoppedTask
from support.pipeline_values import make_spec

SPEC = make_spec()
EXITED = StoppedTask(
    id="1c",
    definition="arn:web:8",
    code="EssentialContainerExited",
    reason="Essential container in task exited",
    created_at=100.0,
    started_at=110.0,
    stopped_at=112.0,
    containers=(StoppedContainer(name="web", code=1),),
)
NEVER = replace(EXITED, code="TaskFailedToStart", started_at=None, containers=(StoppedContainer(name="web"),))
TEXTS = {
    "CannotPullContainerError: pull image manifest has been retried 7 time(s): image Manifest does not contain "
    "descriptor matching platform 'linux/amd64'": "the image is made for another processor than the tasks have",
    "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref "
    "111122223333.dkr.ecr.eu-central-1.amazonaws.com/fairway/shop-api@sha256:1c: 111122223333.dkr.ecr.eu-central-1."
    "amazonaws.com/fairway/shop-api@sha256:1c: not found": "the image is not in ECR any more",
    "CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReadSeeker: failed open: "
    "unexpected status code 503": "ECS can't pull the image",
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable "
    "to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did "
    "not contain json key STRIPE_KEY": "the variable STRIPE_KEY is not in the environment's secret",
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable "
    "to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:"
    "secretsmanager:eu-central-1:1:secret:x from secrets manager: AccessDeniedException: User is not authorized to "
    "perform: secretsmanager:GetSecretValue": "the task's execution role may not read what the task needs",
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
    "unable to retrieve secret from asm: ResourceNotFoundException: Secrets Manager can't find the specified secret "
    "value for VersionId: 1c": "Secrets Manager does not have the variables of this release any more",
    "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth from "
    "Amazon ECR: There is a connection issue between the task and Amazon ECR. RequestError: send request failed caused "
    "by: Post https://api.ecr.eu-central-1.amazonaws.com/: dial tcp 1.2.3.4:443: i/o timeout": "the task can't reach "
    "AWS's own services from its subnet",
}


@pytest.mark.parametrize(("text", "sentence"), TEXTS.items(), ids=list(TEXTS.values()))
def test_ecs_texts_are_said_in_a_sentence(text: str, sentence: str) -> None:
    finding = stopped.explain(replace(NEVER, reason=text), SPEC, ())

    assert finding.sentence == sentence and finding.seen


def test_what_is_not_known_is_said_as_ecs_says_it() -> None:
    finding = stopped.explain(replace(NEVER, reason="Timeout waiting for network interface"), SPEC, ())

    assert finding.sentence == "ECS could not run a task of web" and "network interface" in finding.seen


def test_what_the_process_printed_is_read_as_on_one_machine() -> None:
    log = ("starting", "Error: Cannot find module 'express'", "    at Module._resolveFilename")

    finding = stopped.explain(EXITED, SPEC, log)

    assert "express" in finding.sentence and finding.line == 1


def test_an_exit_code_is_told_with_how_long_it_lived() -> None:
    assert stopped.explain(EXITED, SPEC, ()).sentence == "the process exits with 1 after 2.0 s"


def test_a_kill_for_memory_is_told_as_one() -> None:
    container = StoppedContainer(name="web", code=137, reason="OutOfMemoryError: Container killed due to memory usage")

    finding = stopped.explain(replace(EXITED, containers=(container,)), SPEC, ())

    assert "it needed more memory than its limit of 512 MB" in finding.sentence


def test_a_program_that_is_not_in_the_image_is_named() -> None:
    reason = (
        "CannotStartContainerError: Error response from daemon: failed to create task for container: OCI runtime "
        'create failed: exec: "nodemon": executable file not found in $PATH: unknown'
    )
    task = replace(NEVER, reason="Task failed to start", containers=(StoppedContainer(name="web", reason=reason),))

    assert 'there is no program "nodemon" in the image' in stopped.explain(task, SPEC, ()).sentence


def test_the_load_balancers_check_is_told_with_what_it_saw() -> None:
    killed = (StoppedContainer(name="web", code=143),)
    task = replace(EXITED, reason="Task failed ELB health checks in (target-group arn:tg)", containers=killed)
    event = (
        "(service web) (task 1c) (port 3000) is unhealthy in (target-group arn:tg) due to (reason Health checks failed "
        "with these codes: [404])."
    )

    finding = stopped.explain(task, SPEC, (), ["(service web) has reached a steady state.", event])

    assert finding.sentence == (
        "web does not pass the load balancer's health check on port 3000: health checks failed with these codes: [404]"
    )
    assert finding.fix


def test_a_cause_in_the_log_goes_before_the_check_that_followed_from_it() -> None:
    task = replace(EXITED, reason="Task failed ELB health checks in (target-group arn:tg)")

    finding = stopped.explain(task, SPEC, ("Error: Cannot find module 'express'",))

    assert "express" in finding.sentence and "ELB" in finding.seen


def test_a_health_command_is_told_by_its_name() -> None:
    task = replace(EXITED, reason="Task failed container health checks", containers=())

    assert stopped.explain(task, SPEC, ()).sentence == "the health command of web fails in its container"


def test_tasks_that_ended_in_the_ordinary_way_are_no_failures() -> None:
    scaled = replace(EXITED, reason="Scaling activity initiated by (deployment ecs-svc/7)")
    spot = replace(EXITED, reason="Your Spot Task was interrupted.")
    before = replace(EXITED, created_at=40.0)

    assert stopped.failed([scaled, spot, before], since=50.0) == []


def test_the_most_telling_task_comes_first() -> None:
    drained = replace(
        EXITED, id="3e", code="ServiceSchedulerInitiated", containers=(StoppedContainer(name="web", code=0),)
    )
    newer = replace(EXITED, id="2d", stopped_at=120.0)

    found = stopped.failed([drained, NEVER, EXITED, newer], since=50.0)

    assert [each.id for each in found] == ["2d", "1c", "1c", "3e"] and found[2] is NEVER
