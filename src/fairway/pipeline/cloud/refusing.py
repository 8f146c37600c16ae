"""What a stage inside CodeBuild refuses by name, before it changes anything."""

from fairway.domain.address import Engine
from fairway.domain.app import App
from fairway.domain.aws import guarded
from fairway.domain.aws.wanted import Architecture, Aws, Hosting
from fairway.errors import UsageError
from fairway.migrate import outfit
from fairway.migrate.parts import Subject


def require_aws(app: App) -> Aws:
    """How the app stands on AWS. Raises UsageError for one that says nothing of it."""
    if app.aws is None:
        raise UsageError("fairway.toml has no [aws]", why="it says where the app stands on AWS", hint="fairway aws up")
    return app.aws


def hosting_of(app: App, environment: str) -> Hosting:
    """How an environment stands on AWS; as everything does by default, where fairway.toml says nothing of it."""
    return require_aws(app).hosting.get(environment, Hosting())


def require_one_architecture(app: App) -> Architecture:
    """The one that all environments of the pipeline run on. Raises UsageError where one image could not serve them."""
    by_name = {name: hosting_of(app, name).architecture for name in app.stages}
    found = set(by_name.values())
    if len(found) > 1:
        raise UsageError(
            "one image can't run on two architectures",
            why=", ".join(f"{name} has {architecture}" for name, architecture in by_name.items()),
            hint="give all environments of the pipeline the same architecture",
        )
    return found.pop() if found else Architecture.X86_64


def require_guardable(app: App) -> None:
    """Raise UsageError for migrations that the guard can't see through on AWS, for any environment of the pipeline.
    What the image and the variables show of them comes later: `require_fit_for_ecs`."""
    for name in app.stages:
        if (environment := app.environment(name)) is not None:
            guarded.require_fit(environment, require_aws(app).network)


def require_fit_for_ecs(subject: Subject, environment: str) -> None:
    """Raise UsageError for what only the image and the variables have shown: the tool that was found, and a database
    that no task of ECS reaches."""
    if outfit.is_scripted(subject.settings):
        raise of_plain_files(environment)
    if subject.written.engine is not Engine.POSTGRES:
        raise unguarded(
            environment,
            f"its database is {subject.written.engine}",
            "a file is on no task's disk on AWS for longer than the task runs",
            "take a PostgreSQL: [databases.NAME] in fairway.toml",
        )


def of_plain_files(environment: str) -> UsageError:
    """The error for SQL files that Fairway would run itself."""
    return unguarded(
        environment,
        "they are plain SQL files",
        "ECS gives a task no files but those of its image",
        "a command of the image that applies them: command under [migrations] in fairway.toml",
    )


def unguarded(environment: str, what: str, why: str, hint: str) -> UsageError:
    """The error for migrations that can't be guarded on AWS, and are not made without."""
    return UsageError(f"the migrations of {environment} can't be guarded on AWS: {what}", why=why, hint=hint)
