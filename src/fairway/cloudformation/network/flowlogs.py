"""The record of what the network refused: whose packet, from where, to which port.

Refused ones only. What was let in and out would be priced by the gigabyte, and is told by the load balancer and
the tasks themselves.
"""

from troposphere import GetAtt, Ref, Sub, Template, ec2, iam, logs

from fairway.cloudformation import argued
from fairway.domain.app import App

GROUP, ROLE = "FlowLogGroup", "FlowLogRole"
DAYS = 30


def add(template: Template, app: App) -> None:
    """The flow log of the VPC `Vpc`, its log group, and the role by which EC2 writes there."""
    template.add_resource(
        logs.LogGroup(
            GROUP,
            LogGroupName=f"/fairway/{app.name}/network",  # of two parts: no environment's group has its name
            RetentionInDays=DAYS,
            Metadata=argued.exceptions(argued.LOGS_KEY),
        )
    )
    template.add_resource(
        iam.Role(
            ROLE,
            AssumeRolePolicyDocument=_assumed(),
            Policies=[iam.Policy(PolicyName="write", PolicyDocument=_writing())],
        )
    )
    template.add_resource(
        ec2.FlowLog(
            "FlowLog",
            ResourceType="VPC",
            ResourceId=Ref("Vpc"),
            TrafficType="REJECT",
            LogDestinationType="cloud-watch-logs",
            LogGroupName=Ref(GROUP),
            DeliverLogsPermissionArn=GetAtt(ROLE, "Arn"),
        )
    )


def _assumed() -> dict[str, object]:
    """EC2's flow logs of this account and region, and no other's, take the role ("confused deputy")."""
    flows = Sub("arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:vpc-flow-log/*")
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")},
                    "ArnLike": {"aws:SourceArn": flows},
                },
            }
        ],
    }


def _writing() -> dict[str, object]:
    """What "IAM role for publishing flow logs to CloudWatch Logs" asks for, without making groups."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                "Resource": GetAtt(GROUP, "Arn"),
            },
            {
                "Effect": "Allow",
                "Action": "logs:DescribeLogGroups",
                "Resource": Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*"),
            },
        ],
    }
