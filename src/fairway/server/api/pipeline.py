"""`/api/v1/apps/APP/pipeline`: the stages in their order, and which executions are where."""

from fastapi import APIRouter

from fairway.domain import overview, waiting
from fairway.domain.search import Search
from fairway.server.api.asked import TheApp, TheServices
from fairway.wire import pipeline as shapes
from fairway.wire.transitions import Transition

router = APIRouter(prefix="/apps/{app}/pipeline")
DEFINED = Search(defined=True)


@router.get("")
async def get(services: TheServices, app: TheApp) -> shapes.Pipeline:
    """The pipeline as the newest execution defines it."""
    newest = next(iter(await services.executions.list(app, limit=1, search=DEFINED)), None)
    schedule = next((each for each in await services.schedules.list() if each.app == app), None)
    if newest is None:
        none = shapes.Schedule.of(schedule)
        return shapes.Pipeline(app=app, version=None, mode=None, execution=None, schedule=none, stages=[])
    contenders = await services.executions.contenders(app)
    disabled = {each.stage: each for each in await services.transitions.disabled(app)}
    waits = {each.number: waiting.find(each, contenders, disabled.values()) for each in contenders}
    return shapes.Pipeline(
        app=app,
        version=newest.definition,
        mode=newest.mode,
        execution=newest.number,
        schedule=shapes.Schedule.of(schedule),
        stages=[
            shapes.Stage(
                name=place.stage.name,
                actions=[shapes.Action.of(each.action) for each in place.stage.actions],
                on_failure=place.stage.on_failure,
                disabled=Transition.of(disabled[place.stage.name]) if place.stage.name in disabled else None,
                inside=[shapes.Present.of(each, waits[each.number]) for each in place.inside],
                waiting=[shapes.Present.of(each, waits[each.number]) for each in place.waiting],
            )
            for place in overview.survey(newest, contenders)
        ],
    )
