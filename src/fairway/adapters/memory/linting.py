"""A linter in memory: it finds the rules that it was told to find, wherever their words stand in the SQL."""

from collections.abc import Mapping, Sequence

from fairway.domain import sqltext
from fairway.domain.judgement import Finding
from fairway.domain.migrations import Step
from fairway.errors import Unavailable


class MemoryLinter:
    """`ports.guarding.Linter`. `rules` are words by the rule that they break; `broken` makes it fail."""

    def __init__(self, rules: Mapping[str, str] | None = None, *, broken: bool = False) -> None:
        self.rules = {"ban-char-field": "char("} if rules is None else rules
        self.broken = broken
        self.asked: list[tuple[str, str]] = []

    async def lint(self, steps: Sequence[Step], *, version: str) -> Sequence[Finding]:
        """One finding for each statement that has a rule's words. Raises Unavailable when it is broken."""
        self.asked += [(step.name, version) for step in steps]
        if self.broken:
            raise Unavailable("squawk can't be started")
        return [
            Finding(rule=rule, step=step.name, line=statement.line, statement=statement.text, effect=words)
            for step in steps
            for statement in sqltext.split(step.sql or "")
            for rule, words in self.rules.items()
            if words in statement.plain
        ]
