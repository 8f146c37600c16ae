"""What the pipeline costs: the minutes of its actions, and of the builds that they start."""

from collections.abc import Iterator, Mapping
from typing import Any

from fairway.cloudformation.cost.reading import Reading, Usage, reference
from fairway.domain.aws.cost import Item, Unit, exactly

PROJECT, PIPELINE = "AWS::CodeBuild::Project", "AWS::CodePipeline::Pipeline"
PUSHES, HEADS = "pushes", "heads of pull requests"
"""What starts a pipeline: as many of these as of those are supposed."""
MACHINES = {"LINUX_CONTAINER": "linux", "ARM_CONTAINER": "arm"}


def projects(reading: Reading) -> Iterator[Item]:
    """Each runs once for a push, or for the head of a pull request; that of an environment's own actions once for each
    of them. What runs Docker builds, unless it is in the app's network: there migrations are rehearsed by it. The
    others deploy too."""
    usage, runs = reading.usage, _runs(reading)
    for name, project in reading.resources(PROJECT):
        machine = project.get("Environment", {})
        kind = MACHINES.get(str(machine.get("Type")), "")
        size = str(machine.get("ComputeType")).rpartition("_")[2].lower()
        builds = machine.get("PrivilegedMode") and "VpcConfig" not in project
        starts, own = runs.get(name, (PUSHES, 0))
        others = own * usage.action_minutes or usage.deploy_minutes
        minutes = usage.build_minutes if builds else others
        yield reading.item(
            name,
            f"CodeBuild {kind} {size}",
            f"codebuild.{kind}.{size}",
            Unit.MINUTE,
            exactly(usage.pushes * minutes),
            f"{usage.pushes} {starts} of {minutes} min",
        )


def pipelines(reading: Reading) -> Iterator[Item]:
    """Every action but approvals, in whole minutes; fetching the source takes one."""
    usage = reading.usage
    for name, pipeline in reading.resources(PIPELINE):
        minutes = sum(_minutes(action, usage, tries=_tries(pipeline)) for action in _actions(pipeline))
        yield reading.item(
            name,
            "CodePipeline, minutes of actions",
            "codepipeline.minute",
            Unit.MINUTE,
            exactly(usage.pushes * minutes),
            f"{usage.pushes} {HEADS if _tries(pipeline) else PUSHES} of {minutes} min; the first 100 min a month of an "
            "account are free",
        )


def _runs(reading: Reading) -> Mapping[str, tuple[str, int]]:
    """By project: what starts the pipeline that it is of, and how many of its actions are of one's own."""
    found: dict[str, tuple[str, int]] = {}
    for _, pipeline in reading.resources(PIPELINE):
        starts = HEADS if _tries(pipeline) else PUSHES
        for action in _actions(pipeline):
            if name := reference(action.get("Configuration", {}).get("ProjectName")):
                _, own = found.get(name, (starts, 0))
                found[name] = starts, own + (_kind(action) == "Test")
    return found


def _minutes(action: Any, usage: Usage, *, tries: bool) -> int:
    match _kind(action):
        case "Approval":
            return 0
        case "Source":
            return 1
        case "Test" if not tries:
            return usage.action_minutes
        case _:
            return max(usage.build_minutes, usage.deploy_minutes)


def _kind(action: Any) -> Any:
    return action.get("ActionTypeId", {}).get("Category")


def _actions(pipeline: Any) -> Iterator[Any]:
    for stage in pipeline.get("Stages", ()):
        yield from stage.get("Actions", ())


def _tries(pipeline: Any) -> bool:
    """Whether pull requests start it."""
    return any("PullRequest" in each.get("GitConfiguration", {}) for each in pipeline.get("Triggers", ()))
