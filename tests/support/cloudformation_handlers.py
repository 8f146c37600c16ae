"""Which calls CloudFormation makes for a type of resource: `handlers.*.permissions` of its schema in the CloudFormation
registry, as AWS publishes it (read in 2026-11 from the copies in hashicorp/terraform-provider-awscc; those of
AWS::EC2::SecurityGroupIngress and AWS::IAM::InstanceProfile, which are not there, from AWS's reference of their calls).

cfn-lint carries the same schemas, but without their handlers.
"""

from collections.abc import Iterator, Mapping

CALLS: Mapping[str, Mapping[str, str]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": {
        "application-autoscaling": "DeregisterScalableTarget DeleteScheduledAction DescribeScalableTargets "
        "DescribeScheduledActions PutScheduledAction RegisterScalableTarget",
        "cloudwatch": "DeleteAlarms DescribeAlarms PutMetricAlarm",
        "iam": "CreateServiceLinkedRole PassRole",
        "lambda": "DeleteProvisionedConcurrencyConfig GetProvisionedConcurrencyConfig PutProvisionedConcurrencyConfig",
    },
    "AWS::ApplicationAutoScaling::ScalingPolicy": {
        "application-autoscaling": "DeleteScalingPolicy DescribeScalingPolicies PutScalingPolicy",
        "cloudwatch": "GetMetricData",
    },
    "AWS::AutoScaling::AutoScalingGroup": {
        "autoscaling": "AttachLoadBalancerTargetGroups AttachLoadBalancers AttachTrafficSources CreateAutoScalingGroup "
        "CreateOrUpdateTags DeleteAutoScalingGroup DeleteLifecycleHook DeleteNotificationConfiguration DeleteTags "
        "Describe* DetachLoadBalancerTargetGroups DetachLoadBalancers DetachTrafficSources DisableMetricsCollection "
        "EnableMetricsCollection PutLifecycleHook PutNotificationConfiguration UpdateAutoScalingGroup",
        "cloudwatch": "PutMetricAlarm",
        "ec2": "Describe* Get* RunInstances",
        "elasticloadbalancing": "Describe*",
        "iam": "CreateServiceLinkedRole PassRole",
        "managed-fleets": "CreateAutoScalingGroup DeleteAutoScalingGroup DeregisterAutoScalingGroup Get* "
        "RegisterAutoScalingGroup UpdateAutoScalingGroup",
        "ssm": "Get*",
        "vpc-lattice": "DeregisterTargets GetTargetGroup ListTargets RegisterTargets",
    },
    "AWS::CertificateManager::Certificate": {
        "acm": "AddTagsToCertificate DeleteCertificate DescribeCertificate ListTagsForCertificate "
        "RemoveTagsFromCertificate RequestCertificate UpdateCertificateOptions",
        "acm-pca": "GetCertificate IssueCertificate",
        "route53": "ChangeResourceRecordSets",
    },
    "AWS::CloudWatch::Alarm": {
        "cloudwatch": "DeleteAlarms DescribeAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource",
    },
    "AWS::EC2::LaunchTemplate": {
        "ec2": "CreateLaunchTemplate CreateLaunchTemplateVersion CreateTags DeleteLaunchTemplate DeleteTags "
        "DescribeLaunchTemplates",
    },
    "AWS::EC2::SecurityGroup": {
        "ec2": "AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateSecurityGroup CreateTags "
        "DeleteSecurityGroup DeleteTags DescribeInstances DescribeSecurityGroups RevokeSecurityGroupEgress "
        "RevokeSecurityGroupIngress UpdateSecurityGroupRuleDescriptionsEgress "
        "UpdateSecurityGroupRuleDescriptionsIngress",
    },
    "AWS::EC2::SecurityGroupIngress": {
        "ec2": "AuthorizeSecurityGroupIngress DescribeSecurityGroupRules RevokeSecurityGroupIngress "
        "UpdateSecurityGroupRuleDescriptionsIngress",
    },
    "AWS::ECS::CapacityProvider": {
        "autoscaling": "CreateOrUpdateTags",
        "ecs": "CreateCapacityProvider DeleteCapacityProvider DescribeCapacityProviders ListTagsForResource "
        "PutClusterCapacityProviders TagResource UntagResource UpdateCapacityProvider",
        "iam": "CreateServiceLinkedRole PassRole",
    },
    "AWS::ECS::Cluster": {
        "ecs": "CreateCluster DeleteCluster DescribeClusters ListTagsForResource PutAccountSetting "
        "PutAccountSettingDefault PutClusterCapacityProviders TagResource UntagResource UpdateCluster "
        "UpdateClusterSettings",
        "iam": "CreateServiceLinkedRole",
        "kms": "DescribeKey",
    },
    "AWS::ECS::ClusterCapacityProviderAssociations": {
        "ecs": "DescribeCapacityProviders DescribeClusters PutClusterCapacityProviders",
    },
    "AWS::ECS::Service": {
        "ecs": "CreateService DeleteService DescribeServiceDeployments DescribeServices ListServiceDeployments "
        "ListTagsForResource StopServiceDeployment TagResource UntagResource UpdateService",
        "iam": "PassRole",
    },
    "AWS::ECS::TaskDefinition": {
        "ecs": "DeregisterTaskDefinition DescribeTaskDefinition ListTagsForResource RegisterTaskDefinition TagResource "
        "UntagResource",
        "iam": "GetRole PassRole",
    },
    "AWS::ElasticLoadBalancingV2::Listener": {
        "cognito-idp": "DescribeUserPoolClient",
        "elasticloadbalancing": "CreateListener DeleteListener DescribeListenerAttributes DescribeListeners "
        "ModifyListener ModifyListenerAttributes",
    },
    "AWS::ElasticLoadBalancingV2::ListenerRule": {
        "elasticloadbalancing": "AddTags CreateRule DeleteRule DescribeRules ModifyRule SetRulePriorities",
    },
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {
        "ec2": "DescribeIpamPools",
        "elasticloadbalancing": "AddTags CreateLoadBalancer DeleteLoadBalancer DescribeCapacityReservation "
        "DescribeLoadBalancerAttributes DescribeLoadBalancers DescribeTags ModifyCapacityReservation ModifyIpPools "
        "ModifyLoadBalancerAttributes RemoveTags SetIpAddressType SetSecurityGroups SetSubnets",
    },
    "AWS::ElasticLoadBalancingV2::TargetGroup": {
        "ec2": "DescribeVpcs",
        "elasticloadbalancing": "AddTags CreateTargetGroup DeleteTargetGroup DeregisterTargets DescribeTags "
        "DescribeTargetGroupAttributes DescribeTargetGroups DescribeTargetHealth ModifyTargetGroup "
        "ModifyTargetGroupAttributes RegisterTargets RemoveTags",
    },
    "AWS::IAM::InstanceProfile": {
        "iam": "AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile PassRole "
        "RemoveRoleFromInstanceProfile",
    },
    "AWS::IAM::Role": {
        "iam": "AttachRolePolicy CreateRole DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DetachRolePolicy "
        "GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies PutRolePermissionsBoundary PutRolePolicy "
        "TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
    },
    "AWS::Logs::LogGroup": {
        "firehose": "TagDeliveryStream",
        "logs": "AssociateKmsKey CreateLogDelivery CreateLogGroup DeleteDataProtectionPolicy DeleteLogGroup "
        "DeleteRetentionPolicy DescribeLogGroups DescribeResourcePolicies DisassociateKmsKey GetDataProtectionPolicy "
        "ListTagsForResource ListTagsLogGroup PutDataProtectionPolicy PutResourcePolicy PutRetentionPolicy TagLogGroup "
        "TagResource UntagLogGroup UntagResource",
        "s3": "REST.PUT.OBJECT",
    },
    "AWS::Route53::RecordSet": {
        "route53": "ChangeResourceRecordSets GetChange GetHostedZone ListHostedZones ListResourceRecordSets",
    },
    "AWS::Scheduler::Schedule": {
        "iam": "PassRole",
        "scheduler": "CreateSchedule DeleteSchedule GetSchedule UpdateSchedule",
    },
    "AWS::Scheduler::ScheduleGroup": {
        "scheduler": "CreateScheduleGroup DeleteSchedule DeleteScheduleGroup GetScheduleGroup ListTagsForResource "
        "TagResource UntagResource",
    },
}

NEVER: Mapping[str, str] = {
    "acm-pca:*": "certificates are public ones",
    "autoscaling:*LoadBalancer*": "instances are behind no load balancer; tasks are",
    "autoscaling:*LifecycleHook": "the template has none",
    "autoscaling:*MetricsCollection": "the template asks for none",
    "autoscaling:*NotificationConfiguration": "the template has none",
    "autoscaling:*TrafficSources": "instances have none",
    "cognito-idp:*": "listeners ask nobody to log in",
    "ec2:DescribeIpamPools": "addresses come from no pool",
    "ec2:Get*": "the group names its template, and no instance to copy",
    "ecs:PutAccountSetting*": "settings of the account are none of the template's",
    "elasticloadbalancing:*registerTargets": "ECS registers tasks, by its own role",
    "elasticloadbalancing:ModifyCapacityReservation": "the template reserves none",
    "elasticloadbalancing:ModifyIpPools": "addresses come from no pool",
    "elasticloadbalancing:SetRulePriorities": "the one rule keeps its priority",
    "elasticloadbalancing:RegisterTargets": "ECS registers tasks, by its own role",
    "firehose:*": "logs go to CloudWatch",
    "iam:*PermissionsBoundary": "the template sets none",
    "iam:AttachRolePolicy": "roles have inline policies alone",
    "iam:DetachRolePolicy": "roles have inline policies alone",
    "kms:*": "the template names no key",
    "lambda:*": "what is scaled is ECS's",
    "logs:*KmsKey": "the template names no key",
    "logs:CreateLogDelivery": "logs go to CloudWatch",
    "logs:DeleteDataProtectionPolicy": "the template has none",
    "logs:DescribeResourcePolicies": "logs go to CloudWatch",
    "logs:PutDataProtectionPolicy": "the template has none",
    "logs:PutResourcePolicy": "logs go to CloudWatch",
    "managed-fleets:*": "the group is of EC2's own",
    "s3:*": "logs go to CloudWatch",
    "vpc-lattice:*": "instances are in no target group of it",
}
"""Calls of those handlers that are made for properties which Fairway's templates don't have, with why."""


def calls(kind: str) -> Iterator[str]:
    """All calls of a type's handlers: `ecs:CreateService`. Raises KeyError for a type that is not in the table."""
    for service, operations in CALLS[kind].items():
        for operation in operations.split():
            yield f"{service}:{operation}"
