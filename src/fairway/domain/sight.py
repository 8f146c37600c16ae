"""One statement of a migration, and the words in which every rule speaks about it."""

import re
from dataclasses import dataclass

from fairway.domain import uses, weights
from fairway.domain.catalog import Table
from fairway.domain.ground import Ground, Question, Seen
from fairway.domain.judgement import Finding
from fairway.domain.rehearsal import BLOCKS_READS, LockMode
from fairway.domain.statements import Reading
from fairway.domain.weights import Work

PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")
WORDS = {
    LockMode.ROW_EXCLUSIVE: "ROW EXCLUSIVE",
    LockMode.SHARE_UPDATE_EXCLUSIVE: "SHARE UPDATE EXCLUSIVE",
    LockMode.SHARE: "SHARE",
    LockMode.SHARE_ROW_EXCLUSIVE: "SHARE ROW EXCLUSIVE",
    LockMode.EXCLUSIVE: "EXCLUSIVE",
    LockMode.ACCESS_EXCLUSIVE: "ACCESS EXCLUSIVE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """`fresh` are the tables that the same migrations make: nobody uses them yet. `proven` are the columns, each with
    its table, that a constraint of an earlier statement keeps from being null; `touched` the tables
    whose rows one has changed, so that what was counted before says nothing."""

    reading: Reading
    ground: Ground
    fresh: frozenset[str] = frozenset()
    proven: frozenset[tuple[str, str]] = frozenset()
    touched: frozenset[str] = frozenset()

    def is_fresh(self, table: str) -> bool:
        """Whether the same migrations make the table."""
        return table in self.fresh or table.rpartition(".")[2] in {each.rpartition(".")[2] for each in self.fresh}

    def table(self, name: str) -> Table | None:
        """The table as it stands."""
        return self.ground.table(name)

    def answer(self, question: Question) -> int | None:
        """What was counted in the copy, None where that is not known."""
        return None if question.table in self.touched else self.ground.answers.get(question)

    def empty(self, name: str) -> bool:
        """Whether the table is known to have no rows, or next to none by the database's own estimate."""
        table = self.table(name)
        return table is not None and table.rows == 0 and table.bytes <= 64 * 1024

    def described(self, name: str) -> str:
        """The table with its size."""
        return weights.described(name, self.table(name))

    def finding(self, rule: str, table: str, effect: str, advice: str, *, harmless: bool = False) -> Finding:
        """The finding, with where it stands."""
        known = self.table(table) if table else None
        return Finding(
            rule=rule,
            step=self.reading.step,
            line=self.reading.line,
            statement=self.reading.statement,
            table=known.name if known is not None else table,
            effect=effect,
            advice=advice,
            harmless=harmless,
        )

    def locking(
        self, rule: str, table: str, mode: LockMode, work: Work, doing: str, advice: str, *, prefix: str = ""
    ) -> list[Finding]:
        """A finding about a lock that is held while something is done ("while every row is read"); none for a table
        that nobody uses yet. What the rehearsal measured goes before the estimate."""
        if self.is_fresh(table):
            return []
        effect, short = self.lock(table, mode, work, doing)
        return [self.finding(rule, table, prefix + effect, advice, harmless=short and not prefix)]

    def lock(self, name: str, mode: LockMode, work: Work, doing: str) -> tuple[str, bool]:
        """The sentence about a lock, and whether it is too short to be noticed."""
        who = "every request that touches it" if mode in BLOCKS_READS else "every write to it"
        if (held := self.ground.held(name, least=mode)) is not None:
            sentence = (
                f"held {WORDS[held.mode]} on {self.described(name)} for {weights.taken(held.seconds)} in the rehearsal"
                f" while {doing}; {who} waits"
            )
            return sentence, held.seconds <= weights.SHORT
        against = "reads and writes" if mode in BLOCKS_READS else "writes"
        table = self.table(name)
        if table is None:
            return f"locks {name}, whose size is not known, against {against} while {doing}", False
        estimate = weights.seconds(work, table)
        sentence = f"locks {self.described(name)} against {against} for {weights.about(estimate)} while {doing}"
        return sentence, estimate <= weights.SHORT

    def breaking(self, rule: str, table: str, column: str, effect: str, advice: str) -> list[Finding]:
        """A finding about something that the release that serves may still use."""
        if self.is_fresh(table):
            return []
        seen, sentence = self.use(table, column)
        unused = not self.ground.serves or (self.ground.source is not None and not seen)
        return [self.finding(rule, table, f"{effect}; {sentence}", advice, harmless=unused and self.empty(table))]

    def use(self, table: str, column: str) -> tuple[tuple[Seen, ...], str]:
        """Where the running release names it, and that in words."""
        source = self.ground.source
        if not self.ground.serves:
            return (), "no release serves that could use it"
        if source is None:
            return (), "whether the release that serves still uses it is not known"
        seen = uses.places(source.files, table, column)
        if not seen:
            return (), f"nothing in the source of {source.release} names it"
        shown = ", ".join(str(each) for each in seen[:3]) + (" and more" if len(seen) > 3 else "")
        return seen, f"{source.release}, which serves, still names it: seen in {shown}"


def quoted(name: str) -> str:
    """A name as it stands in SQL: quoted where it has to be, with its schema."""
    return ".".join(
        part if PLAIN.match(part) else '"' + part.replace('"', '""') + '"' for part in name.split(".") if part
    )


def called(*parts: str) -> str:
    """A name for a new constraint or index, of the names it is about: `orders_code_key`, at most 63 bytes."""
    joined = "_".join(part.rpartition(".")[2] for part in parts)
    return quoted(re.sub(r"\W+", "_", joined)[:63])


def mode_named(words: str) -> LockMode | None:
    """The mode that a LOCK TABLE asks for; None for one that stands in nobody's way."""
    return next((mode for mode, text in WORDS.items() if text == " ".join(words.split())), None)
