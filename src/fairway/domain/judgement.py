"""What is wrong with a migration before it is made, and what follows from that.

A finding comes of a rule: one of squawk's, or one of Fairway's own, which knows the table's real size and what the
release that serves still uses. What follows is the policy's: it is shown, somebody is asked, or the release stops.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fairway.domain.migrations import Migrations, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`rule` is its name in fairway.toml. `step` is the migration, `line` counts from 1 in its SQL, 0: unknown.

    `statement` is the SQL; `effect` what it would do here, with the table's real size ("locks orders (1.2 GB, 4 M rows)
    against writes for about 40 s"); `advice` the way of doing it that hurts nobody. `harmless`: at this size it is over
    before anybody notices, so that it is shown and asks for nothing.
    """

    rule: str
    step: str
    effect: str
    advice: str = ""
    statement: str = ""
    line: int = 0
    table: str = ""
    harmless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """A finding that fairway.toml passes over, and its reason."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The findings in the three heaps, and those that are silenced. `notes` are sentences about what could not be
    judged: a statement that can't be read, a migration that is code."""

    refused: tuple[Finding, ...] = ()
    asked: tuple[Finding, ...] = ()
    warned: tuple[Finding, ...] = ()
    silenced: tuple[Silenced, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[Finding, ...]:
        """Those that count, the heaviest first."""
        return (*self.refused, *self.asked, *self.warned)


def judge(findings: Iterable[Finding], settings: Migrations, *, notes: Sequence[str] = ()) -> Judged:
    """Put each into its heap. One that is harmless is never more than a warning."""
    heaps: Mapping[Policy, list[Finding]] = {policy: [] for policy in Policy}
    silenced: list[Silenced] = []
    for finding in in_order(findings):
        if (reason := settings.silenced.get(finding.rule)) is not None:
            silenced.append(Silenced(finding=finding, reason=reason))
        else:
            policy = settings.policies.get(finding.rule, settings.policy)
            heaps[Policy.WARN if finding.harmless else policy].append(finding)
    return Judged(
        refused=tuple(heaps[Policy.REFUSE]),
        asked=tuple(heaps[Policy.ASK]),
        warned=tuple(heaps[Policy.WARN]),
        silenced=tuple(silenced),
        notes=tuple(notes),
    )


def in_order(findings: Iterable[Finding]) -> Sequence[Finding]:
    """By migration and line, each once."""
    return sorted(dict.fromkeys(findings), key=lambda each: (each.step, each.line, each.rule, each.table))
