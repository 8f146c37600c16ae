"""Where a person comes: a backup now, a restore, a verification, a drill. Each becomes an errand that goes on by
itself; what can be said at once (an unknown backup, an environment without a database) is said at once."""

from collections.abc import Sequence
from dataclasses import replace

from fairway.domain.backup import Occasion
from fairway.domain.errand import Errand, Kind
from fairway.domain.ids import AppName, EnvironmentName
from fairway.errors import UsageError
from fairway.migrate.backups import proving
from fairway.migrate.backups.backing import Backing, Order
from fairway.migrate.backups.errands import Edit, Errands
from fairway.migrate.backups.ledger import Ledger
from fairway.migrate.backups.restoring import Loss, Restoring
from fairway.migrate.backups.targets import Targets
from fairway.migrate.backups.verifying import Verifying
from fairway.ports.databases import Report


class Orders:
    """Takes them."""

    def __init__(
        self,
        *,
        targets: Targets,
        backing: Backing,
        verifying: Verifying,
        restoring: Restoring,
        errands: Errands,
        ledger: Ledger,
    ) -> None:
        self._targets = targets
        self._backing = backing
        self._verifying = verifying
        self._restoring = restoring
        self._errands = errands
        self._ledger = ledger

    def list(self, app: AppName) -> Sequence[Errand]:
        """What goes on, or ended lately, newest first."""
        return self._errands.list(app)

    @property
    def errands(self) -> Errands:
        """To follow them."""
        return self._errands

    async def back_up(
        self, app: AppName, environment: EnvironmentName, variable: str | None = None, *, by: str
    ) -> Errand:
        """Raises NotFound, UsageError; Conflict when one is being made."""
        target = await self._targets.find(app, environment, variable)
        order = Order(target=target, occasion=Occasion.REQUEST, by=by)

        async def work(report: Report) -> Edit:
            async with self._backing.backed_up(order, report=report) as made:
                number = made.backup.number
                return lambda errand: replace(errand, backup=number)

        return self._errands.begin(Kind.BACKUP, app, environment, target.variable, work, by=by)

    async def verify(self, app: AppName, number: int, *, by: str) -> Errand:
        """Raises NotFound; Conflict for one that holds nothing."""
        backup = await self._ledger.backups.get(app, number)
        proving.held(backup)

        async def work(report: Report) -> Edit:
            verified = await self._verifying.verify(app, number, report=report)
            return lambda errand: replace(errand, seconds=verified.recovery)

        return self._errands.begin(Kind.VERIFY, app, backup.environment, backup.variable, work, by=by, backup=number)

    async def drill(self, app: AppName, number: int, *, by: str) -> Errand:
        """Raises NotFound; Conflict for one that holds nothing."""
        backup = await self._ledger.backups.get(app, number)
        proving.held(backup)

        async def work(report: Report) -> Edit:
            drill = await self._verifying.drill(app, number, report=report)
            return lambda errand: replace(errand, seconds=drill.seconds)

        return self._errands.begin(Kind.DRILL, app, backup.environment, backup.variable, work, by=by, backup=number)

    async def weigh(self, app: AppName, number: int, into: str | None, variable: str | None = None) -> Loss:
        """What a restore would lose, in the backup's own environment when none is named. Raises NotFound, Conflict,
        Unavailable."""
        return await self._restoring.weigh(app, number, await self._into(app, number, into), variable)

    async def restore(
        self,
        app: AppName,
        number: int,
        into: str | None,
        variable: str | None = None,
        *,
        typed: str,
        save: bool,
        by: str,
    ) -> Errand:
        """`typed` is the environment's name as somebody typed it. Raises UsageError when it is another one; NotFound,
        Conflict, Unavailable."""
        environment = await self._into(app, number, into)
        if typed != environment:
            raise UsageError(
                f"the name of the environment is {environment}",
                why=f"{typed!r} was typed; restoring replaces all that its database has",
                hint=f"--confirm {environment}",
            )
        loss = await self._restoring.weigh(app, number, environment, variable)

        async def work(report: Report) -> Edit:
            done = await self._restoring.restore(
                app, number, environment, loss.target.variable, by=by, save=save, report=report
            )
            before = done.before.number if done.before else None
            return lambda errand: replace(errand, before=before)

        return self._errands.begin(Kind.RESTORE, app, environment, loss.target.variable, work, by=by, backup=number)

    async def _into(self, app: AppName, number: int, into: str | None) -> EnvironmentName:
        return EnvironmentName(into) if into else (await self._ledger.backups.get(app, number)).environment
