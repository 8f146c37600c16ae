"""`/api/v1/apps/APP/source`: where the app's code comes from, when it lives at a forge."""

from collections.abc import Sequence

from fastapi import APIRouter

from fairway.domain.ids import AppName
from fairway.errors import NotFound
from fairway.intake import push
from fairway.intake.push import Kept, Started
from fairway.intake.sealed import Wanted
from fairway.ports.sources import Source
from fairway.server.api.asked import By, TheApp, TheServices
from fairway.services import Services
from fairway.wire import source as shapes

router = APIRouter(prefix="/apps/{app}/source")


@router.get("")
async def show(services: TheServices, app: TheApp) -> shapes.Shown:
    """Where the code comes from, and how the last fetch went."""
    found = await services.sourcing.find(app)
    return shapes.Shown(source=None if found is None else _shape(services, found))


@router.put("")
async def set_(services: TheServices, app: TheApp, by: By, body: shapes.SetRequest) -> shapes.Fetched:
    """Say where the code comes from, and fetch it; what it brings is deployed as a push would be."""
    wanted = Wanted(
        url=body.url,
        forge=body.forge,
        username=body.username,
        token=body.token.get_secret_value() if body.token else None,
        deploy_key=body.deploy_key.get_secret_value() if body.deploy_key else None,
        poll=body.poll,
    )
    outcomes = await services.sourcing.connect(app, wanted, by=by, deploy=body.deploy)
    services.follower.wake()
    return await _fetched(services, app, outcomes)


@router.delete("", status_code=204)
async def unset(services: TheServices, app: TheApp, by: By) -> None:
    """Forget where the code comes from, with every secret; what was fetched stays."""
    await services.sourcing.unset(app, by=by)


@router.post("/fetch")
async def fetch(services: TheServices, app: TheApp, by: By) -> shapes.Fetched:
    """Fetch now; what it brings is deployed as a push would be."""
    return await _fetched(services, app, await services.sourcing.fetch(app, kind="fetch", by=by))


@router.post("/webhook", status_code=201)
async def webhook(
    services: TheServices, app: TheApp, by: By, body: shapes.WebhookRequest | None = None
) -> shapes.Webhook:
    """Make the secret that the forge calls with; it is shown in this answer alone."""
    replacing = body is not None and body.replace
    secret = await services.sourcing.make_webhook(app, replacing=replacing, by=by)
    found = await services.sourcing.find(app)
    url = f"{services.settings.outside}/webhooks/{app}"
    return shapes.Webhook(url=url, secret=secret, forge=found.forge if found else None)


async def _fetched(services: Services, app: AppName, outcomes: Sequence[push.Outcome]) -> shapes.Fetched:
    found = await services.sourcing.find(app)
    if found is None:
        raise NotFound(f"the source of {app} was unset in the meantime", hint="fairway source set URL")
    return shapes.Fetched(source=_shape(services, found), outcomes=_outcomes(outcomes))


def _shape(services: Services, source: Source) -> shapes.Source:
    return shapes.Source(
        url=source.url,
        forge=source.forge,
        username=source.username,
        token=source.token is not None,
        deploy_key=source.deploy_key is not None,
        webhook=source.webhook is not None,
        poll=source.poll,
        wanted_at=source.wanted_at,
        set_by=source.by,
        set_at=source.at,
        tried_at=source.progress.tried_at,
        fetched_at=source.progress.fetched_at,
        failures=source.progress.failures,
        trouble=source.progress.trouble,
        status_trouble=services.reporter.trouble(source),
    )


def _outcomes(outcomes: Sequence[push.Outcome]) -> list[shapes.Outcome]:
    return [
        shapes.Outcome(
            ref=each.update.ref,
            commit=each.update.new,
            execution=each.execution.number if isinstance(each, Started) else None,
            forced=isinstance(each, Started) and each.forced,
            reason=each.reason if isinstance(each, Kept) else "",
        )
        for each in outcomes
    ]
