"""What of an environment's own actions can't be had on AWS, by name.

An action there is one of CodePipeline's, by CodeBuild: it knows the release that it is handed, and nothing of what a
server knows of a push besides. A command is a task of ECS, whose disk goes with it.
"""

from collections.abc import Iterator

from fairway.domain import reference
from fairway.domain.action import Command, Placed, Request
from fairway.domain.app import Environment
from fairway.domain.aws import fargate
from fairway.domain.aws.unfit import Unfit
from fairway.domain.reference import FAIRWAY, VARIABLES, Reference

MOST = 50
"""Actions of a stage (CodePipeline, "Quotas")."""
UNKNOWN = ("branch", "author")
"""Facts that no release says."""


def unfit(environment: Environment) -> Iterator[Unfit]:
    """What can't be done of them; none when all can be."""
    path = ("environments", environment.name, "actions")
    for number, placed in enumerate(environment.actions):
        yield from _unfit_action(environment, placed, (*path, number))
    # The deployment, and the approval where it is in the same stage.
    if environment.actions and len(environment.actions) + 2 > MOST:
        message = f"on AWS a stage has at most {MOST} actions, two of which are Fairway's; these are"
        hint = "make one of several"
        yield Unfit(path=path, message=f"{message} {len(environment.actions)}", hint=hint)


def commands(environment: Environment) -> tuple[Command, ...]:
    """Those that are commands."""
    return tuple(each.action for each in environment.actions if isinstance(each.action, Command))


def _unfit_action(environment: Environment, placed: Placed, path: tuple[str | int, ...]) -> Iterator[Unfit]:
    action = placed.action
    if isinstance(action, Command):
        yield from _unfit_command(action, path)
    for text in _texts(action):
        for found in reference.find(text):
            if problem := _problem(environment, action, found):
                yield Unfit(path=path, message=problem[0], hint=problem[1])


def _unfit_command(action: Command, path: tuple[str | int, ...]) -> Iterator[Unfit]:
    why = "on AWS a command is a task of ECS, whose disk goes with it"
    if action.outputs:
        yield Unfit(path=(*path, "outputs"), message=f"{why}: it hands on nothing", hint="make one command of both")
    if action.artifacts:
        hint = "have the command put them where they are to stay"
        yield Unfit(path=(*path, "artifacts"), message=f"{why}: its files can't be kept", hint=hint)
    units, room = action.cpu * fargate.UNITS, action.memory / fargate.MIB
    if not any(size.cpu >= units and size.memory >= room for size in fargate.sizes()):
        largest = list(fargate.sizes())[-1]
        message = "on AWS no task is so large"
        yield Unfit(path=path, message=message, hint=f"the largest has {fargate.written(largest)}")


def _texts(action: Command | Request) -> tuple[str, ...]:
    """Those in which references may stand."""
    if isinstance(action, Command):
        return tuple(action.variables.values())
    return (action.url, *action.headers.values(), action.body or "")


def _problem(environment: Environment, action: Command | Request, found: Reference) -> tuple[str, str] | None:
    if found.namespace == FAIRWAY and found.name in UNKNOWN:
        message = f"on AWS nothing stands for {found}: a release says no {found.name}"
        return message, "#{fairway.commit} says which it is"
    if isinstance(action, Request) and found.namespace == VARIABLES and found.name in environment.given:
        message = f"on AWS nothing stands for {found}: the address of a database is given to its tasks alone"
        return message, "leave it out: an HTTP call has no use for it"
    return None
