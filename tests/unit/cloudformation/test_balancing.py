"""The load balancer: when there is one, who reaches what, and by which name."""

from typing import Any

import pytest

from fairway.domain.aws.wanted import Hosting
from support import aws_services
from support.aws_apps import CERTIFICATE, ZONE, make_environment, make_service

LISTENER = "ElasticLoadBalancingV2::Listener"
DOMAINS = ("shop.example.com", "www.shop.example.com")


def test_there_is_none_where_no_request_goes() -> None:
    worker = aws_services.make(make_environment(services=(make_service("worker"),)))
    two = (make_service("api", port=3000), make_service("admin", port=4000))
    unclear = aws_services.make(make_environment(services=two))

    for found in (worker, unclear):
        assert not found.of_type("ElasticLoadBalancingV2::LoadBalancer")
        assert "Url" not in found.template["Outputs"]
        assert all("LoadBalancers" not in each for each in found.of_type("ECS::Service").values())


def test_the_only_service_with_a_port_gets_the_requests() -> None:
    found = aws_services.make(make_environment(services=(make_service("api", port=4000), make_service("worker"))))

    behind = found.service("api")["LoadBalancers"][0]
    assert (behind["ContainerName"], behind["ContainerPort"]) == ("api", 4000)
    assert "LoadBalancers" not in found.service("worker")


def test_without_a_certificate_it_is_plain_http() -> None:
    found = aws_services.make(make_environment())

    listener = found.only(LISTENER)
    assert (listener["Port"], listener["Protocol"]) == (80, "HTTP")
    assert listener["DefaultActions"][0]["Type"] == "forward"
    assert found.template["Outputs"]["Url"]["Value"] == {"Fn::Sub": "http://${Balancer.DNSName}"}


@pytest.mark.parametrize("hosting", [Hosting(certificate=CERTIFICATE), Hosting(zone=ZONE)])
def test_with_a_certificate_http_leads_to_https(hosting: Hosting) -> None:
    found = aws_services.make(make_environment(domains=DOMAINS), hosting)

    listeners = {each["Port"]: each for each in found.of_type(LISTENER).values()}
    assert listeners[443]["DefaultActions"][0]["Type"] == "forward"
    assert listeners[80]["DefaultActions"][0]["RedirectConfig"] == {
        "Protocol": "HTTPS",
        "Port": "443",
        "StatusCode": "HTTP_301",
    }
    assert found.template["Outputs"]["Url"]["Value"] == "https://shop.example.com"


def test_a_certificate_is_proven_in_the_zone_and_every_domain_points_to_the_load_balancer() -> None:
    found = aws_services.make(make_environment(domains=DOMAINS), Hosting(zone=ZONE))

    certificate = found.only("CertificateManager::Certificate")
    assert [certificate["DomainName"], *certificate["SubjectAlternativeNames"]] == list(DOMAINS)
    assert {each["HostedZoneId"] for each in certificate["DomainValidationOptions"]} == {ZONE}
    records = found.of_type("Route53::RecordSet").values()
    assert {each["Name"] for each in records} == set(DOMAINS)
    assert all(each["AliasTarget"]["DNSName"] == {"Fn::GetAtt": ["Balancer", "DNSName"]} for each in records)


def test_a_certificate_that_exists_is_taken_and_the_zone_still_points() -> None:
    found = aws_services.make(make_environment(domains=DOMAINS), Hosting(zone=ZONE, certificate=CERTIFICATE))

    assert not found.of_type("CertificateManager::Certificate")
    secure = next(each for each in found.of_type(LISTENER).values() if each["Port"] == 443)
    assert secure["Certificates"] == [{"CertificateArn": CERTIFICATE}]
    assert len(found.of_type("Route53::RecordSet")) == 2


def test_domains_that_look_alike_have_records_of_their_own() -> None:
    found = aws_services.make(make_environment(domains=("a-b.example.com", "a.b.example.com")), Hosting(zone=ZONE))

    assert len(found.of_type("Route53::RecordSet")) == 2


def test_the_load_balancer_alone_reaches_the_tasks_and_on_their_port_alone() -> None:
    found = aws_services.make(make_environment())

    assert "SecurityGroupIngress" not in found.resources["TaskGroup"]["Properties"]
    rule = found.only("EC2::SecurityGroupIngress")
    assert rule["GroupId"] == {"Fn::GetAtt": ["TaskGroup", "GroupId"]}
    assert rule["SourceSecurityGroupId"] == {"Fn::GetAtt": ["BalancerGroup", "GroupId"]}
    assert (rule["FromPort"], rule["ToPort"], rule["IpProtocol"]) == (3000, 3000, "tcp")
    assert "CidrIp" not in rule


@pytest.mark.parametrize(("hosting", "ports"), [(Hosting(), [80]), (Hosting(certificate=CERTIFICATE), [80, 443])])
def test_visitors_reach_the_load_balancer_by_http_and_https_alone(hosting: Hosting, ports: list[int]) -> None:
    found = aws_services.make(make_environment(), hosting)

    rules = found.resources["BalancerGroup"]["Properties"]["SecurityGroupIngress"]
    assert [(each["FromPort"], each["ToPort"]) for each in rules] == [(port, port) for port in ports]


def test_another_port_leaves_the_target_group_and_the_load_balancer_as_they_are() -> None:
    before = aws_services.make(make_environment())
    after = aws_services.make(make_environment(services=(make_service(port=4000),)))

    for logical in ("Targets", "BalancerGroup", "Balancer", "Listener"):
        assert before.resources[logical] == after.resources[logical], logical


def attributes(found: Any) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in found}


@pytest.mark.parametrize(("protected", "value"), [(True, "true"), (False, "false")])
def test_what_is_protected_cannot_be_deleted(protected: bool, value: str) -> None:
    found = aws_services.make(make_environment(), Hosting(protected=protected))

    balancer = attributes(found.only("ElasticLoadBalancingV2::LoadBalancer")["LoadBalancerAttributes"])
    assert balancer["deletion_protection.enabled"] == value
    assert balancer["routing.http.drop_invalid_header_fields.enabled"] == "true"


@pytest.mark.parametrize(("patience", "delay"), [(0.5, "1"), (30.0, "30"), (7200.0, "3600")])
def test_a_task_that_leaves_has_as_long_for_its_requests_as_to_stop(patience: float, delay: str) -> None:
    found = aws_services.make(make_environment(services=(make_service(stop_timeout=patience),)))

    targets = attributes(found.only("ElasticLoadBalancingV2::TargetGroup")["TargetGroupAttributes"])
    assert targets["deregistration_delay.timeout_seconds"] == delay
