"""Whether a command can get into a task at all, and what to do when it can't. Pure: descriptions come in.

AWS lets nobody into a task that was not made for it: its service has to allow it before the task starts, the task needs
a role of its own, and the agent that AWS puts into it has to run and to reach Systems Manager.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fairway.adapters.aws.refusals import Refused
from fairway.errors import Conflict, FairwayError, NotFound, Unavailable

AGENT = "ExecuteCommandAgent"
DOCS = "docs/how-to/deploy-to-ecs.md"
APART = "TargetNotConnectedException"
KNOWN = (APART, "InvalidParameterException", "ClientException")
"""What ExecuteCommand answers about the task."""
CHANNELS = "ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and OpenDataChannel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A task that somebody wants to go into: its id, its container's name and its cluster; whether it has a `role` of
    its own. The rest is for who can't: the commands that `look` at tasks, `renew` them, and run something `alone` in
    one of its own ("": there is none); and `host`, where AWS's plugin has to be."""

    task: str
    container: str
    cluster: str
    role: bool
    look: str
    renew: str
    alone: str
    host: str


def open_container(door: Door, described: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The container to go into, as ECS describes it. Raises NotFound for a task that does not run, Conflict for one
    that nobody can go into, Unavailable for one whose agent does not run."""
    if described is None or described.get("lastStatus") != "RUNNING":
        status = described.get("lastStatus") if described else "not known to ECS"
        raise NotFound(f"task {door.task} does not run", why=f"it is {status}", hint=door.look)
    if not described.get("enableExecuteCommand"):
        raise closed(door)
    containers = described.get("containers", ())
    container: Mapping[str, Any] = next((each for each in containers if each.get("name") == door.container), {})
    agents = container.get("managedAgents", ())
    agent = next((each for each in agents if each.get("name") == AGENT), None)
    if agent is not None and agent.get("lastStatus") != "RUNNING":
        raise asleep(door, agent)
    return container


def closed(door: Door) -> FairwayError:
    """The task was started as one that nobody can go into."""
    if not door.role:
        return Conflict(
            f"nobody can go into task {door.task}",
            why="it has no role of its own, and AWS lets nobody into a task without one",
            hint=f"give it a task_role in ecs.toml that may do {CHANNELS}; start the server again; {door.renew}",
            docs=DOCS,
        )
    return Conflict(
        f"nobody can go into task {door.task}",
        why="it was started before its service allowed that, and ECS decides it when a task starts",
        hint=f"start new ones: {door.renew}",
    )


def asleep(door: Door, agent: Mapping[str, Any]) -> FairwayError:
    """The agent in the task does not run: not yet, or not any more."""
    if agent.get("lastStatus") == "PENDING":
        return Unavailable(
            f"AWS's agent in task {door.task} has not started yet",
            why="commands get into a task through it",
            hint="try again in some seconds",
        )
    return Unavailable(
        f"AWS's agent in task {door.task} has stopped",
        why=agent.get("reason") or "ECS does not say why",
        hint=f"it needs some memory, and a root file system that can be written; start new tasks: {door.renew}",
    )


def refused(door: Door, refusal: Refused) -> FairwayError:
    """What ExecuteCommand would not do."""
    if refusal.code == APART:
        return Unavailable(
            f"AWS's agent in task {door.task} has no connection to Systems Manager",
            why="the task's role may not open one, or its subnet has no way there",
            hint=f"let the task's role do {CHANNELS}, and the subnet reach ssmmessages (a NAT, or its VPC endpoint)",
            docs=DOCS,
        )
    return Conflict(
        f"ECS lets no command into task {door.task}",
        why=refusal.message,
        hint=f"start new tasks: {door.renew}",
    )


def target(door: Door, container: Mapping[str, Any]) -> str:
    """The session's other end, as the plugin wants it."""
    return f"ecs:{door.cluster.rpartition('/')[2]}_{door.task}_{container.get('runtimeId', '')}"


def never_began(door: Door, words: str) -> FairwayError:
    """The session ended before the command began; `words` is what was said of it."""
    bare = "not found" in words or "no such file or directory" in words
    otherwise = f"; {door.alone} does without them" if door.alone else ""
    return Conflict(
        f"the command did not begin in task {door.task}",
        why=words or "the session ended without a word",
        hint=f"exec needs sh, stty and cat in the image{otherwise}" if bare else f"does it still run? {door.look}",
    )


def broke_off(door: Door, words: str) -> FairwayError:
    """The session ended before the command did."""
    otherwise = f"; {door.alone} has no such limit" if door.alone else ""
    return Unavailable(
        f"the session in task {door.task} broke off, and nobody knows how the command ends",
        why=words or "the task, the agent in it or the session's program was stopped",
        hint=f"sessions end after 20 minutes in which nothing is typed or printed{otherwise}",
    )
