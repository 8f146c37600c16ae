"""What fairway.toml asks of AWS, as the templates read it: found, or the reason why it can't be."""

from fairway.domain.app import App, Environment
from fairway.domain.aws.wanted import ZONES, Aws, ExistingNetwork, Hosting
from fairway.errors import UsageError


def aws(app: App) -> Aws:
    """The app's `[aws]`. Raises UsageError when it has none."""
    if app.aws is None:
        raise UsageError(
            f"{app.name} can't go to AWS",
            why="its fairway.toml has no [aws]",
            hint='add [aws] with region = "eu-central-1" and the repository, then: fairway aws plan',
        )
    return app.aws


def hosting(app: App, environment: Environment) -> Hosting:
    """How the environment stands on AWS; as by default when nothing is said of it. Raises as `aws` does."""
    return aws(app).hosting.get(environment.name, Hosting())


def private_subnets(app: App) -> int:
    """How many private subnets the app's network has. Raises as `aws` does."""
    network = aws(app).network
    return len(network.private) if isinstance(network, ExistingNetwork) else ZONES


def fate(app: App, environment: Environment) -> str:
    """The `DeletionPolicy` of what holds the environment's secrets: where it is protected they outlive their stack.
    What a creation that failed has made goes all the same: it is empty, and its name would be taken for the next one.
    """
    return "RetainExceptOnCreate" if hosting(app, environment).protected else "Delete"
