"""A process that changes a count again and again, as the scaler does, until it is killed. Argument: the store's URL."""

import asyncio
import sys
from dataclasses import replace
from itertools import count

from fairway.adapters.store.store import open_store
from fairway.domain.scaling_activity import Activity, By
from support.pipeline_values import APP, PRODUCTION


async def main(url: str) -> None:
    async with open_store(url) as store:
        for after in count(1):
            now = await store.desired.get(APP, PRODUCTION)
            assert now is not None
            web, *others = now.services
            activity = Activity(
                app=APP,
                environment=PRODUCTION,
                service=web.spec.service,
                at=float(after),
                before=web.replicas,
                after=web.replicas + 1,
                cause=f"{web.replicas} -> {web.replicas + 1}",
                by=By.POLICY,
            )
            services = (replace(web, replicas=web.replicas + 1), *others)
            await store.activities.scale(replace(now, services=services), [activity])
            sys.stdout.write(f"{after}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
