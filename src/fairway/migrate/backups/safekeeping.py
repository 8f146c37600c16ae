"""Backups as a whole: the parts of this room that make, prove, keep and restore them, put together from their ports."""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from fairway.migrate.backups.backing import Backing
from fairway.migrate.backups.errands import Errands
from fairway.migrate.backups.keeping import Keeping, KnownApps, KnownReleases
from fairway.migrate.backups.ledger import Ledger
from fairway.migrate.backups.orders import Orders
from fairway.migrate.backups.proving import Prover
from fairway.migrate.backups.restoring import Restoring
from fairway.migrate.backups.scratching import Attended
from fairway.migrate.backups.targets import Targets
from fairway.migrate.backups.verifying import Verifying
from fairway.ports.clock import Clock
from fairway.ports.databases import Databases, Dumps, Scratches
from fairway.ports.guarding import Backups, Passages, Vault, Workspaces
from fairway.ports.notify import Notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What it stands on. `apps` are those of this server."""

    apps: KnownApps
    releases: KnownReleases
    backups: Backups
    passages: Passages
    databases: Databases
    dumps: Dumps
    scratches: Scratches
    vault: Vault
    workspaces: Workspaces
    clock: Clock
    notices: Notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Safekeeping:
    """`scratches` is what every room opens its scratch databases by: then nobody clears up what another one uses."""

    scratches: Attended
    targets: Targets
    ledger: Ledger
    keeping: Keeping
    backing: Backing
    verifying: Verifying
    restoring: Restoring
    errands: Errands
    orders: Orders

    def duties(self) -> Mapping[str, Coroutine[Any, Any, None]]:
        """What has to run, by its name."""
        return {"errands": self.errands.run(), "old backups": self.keeping.run()}


def put_together(ports: Ports, targets: Targets) -> Safekeeping:
    """All of it."""
    scratches = Attended(ports.scratches)
    ledger = Ledger(ports.backups, ports.clock, ports.notices)
    prover = Prover(ports.dumps, scratches, ports.vault, ports.workspaces, ports.clock)
    keeping = Keeping(
        apps=ports.apps,
        releases=ports.releases,
        vault=ports.vault,
        workspaces=ports.workspaces,
        scratches=scratches,
        ledger=ledger,
        targets=targets,
    )
    backing = Backing(
        targets=targets,
        databases=ports.databases,
        dumps=ports.dumps,
        vault=ports.vault,
        workspaces=ports.workspaces,
        prover=prover,
        ledger=ledger,
        keeping=keeping,
    )
    verifying = Verifying(targets=targets, prover=prover, vault=ports.vault, ledger=ledger)
    restoring = Restoring(
        targets=targets,
        databases=ports.databases,
        dumps=ports.dumps,
        vault=ports.vault,
        workspaces=ports.workspaces,
        passages=ports.passages,
        backing=backing,
        ledger=ledger,
    )
    errands = Errands(ports.clock)
    orders = Orders(
        targets=targets, backing=backing, verifying=verifying, restoring=restoring, errands=errands, ledger=ledger
    )
    return Safekeeping(
        scratches=scratches,
        targets=targets,
        ledger=ledger,
        keeping=keeping,
        backing=backing,
        verifying=verifying,
        restoring=restoring,
        errands=errands,
        orders=orders,
    )
