"""What an engine that rolls by itself says of a task that it could not start, or stopped: ECS's reasons, with a fix.

The words are those of ECS's stopped tasks ("Amazon ECS stopped task error messages" in its developer guide).
"""

import re

from fairway.domain.diagnosis_text import Finding
from fairway.domain.facts import Facts

PULL = re.compile(r"CannotPullContainer|failed to resolve ref|pull image manifest")
PLATFORM = re.compile(r"descriptor matching platform '?(?P<platform>[\w/]+)")
SECRETS = re.compile(r"ResourceInitializationError.*(secret|ssm)", re.IGNORECASE | re.DOTALL)
LOGS = re.compile(r"ResourceInitializationError.*(log group|logger|cloudwatch)", re.IGNORECASE | re.DOTALL)
NETWORK = re.compile(r"i/o timeout|dial tcp|connection issue|context deadline exceeded", re.IGNORECASE)

WAY_OUT = "give the task's subnets a way out: a NAT, VPC endpoints, or public = true in ecs.toml with public subnets"


def read(facts: Facts) -> Finding | None:
    """What the engine said, None when it said nothing that is known here."""
    if facts.exit is None:
        return None
    if facts.exit.stopped_for:
        return read_stopped(facts.exit.stopped_for)
    text = facts.exit.error
    if PLATFORM.search(text):
        return Finding(
            sentence="the image is for another processor than the tasks run on",
            seen=text,
            fix="architecture in ecs.toml has to be the image's: X86_64 or ARM64",
        )
    if PULL.search(text):
        fix = "the execution role needs ecr:BatchGetImage, ecr:GetDownloadUrlForLayer and ecr:GetAuthorizationToken"
        return Finding(sentence="ECS could not pull the image", seen=text, fix=WAY_OUT if NETWORK.search(text) else fix)
    if SECRETS.search(text):
        fix = "the execution role needs secretsmanager:GetSecretValue on fairway/*"
        return Finding(
            sentence="ECS could not fetch the variables of the environment",
            seen=text,
            fix=WAY_OUT if NETWORK.search(text) else fix,
        )
    if LOGS.search(text):
        return Finding(
            sentence="ECS could not open the task's log",
            seen=text,
            fix="log_group in ecs.toml has to exist, and the execution role needs logs:CreateLogStream there",
        )
    return None


def read_stopped(reason: str) -> Finding:
    """The engine ended a task that ran."""
    if "health check" in reason.lower():
        return Finding(sentence="the engine stopped the task: its health checks failed", seen=reason)
    return Finding(sentence="the task was stopped", seen=reason)
