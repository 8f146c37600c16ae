"""The page of the rules for migrations, made from the table that the judge works with."""

from fairway.domain.migrationrule import MigrationRule
from fairway.domain.migrationrules import OWN
from fairway.domain.migrationrules_linted import LINTED

HEAD = """# The rules for migrations

<!-- Made by docs/generate.py from src/fairway/domain/migrationrules.py. -->

Before a migration is made, its SQL is judged: read by Fairway, by [squawk](https://squawkhq.com) for PostgreSQL, and
once more after the rehearsal, with what was measured on the copy. Each finding says what the statement would do to
this table at its real size, and how the same is done without hurting anybody, as SQL for the statement at hand. What
a finding means is said in fairway.toml: `[migrations] policy` for all, `policies` for single rules, `silence` for
those that are passed over, each with the reason ([reference](../reference/fairway-toml.md)).

- **Harmless** is what keeps others waiting no longer than a quarter of a second at the table's present size, by the
  rehearsal or else by estimate, and what concerns a table that is empty and that the release that serves does not
  name. It is shown and asks for nothing. A table that the same migrations make is nobody's yet: nothing is said of
  it.
- **Estimates** follow from the table's bytes with its indexes and from its rows: every row read, 250 MB a second; an
  index, 500,000 rows a second more; everything written anew, 50 MB a second; an UPDATE, 300,000 rows a second. They
  were measured with PostgreSQL 15 on two cores, reading slowed down to what a disk gives, and give way to what the
  rehearsal measures.
- **Used** is what the source of the release that serves names: a search for whole words, in the spellings of ORMs
  too; of a column only in files that name its table. It shows where to look, and proves nothing.
- **Counted** in the copy, before it is migrated, are the nulls of a column that becomes NOT NULL, and the rows that
  repeat what becomes unique.
- What can't be read (another dialect, a migration that is code before its rehearsal) is said, never guessed at. What
  stops a rule in its tracks is not a comment in the SQL but fairway.toml; `-- squawk-ignore` holds for the rules that
  squawk alone has.

The expand-and-contract way, with an example: [change a schema safely](../how-to/change-a-schema-safely.md).

"""
CHAPTERS = (("## Fairway's own, which know the table", OWN), ("## Found by squawk", LINTED))


def markdown() -> str:
    """The page of the rules, for the documentation."""
    head = HEAD + "".join(f"{chapter}\n\n{''.join(map(section, rules))}" for chapter, rules in CHAPTERS)
    return head.rstrip("\n") + "\n"


def section(rule: MigrationRule) -> str:
    """One rule."""
    minor = " It is a matter of taste or of later, so it is only shown." if rule.minor else ""
    about = f"{rule.about[:1].upper()}{rule.about[1:]}."
    return f"### `{rule.name}`\n{about}{minor}\n\n- **Why**: {rule.why}\n- **Safe**: {full(rule.safe)}\n\n"


def full(sentence: str) -> str:
    """With a full stop at its end, unless it has one."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
