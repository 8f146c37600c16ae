"""What ECS says of a task that it could not start or stopped, as a cause with its fix."""

import pytest

from fairway.domain.diagnosis import diagnose
from fairway.domain.facts import Facts
from fairway.domain.ids import TaskId
from fairway.domain.observed import Exit
from support.orchestrator_world import spec

PULL = "CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 1.dkr.ecr/shop"
SECRETS = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "


def facts(exit: Exit) -> Facts:
    return Facts(
        task=TaskId("abcdef123456"),
        spec=spec(),
        exit=exit,
        lived=0.0,
        probe=None,
        sockets=None,
        usage=None,
        log=(),
    )


@pytest.mark.parametrize(
    ("error", "sentence", "fix"),
    [
        (f"{PULL}: 403 Forbidden", "ECS could not pull the image", "ecr:BatchGetImage"),
        (f"{PULL}: dial tcp 1.2.3.4:443: i/o timeout", "ECS could not pull the image", "a NAT, VPC endpoints"),
        (
            "CannotPullContainerError: image Manifest does not contain descriptor matching platform 'linux/amd64'",
            "the image is for another processor than the tasks run on",
            "architecture in ecs.toml",
        ),
        (
            f"{SECRETS}AccessDeniedException: secretsmanager:GetSecretValue",
            "ECS could not fetch the variables of the environment",
            "secretsmanager:GetSecretValue on fairway/*",
        ),
        (
            "ResourceInitializationError: failed to validate logger args: The specified log group does not exist",
            "ECS could not open the task's log",
            "logs:CreateLogStream",
        ),
    ],
)
def test_the_reasons_of_ecs_have_their_fix(error: str, sentence: str, fix: str) -> None:
    cause = diagnose(facts(Exit(code=-1, error=error)), previous=None)

    assert (cause.sentence, cause.seen) == (sentence, error)
    assert fix in cause.fix


def test_a_task_that_the_engine_stopped_for_its_health_says_so() -> None:
    reason = "Task failed ELB health checks in (target-group arn:1)"

    cause = diagnose(facts(Exit(code=143, stopped_for=reason)), previous=None)

    assert cause.sentence == "the engine stopped the task: its health checks failed"
    assert cause.seen == reason


def test_what_is_not_known_is_told_as_it_is() -> None:
    assert diagnose(facts(Exit(code=-1, error="boom")), previous=None).seen == "boom"
