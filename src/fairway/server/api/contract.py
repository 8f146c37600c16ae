"""The contract: what an execution's code needs, and how an environment's variables look against it."""

from fastapi import APIRouter

from fairway.errors import NotFound
from fairway.pipeline.stages import fulfil
from fairway.server.api.asked import Number, TheApp, TheServices, environment_named
from fairway.wire import contract as shapes

router = APIRouter(prefix="/apps/{app}")


@router.get("/executions/{number}/contract")
async def contract(services: TheServices, app: TheApp, number: Number) -> shapes.Contract:
    """The variables that the code of the execution's commit reads."""
    execution = await services.executions.get(app, number)
    found = fulfil.take(await services.executions.outputs(app, execution.number))
    if found is None:
        raise NotFound(
            f"nothing is known of what execution {number} of {app} needs",
            why="its source stage has not ended, or it failed before the code was read",
            hint=f"fairway show {number}",
        )
    return shapes.Contract.of(found)


@router.post("/environments/{env}/variables/examine")
async def examine(services: TheServices, app: TheApp, env: str, body: shapes.ExamineRequest) -> shapes.Examined:
    """The names of the environment's variables, each with what is wrong with its value; never a value."""
    found = await services.examiner.examine(app, environment_named(env), body.back())
    return shapes.Examined(variables=dict(sorted(found.items())))
