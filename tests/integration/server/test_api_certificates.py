"""The endpoints of certificates over real HTTP: who did what is told, and a private key never comes out."""

from dataclasses import replace

import pytest

from fairway.domain.certificates import State
from fairway.domain.desired import DesiredEnvironment
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import Unavailable, UsageError
from support.certificate_desk import FAILURE, GIVEN, HOST, ORDERED, PRODUCTION, SHOP, stand
from support.orchestrator_world import web

CERTIFICATES = "/api/v1/certificates"
ONE = f"{CERTIFICATES}/{HOST}"
KEY = "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n"
CHAIN = "-----BEGIN CERTIFICATE-----\npublic\n-----END CERTIFICATE-----\n"
FAILED = stand(State.FAILED, failure=FAILURE, cause=FAILURE.cause)


async def told(served) -> list[tuple[str, str, AppName | None]]:
    found = await served.services.events.list(limit=10)
    return [(event.kind, event.text, event.app) for event in found]


async def test_domains_are_listed_with_their_certificates_and_what_keeps_them_from_one(served):
    blog = replace(stand(host="blog.example.org", certificate=ORDERED), app=AppName("blog"))
    served.certificates.standings = [blog, FAILED, stand(State.PLAIN, host="shop.localhost", cause="no public name")]

    every = (await served.api.get(CERTIFICATES)).json()["certificates"]
    of_shop = (await served.api.get(CERTIFICATES, params={"app": "shop"})).json()["certificates"]

    assert [(each["domain"], each["app"], each["state"]) for each in every] == [
        ("blog.example.org", "blog", "SECURE"),
        (HOST, "shop", "FAILED"),
    ]
    assert every[0]["certificate"]["origin"] == "ordered"
    assert of_shop == every[1:]
    assert of_shop[0]["failure"] == {"at": 1000.0, "times": 2, "cause": FAILURE.cause, "again": 1600.0}


async def test_an_app_that_there_is_not_is_told(served):
    assert (await served.api.get(CERTIFICATES, params={"app": "shpo"})).status_code == 404
    assert (await served.api.get(CERTIFICATES, params={"app": "no name"})).status_code == 422


async def test_a_certificate_is_given_and_who_did_it_is_told_without_the_key(served):
    served.certificates.standings = [FAILED]

    answer = await served.api.put(f"{CERTIFICATES}/{HOST.upper()}", json={"chain": CHAIN, "key": KEY})

    assert answer.status_code == 200
    assert answer.json()["certificate"]["fingerprint"] == GIVEN.fingerprint
    assert served.certificates.asked == [("give", HOST, CHAIN, KEY)]
    assert await told(served) == [("certificates.changed", f"owner gave {HOST} a certificate", SHOP)]
    assert "secret" not in answer.text


async def test_what_is_refused_is_told_as_no_change_and_shows_no_key(served):
    served.certificates.fails = UsageError("the key does not fit the certificate", why="it has another public key")

    refused = await served.api.put(ONE, json={"chain": CHAIN, "key": KEY})
    missing = await served.api.put(ONE, json={"chain": CHAIN, "secret": KEY})
    wrong = await served.api.put(ONE, json={"chain": CHAIN, "key": [KEY]})

    assert [each.status_code for each in (refused, missing, wrong)] == [422, 422, 422]
    assert refused.json()["title"] == "the key does not fit the certificate"
    assert not any("secret\\n" in each.text or "PRIVATE" in each.text for each in (refused, missing, wrong))
    assert await told(served) == []


async def test_a_certificate_is_removed_and_one_is_ordered(served):
    served.certificates.standings = [stand(certificate=GIVEN)]

    removed = await served.api.delete(ONE)
    ordered = await served.api.post(f"{ONE}/order")

    assert (removed.status_code, ordered.status_code, ordered.json()["state"]) == (204, 202, "ORDERING")
    assert await told(served) == [
        ("certificates.changed", f"owner had a certificate ordered for {HOST}", SHOP),
        ("certificates.changed", f"owner removed the certificate of {HOST}", SHOP),
    ]


async def test_strangers_get_nothing(served):
    served.api.headers["Authorization"] = "Bearer another"

    answers = [await served.api.get(CERTIFICATES), await served.api.put(ONE, json={"chain": CHAIN, "key": KEY})]

    assert [each.status_code for each in answers] == [401, 401]
    assert served.certificates.asked == []


@pytest.fixture
async def deployed(served):
    """The shop in production under its domain."""
    hosts = ("shop.localhost", HOST)
    await served.store.desired.put(DesiredEnvironment(app=SHOP, environment=PRODUCTION, services=(web(),), hosts=hosts))
    return served


async def shown(served) -> dict:
    document = (await served.api.get("/api/v1/apps/shop")).json()
    return next(each for each in document["environments"] if each["name"] == "production")


async def test_the_status_has_an_environments_domains_and_https_where_a_certificate_is_presented(deployed, monkeypatch):
    serve_tls(deployed, monkeypatch, port=8443)
    other = replace(stand(State.PLAIN), environment=EnvironmentName("staging"), host="staging.example.org")
    deployed.certificates.standings = [stand(certificate=ORDERED), other]

    environment = await shown(deployed)

    assert [each["domain"] for each in environment["domains"]] == [HOST]
    assert environment["urls"] == ["http://shop.localhost:8080", f"https://{HOST}:8443"]


async def test_the_load_balancer_is_asked_once_for_an_app_however_many_environments_it_has(deployed, monkeypatch):
    serve_tls(deployed, monkeypatch, port=8443)
    staging = EnvironmentName("staging")
    await deployed.store.desired.put(DesiredEnvironment(app=SHOP, environment=staging, services=(), hosts=()))

    await shown(deployed)

    assert deployed.certificates.looks == 1


async def test_a_domain_without_a_certificate_is_reached_by_http(deployed, monkeypatch):
    serve_tls(deployed, monkeypatch, port=443)
    deployed.certificates.standings = [FAILED]

    environment = await shown(deployed)

    assert environment["domains"][0]["cause"] == FAILURE.cause
    assert environment["urls"][1] == f"http://{HOST}:8080"


async def test_where_nothing_is_served_by_tls_no_domain_is_to_be_mended(deployed):
    deployed.certificates.standings = [stand(State.PLAIN, cause="no authority is set")]

    assert (await shown(deployed))["domains"] == []


async def test_a_load_balancer_that_does_not_answer_hides_nothing_else(deployed, monkeypatch):
    serve_tls(deployed, monkeypatch, port=443)
    deployed.certificates.fails = Unavailable("HAProxy does not answer")

    environment = await shown(deployed)

    assert (environment["domains"], environment["urls"][1]) == ([], f"http://{HOST}:8080")


def serve_tls(served, monkeypatch, *, port: int) -> None:
    settings = replace(served.settings, apps_tls_port=port)
    monkeypatch.setattr(served.app.state, "services", replace(served.services, settings=settings))
