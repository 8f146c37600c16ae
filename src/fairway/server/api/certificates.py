"""`/api/v1/certificates`: the certificates of domains. A private key goes in, and never comes out.

Each change is told in the event log of the domain's app, by who made it.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from fairway.domain import ids
from fairway.domain.certificates import Standing
from fairway.domain.events import Event
from fairway.domain.ids import AppName
from fairway.server import certificatelist
from fairway.server.api.asked import By, TheServices
from fairway.services import Services
from fairway.wire import certificates as shapes

router = APIRouter(prefix="/certificates")
KIND = "certificates.changed"
Domain = Annotated[str, Path(max_length=253, description="the host name")]
OneApp = Annotated[str | None, Query(description="only the domains of this app")]


@router.get("")
async def certificates(services: TheServices, app: OneApp = None) -> shapes.Certificates:
    """The domains that apps are served under, and how each stands."""
    name = None if not app else (await services.apps.get(AppName(ids.check_name("app", app)))).name
    found = await certificatelist.listed(services, name)
    return shapes.Certificates(certificates=[shapes.Standing.of(each) for each in found])


@router.put("/{host}")
async def give(services: TheServices, host: Domain, by: By, body: shapes.GiveRequest) -> shapes.Standing:
    """Present the operator's own certificate for the domain, and renew none for it any more."""
    given = await services.certificates.give(host.lower(), body.chain, body.key)
    await tell(services, given, f"{by} gave {given.host} a certificate")
    return shapes.Standing.of(given)


@router.delete("/{host}", status_code=204)
async def remove(services: TheServices, host: Domain, by: By) -> None:
    """Present the domain's certificate no more, and forget it."""
    host = host.lower()
    before = next((each for each in await services.certificates.listed(None) if each.host == host), None)
    await services.certificates.remove(host)
    await tell(services, before, f"{by} removed the certificate of {host}")


@router.post("/{host}/order", status_code=202)
async def order(services: TheServices, host: Domain, by: By) -> shapes.Standing:
    """Order a certificate for the domain now, however often that has failed."""
    ordered = await services.certificates.again(host.lower())
    await tell(services, ordered, f"{by} had a certificate ordered for {ordered.host}")
    return shapes.Standing.of(ordered)


async def tell(services: Services, standing: Standing | None, text: str) -> None:
    """Keep who did it in the event log; of no app when the domain leads to none any more."""
    app, environment = (None, "") if standing is None else (standing.app, standing.environment)
    event = Event(at=services.clock.now(), kind=KIND, text=text, app=app, environment=environment)
    await services.events.append([event])
