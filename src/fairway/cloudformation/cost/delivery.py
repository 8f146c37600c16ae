"""What the pipeline costs: the minutes of its actions, and of the builds that they start."""

from collections.abc import Iterator
from typing import Any

from fairway.cloudformation.cost.reading import Reading, reference
from fairway.domain.aws.cost import Item, Unit, exactly

PROJECT, PIPELINE = "AWS::CodeBuild::Project", "AWS::CodePipeline::Pipeline"
PUSHES, HEADS = "pushes", "heads of pull requests"
"""What starts a pipeline: as many of these as of those are supposed."""
MACHINES = {"LINUX_CONTAINER": "linux", "ARM_CONTAINER": "arm"}


def projects(reading: Reading) -> Iterator[Item]:
    """Each runs once for a push, or for the head of a pull request. What runs Docker builds, unless it is in the app's
    network: there migrations are rehearsed by it. The others deploy too."""
    usage = reading.usage
    tried = {
        reference(action.get("Configuration", {}).get("ProjectName"))
        for _, pipeline in reading.resources(PIPELINE)
        if _tries(pipeline)
        for action in _actions(pipeline)
    }
    for name, project in reading.resources(PROJECT):
        machine = project.get("Environment", {})
        kind = MACHINES.get(str(machine.get("Type")), "")
        size = str(machine.get("ComputeType")).rpartition("_")[2].lower()
        builds = machine.get("PrivilegedMode") and "VpcConfig" not in project
        minutes = usage.build_minutes if builds else usage.deploy_minutes
        yield reading.item(
            name,
            f"CodeBuild {kind} {size}",
            f"codebuild.{kind}.{size}",
            Unit.MINUTE,
            exactly(usage.pushes * minutes),
            f"{usage.pushes} {HEADS if name in tried else PUSHES} of {minutes} min",
        )


def pipelines(reading: Reading) -> Iterator[Item]:
    """Every action but approvals, in whole minutes; fetching the source takes one."""
    usage = reading.usage
    longest = max(usage.build_minutes, usage.deploy_minutes)
    for name, pipeline in reading.resources(PIPELINE):
        kinds = [action.get("ActionTypeId", {}).get("Category") for action in _actions(pipeline)]
        minutes = sum(1 if kind == "Source" else longest for kind in kinds if kind != "Approval")
        yield reading.item(
            name,
            "CodePipeline, minutes of actions",
            "codepipeline.minute",
            Unit.MINUTE,
            exactly(usage.pushes * minutes),
            f"{usage.pushes} {HEADS if _tries(pipeline) else PUSHES} of {minutes} min; the first 100 min a month of an "
            "account are free",
        )


def _actions(pipeline: Any) -> Iterator[Any]:
    for stage in pipeline.get("Stages", ()):
        yield from stage.get("Actions", ())


def _tries(pipeline: Any) -> bool:
    """Whether pull requests start it."""
    return any("PullRequest" in each.get("GitConfiguration", {}) for each in pipeline.get("Triggers", ()))
