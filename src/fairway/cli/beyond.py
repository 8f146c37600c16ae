"""What `fairway doctor` says beyond what this host has: environments that are closed, and what ECS needs here.

In comes what the API says of each app (`wire.apps.Status`); out go checks. Neither makes the host unfit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fairway.cli import git, here
from fairway.errors import FairwayError
from fairway.ports.host import Check, CheckState
from fairway.settings import Settings
from fairway.wire import closedlines

ECS = "ecs"
AWS = "aws"


def closed(statuses: Sequence[Mapping[str, Any]], now: float) -> Sequence[Check]:
    """A check for each environment that is closed for a migration, in the words of `fairway status`; the commands that
    open it name the app, since nobody need stand in its repository."""
    return [
        check_closed(status["app"], environment["closed"], now)
        for status in statuses
        for environment in status["environments"]
        if environment.get("closed")
    ]


def check_closed(app: str, found: Mapping[str, Any], now: float) -> Check:
    """OK while its passage goes on, for that opens it; BROKEN when a person has to."""
    ways = [{**each, "command": f"{each['command']} --app {app}"} for each in found["ways"]]
    head, *others = closedlines.lines({**found, "ways": ways}, now=now)
    return Check(
        name=f"{app} {found['environment']}",
        state=CheckState.BROKEN if found["settled"] else CheckState.OK,
        seen=head,
        fix="\n".join(line.strip() for line in others),
        needed=False,
    )


def deploys_to_aws(configured: Settings) -> bool:
    """Whether the server of this home deploys to ECS, or the app of this folder is for AWS. A fairway.toml that can't
    be read is other commands' affair."""
    if configured.engine == ECS:
        return True
    try:
        document = here.read_manifest(git.folder())
    except FairwayError:
        return False
    environments = document.get("environments")
    tables = environments.values() if isinstance(environments, dict) else ()
    return AWS in document or any(isinstance(table, dict) and AWS in table for table in tables)
