"""The pipeline is started for the first time, as far as the code can be reached: somebody has to authorize the
connection to the forge once, in the console, which no program can do for them.

A pipeline that CloudFormation has just made begins by itself, and fails at its source while the connection is PENDING.
So it is started here when nothing was ever deployed and it does not run; from then on pushes start it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from fairway.cloudformation import wires
from fairway.domain.aws.seen import Caller, Connection
from fairway.domain.aws.stack import Kind, SeenStack, Stack
from fairway.provision.parts import Parts

CONSOLES = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}


RUNNING = "InProgress"


class Start(StrEnum):
    """How the pipeline stands after `up`."""

    STARTED = "STARTED"
    RUNS_BY_ITSELF = "RUNS_BY_ITSELF"
    UNAUTHORIZED = "UNAUTHORIZED"
    BROKEN = "BROKEN"
    LACKING = "LACKING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """`url` is where the next look goes: the connection's page, or the pipeline's. `execution` is the id of one that
    was started, "" when none was."""

    how: Start
    url: str
    execution: str = ""


def console(caller: Caller, path: str) -> str:
    """A page of the developer tools: `https://console.aws.amazon.com/codesuite/…?region=eu-central-1`."""
    host = CONSOLES.get(caller.partition, "console.aws.amazon.com")
    return f"https://{host}/codesuite/{path}?region={caller.region}"


def deployed(stacks: Sequence[Stack], seen: Mapping[str, SeenStack]) -> bool:
    """Whether any environment has ever had an image."""
    services = [seen[stack.name] for stack in stacks if stack.kind is Kind.SERVICES and stack.name in seen]
    return any(each.parameters.get(wires.IMAGE_DIGEST) for each in services)


async def start(
    parts: Parts, caller: Caller, stacks: Sequence[Stack], seen: Mapping[str, SeenStack], *, lacking: bool
) -> Started | None:
    """Start the pipeline if it has never deployed anything and can; None when the app has no pipeline's stack.

    `lacking`: required variables are missing, so that its contract check would stop it. Raises what the ports raise.
    """
    made = next((seen[stack.name] for stack in stacks if stack.kind is Kind.PIPELINE and stack.name in seen), None)
    if made is None:
        return None
    pipeline = made.outputs.get(wires.PIPELINE, "")
    page = console(caller, f"codepipeline/pipelines/{pipeline}/view")
    connections = console(caller, "settings/connections")
    if arn := made.outputs.get(wires.CONNECTION, ""):
        connection = await parts.account.connection(arn)
        if connection is not Connection.AVAILABLE:
            how = Start.UNAUTHORIZED if connection is Connection.PENDING else Start.BROKEN
            return Started(how=how, url=connections)
    if deployed(stacks, seen) or await parts.pipeline.latest(pipeline) == RUNNING:
        return Started(how=Start.RUNS_BY_ITSELF, url=page)
    if lacking:
        return Started(how=Start.LACKING, url=page)
    return Started(how=Start.STARTED, url=page, execution=await parts.pipeline.start(pipeline))
