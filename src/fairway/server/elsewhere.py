"""An app that another server has: where several servers share the work, its tasks, logs and executions are there, and
only that server can say how it does."""

from fairway.domain.ids import AppName
from fairway.errors import Conflict
from fairway.ports.leases import Sharing


async def require_here(sharing: Sharing, app: AppName) -> AppName:
    """The app, if it is this server's. Raises Conflict that names the server that has it."""
    if sharing.holds(app):
        return app
    lease = await sharing.holder(app)
    if lease is None:
        raise Conflict(f"no server has {app} yet", why="it has just been made", hint="try it again in a few seconds")
    raise Conflict(
        f"{app} is on the server on {lease.member.name}",
        why="an app is on one of the servers that share the work, and its tasks and logs are there",
        hint=f"ask that one: {lease.member.url}",
    )
