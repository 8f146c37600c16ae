"""What the pipeline costs: the minutes of its actions, and of the builds that they start."""

from collections.abc import Iterator

from fairway.cloudformation.cost.reading import Reading
from fairway.domain.aws.cost import Item, Unit, exactly

PROJECT, PIPELINE = "AWS::CodeBuild::Project", "AWS::CodePipeline::Pipeline"
MACHINES = {"LINUX_CONTAINER": "linux", "ARM_CONTAINER": "arm"}


def projects(reading: Reading) -> Iterator[Item]:
    """Each runs once for a push. What runs Docker builds, unless it is in the app's network: there migrations are
    rehearsed by it. The others deploy too."""
    usage = reading.usage
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
            f"{usage.pushes} pushes of {minutes} min",
        )


def pipelines(reading: Reading) -> Iterator[Item]:
    """Every action but approvals, in whole minutes; fetching the source takes one."""
    usage = reading.usage
    longest = max(usage.build_minutes, usage.deploy_minutes)
    for name, pipeline in reading.resources(PIPELINE):
        actions = [action for stage in pipeline.get("Stages", ()) for action in stage.get("Actions", ())]
        kinds = [action.get("ActionTypeId", {}).get("Category") for action in actions]
        minutes = sum(1 if kind == "Source" else longest for kind in kinds if kind != "Approval")
        yield reading.item(
            name,
            "CodePipeline, minutes of actions",
            "codepipeline.minute",
            Unit.MINUTE,
            exactly(usage.pushes * minutes),
            f"{usage.pushes} pushes of {minutes} min; the first 100 min a month of an account are free",
        )
