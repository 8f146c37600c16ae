"""What the store keeps for people to read, without the secrets of the app that it is about: events, and the verdicts of
deployments. A task's health check, for one, may have answered with what no log should hold."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.adapters.store.database import Database
from fairway.adapters.store.deployments import SqlDeployments
from fairway.adapters.store.events import SqlEvents
from fairway.domain.deployment import Cause, RolloutState
from fairway.domain.events import Event
from fairway.domain.ids import AppName, DeploymentId
from fairway.ports.masks import Masks


class MaskedEvents(SqlEvents):
    """`ports.stores.Events`."""

    def __init__(self, database: Database, masks: Masks) -> None:
        super().__init__(database)
        self._masks = masks

    async def append(self, events: Sequence[Event]) -> None:
        """Keep them, in this order."""
        masks = {app: await self._masks.of(app) for app in {event.app for event in events} if app is not None}
        await super().append(
            [event if event.app is None else replace(event, text=masks[event.app](event.text)) for event in events]
        )


class MaskedDeployments(SqlDeployments):
    """`ports.stores.Deployments`."""

    def __init__(self, database: Database, masks: Masks) -> None:
        super().__init__(database)
        self._masks = masks

    async def finish(
        self,
        app: AppName,
        id: DeploymentId,
        state: RolloutState,
        *,
        reason: str,
        cause: Cause | None = None,
        at: float,
    ) -> bool:
        """Give it its verdict, if it has none yet; False when it had."""
        mask = await self._masks.of(app)
        if cause is not None:
            log, more = tuple(map(mask, cause.log)), tuple(map(mask, cause.more))
            told = replace(cause, sentence=mask(cause.sentence), seen=mask(cause.seen), fix=mask(cause.fix))
            cause = replace(told, log=log, more=more)
        return await super().finish(app, id, state, reason=mask(reason), cause=cause, at=at)
