"""Why a task on ECS ended, in one sentence that a person can act on: what ECS tells of it in, a finding out. Pure.

What ECS alone knows comes first (the image that can't be pulled, variables that can't be read, the load balancer's
checks); what the process did is read by the same readers as on one machine (`diagnosis`).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from fairway.domain import diagnosis, diagnosis_log
from fairway.domain.aws.rollouts import StoppedTask
from fairway.domain.desired import TaskSpec
from fairway.domain.diagnosis_text import Finding
from fairway.domain.facts import Facts
from fairway.domain.ids import TaskId
from fairway.domain.observed import Exit

ORDINARY = re.compile(r"^Scaling activity initiated by|^Your Spot Task was interrupted|Service .* drain", re.IGNORECASE)
"""Reasons of tasks that were well: scaled in, replaced by a deployment, or taken back by Fargate Spot."""
NOT_STARTED = re.compile(r"CannotStartContainerError:?\s*(?:Error response from daemon:\s*)?(?P<text>.+)", re.DOTALL)
OUT_OF_MEMORY = re.compile(r"OutOfMemory")
UNHEALTHY = re.compile(r"failed ELB health checks|is unhealthy in \(target-group")
BECAUSE = re.compile(r"due to \(reason (?P<reason>[^)]+)\)")
NETWORK = (
    "tasks in private subnets reach ECR, Secrets Manager and CloudWatch by a NAT gateway or by endpoints of the VPC: "
    "see nat under [aws.network]; then fairway aws up"
)


def failed(tasks: Iterable[StoppedTask], *, since: float) -> list[StoppedTask]:
    """Those that were made since then and did not end in the ordinary way, the most telling first: one whose program
    ended with an error, then one that did not start, then one that was only stopped; of those the newest."""
    chosen = [each for each in tasks if each.created_at >= since and not ORDINARY.search(each.reason)]
    return sorted(chosen, key=lambda each: (_weight(each), each.stopped_at or 0.0), reverse=True)


def explain(task: StoppedTask, spec: TaskSpec, log: tuple[str, ...], events: Sequence[str] = ()) -> Finding:
    """The finding of one task. `spec` is what it was to run, `log` its last lines, `events` the service's texts."""
    told = " ".join([task.reason, *(each.reason for each in task.containers)])
    for pattern, make in ROWS:
        if match := pattern.search(told):
            return make(match, spec)
    ended = next((each for each in task.containers if each.code not in (None, 0)), None)
    if UNHEALTHY.search(task.reason):
        return _unhealthy(task, spec, log, events)
    if "container health checks" in task.reason:
        return _check_failed(task, spec, log)
    refused = NOT_STARTED.search(told)
    if ended is None and refused is None and not any(each.code == 0 for each in task.containers):
        return Finding(sentence=f"ECS could not run a task of {spec.service}", seen=task.reason or task.code)
    exit = Exit(
        code=ended.code if ended is not None and ended.code is not None else 0,
        oom_killed=bool(OUT_OF_MEMORY.search(told)),
        error=refused["text"].strip() if refused else "",
    )
    facts = Facts(
        task=TaskId(task.id),
        spec=spec,
        exit=exit,
        lived=task.lived,
        probe=None,
        sockets=None,
        usage=None,
        log=log,
    )
    return diagnosis.find(facts, log)


def is_certain(task: StoppedTask) -> bool:
    """Whether each further task of the release would end in the same way, so that there is nothing to wait for: what
    the image, the secret or the command lacks, it will lack the next time too. A way to AWS that is closed, or a
    permission that a new role does not have yet, may be there in a moment."""
    told = " ".join([task.reason, *(each.reason for each in task.containers)])
    lacking = any(pattern.search(told) for pattern, make in ROWS if make in CERTAIN)
    return lacking or bool(NOT_STARTED.search(told)) or any(each.code in (126, 127) for each in task.containers)


def _weight(task: StoppedTask) -> int:
    if any(each.code not in (None, 0) for each in task.containers):
        return 2
    return 1 if task.code in ("TaskFailedToStart", "EssentialContainerExited") else 0


def _unhealthy(task: StoppedTask, spec: TaskSpec, log: tuple[str, ...], events: Sequence[str]) -> Finding:
    """The load balancer's checks failed. What it saw stands in the service's events, not with the task."""
    about = [each for each in events if task.id in each and UNHEALTHY.search(each)]
    about += [each for each in events if UNHEALTHY.search(each)]
    found = next((match["reason"] for each in about if (match := BECAUSE.search(each))), "")
    printed = diagnosis_log.read(log, spec)
    seen = f"{task.reason}; {found}" if found else task.reason
    if printed is not None:
        return replace(printed, seen=f"{printed.seen}; {seen}" if printed.seen else seen)
    where = f"on port {spec.port}" if spec.port is not None else "on its port"
    said = f": {found[0].lower()}{found[1:]}" if found else ""
    return Finding(
        sentence=f"{spec.service} does not pass the load balancer's health check {where}{said}",
        seen=seen,
        fix=f"see that services.{spec.service}.health and its port in fairway.toml are what the app answers on, and "
        "that it listens on 0.0.0.0",
    )


def _check_failed(task: StoppedTask, spec: TaskSpec, log: tuple[str, ...]) -> Finding:
    printed = diagnosis_log.read(log, spec)
    if printed is not None:
        return printed
    return Finding(
        sentence=f"the health command of {spec.service} fails in its container",
        seen=task.reason,
        fix=f"try services.{spec.service}.health.command in the image: docker run",
    )


def _no_platform(match: re.Match[str], spec: TaskSpec) -> Finding:
    return Finding(
        sentence="the image is made for another processor than the tasks have",
        seen=match[0],
        fix="architecture under [aws] in fairway.toml decides on both; build the commit again",
    )


def _no_image(match: re.Match[str], spec: TaskSpec) -> Finding:
    return Finding(
        sentence="the image is not in ECR any more",
        seen=match[0],
        fix="start the pipeline again: its stage build makes a new one",
    )


def _no_way(match: re.Match[str], spec: TaskSpec) -> Finding:
    return Finding(sentence="the task can't reach AWS's own services from its subnet", seen=match[0], fix=NETWORK)


def _not_allowed(match: re.Match[str], spec: TaskSpec) -> Finding:
    return Finding(
        sentence="the task's execution role may not read what the task needs",
        seen=match[0],
        fix="fairway aws plan shows what differs from what Fairway made, fairway aws up mends it",
    )


def _no_key(match: re.Match[str], spec: TaskSpec) -> Finding:
    return Finding(
        sentence=f"the variable {match['name']} is not in the environment's secret",
        seen=match[0],
        fix=f"put {match['name']} into the environment's env file, then fairway aws up, and start the pipeline again",
    )


def _no_version(match: re.Match[str], spec: TaskSpec) -> Finding:
    return Finding(
        sentence="Secrets Manager does not have the variables of this release any more",
        seen=match[0],
        fix="start the pipeline again: it takes the newest version",
    )


def _no_pull(match: re.Match[str], spec: TaskSpec) -> Finding:
    return Finding(sentence="ECS can't pull the image", seen=match[0])


Make = Callable[[re.Match[str], TaskSpec], Finding]


ROWS: tuple[tuple[re.Pattern[str], Make], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), make)
    for pattern, make in (
        (r"[^:]*manifest does not contain descriptor matching platform.*", _no_platform),
        (r"[^:]*did not contain json key (?P<name>[A-Za-z0-9_.-]+)", _no_key),
        (r"ResourceInitializationError.*(?:AccessDenied|not authorized).*", _not_allowed),
        (r"ResourceInitializationError.*ResourceNotFoundException.*", _no_version),
        (
            r"(?:ResourceInitializationError|CannotPullContainerError).*"
            r"(?:i/o timeout|context deadline exceeded|RequestCanceled|dial tcp|no such host).*",
            _no_way,
        ),
        (r"CannotPull(?:Container|Image)Error.*(?:not found|manifest unknown|does not exist).*", _no_image),
        (r"CannotPull(?:Container|Image)Error.*", _no_pull),
    )
)
"""What ECS's texts mean, in the order in which they are believed; from "Amazon ECS stopped task error messages"."""
CERTAIN = frozenset({_no_platform, _no_key, _no_version, _no_image})
