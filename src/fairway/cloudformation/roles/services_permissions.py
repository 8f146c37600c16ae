"""What CloudFormation may do for an environment's services: make, change and delete what a SERVICES stack has.

The source is AWS's own: each type's schema in the CloudFormation registry says which calls its handlers make
(`handlers.*.permissions`), and a test holds this table against them. What can be named is: the cluster and all in it,
task definitions, logs, alarms, roles by their path. What AWS names itself (security groups, load balancers) is told by
the app's tags, which CloudFormation puts on what it makes.

All environments have the same table, whatever runs in them now: an app that leaves its EC2 instances has them deleted
under this role. But for its hosted zone, for starting instances, which only an environment on instances may, and for
the page of one that may be closed.
"""

from collections.abc import Mapping

from fairway.cloudformation import asked
from fairway.cloudformation.roles import services_instances, services_listed, services_reached
from fairway.cloudformation.roles.permissions import EVERYTHING, Statement, arn
from fairway.domain.app import App, Environment
from fairway.domain.aws import names
from fairway.domain.aws.stack import Kind
from fairway.domain.aws.wanted import Capacity

LINKED = (
    "autoscaling.amazonaws.com",
    "ecs.amazonaws.com",
    "ecs.application-autoscaling.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
)
"""Services whose own role is made with the first of their things in an account."""
KEPT = 24
"""Characters of the stack's name that stay when CloudFormation cuts a name for a resource that allows 64."""


def of(app: App, environment: Environment) -> Mapping[str, tuple[Statement, ...]]:
    """The table for one environment, in parts that each fit into a policy of IAM's (6144 characters)."""
    hosting = asked.hosting(app, environment)
    return {
        "Running": (*_ecs(app, environment), *_scaling(app, environment), *_logs(app, environment)),
        "Reaching": (
            *services_reached.balancing(app, environment),
            *services_reached.closing(app, environment),
            *services_reached.named(app, environment, hosting.zone),
        ),
        "Roles": (
            *_roles(app, environment),
            *services_instances.kept(app, environment),
            *(services_instances.started(app, environment) if hosting.capacity is Capacity.EC2 else ()),
        ),
        "Looking": (
            Statement(
                name="Looking",
                why="CloudFormation looks at what it has made; AWS knows no resources for these calls",
                actions=services_listed.UNNAMED,
                resources=(EVERYTHING,),
            ),
        ),
    }


def _ecs(app: App, environment: Environment) -> tuple[Statement, ...]:
    here = names.cluster(app.name, environment.name)
    providers = arn("ecs", f"capacity-provider/{names.stack(app.name, Kind.SERVICES, environment.name)}-*")
    return (
        Statement(
            name="Cluster",
            why="AWS::ECS::Cluster and its capacity providers",
            actions=services_listed.CLUSTER,
            resources=(arn("ecs", f"cluster/{here}"), providers),
        ),
        Statement(
            name="Fargate",
            why="AWS::ECS::ClusterCapacityProviderAssociations looks at Fargate's, which are AWS's own",
            actions=("ecs:DescribeCapacityProviders",),
            resources=(arn("ecs", "capacity-provider/FARGATE"), arn("ecs", "capacity-provider/FARGATE_SPOT")),
        ),
        Statement(
            name="Services",
            why="AWS::ECS::Service, and its deployments as they go",
            actions=services_listed.SERVICE,
            resources=(arn("ecs", f"service/{here}/*"), arn("ecs", f"service-deployment/{here}/*")),
        ),
        Statement(
            name="TaskDefinitions",
            why="AWS::ECS::TaskDefinition",
            actions=("ecs:RegisterTaskDefinition", *services_listed.ECS_TAGS),
            resources=(arn("ecs", f"task-definition/{names.family(app.name, environment.name, '*')}"),),
        ),
    )


def _scaling(app: App, environment: Environment) -> tuple[Statement, ...]:
    stack = names.stack(app.name, Kind.SERVICES, environment.name)
    here = names.cluster(app.name, environment.name)
    return (
        Statement(
            name="Scaling",
            why="AWS::ApplicationAutoScaling::ScalableTarget and ScalingPolicy; AWS gives targets ids of its own",
            actions=services_listed.SCALING,
            resources=(arn("application-autoscaling", "scalable-target/*"),),
            conditions={"StringEquals": {"application-autoscaling:service-namespace": "ecs"}},
        ),
        Statement(
            name="Alarms",
            why="AWS::CloudWatch::Alarm, and those that Application Auto Scaling makes of a target",
            actions=services_listed.ALARM,
            resources=(
                arn("cloudwatch", f"alarm:{stack}-*"),
                arn("cloudwatch", f"alarm:TargetTracking-service/{here}/*"),
            ),
        ),
        Statement(
            name="AllAlarms",
            why="AWS::CloudWatch::Alarm: CloudWatch answers for all alarms or for none",
            actions=("cloudwatch:DescribeAlarms",),
            resources=(arn("cloudwatch", "alarm:*"),),
        ),
        Statement(
            name="Timetable",
            why="AWS::Scheduler::ScheduleGroup, and in it AWS::Scheduler::Schedule",
            actions=services_listed.SCHEDULE,
            resources=(
                arn("scheduler", f"schedule-group/{stack[:KEPT]}*"),
                arn("scheduler", f"schedule/{stack[:KEPT]}*"),
            ),
        ),
    )


def _logs(app: App, environment: Environment) -> tuple[Statement, ...]:
    return (
        Statement(
            name="Logs",
            why="AWS::Logs::LogGroup",
            actions=services_listed.LOG_GROUP,
            resources=(arn("logs", f"log-group:{names.log_group(app.name, environment.name, '*')}"),),
        ),
    )


def _roles(app: App, environment: Environment) -> tuple[Statement, ...]:
    path = names.path(app.name, environment.name, "services")
    roles = arn("iam", f"role{path}*", region="")
    return (
        Statement(
            name="Roles",
            why="AWS::IAM::Role: those of the tasks, the schedules and the instances, under their own path",
            actions=services_listed.ROLE,
            resources=(roles,),
        ),
        Statement(
            name="PassRoles",
            why="a task definition, a schedule and an instance profile name one of these roles",
            actions=("iam:PassRole",),
            resources=(roles,),
            conditions={
                "StringEquals": {
                    "iam:PassedToService": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com", "scheduler.amazonaws.com"]
                }
            },
        ),
        Statement(
            name="LinkedRoles",
            why="with an account's first cluster, load balancer or scaling policy AWS makes the service's own role",
            actions=("iam:CreateServiceLinkedRole",),
            resources=(arn("iam", "role/aws-service-role/*", region=""),),
            conditions={"StringEquals": {"iam:AWSServiceName": list(LINKED)}},
        ),
        Statement(
            name="Profiles",
            why="AWS::IAM::InstanceProfile",
            actions=services_listed.PROFILE,
            resources=(arn("iam", f"instance-profile{path}*", region=""),),
        ),
    )
