"""What keeps others waiting: indexes, constraints that are checked at once, rewrites, locks, timeouts."""

import re

from fairway.domain import statements as act
from fairway.domain import weights
from fairway.domain.findings_breaking import repeated
from fairway.domain.judgement import Finding
from fairway.domain.rehearsal import LockMode
from fairway.domain.sight import Sight, called, mode_named, quoted
from fairway.domain.statements import Constraint
from fairway.domain.weights import Work

EXCLUSIVE, SHARE, BOTH = LockMode.ACCESS_EXCLUSIVE, LockMode.SHARE, LockMode.SHARE_ROW_EXCLUSIVE
SERIALS = {
    **dict.fromkeys(("smallserial", "serial2"), "smallint"),
    **dict.fromkeys(("serial", "serial4"), "integer"),
    **dict.fromkeys(("bigserial", "serial8"), "bigint"),
}
INDEX = re.compile(r"\bINDEX\b", re.IGNORECASE)
CONCURRENTLY = "ban-concurrent-index-creation-in-transaction"


def added(sight: Sight, action: act.AddColumn) -> list[Finding]:
    """`adding-field-with-default`, and the constraints that stand behind the column's type."""
    column = quoted(action.column)
    found: list[Finding] = []
    if action.computed:
        default = f" ({action.default})" if action.default else f" ({action.type})"
        advice = computed_advice(action)
        doing = f"every row is written anew with a value of its own for {action.column}{default}"
        found += sight.locking("adding-field-with-default", action.table, EXCLUSIVE, Work.REWRITE, doing, advice)
    if action.unique and not action.computed:
        advice = unique_advice(action.table, (action.column,), called(action.table, action.column, "key"), "UNIQUE")
        doing = f"the index of {action.column} is built"
        found += sight.locking("disallowed-unique-constraint", action.table, EXCLUSIVE, Work.INDEX, doing, advice)
    # With a null in every row there is nothing to look up, and PostgreSQL leaves it out (transformFKConstraints).
    if action.references and action.default:
        definition = f"FOREIGN KEY ({column}) REFERENCES {quoted(action.references)}"
        found += foreign_key(sight, beside(action, Constraint.FOREIGN_KEY, definition))
    if action.check:
        found += check(sight, beside(action, Constraint.CHECK, action.check))
    return found


def computed_advice(action: act.AddColumn) -> str:
    """How the column gets its values without the table being written anew at once."""
    table, column = quoted(action.table), quoted(action.column)
    type_, default, before = action.type, action.default, ""
    if type_.lower() in SERIALS:
        type_, sequence = SERIALS[type_.lower()], called(action.table, action.column, "seq")
        before, default = f"CREATE SEQUENCE {sequence} OWNED BY {table}.{column};\n", f"nextval('{sequence}')"
    if not default:
        return "add a plain column, let a trigger or the new release fill it, and fill the old rows in portions"
    return (
        "add the column first, let new rows have the value, and fill the old ones in portions:\n"
        f"ALTER TABLE {table} ADD COLUMN {column} {type_};\n{before}"
        f"ALTER TABLE {table} ALTER COLUMN {column} SET DEFAULT {default};\n"
        f"UPDATE {table} SET {column} = DEFAULT WHERE {column} IS NULL;  -- in portions"
    )


def beside(action: act.AddColumn, kind: Constraint, definition: str) -> act.AddConstraint:
    """The constraint behind a column's type, as if it were added on its own."""
    return act.AddConstraint(
        table=action.table, kind=kind, columns=(action.column,), other=action.references, definition=definition
    )


def constraint(sight: Sight, action: act.AddConstraint) -> list[Finding]:
    """Whatever is added by ADD CONSTRAINT."""
    match action.kind:
        case Constraint.FOREIGN_KEY:
            return foreign_key(sight, action)
        case Constraint.CHECK:
            return check(sight, action)
        case Constraint.UNIQUE | Constraint.PRIMARY_KEY:
            return unique(sight, action)
        case Constraint.EXCLUDE:
            doing = "its index is built"
            advice = "add it while the table is small, or when little is written: no other way exists"
            return sight.locking("disallowed-unique-constraint", action.table, EXCLUSIVE, Work.INDEX, doing, advice)


def foreign_key(sight: Sight, action: act.AddConstraint) -> list[Finding]:
    """`adding-foreign-key-constraint`."""
    if not action.valid:
        return []
    name = quoted(action.name) if action.name else called(action.table, *action.columns, "fkey")
    advice = not_valid(action, name)
    other = f"; writes to {sight.described(action.other)} wait too" if not sight.is_fresh(action.other) else ""
    doing = f"every row is looked up in {action.other}{other}"
    return sight.locking("adding-foreign-key-constraint", action.table, BOTH, Work.SCAN, doing, advice)


def check(sight: Sight, action: act.AddConstraint) -> list[Finding]:
    """`constraint-missing-not-valid`."""
    if not action.valid:
        return []
    advice = not_valid(action, quoted(action.name) if action.name else called(action.table, "check"))
    doing = "every row is checked"
    return sight.locking("constraint-missing-not-valid", action.table, EXCLUSIVE, Work.SCAN, doing, advice)


def not_valid(action: act.AddConstraint, name: str) -> str:
    """The two statements that block nobody."""
    table = quoted(action.table)
    return (
        "check new rows first, and the old ones in a later migration, which blocks nobody:\n"
        f"ALTER TABLE {table} ADD CONSTRAINT {name} {action.definition} NOT VALID;\n"
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};  -- in a migration of its own"
    )


def validate(sight: Sight, action: act.ValidateConstraint, added: frozenset[str]) -> list[Finding]:
    """VALIDATE in the transaction that added the constraint: the lock of ADD is held all the while."""
    if action.name not in added:
        return []
    doing = f"{action.name} is validated in the transaction that added it"
    advice = (
        "put it into a migration of its own, after the one that adds the constraint:\n"
        f"ALTER TABLE {quoted(action.table)} VALIDATE CONSTRAINT {quoted(action.name)};"
    )
    return sight.locking("constraint-missing-not-valid", action.table, EXCLUSIVE, Work.SCAN, doing, advice)


def unique(sight: Sight, action: act.AddConstraint) -> list[Finding]:
    """`disallowed-unique-constraint` and `adding-serial-primary-key-field`."""
    if action.index:
        return []
    primary = action.kind is Constraint.PRIMARY_KEY
    name = (
        quoted(action.name)
        if action.name
        else called(action.table, *(() if primary else action.columns), "pkey" if primary else "key")
    )
    advice = unique_advice(action.table, action.columns, name, action.kind)
    rule = "adding-serial-primary-key-field" if primary else "disallowed-unique-constraint"
    prefix, doing = repeated(sight, action.table, action.columns), f"the index of {', '.join(action.columns)} is built"
    return sight.locking(rule, action.table, EXCLUSIVE, Work.INDEX, doing, advice, prefix=prefix)


def unique_advice(table: str, columns: tuple[str, ...], name: str, kind: str) -> str:
    """The index first, then the constraint that takes it over."""
    return (
        "build the index first, in a migration of its own outside of a transaction, and then hand it over:\n"
        f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {quoted(table)} ({', '.join(columns)});\n"
        f"ALTER TABLE {quoted(table)} ADD CONSTRAINT {name} {kind} USING INDEX {name};"
    )


def create_index(sight: Sight, action: act.CreateIndex) -> list[Finding]:
    """`require-concurrent-index-creation`, and CONCURRENTLY where it can't be."""
    statement = " ".join(sight.reading.statement.split())
    made = (statement if action.concurrently else INDEX.sub("INDEX CONCURRENTLY", statement, count=1)) + ";"
    if action.concurrently:
        return in_transaction(sight, action.table, made)
    prefix = repeated(sight, action.table, action.columns) if action.unique else ""
    advice = f"in a migration of its own outside of a transaction:\n{made}"
    doing = f"the index {action.name} is built" if action.name else "the index is built"
    rule = "require-concurrent-index-creation"
    return sight.locking(rule, action.table, SHARE, Work.INDEX, doing, advice, prefix=prefix)


def in_transaction(sight: Sight, table: str, statement: str) -> list[Finding]:
    """CONCURRENTLY inside of a transaction."""
    if not sight.reading.transactional:
        return []
    effect = (
        "fails: PostgreSQL does nothing CONCURRENTLY inside of a transaction, and the tool runs this migration in one"
    )
    advice = f"tell the tool to run this migration without a transaction, and leave it alone in it:\n{statement}"
    return [sight.finding(CONCURRENTLY, table, effect, advice)]


def drop_index(sight: Sight, action: act.DropIndex) -> list[Finding]:
    """`require-concurrent-index-deletion`. Which table it is of is not in the statement."""
    better = f"DROP INDEX CONCURRENTLY {quoted(action.name)};"
    if action.concurrently:
        return in_transaction(sight, "", better)
    limit = sight.ground.settings.lock_timeout
    bound = f"; Fairway lets it wait {weights.taken(limit)} at the most" if limit else ", for as long as that takes"
    effect = (
        f"takes ACCESS EXCLUSIVE on the table of {action.name}: it waits for the queries that run, and all that come"
        f" wait for it{bound}"
    )
    advice = f"in a migration of its own outside of a transaction:\n{better}"
    return [sight.finding("require-concurrent-index-deletion", "", effect, advice, harmless=limit > 0)]


def reindex(sight: Sight, action: act.Reindex) -> list[Finding]:
    """`require-concurrent-reindex`."""
    better = f"REINDEX {action.kind} CONCURRENTLY {quoted(action.name)};"
    if action.concurrently:
        return in_transaction(sight, "", better)
    advice, doing = f"outside of a transaction:\n{better}", "its indexes are built again"
    if action.kind == "TABLE":
        return sight.locking("require-concurrent-reindex", action.name, SHARE, Work.REWRITE, doing, advice)
    of = f"the table of {action.name}" if action.kind == "INDEX" else f"every table of the {action.kind.lower()}"
    effect = f"blocks writes to {of} while it is built again"
    return [sight.finding("require-concurrent-reindex", "", effect, advice)]


def rewrite(sight: Sight, action: act.Rewrite) -> list[Finding]:
    """`rewriting-table`."""
    table = sight.table(action.table)
    disk = f", with {weights.size(table.bytes)} more on the disk" if table is not None else ""
    doing = f"{action.how} writes every row anew{disk}"
    advice = "pg_repack does it with the table in use; to have room used again, a plain VACUUM is enough"
    name = action.table or "every table"
    return sight.locking("rewriting-table", name, EXCLUSIVE, Work.REWRITE, doing, advice)


def change_all(sight: Sight, action: act.ChangeAll) -> list[Finding]:
    """`changing-all-rows`."""
    if sight.is_fresh(action.table):
        return []
    table = sight.table(action.table)
    estimate = weights.seconds(Work.UPDATE, table) if table is not None else 0.0
    size = f" ({weights.about(estimate)})" if table is not None else ""
    verb = "changes" if action.how == "UPDATE" else "deletes"
    effect = (
        f"{verb} all rows of {sight.described(action.table)} at once{size}; whoever changes one of them meanwhile waits"
    )
    name = quoted(action.table)
    portion = f"(SELECT ctid FROM {name} WHERE … LIMIT 5000)"
    what = f"DELETE FROM {name}" if action.how == "DELETE" else f"UPDATE {name} SET …"
    advice = (
        f"in portions, each in a transaction of its own, until none is left:\n{what} WHERE ctid = ANY (ARRAY{portion});"
    )
    short = table is not None and estimate <= weights.SHORT
    return [sight.finding("changing-all-rows", action.table, effect, advice, harmless=short)]


def lock_table(sight: Sight, action: act.LockTable) -> list[Finding]:
    """`locking-table`; a mode that blocks neither reads nor writes is none."""
    mode = mode_named(action.mode)
    if mode not in (SHARE, BOTH, LockMode.EXCLUSIVE, EXCLUSIVE) or sight.is_fresh(action.table):
        return []
    advice = "leave it out: a statement that changes the table takes the lock that it needs"
    doing = "the rest of the transaction runs"
    effect, _ = sight.lock(action.table, mode, Work.NONE, doing)
    held = sight.ground.held(action.table, least=mode)
    short = held is not None and held.seconds <= weights.SHORT
    return [
        sight.finding(
            "locking-table", action.table, effect.replace(" for less than a second", ""), advice, harmless=short
        )
    ]


def refresh(sight: Sight, action: act.Refresh) -> list[Finding]:
    """`refreshing-view`."""
    if action.concurrently:
        return []
    advice = f"with a unique index on the view:\nREFRESH MATERIALIZED VIEW CONCURRENTLY {quoted(action.view)};"
    return sight.locking("refreshing-view", action.view, EXCLUSIVE, Work.REWRITE, "the view is filled again", advice)


def detach(sight: Sight, action: act.DetachPartition) -> list[Finding]:
    """`require-concurrent-partition-detach`."""
    better = f"ALTER TABLE {quoted(action.table)} DETACH PARTITION {quoted(action.partition)} CONCURRENTLY;"
    if action.concurrently:
        return in_transaction(sight, action.table, better)
    doing, advice = f"{action.partition} is taken out", f"outside of a transaction (PostgreSQL 14 and newer):\n{better}"
    rule = "require-concurrent-partition-detach"
    return sight.locking(rule, action.table, EXCLUSIVE, Work.NONE, doing, advice)


def timeout_off(sight: Sight, action: act.SetTimeout) -> list[Finding]:
    """`require-lock-timeout`: the migration takes back what Fairway set."""
    limit = sight.ground.settings.lock_timeout
    if not action.off or action.name != "lock_timeout" or not limit:
        return []
    effect = (
        f"sets lock_timeout to 0, in the place of Fairway's {weights.taken(limit)}: it may wait for ever, and everybody"
        " who comes after it waits behind it"
    )
    return [sight.finding("require-lock-timeout", "", effect, "leave the statement out")]
