"""The contract at the end of the source stage: what the commit's code needs, against what each environment has.

It is read from the checkout once and kept among the execution's outputs; it is compared each time that the stage runs,
so that `fairway retry` after `fairway env set` goes on.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairway.domain import fulfilment, fulfilment_text
from fairway.domain.app import App
from fairway.domain.contract import Contract, Need
from fairway.domain.deployment import Cause
from fairway.domain.flaws import Expected, Flaw
from fairway.domain.fulfilment import Finding
from fairway.domain.ids import AppName, EnvironmentName
from fairway.pipeline.work import Failed
from fairway.ports.builder import LogSink
from fairway.wire import contract as shapes

KEY = "contract"

ReadContract = Callable[[Path, App], Awaitable[Contract]]
"""The contract of a checkout. It reads files, so it does that on a thread."""

Examine = Callable[[AppName, EnvironmentName, Mapping[str, Expected]], Awaitable[Mapping[str, Flaw | None]]]
"""Each variable that an environment sets, with what is wrong with its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """What the comparison needs: the reader, and the room that has the values."""

    read: ReadContract
    examine: Examine


def hand_on(contract: Contract) -> Mapping[str, Any]:
    """What the stage keeps of it."""
    return {KEY: shapes.keep(contract)}


def take(outputs: Mapping[str, Any]) -> Contract | None:
    """The contract that was kept; None of an execution that has none."""
    return None if KEY not in outputs else shapes.Contract.model_validate(outputs[KEY]).back()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What came of it: `looks`, how much there is to look at ("2 variables to look at", "" for nothing), and the
    findings of each environment that `lacks` what is required."""

    looks: str = ""
    lacks: Mapping[EnvironmentName, tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """`production lacks 1 required: STRIPE_KEY (src/pay.ts:12)`; "" where nothing is lacking."""
        return "; ".join(fulfilment_text.missing(name, findings) for name, findings in self.lacks.items())


async def compare(app: App, contract: Contract, examine: Examine, log: LogSink) -> Compared:
    """Hold each environment of the pipeline against the contract. What is found is logged."""
    describe(contract, log)
    lacking: dict[EnvironmentName, tuple[Finding, ...]] = {}
    looks = 0
    for name in app.stages:
        environment = app.environment(name)
        if environment is None or not environment.contract.enabled:
            continue
        flaws = await examine(app.name, name, fulfilment.expected(contract))
        given = dict.fromkeys(environment.given)
        for variable, database in sorted(environment.given.items()):
            log(f"variables   {name}: {variable} is provided by the database {database}")
        findings = fulfilment.compare(contract, {**flaws, **given}, environment.contract)
        looks += sum(1 for each in findings if not each.stops)
        for line in fulfilment_text.warnings(name, findings):
            log(f"variables   {line}")
        if any(each.stops for each in findings):
            lacking[name] = findings
            log(f"variables   {fulfilment_text.missing(name, findings)}")
    noun = "variable" if looks == 1 else "variables"
    return Compared(looks=f"{looks} {noun} to look at" if looks else "", lacks=lacking)


def describe(contract: Contract, log: LogSink) -> None:
    """Say what was read."""
    needs = [each.need for each in contract.variables]
    if needs:
        count = "1 variable" if len(needs) == 1 else f"{len(needs)} variables"
        log(f"variables   the code reads {count}, {needs.count(Need.REQUIRED)} of them required")
    if contract.dynamic:
        log(f"variables   names that only the running app knows: {', '.join(contract.dynamic[:10])}")
    if contract.partial:
        log(f"variables   not all was read: {contract.partial}")


def fail(compared: Compared, number: int) -> Failed:
    """The failure of an execution, with the command that sets what is missing."""
    commands = [fulfilment_text.command(name, findings) for name, findings in compared.lacks.items()]
    again = f'then fairway retry {number}; what is not needed: optional = ["NAME"] under [contract]'
    cause = cause_of(compared, fix="\n".join([*commands, again]), more=(f"fairway show {number} --contract",))
    return Failed(summary=compared.sentence, cause=cause)


def cause_of(compared: Compared, *, fix: str, more: tuple[str, ...] = (), undone: str = "built") -> Cause:
    """Why nothing is built, or deployed, with the way out that there is."""
    return Cause(
        sentence=f"{compared.sentence}; nothing was {undone}",
        seen="the code ends at its start without them",
        fix=fix,
        more=more,
    )
