"""The environment's domains in a hosted zone of Route 53: the certificate that is proven there, and where they point.

A domain outside of the zone can't be proven or pointed to; CloudFormation then says so at the record. With a
certificate that exists, and no zone, there is nothing here: whoever keeps the domains points them.
"""

from typing import Any

from troposphere import GetAtt, Template, route53
from troposphere import certificatemanager as acm

from fairway.cloudformation.services.place import Place
from fairway.domain.aws import names

CERTIFICATE = "Certificate"


def add(template: Template, place: Place, balancer: str) -> None:
    """The certificate where one is made, and a record for each domain; `balancer` is the load balancer's logical id."""
    if place.proves:
        template.add_resource(_certificate(place))
    if place.hosting.zone is None:
        return
    for domain in place.environment.domains:
        template.add_resource(
            route53.RecordSetType(
                names.logical("record", domain.lower().replace(".", "--")),
                HostedZoneId=place.hosting.zone,
                Name=domain,
                Type="A",
                AliasTarget=route53.AliasTarget(
                    DNSName=GetAtt(balancer, "DNSName"),
                    HostedZoneId=GetAtt(balancer, "CanonicalHostedZoneID"),
                ),
            )
        )


def _certificate(place: Place) -> Any:
    """For all domains; the shortest is its common name, which has 64 characters (`serving.problems`)."""
    first, *others = sorted(place.environment.domains, key=lambda domain: (len(domain), domain))
    return acm.Certificate(
        CERTIFICATE,
        DomainName=first,
        SubjectAlternativeNames=others,
        ValidationMethod="DNS",
        DomainValidationOptions=[
            acm.DomainValidationOption(DomainName=domain, HostedZoneId=place.hosting.zone)
            for domain in (first, *others)
        ],
    )
