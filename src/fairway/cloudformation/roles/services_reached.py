"""What CloudFormation may do, of `services_permissions`, for how an environment is reached: load balancer, security
groups, certificate and names."""

from fairway.cloudformation.roles import permissions, services_listed
from fairway.cloudformation.roles.permissions import EVERYTHING, Statement, arn
from fairway.domain.app import App, Environment
from fairway.domain.aws.stack import APP_TAG

BALANCER = "fair"
"""How the names of load balancers and target groups begin: they have 32 characters, so that CloudFormation leaves only
the first ones of its stack's name."""


def balancing(app: App, environment: Environment) -> tuple[Statement, ...]:
    """The load balancer with all that belongs to it, and the security groups."""
    balancers = arn("elasticloadbalancing", f"loadbalancer/app/{BALANCER}*")
    targets = arn("elasticloadbalancing", f"targetgroup/{BALANCER}*")
    return (
        Statement(
            name="MakeBalancer",
            why="AWS::ElasticLoadBalancingV2::LoadBalancer and TargetGroup: what is not there has no tags yet",
            actions=services_listed.MAKE_BALANCER,
            resources=(balancers, targets),
        ),
        Statement(
            name="TagBalancer",
            why="AWS::ElasticLoadBalancingV2::LoadBalancer and TargetGroup are tagged as they are made",
            actions=("elasticloadbalancing:AddTags",),
            resources=(balancers, targets),
            conditions={"StringEquals": {f"aws:RequestTag/{APP_TAG}": app.name}},
        ),
        Statement(
            name="Balancer",
            why="AWS::ElasticLoadBalancingV2::LoadBalancer, TargetGroup, and a Listener on it",
            actions=services_listed.BALANCER,
            resources=(balancers, targets),
            conditions=permissions.tagged(app, environment),
        ),
        Statement(
            name="Listeners",
            why="AWS::ElasticLoadBalancingV2::Listener has no tags; its ARN begins like its load balancer's",
            actions=services_listed.LISTENER,
            resources=(arn("elasticloadbalancing", f"listener/app/{BALANCER}*"),),
        ),
        Statement(
            name="MakeGroups",
            why="AWS::EC2::SecurityGroup: what is not there has no tags yet",
            actions=("ec2:CreateSecurityGroup",),
            resources=(arn("ec2", "security-group/*"), arn("ec2", "vpc/*")),
        ),
        Statement(
            name="TagGroups",
            why="AWS::EC2::SecurityGroup is tagged as it is made",
            actions=("ec2:CreateTags",),
            resources=(arn("ec2", "security-group/*"),),
            conditions={"StringEquals": {f"aws:RequestTag/{APP_TAG}": app.name}},
        ),
        Statement(
            name="Groups",
            why="AWS::EC2::SecurityGroup and SecurityGroupIngress",
            actions=services_listed.GROUP,
            resources=(arn("ec2", "security-group/*"), arn("ec2", "security-group-rule/*")),
            conditions=permissions.tagged(app, environment),
        ),
    )


def closing(app: App, environment: Environment) -> tuple[Statement, ...]:
    """The rule that answers with a page while the environment is closed; of one that never is, nothing."""
    if environment.migrations is None or not environment.migrations.maintenance:
        return ()
    rules = arn("elasticloadbalancing", f"listener-rule/app/{BALANCER}*")
    return (
        Statement(
            name="MakeRule",
            why="AWS::ElasticLoadBalancingV2::ListenerRule is made on its listener",
            actions=("elasticloadbalancing:CreateRule",),
            resources=(arn("elasticloadbalancing", f"listener/app/{BALANCER}*"),),
        ),
        Statement(
            name="TagRule",
            why="AWS::ElasticLoadBalancingV2::ListenerRule is tagged as it is made",
            actions=("elasticloadbalancing:AddTags",),
            resources=(rules,),
            conditions={"StringEquals": {f"aws:RequestTag/{APP_TAG}": app.name}},
        ),
        Statement(
            name="Rule",
            why="AWS::ElasticLoadBalancingV2::ListenerRule; its ARN begins like its load balancer's",
            actions=("elasticloadbalancing:DeleteRule", "elasticloadbalancing:ModifyRule"),
            resources=(rules,),
        ),
        Statement(
            name="LookRule",
            why="AWS::ElasticLoadBalancingV2::ListenerRule; AWS knows no resource for this call",
            actions=("elasticloadbalancing:DescribeRules",),
            resources=(EVERYTHING,),
        ),
    )


def named(app: App, environment: Environment, zone: str | None) -> tuple[Statement, ...]:
    """The certificate, and in the hosted zone of that id what leads to the load balancer and proves the certificate."""
    certificates = (
        Statement(
            name="Certificate",
            why="AWS::CertificateManager::Certificate as it is made and looked at",
            actions=services_listed.CERTIFICATE,
            resources=(arn("acm", "certificate/*"),),
        ),
        Statement(
            name="DropCertificate",
            why="AWS::CertificateManager::Certificate",
            actions=("acm:DeleteCertificate", "acm:RemoveTagsFromCertificate", "acm:UpdateCertificateOptions"),
            resources=(arn("acm", "certificate/*"),),
            conditions=permissions.tagged(app, environment),
        ),
    )
    if zone is None:
        return certificates
    return (
        *certificates,
        Statement(
            name="Zone",
            why="AWS::Route53::RecordSet, and the records by which a certificate is proven",
            actions=services_listed.ZONE,
            resources=(arn("route53", f"hostedzone/{zone}", region="", account=""),),
        ),
        Statement(
            name="ZoneChange",
            why="AWS::Route53::RecordSet: whether a change has reached all of Route 53's servers",
            actions=("route53:GetChange",),
            resources=(arn("route53", "change/*", region="", account=""),),
        ),
    )
