"""Rules about `[migrations]` on AWS: what the guard can't do there, at the line that asks for it."""

from fairway.domain.app import Environment
from fairway.domain.aws import guarded
from fairway.domain.aws.wanted import Network
from fairway.manifest import places
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems
from fairway.manifest.schema import FileTable


def check(table: FileTable, network: Network, environment: Environment, problems: Problems) -> None:
    """Check one environment, in the network that the app has."""
    for unfit in guarded.unfit(environment, network):
        keys = [str(key) for key in unfit.path]
        path: Path = places.place(table, environment.name, *keys) or unfit.path
        problems.add(path, unfit.message, unfit.hint)
