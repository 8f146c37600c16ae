"""The actions of one's own inside CodeBuild, put together: HTTP calls by the server's own client, commands by ECS.

Apart from the other stages, which would else load ECS's adapters for nothing.
"""

import logging
from contextlib import AsyncExitStack

from fairway.adapters.aws.pipeline import AwsPipeline
from fairway.adapters.aws.secrets import AwsSecrets
from fairway.adapters.aws.session import Session
from fairway.adapters.aws.stacks import AwsStacks
from fairway.adapters.ecs.jobs import EcsJobs
from fairway.adapters.ecs.places import Places
from fairway.adapters.web.client import HttpxWeb
from fairway.bootstrap.cloud_places import on_fargate
from fairway.domain.aws.actplace import ActPlace
from fairway.domain.aws.handover import Handover
from fairway.errors import FairwayError
from fairway.manifest.load import load
from fairway.pipeline.cloud import acting
from fairway.pipeline.cloud.acting import Asked
from fairway.pipeline.cloud.telling import Telling
from fairway.ports.jobs import Jobs

LOG = logging.getLogger(__name__)
ACTION = "action"
"""What the definitions of commands' tasks are called after: `fairway-shop-production-action-3fa9c1d2e4b5`."""
LEFT = 2 * 86400.0
"""Seconds after which nobody watches a command any more: it takes a day at most."""


async def act(handover: Handover, asked: Asked, telling: Telling) -> None:
    """An action of one's own in an environment's stage. Raises what it has told."""
    opened: list[EcsJobs] = []
    async with AsyncExitStack() as stack:

        def connect(region: str) -> acting.Cloud:
            session = Session(region)
            stack.push_async_callback(session.close)

            def open_jobs(place: ActPlace) -> Jobs:
                places = Places(region=place.region, usual=on_fargate(place, public=place.public))
                opened.append(EcsJobs(session, places, place.instance, telling.clock, kind=ACTION))
                return opened[-1]

            return acting.Cloud(
                stacks=AwsStacks(session, telling.clock),
                secrets=AwsSecrets(session),
                pipeline=AwsPipeline(session),
                open_jobs=open_jobs,
            )

        await acting.Acting(load=load, connect=connect, web=HttpxWeb()).run(handover, asked, telling)
        for jobs in opened:
            await clear_up(jobs)


async def clear_up(jobs: EcsJobs) -> None:
    """Remove what builds have left that were killed, and that nobody has tried again. What can't be removed now waits
    for the next action."""
    try:
        await jobs.sweep(older=LEFT)
    except FairwayError as error:
        LOG.warning("what an earlier action has left stays for now: %s: %s", error.what, error.why)
