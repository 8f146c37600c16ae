"""What of an app CodePipeline and the program in its stages can't do, by name.

The manifest says it at the file's line; `cloudformation.pipeline` refuses an App that got so far all the same.
"""

from collections.abc import Iterator

from fairway.domain.app import App, Environment, Mode, OnFailure, Source
from fairway.domain.aws import acting, cron, pulls, triggers
from fairway.domain.aws.unfit import Unfit
from fairway.domain.aws.wanted import Architecture, Aws

APPROVAL_LEAST, APPROVAL_MOST = 5 * 60.0, 86400 * 60.0
"""Seconds that somebody may have to agree (CodePipeline's `timeoutInMinutes`: 5 to 86400)."""
STAGES = 50
"""Stages of a pipeline (CodePipeline, "Quotas")."""


def unfit(app: App) -> tuple[Unfit, ...]:
    """What the app's pipeline on AWS can't do; none of an app that has no `[aws]`, or when all can be done."""
    if app.aws is None:
        return ()
    environments = [each for name in app.stages if (each := app.environment(name)) is not None]
    return (
        *triggers.unfit(app.source),
        *pulls.unfit(app.source),
        *_unfit_schedule(app.source),
        *_unfit_images(app.aws, environments),
        *_unfit_stages(environments),
        *(problem for each in environments for problem in _unfit_environment(each, app.mode)),
    )


def architecture(app: App) -> Architecture:
    """What the app's one image is built for: what the first environment of the pipeline runs on."""
    assert app.aws is not None, "it is asked of apps on AWS alone"
    hosting = app.aws.hosting.get(app.stages[0])
    return Architecture.X86_64 if hosting is None else hosting.architecture


def approves_apart(environment: Environment) -> bool:
    """Whether its approval is a stage of its own. In one stage with the deployment a rejection would be a failure of
    both, by which CodePipeline would ask again (RETRY), or deploy an older release (ROLLBACK)."""
    return environment.approval is not None and environment.on_failure is not OnFailure.NONE


def _unfit_schedule(source: Source) -> Iterator[Unfit]:
    if source.schedule is not None and (problem := cron.problem(source.schedule.cron)):
        hint = "write one kind of day, or times that AWS can say"
        yield Unfit(path=("source", "schedule"), message=f"on AWS these times can't be had: {problem}", hint=hint)


def _unfit_images(aws: Aws, environments: list[Environment]) -> Iterator[Unfit]:
    """All environments run the one image that the pipeline has built."""
    wanted: dict[Architecture, str] = {}
    for each in environments:
        hosting = aws.hosting.get(each.name)
        machine = Architecture.X86_64 if hosting is None else hosting.architecture
        if wanted and machine not in wanted:
            first, where = next(iter(wanted.items()))
            message = f"the pipeline builds one image, for {first} since {where} runs on that, and this is {machine}"
            path = ("environments", each.name, "aws", "architecture")
            yield Unfit(path=path, message=message, hint=f'architecture = "{first}"')
            return
        wanted.setdefault(machine, each.name)


def _unfit_stages(environments: list[Environment]) -> Iterator[Unfit]:
    # Source and Build come first.
    count = 2 + sum(2 if approves_apart(each) else 1 for each in environments)
    if count > STAGES:
        message = f"on AWS a pipeline has at most {STAGES} stages, and these are {count}"
        yield Unfit(path=("pipeline", "stages"), message=message, hint="a second app for some of the environments")


def _unfit_environment(environment: Environment, mode: Mode) -> Iterator[Unfit]:
    path = ("environments", environment.name)
    if environment.approval is not None and not APPROVAL_LEAST <= environment.approval <= APPROVAL_MOST:
        message = "on AWS an approval can be given for 5 minutes at least, and for 60 days at most"
        yield Unfit(path=(*path, "approval_timeout"), message=message, hint='approval_timeout = "168h"')
    yield from acting.unfit(environment)
    if environment.on_failure is OnFailure.ROLLBACK and mode is Mode.PARALLEL:
        message = "on AWS a pipeline in parallel mode has no rollback of a stage"
        yield Unfit(path=(*path, "on_failure"), message=message, hint='on_failure = "retry", or mode = "queued"')
