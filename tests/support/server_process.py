"""A server as a process of its own, with stores in memory: `python -m support.server_process fairway.server`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fairway import settings
from fairway.domain.ids import AppName
from fairway.errors import FairwayError
from fairway.ports.leases import Alone
from fairway.server import running
from fairway.services import Services
from fairway.settings import Settings
from support.server_world import make_services


@asynccontextmanager
async def build(given: Settings) -> AsyncIterator[Services]:
    """Services with the app `shop`."""
    made = make_services(given, Alone())
    await made.store.apps.create(AppName("shop"), at=1.0)
    await made.services.repositories.create("shop")
    yield made.services


def main() -> int:
    """What `fairway.server` does, with these services."""
    try:
        running.serve(settings.read(), build)
    except FairwayError as error:
        sys.stderr.write(f"{error.what}\n{error.why}\n{error.hint}\n")
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
