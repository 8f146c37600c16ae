"""`/api/v1/apps/APP/transitions`: the stages that nobody may enter for the time being."""

from fastapi import APIRouter

from fairway.domain.pipeline import DisabledTransition
from fairway.domain.search import DEPLOYING
from fairway.errors import NotFound
from fairway.server.api.asked import By, TheApp, TheServices
from fairway.wire import transitions as shapes

router = APIRouter(prefix="/apps/{app}/transitions")
RECENT = 20


@router.get("")
async def list_(services: TheServices, app: TheApp) -> shapes.Transitions:
    """The stages that are held back."""
    found = await services.transitions.disabled(app)
    return shapes.Transitions(transitions=[shapes.Transition.of(each) for each in found])


@router.put("/{stage}")
async def disable(
    services: TheServices, app: TheApp, stage: str, by: By, body: shapes.DisableRequest
) -> shapes.Transition:
    """Let no execution enter the stage until it is enabled again; what is in it goes on."""
    recent = await services.executions.list(app, limit=RECENT, search=DEPLOYING)
    known = {each.name: None for run in recent for each in run.stages}
    if known and stage not in known:
        raise NotFound(f"the pipeline of {app} has no stage {stage}", hint=f"its stages: {', '.join(known)}")
    transition = DisabledTransition(stage=stage, reason=body.reason, by=by, at=services.clock.now())
    await services.pipeline.disable_transition(app, transition)
    return shapes.Transition.of(transition)


@router.delete("/{stage}", status_code=204)
async def enable(services: TheServices, app: TheApp, stage: str) -> None:
    """Let executions enter again; the one that waits does so at once."""
    await services.pipeline.enable_transition(app, stage)
