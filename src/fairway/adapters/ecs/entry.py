"""Whether a command can get into a task at all, and what to do when it can't. Pure: descriptions come in.

AWS lets nobody into a task that was not made for it: its service has to allow it before the task starts, the task needs
a role of its own, and the agent that AWS puts into it has to run and to reach Systems Manager.
"""

from collections.abc import Mapping
from typing import Any

from fairway.adapters.aws.refusals import Refused
from fairway.adapters.ecs.places import Place
from fairway.domain.observed import Task
from fairway.errors import Conflict, FairwayError, NotFound, Unavailable

AGENT = "ExecuteCommandAgent"
DOCS = "docs/how-to/deploy-to-ecs.md"
APART = "TargetNotConnectedException"
KNOWN = (APART, "InvalidParameterException", "ClientException")
"""What ExecuteCommand answers about the task."""
CHANNELS = "ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and OpenDataChannel"


def open_container(task: Task, place: Place, described: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The container to go into, as ECS describes it. Raises NotFound for a task that does not run, Conflict for one
    that nobody can go into, Unavailable for one whose agent does not run."""
    if described is None or described.get("lastStatus") != "RUNNING":
        status = described.get("lastStatus") if described else "not known to ECS"
        raise NotFound(f"task {task.id} does not run", why=f"it is {status}", hint="fairway ps")
    again = f"fairway restart -e {task.environment}"
    if not described.get("enableExecuteCommand"):
        raise closed(task, place, again)
    containers = described.get("containers", ())
    container: Mapping[str, Any] = next((each for each in containers if each.get("name") == task.service), {})
    agents = container.get("managedAgents", ())
    agent = next((each for each in agents if each.get("name") == AGENT), None)
    if agent is not None and agent.get("lastStatus") != "RUNNING":
        raise asleep(task, agent, again)
    return container


def closed(task: Task, place: Place, again: str) -> FairwayError:
    """The task was started as one that nobody can go into."""
    if place.task_role is None:
        return Conflict(
            f"nobody can go into the tasks of {task.app}/{task.environment}",
            why="they have no role of their own, and AWS lets nobody into a task without one",
            hint=f"give them a task_role in ecs.toml that may do {CHANNELS}; start the server again; {again}",
            docs=DOCS,
        )
    return Conflict(
        f"nobody can go into task {task.id}",
        why="it was started before its service allowed that, and ECS decides it when a task starts",
        hint=f"{again} starts new ones",
    )


def asleep(task: Task, agent: Mapping[str, Any], again: str) -> FairwayError:
    """The agent in the task does not run: not yet, or not any more."""
    if agent.get("lastStatus") == "PENDING":
        return Unavailable(
            f"AWS's agent in task {task.id} has not started yet",
            why="commands get into a task through it",
            hint="try again in some seconds",
        )
    return Unavailable(
        f"AWS's agent in task {task.id} has stopped",
        why=agent.get("reason") or "ECS does not say why",
        hint=f"{again} starts new tasks; it needs some memory, and a root file system that can be written",
    )


def refused(task: Task, refusal: Refused) -> FairwayError:
    """What ExecuteCommand would not do."""
    if refusal.code == APART:
        return Unavailable(
            f"AWS's agent in task {task.id} has no connection to Systems Manager",
            why="the task's role may not open one, or its subnet has no way there",
            hint=f"let the task_role do {CHANNELS}, and the subnet reach ssmmessages (a NAT, or its VPC endpoint)",
            docs=DOCS,
        )
    return Conflict(
        f"ECS lets no command into task {task.id}",
        why=refusal.message,
        hint=f"fairway restart -e {task.environment} starts new tasks",
    )


def target(task: Task, place: Place, container: Mapping[str, Any]) -> str:
    """The session's other end, as the plugin wants it."""
    return f"ecs:{place.cluster.rpartition('/')[2]}_{task.id}_{container.get('runtimeId', '')}"


def never_began(task: Task, words: str) -> FairwayError:
    """The session ended before the command began; `words` is what was said of it."""
    missing = "executable file not found" in words or "no such file or directory" in words
    return Conflict(
        f"the command did not begin in task {task.id}",
        why=words or "the session ended without a word",
        hint="exec needs sh, stty and cat in the image; fairway exec --new runs a command without them"
        if missing or "not found" in words
        else "fairway ps shows whether the task still runs",
    )


def broke_off(task: Task, words: str) -> FairwayError:
    """The session ended before the command did."""
    return Unavailable(
        f"the session in task {task.id} broke off, and nobody knows how the command ends",
        why=words or "the task, the agent in it or the session's program was stopped",
        hint="sessions end after 20 minutes in which nothing is typed or printed; fairway exec --new has no such limit",
    )
