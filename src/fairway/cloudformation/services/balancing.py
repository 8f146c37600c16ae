"""The load balancer in front of the service that takes an environment's requests: none, and there is none.

The internet reaches it on 80 and 443; it reaches the tasks, and nobody else does. With a certificate HTTP leads to
HTTPS; without one it is all there is. Every request goes to the one service, whatever host name it has.
"""

from typing import Any

from troposphere import GetAtt, Output, Ref, Sub, Tags, Template, ec2
from troposphere import elasticloadbalancingv2 as elb

from fairway.cloudformation import argued, wires
from fairway.cloudformation.services import checks, dns
from fairway.cloudformation.services.place import TASK_GROUP, Place
from fairway.domain.app import Service
from fairway.domain.aws import limits

BALANCER, TARGETS, LISTENER, GROUP = "Balancer", "Targets", "Listener", "BalancerGroup"
"""Logical ids; LISTENER is the one that forwards, the other only redirects."""
TLS = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.2 and 1.3 with ciphers of forward secrecy: what AWS recommends where no older client is to be served."""
EVERYWHERE = "0.0.0.0/0"
NOMINAL_PORT = 80

IN_FRONT = {
    "CKV_AWS_91": "Access logs hold visitors' addresses and need a bucket to keep them in; whoever wants them turns "
    "them on. What the tasks print is kept.",
}
PLAIN = {
    "CKV_AWS_2": "Without a certificate or a hosted zone there is no name that a certificate could be for.",
    "CKV_AWS_103": "Without a certificate there is no TLS.",
}
OPEN = {"CKV_AWS_260": "Visitors come by HTTP: to be led to HTTPS, or because there is no certificate."}


def add(template: Template, place: Place) -> None:
    """The load balancer with its groups, targets, listeners and names, and the outputs that tell of it."""
    service = place.routed
    if service is None:
        return
    _add_groups(template, place, service)
    template.add_resource(
        elb.LoadBalancer(
            BALANCER,
            Type="application",
            Scheme="internet-facing",
            Subnets=Ref(wires.PUBLIC_SUBNETS),
            SecurityGroups=[Ref(GROUP)],
            LoadBalancerAttributes=_attributes(
                elb.LoadBalancerAttributes,
                {
                    "routing.http.drop_invalid_header_fields.enabled": "true",
                    "deletion_protection.enabled": str(place.hosting.protected).lower(),
                },
            ),
            Metadata=argued.exceptions(IN_FRONT),
        )
    )
    _add_targets(template, service)
    _add_listeners(template, place)
    dns.add(template, place, BALANCER)
    template.add_output(Output(wires.URL, Description="Where the app is reached", Value=_url(place)))
    template.add_output(
        Output(wires.LOAD_BALANCER, Description="The load balancer in DNS", Value=GetAtt(BALANCER, "DNSName"))
    )


def labels() -> dict[str, Any]:
    """The dimensions of the load balancer's metrics, by their names."""
    return {
        "LoadBalancer": GetAtt(BALANCER, "LoadBalancerFullName"),
        "TargetGroup": GetAtt(TARGETS, "TargetGroupFullName"),
    }


def _url(place: Place) -> Any:
    """The first domain where it surely leads here, or soon: by the zone, or by whoever has its certificate."""
    scheme = "https" if place.secure else "http"
    if place.environment.domains and (place.secure or place.hosting.zone is not None):
        return f"{scheme}://{place.environment.domains[0]}"
    return Sub(f"{scheme}://${{{BALANCER}.DNSName}}")


def _add_groups(template: Template, place: Place, service: Service) -> None:
    """The load balancer's way out leads to the tasks on every port, and stays as it is when the service's port changes:
    the tasks that leave have the old one. Which port that is, is said on their side."""
    ports = (80, 443) if place.secure else (80,)
    template.add_resource(
        ec2.SecurityGroup(
            GROUP,
            GroupDescription="The load balancer; the internet reaches it by HTTP and HTTPS",
            VpcId=Ref(wires.VPC),
            SecurityGroupIngress=[_rule(port, port, "Visitors", CidrIp=EVERYWHERE) for port in ports],
            SecurityGroupEgress=[
                _rule(0, 65535, "The tasks", DestinationSecurityGroupId=GetAtt(TASK_GROUP, "GroupId"))
            ],
            Tags=Tags(Name=f"{place.cluster}-balancer"),
            Metadata=argued.exceptions(OPEN),
        )
    )
    template.add_resource(
        ec2.SecurityGroupIngress(
            "TasksFromBalancer",
            GroupId=GetAtt(TASK_GROUP, "GroupId"),
            SourceSecurityGroupId=GetAtt(GROUP, "GroupId"),
            IpProtocol="tcp",
            FromPort=service.port,
            ToPort=service.port,
            Description="The load balancer",
        )
    )


def _rule(first: int, last: int, description: str, **peer: Any) -> Any:
    return ec2.SecurityGroupRule(IpProtocol="tcp", FromPort=first, ToPort=last, Description=description, **peer)


def _add_targets(template: Template, service: Service) -> None:
    """ECS registers each task with the port that it has; the group's own is never used. It is the same for all, since a
    group with another port would be another group.

    A task that leaves gets no new request, and has as long for those under way as it has to stop.
    """
    template.add_resource(
        elb.TargetGroup(
            TARGETS,
            TargetType="ip",
            Protocol="HTTP",
            Port=NOMINAL_PORT,
            VpcId=Ref(wires.VPC),
            TargetGroupAttributes=_attributes(
                elb.TargetGroupAttribute,
                {"deregistration_delay.timeout_seconds": str(checks.within(service.stop_timeout, limits.TARGET_DRAIN))},
            ),
            **_with_matcher(checks.of_targets(service.health)),
        )
    )


def _with_matcher(properties: dict[str, Any]) -> dict[str, Any]:
    return {**properties, "Matcher": elb.Matcher(HttpCode=properties["Matcher"])}


def _attributes(kind: Any, values: dict[str, str]) -> list[Any]:
    return [kind(Key=key, Value=value) for key, value in values.items()]


def _add_listeners(template: Template, place: Place) -> None:
    forward = [elb.Action(Type="forward", TargetGroupArn=Ref(TARGETS))]
    common: dict[str, Any] = {"LoadBalancerArn": Ref(BALANCER)}
    if not place.secure:
        plain = argued.exceptions(PLAIN)
        template.add_resource(
            elb.Listener(LISTENER, Port=80, Protocol="HTTP", DefaultActions=forward, Metadata=plain, **common)
        )
        return
    certificate = place.hosting.certificate or Ref(dns.CERTIFICATE)
    template.add_resource(
        elb.Listener(
            LISTENER,
            Port=443,
            Protocol="HTTPS",
            SslPolicy=TLS,
            Certificates=[elb.Certificate(CertificateArn=certificate)],
            DefaultActions=forward,
            **common,
        )
    )
    led = elb.RedirectConfig(Protocol="HTTPS", Port="443", StatusCode="HTTP_301")
    redirect = [elb.Action(Type="redirect", RedirectConfig=led)]
    template.add_resource(
        elb.Listener(
            "Redirect",
            Port=80,
            Protocol="HTTP",
            DefaultActions=redirect,
            **common,
        )
    )
