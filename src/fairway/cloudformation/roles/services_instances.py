"""What CloudFormation may do, of `services_permissions`, for the EC2 instances that an environment's tasks run on."""

from troposphere import Sub

from fairway.cloudformation.roles import permissions, services_listed
from fairway.cloudformation.roles.permissions import Statement, arn
from fairway.domain.app import App, Environment
from fairway.domain.aws import names
from fairway.domain.aws.stack import APP_TAG, Kind


def kept(app: App, environment: Environment) -> tuple[Statement, ...]:
    """Changing and deleting what is there, also when the environment has left its instances."""
    return (
        Statement(
            name="Instances",
            why="AWS::AutoScaling::AutoScalingGroup, which the capacity provider tags",
            actions=services_listed.INSTANCES,
            resources=(_groups(app, environment),),
        ),
        Statement(
            name="DropTemplate",
            why="AWS::EC2::LaunchTemplate",
            actions=("ec2:DeleteLaunchTemplate", "ec2:DeleteTags"),
            resources=(arn("ec2", "launch-template/*"),),
            conditions=permissions.tagged(app, environment),
        ),
    )


def started(app: App, environment: Environment) -> tuple[Statement, ...]:
    """Making it, for an environment on instances."""
    tagged = {"StringEquals": {f"aws:RequestTag/{APP_TAG}": app.name}}
    return (
        Statement(
            name="MakeInstances",
            why="AWS::AutoScaling::AutoScalingGroup",
            actions=("autoscaling:CreateAutoScalingGroup",),
            resources=(_groups(app, environment),),
        ),
        Statement(
            name="MakeTemplate",
            why="AWS::EC2::LaunchTemplate, with its tags",
            actions=("ec2:CreateLaunchTemplate", "ec2:CreateTags"),
            resources=(arn("ec2", "launch-template/*"),),
            conditions=tagged,
        ),
        Statement(
            name="ChangeTemplate",
            why="AWS::EC2::LaunchTemplate",
            actions=("ec2:CreateLaunchTemplateVersion", "ec2:CreateTags"),
            resources=(arn("ec2", "launch-template/*"),),
            conditions=permissions.tagged(app, environment),
        ),
        Statement(
            name="StartInstances",
            why="Auto Scaling asks whether whoever makes a group may start what its template describes",
            actions=("ec2:RunInstances",),
            resources=(
                Sub("arn:${AWS::Partition}:ec2:${AWS::Region}::image/*"),
                *(
                    arn("ec2", f"{kind}/*")
                    for kind in (
                        "instance",
                        "launch-template",
                        "network-interface",
                        "security-group",
                        "subnet",
                        "volume",
                    )
                ),
            ),
            conditions={"ArnLike": {"ec2:LaunchTemplate": arn("ec2", "launch-template/*")}},
        ),
        Statement(
            name="Image",
            why="the template names the image by AWS's own public parameter",
            actions=("ssm:GetParameters",),
            resources=(Sub("arn:${AWS::Partition}:ssm:${AWS::Region}::parameter/aws/service/ecs/*"),),
        ),
    )


def _groups(app: App, environment: Environment) -> Sub:
    named = f"autoScalingGroup:*:autoScalingGroupName/{names.stack(app.name, Kind.SERVICES, environment.name)}-*"
    return arn("autoscaling", named)
