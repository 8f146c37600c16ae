"""An app is deleted: this host's names of its images go while it is still known which ones were given.

The registry's own copies go with the next round of housekeeping, which finds a repository without an app.
"""

import contextlib

from fairway.domain.ids import AppName
from fairway.domain.image import local_name
from fairway.errors import Conflict
from fairway.ports.builder import Builder
from fairway.ports.stores import Executions
from fairway.registry.prune import REMEMBERED


async def forget(app: AppName, executions: Executions, builder: Builder) -> None:
    """Take away what the builds of the app's executions were called. An image that something still uses stays.

    Raises Unavailable when the store or the engine does not answer.
    """
    known = {local_name(app, each.revision.commit) for each in await executions.list(app, limit=REMEMBERED)}
    for name in await builder.names(local_name(app, "").rstrip(":")):
        if name in known:
            with contextlib.suppress(Conflict):
                await builder.remove(name)
