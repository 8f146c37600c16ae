"""What a stage inside CodeBuild refuses by name, before it changes anything."""

from fairway.domain.app import App
from fairway.domain.aws.wanted import Architecture, Aws, Hosting
from fairway.errors import UsageError


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


def require_no_guard(app: App) -> None:
    """Raise UsageError for an app whose migrations would have to be guarded: the guard does not work on AWS yet, and
    nothing is deployed past a migration that nobody has rehearsed."""
    guarded = [name for name in app.stages if (found := app.environment(name)) is not None and found.migrations]
    if guarded:
        raise UsageError(
            f"{' and '.join(guarded)} {'has' if len(guarded) == 1 else 'have'} migrations, and Fairway's guard does "
            "not work on AWS yet",
            why="a deployment without it would change the database with no rehearsal and no backup before",
            hint="take [migrations] out of fairway.toml, and migrate by hand before a deployment; or run the app on a "
            "Fairway server, which has the guard",
        )
