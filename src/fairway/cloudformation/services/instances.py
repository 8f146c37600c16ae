"""EC2 instances that an environment's tasks run on, as many as its tasks need.

ECS adds and takes away instances (managed scaling), and lets their tasks go elsewhere before one stops (managed
draining). Its managed termination protection is off: the flags that it sets on instances outlive it, and then the
group, and with it the stack, can't be deleted (containers-roadmap 2862, aws-cdk 18179); draining keeps tasks safe
without it.

Every instance starts from the newest image that AWS recommends for ECS, which EC2 looks up at that moment, and is
replaced after a month: so patches come without an update of the stack.
"""

from typing import Any

from troposphere import Base64, GetAtt, Ref, Sub, Tags, Template, autoscaling, ec2, ecs, iam

from fairway.cloudformation import wires
from fairway.cloudformation.services.place import CLUSTER, Place
from fairway.domain.aws.stack import APP_TAG, ENVIRONMENT_TAG
from fairway.domain.aws.wanted import Architecture

PROVIDER, GROUP, ROLE, PROFILE, TEMPLATE = (
    "InstanceProvider",
    "Instances",
    "InstanceRole",
    "InstanceProfile",
    "InstanceTemplate",
)
SECURITY_GROUP = "InstanceGroup"
LIFETIME = 30 * 24 * 3600
DISK = 30
"""GiB: what the image has, of which Docker gets what the system leaves."""
IMAGES = {
    Architecture.X86_64: "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    Architecture.ARM64: "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id",
}
"""Public parameters of SSM ("Retrieving Amazon ECS-optimized Linux AMI metadata")."""


def add(template: Template, place: Place) -> None:
    """The role, the template that instances start from, their group, and the provider that steers it."""
    _add_role(template, place)
    _add_security_group(template, place)
    template.add_resource(
        ec2.LaunchTemplate(
            TEMPLATE,
            LaunchTemplateData=_launched(place),
            # Of all types this is the one that CloudFormation gives no tags of the stack's, by which its role knows it.
            TagSpecifications=[ec2.TagSpecifications(ResourceType="launch-template", Tags=Tags(**_tags(place)))],
        )
    )
    hosting = place.hosting.instances
    template.add_resource(
        autoscaling.AutoScalingGroup(
            GROUP,
            MinSize=str(hosting.minimum),
            MaxSize=str(hosting.maximum),
            VPCZoneIdentifier=Ref(wires.PRIVATE_SUBNETS),
            LaunchTemplate=autoscaling.LaunchTemplateSpecification(
                LaunchTemplateId=Ref(TEMPLATE), Version=GetAtt(TEMPLATE, "LatestVersionNumber")
            ),
            MaxInstanceLifetime=LIFETIME,
            # The new one is there before the old one goes.
            InstanceMaintenancePolicy=autoscaling.InstanceMaintenancePolicy(
                MinHealthyPercentage=100, MaxHealthyPercentage=200
            ),
            # ECS sets this one on a group that it steers; not named here, an update would take it off.
            Tags=autoscaling.Tags(AmazonECSManaged=("", True), Name=(f"{place.cluster}-instance", True)),
        )
    )
    template.add_resource(
        ecs.CapacityProvider(
            PROVIDER,
            AutoScalingGroupProvider=ecs.AutoScalingGroupProvider(
                AutoScalingGroupArn=GetAtt(GROUP, "AutoScalingGroupARN"),
                ManagedScaling=ecs.ManagedScaling(Status="ENABLED", TargetCapacity=100),
                ManagedTerminationProtection="DISABLED",
                ManagedDraining="ENABLED",
            ),
        )
    )


def _tags(place: Place) -> dict[str, str]:
    return {APP_TAG: place.app.name, ENVIRONMENT_TAG: place.environment.name}


def _launched(place: Place) -> Any:
    """IMDSv2 alone, and of that nothing for tasks: they have roles of their own."""
    configured = (
        f"#!/bin/bash\ncat >> /etc/ecs/ecs.config <<'END'\n"
        f"ECS_CLUSTER={place.cluster}\nECS_AWSVPC_BLOCK_IMDS=true\nEND\n"
    )
    return ec2.LaunchTemplateData(
        ImageId=f"resolve:ssm:{IMAGES[place.hosting.architecture]}",
        InstanceType=place.hosting.instances.type,
        IamInstanceProfile=ec2.IamInstanceProfile(Arn=GetAtt(PROFILE, "Arn")),
        SecurityGroupIds=[Ref(SECURITY_GROUP)],
        MetadataOptions=ec2.MetadataOptions(HttpTokens="required", HttpPutResponseHopLimit=1),
        BlockDeviceMappings=[
            ec2.LaunchTemplateBlockDeviceMapping(
                DeviceName="/dev/xvda",
                Ebs=ec2.EBSBlockDevice(VolumeSize=DISK, VolumeType="gp3", Encrypted=True, DeleteOnTermination=True),
            )
        ],
        UserData=Base64(configured),
    )


def _add_security_group(template: Template, place: Place) -> None:
    """Nobody comes in: a task has a network interface, and a group, of its own."""
    template.add_resource(
        ec2.SecurityGroup(
            SECURITY_GROUP,
            GroupDescription="The instances; nobody reaches them",
            VpcId=Ref(wires.VPC),
            SecurityGroupEgress=[
                ec2.SecurityGroupRule(IpProtocol="-1", CidrIp="0.0.0.0/0", Description="ECS, ECR, and updates")
            ],
            Tags=Tags(Name=f"{place.cluster}-instances"),
        )
    )


def _add_role(template: Template, place: Place) -> None:
    """What ECS's agent needs for this cluster. Images and logs it handles with the tasks' execution role."""
    template.add_resource(
        iam.Role(
            ROLE,
            Path=place.role_path,
            AssumeRolePolicyDocument={
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
                ],
            },
            Policies=[iam.Policy(PolicyName="agent", PolicyDocument=_agent(place))],
        )
    )
    template.add_resource(iam.InstanceProfile(PROFILE, Path=place.role_path, Roles=[Ref(ROLE)]))


def _agent(place: Place) -> dict[str, Any]:
    """Of the managed policy AmazonEC2ContainerServiceforEC2Role what concerns one cluster that exists already."""
    arn = "arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [
                    "ecs:DeregisterContainerInstance",
                    "ecs:RegisterContainerInstance",
                    "ecs:SubmitAttachmentStateChanges",
                    "ecs:SubmitContainerStateChange",
                    "ecs:SubmitTaskStateChange",
                ],
                "Resource": GetAtt(CLUSTER, "Arn"),
            },
            {
                "Effect": "Allow",
                "Action": ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"],
                "Resource": Sub(f"{arn}:container-instance/{place.cluster}/*"),
            },
            # The service authorization reference names no resource for this one.
            {"Effect": "Allow", "Action": "ecs:DiscoverPollEndpoint", "Resource": "*"},
        ],
    }
