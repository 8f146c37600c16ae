"""Findings of the contract as a person reads them. The words are the same in the execution's log, its report, `fairway
up` and `fairway env check`."""

from collections.abc import Mapping, Sequence

from fairway.domain.fulfilment import About, Finding

MOST = 30
"""Names in one sentence."""


def missing(environment: str, findings: Sequence[Finding]) -> str:
    """`production lacks 2 required: STRIPE_KEY (src/pay.ts:12), SESSION_SECRET (src/app.ts:30)`; "" when none is."""
    gone = [each for each in findings if each.stops]
    return f"{environment} lacks {len(gone)} required: {listed(gone)}" if gone else ""


def command(environment: str, findings: Sequence[Finding]) -> str:
    """The command that sets what is missing."""
    return " ".join(["fairway env set -e", environment, *(each.name for each in findings if each.stops)])


def warnings(environment: str, findings: Sequence[Finding]) -> list[str]:
    """A line for each kind of what is worth a look."""
    by: Mapping[About, list[Finding]] = {about: [each for each in findings if each.about is about] for about in About}
    lines = []
    if found := by[About.PERHAPS]:
        lines.append(f"{environment} does not set what may be needed: {listed(found)}")
    if found := by[About.EMPTY]:
        lines.append(f"{environment} has an empty value for {listed(found)}")
    if found := by[About.PLACEHOLDER]:
        lines.append(f"{environment} has what looks like a placeholder for {listed(found)}")
    lines += [
        f"{environment} has a value for {each.name} that is not {article(each.expected)} ({each.where})"
        for each in by[About.TYPE]
    ]
    if found := by[About.UNUSED]:
        lines.append(f"{environment} sets what nothing in the code reads: {listed(found)}")
    return lines


def listed(findings: Sequence[Finding]) -> str:
    """The names with their places."""
    names = [f"{each.name} ({each.where})" if each.where else each.name for each in findings[:MOST]]
    return ", ".join(names) + (f" and {len(findings) - MOST} more" if len(findings) > MOST else "")


def article(expected: str) -> str:
    """ "a number", "one of low, high"."""
    if expected.startswith("one of"):
        return expected
    return {"json": "JSON", "url": "a URL", "email": "an e-mail address", "port": "a port's number"}.get(
        expected, f"a {expected}"
    )
