"""A task that runs, listens, and does not pass its check."""

import re

from fairway.domain.diagnosis_text import Finding, seconds_text
from fairway.domain.facts import Facts
from fairway.domain.health import CommandCheck, HttpCheck

DISALLOWED = re.compile(r"DisallowedHost|Invalid HTTP_HOST header")
LOCATION = re.compile(r" to (?P<location>\S+)$")
LATE = re.compile(r"within [\d.]+ s$")


def read(facts: Facts, log: tuple[str, ...], printed: Finding | None) -> Finding:
    """What the last check saw, explained where the log explains it."""
    if facts.probe is None:
        return Finding(sentence=f"the process runs, and was not checked within {seconds_text(facts.lived)}")
    detail = facts.probe.detail
    check = facts.spec.health
    if isinstance(check, CommandCheck):
        return explained(Finding(sentence=f"the health check fails: {detail}"), printed)
    if LATE.search(detail):
        return explained(late(facts, detail), printed)
    if facts.probe.status is not None and isinstance(check, HttpCheck):
        return explained(answered(facts, facts.probe.status, check.path, log), printed)
    if "refused" in detail:
        sentence = f"nothing takes connections on port {facts.spec.port}, {seconds_text(facts.lived)} after the start"
        return explained(Finding(sentence=sentence, seen=detail), printed)
    return explained(Finding(sentence=f"the process runs, but its check fails: {detail}"), printed)


def explained(finding: Finding, printed: Finding | None) -> Finding:
    """With what the log says, as something seen: of a process that runs, no line of its log is the whole truth."""
    if printed is None:
        return finding
    return Finding(
        sentence=finding.sentence,
        seen="; ".join(part for part in (finding.seen, printed.sentence) if part),
        fix=finding.fix or printed.fix,
        line=finding.line if finding.line is not None else printed.line,
    )


def late(facts: Facts, detail: str) -> Finding:
    """Slower than the check's patience, or hanging."""
    timeout = facts.spec.health.timing.timeout
    name = f"GET {facts.spec.health.path}" if isinstance(facts.spec.health, HttpCheck) else "the check"
    return Finding(
        sentence=f"{name} takes longer than the check's time-out of {timeout:g} s",
        seen=detail,
        fix=f'make it faster, or raise it: health = {{ timeout = "..." }} under [services.{facts.spec.service}]',
    )


def answered(facts: Facts, status: int, path: str, log: tuple[str, ...]) -> Finding:
    """An HTTP status that is not good enough."""
    assert facts.probe is not None
    detail = facts.probe.detail
    body = detail.partition(f" {status}: ")[2]
    said = f": {body}" if body else ""
    asked = f"GET {path} answers {status}"
    another = f'health = {{ path = "..." }} under [services.{facts.spec.service}] in fairway.toml'
    if status == 404:
        return Finding(
            sentence=f"{asked}: the app has no such path{said}", seen=detail, fix=f"name one that it has: {another}"
        )
    if status in (401, 403):
        return Finding(
            sentence=f"{asked}: the path wants credentials{said}",
            seen=detail,
            fix=f"name a path that is open to everybody: {another}",
        )
    if status == 400:
        line = next((index for index in range(len(log) - 1, -1, -1) if DISALLOWED.search(log[index])), None)
        if line is not None:
            return Finding(
                sentence=f"{asked}: Django does not accept the check's Host header, localhost",
                seen=log[line].strip(),
                fix='add "localhost" to ALLOWED_HOSTS',
                line=line,
            )
        return Finding(sentence=f"{asked}{said}", seen=f"{detail} (asked with Host: localhost)")
    if 300 <= status < 400:
        match = LOCATION.search(detail)
        to = f" to {match['location']}" if match else ""
        return Finding(
            sentence=f"{asked}, a redirect{to}", seen=detail, fix=f"name a path that answers 200 by itself: {another}"
        )
    if status >= 500:
        return Finding(sentence=f"{asked}{said}", seen=f"{detail}, {seconds_text(facts.lived)} after the start")
    return Finding(sentence=f"{asked}{said}", seen=detail)
