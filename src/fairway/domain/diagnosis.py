"""Why a task failed, in one sentence that a person can act on: facts in, a cause out.

The order is that of certainty: what the kernel and the engine say, then what the process printed before it ended, then
how it ended; for a task that runs, what it listens on, then what its checks saw. A fix is named only when something
that was seen supports it.

    what ECS says of it             diagnosis_engine
    could not be started            diagnosis_exit
    out of memory                   diagnosis_exit
    ended, and printed why          diagnosis_log
    ended                           diagnosis_exit
    runs, but not on its port       diagnosis_port
    runs, and answers badly         diagnosis_check
"""

from fairway.domain import diagnosis_check, diagnosis_engine, diagnosis_exit, diagnosis_log, diagnosis_port
from fairway.domain.deployment import Cause
from fairway.domain.diagnosis_text import Finding, excerpt, plain
from fairway.domain.facts import Facts
from fairway.domain.ids import ReleaseNumber

SHORT = 6
"""Characters of a task's id, as the event log shows it: one of 16 million."""


def diagnose(facts: Facts, *, previous: ReleaseNumber | int | None) -> Cause:
    """The cause of one task's failure. `previous` is the release that serves instead, None when there is none."""
    log = plain(facts.log)
    finding = find(facts, log)
    return Cause(
        sentence=finding.sentence,
        seen=finding.seen,
        fix=finding.fix,
        log=excerpt(log, finding.line),
        more=commands(facts, previous, explained=bool(finding.fix)),
    )


def find(facts: Facts, log: tuple[str, ...]) -> Finding:
    """The first reader that recognises what happened; the last of them always does."""
    printed = diagnosis_log.read(log, facts.spec)
    if facts.exit is not None:
        return (
            diagnosis_engine.read(facts)
            or diagnosis_exit.read_refusal(facts)
            or diagnosis_exit.read_memory(facts, log)
            or diagnosis_exit.repeated(printed, facts)
            or diagnosis_exit.read_code(facts, log)
        )
    return (
        diagnosis_port.read_elsewhere(facts)
        or diagnosis_port.read_nowhere(facts, printed)
        or diagnosis_check.read(facts, log, printed)
    )


def commands(facts: Facts, previous: int | None, *, explained: bool) -> tuple[str, ...]:
    """What shows the rest: the whole log of the task that failed, which is kept when it is gone. Where no fix is known,
    the log of the release that works is worth comparing with."""
    spec = facts.spec
    choices = [f"--task {facts.task[:SHORT]}"]
    if not explained and previous is not None and previous != spec.release:
        choices.append(f"--release {previous}")
    return tuple(f"fairway logs {spec.service} {choice} -e {spec.environment}" for choice in choices)
