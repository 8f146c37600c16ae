"""`ports.guarding.Linter` by squawk: a process for each migration, with the SQL on its standard input.

squawk reads a text whole or not at all: of one with a single statement that it can't read it says only where that is.
Such statements are blanked out, and it is asked again. Only what Fairway's own rules do not know better is taken over
(domain/migrationrules.py), in Fairway's own words.
"""

from collections.abc import Sequence
from pathlib import Path

from fairway.adapters.squawk import answer, process
from fairway.adapters.squawk.answer import Violation
from fairway.domain import sqltext
from fairway.domain.judgement import Finding
from fairway.domain.migrationrule import MigrationRule
from fairway.domain.migrationrules import COVERED, RULES
from fairway.domain.migrations import Step
from fairway.domain.sqltext import Statement

ROUNDS = 4
"""So often it is asked about one migration; what it can't read then, it does not judge."""


class SquawkLinter:
    """`program` is squawk itself, None: the one that was installed with Fairway."""

    def __init__(self, program: Path | None = None) -> None:
        self._program = program or process.installed()

    async def lint(self, steps: Sequence[Step], *, version: str) -> Sequence[Finding]:
        """Raises Unavailable when squawk can't be run, or breaks off."""
        found: list[Finding] = []
        for step in steps:
            found += await self._lint(step, version)
        return found

    async def _lint(self, step: Step, version: str) -> list[Finding]:
        sql = step.sql or ""
        statements = sqltext.split(sql)
        for _ in range(ROUNDS):
            if not sql.strip():
                return []
            arguments = asked(version, transactional=step.transactional)
            violations = answer.read(await process.run(self._program, arguments, sql))
            unread = [each for each in violations if each.rule == "syntax-error"]
            if not unread:
                return [finding for each in violations if (finding := taken_over(step, statements, each))]
            sql = without(sql, statements, unread)
        return []


def asked(version: str, *, transactional: bool) -> list[str]:
    """The arguments. No configuration file is read: fairway.toml says what counts."""
    major = version.partition(".")[0]
    known = ["--pg-version", version] if major.isascii() and major.isdigit() else []
    assumed = ["--assume-in-transaction"] if transactional else []
    return ["--reporter", "json", "--config", "/dev/null", *known, *assumed]


def without(sql: str, statements: Sequence[Statement], unread: Sequence[Violation]) -> str:
    """The text with blanks in the place of the statements that it could not read, so that the lines stay."""
    lines = {each.line for each in unread}
    for each in statements:
        if any(each.line <= line <= each.line + each.text.count("\n") for line in lines):
            hidden = sqltext.BLANK.sub(" ", sql[each.start : each.end])
            sql = sql[: each.start] + hidden + sql[each.end :]
    rows = sql.split("\n")
    # What begins a line that it can't read and is in no statement (psql's own commands) goes as well.
    return "\n".join("" if number in lines else row for number, row in enumerate(rows, start=1))


def taken_over(step: Step, statements: Sequence[Statement], violation: Violation) -> Finding | None:
    """A violation as a finding; None for what Fairway's own rules cover, and for robustness inside of a transaction,
    which is undone whole."""
    rule = violation.rule
    if rule in COVERED or (rule == "prefer-robust-stmts" and step.transactional):
        return None
    known = RULES.get(rule) or unknown(violation)
    statement = next((each for each in reversed(statements) if each.line <= violation.line), None)
    return Finding(
        rule=rule,
        step=step.name,
        line=violation.line,
        statement=statement.text if statement is not None else "",
        effect=sentence(known),
        advice=known.safe,
        harmless=known.minor,
    )


def unknown(violation: Violation) -> MigrationRule:
    """A rule that came with a newer squawk, in its own words."""
    return MigrationRule(name=violation.rule, about="", why=violation.message, safe=violation.help)


def sentence(rule: MigrationRule) -> str:
    """What it is about and why it hurts, as one sentence that goes on from the migration's name."""
    why = rule.why.rstrip(".")
    return f"{rule.about}: {why[:1].lower()}{why[1:]}" if rule.about else why
