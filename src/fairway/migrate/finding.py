"""The database that a release is for, as the guard finds it: by the variable that has its URL, and by the release's
image."""

from fairway.domain import address as addresses
from fairway.domain.release import Release
from fairway.errors import UsageError
from fairway.migrate.parts import Parts, Subject


async def find(parts: Parts, release: Release) -> Subject:
    """The database, with what is pending. Raises UsageError when no variable names it, WorkFailed when the image can't
    be had, Unavailable."""
    environment = release.environment
    wanted = release.description.migrations
    assert wanted is not None, "an environment without migrations passes no guard"
    settings = await parts.planning.settle(wanted, release.image)
    variables = await parts.values(release.app, environment, release.configuration)
    if settings.database not in variables:
        raise UsageError(
            f"{environment} has no variable {settings.database}, which should name the database",
            hint=f"{parts.advice.name(environment, settings.database)}, or set migrations.database",
        )
    written = addresses.read(variables[settings.database], variable=settings.database)
    address = await parts.reach(release.app, environment, written)
    plan = await parts.planning.plan(settings, release.image, address)
    return Subject(settings=settings, variables=variables, written=written, address=address, plan=plan)
