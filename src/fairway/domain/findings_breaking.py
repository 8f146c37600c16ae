"""What breaks the release that serves, or fails on the rows that are there: drops, renames, columns that must be
filled."""

from fairway.domain import statements as act
from fairway.domain import weights
from fairway.domain.address import Engine
from fairway.domain.ground import Nulls, Repeated
from fairway.domain.judgement import Finding
from fairway.domain.rehearsal import LockMode
from fairway.domain.sight import Sight, called, quoted
from fairway.domain.weights import Work

EXCLUSIVE = LockMode.ACCESS_EXCLUSIVE


def drop_column(sight: Sight, action: act.DropColumn) -> list[Finding]:
    """`ban-drop-column`."""
    effect = f"drops {action.column} of {sight.described(action.table)}, whose values are gone but for the backup"
    advice = (
        f"deploy a release that does not use {action.column} any more, then in a later one:\n"
        f"ALTER TABLE {quoted(action.table)} DROP COLUMN {quoted(action.column)};"
    )
    return sight.breaking("ban-drop-column", action.table, action.column, effect, advice)


def drop_table(sight: Sight, action: act.DropTable) -> list[Finding]:
    """`ban-drop-table`."""
    effect = f"drops {sight.described(action.table)}, whose rows are gone but for the backup"
    advice = (
        "deploy a release that does not use the table any more, then in a later one:\n"
        f"DROP TABLE {quoted(action.table)};"
    )
    return sight.breaking("ban-drop-table", action.table, "", effect, advice)


def rename_column(sight: Sight, action: act.RenameColumn) -> list[Finding]:
    """`renaming-column`."""
    old, new, table = quoted(action.column), quoted(action.to), quoted(action.table)
    type_ = sight.ground.type_of(action.table, action.column) or "…"
    effect = f"takes {action.column} of {sight.described(action.table)} away from every query that names it"
    advice = (
        "in three releases: add the new column and write both; use the new one alone; drop the old one:\n"
        f"ALTER TABLE {table} ADD COLUMN {new} {type_};\n"
        f"UPDATE {table} SET {new} = {old} WHERE {new} IS NULL;  -- in portions\n"
        f"ALTER TABLE {table} DROP COLUMN {old};  -- in the third release"
    )
    return sight.breaking("renaming-column", action.table, action.column, effect, advice)


def rename_table(sight: Sight, action: act.RenameTable) -> list[Finding]:
    """`renaming-table`."""
    effect = f"takes {sight.described(action.table)} away from every query that names it"
    advice = (
        "leave a view of the old name for the release that serves, in the same transaction, and drop it later:\n"
        f"ALTER TABLE {quoted(action.table)} RENAME TO {quoted(action.to)};\n"
        f"CREATE VIEW {quoted(action.table)} AS SELECT * FROM {quoted(action.to)};"
    )
    return sight.breaking("renaming-table", action.table, "", effect, advice)


def truncate(sight: Sight, action: act.Truncate) -> list[Finding]:
    """`truncating-table`."""
    effect = f"empties {sight.described(action.table)}; its rows are gone but for the backup"
    advice = f"delete what is old in portions:\nDELETE FROM {quoted(action.table)} WHERE …;"
    return sight.breaking("truncating-table", action.table, "", effect, advice)


def required(sight: Sight, action: act.AddColumn) -> list[Finding]:
    """`adding-required-field`: NOT NULL without a value for the rows that are there, and for the INSERTs of the release
    that serves."""
    if sight.is_fresh(action.table) or action.default or action.computed or not action.required:
        return []
    table, column, known = quoted(action.table), quoted(action.column), sight.table(action.table)
    if sight.ground.engine is Engine.SQLITE:
        effect = f"fails: SQLite adds no column that is NOT NULL to {sight.described(action.table)} without a default"
        advice = f"give it a default:\nALTER TABLE {table} ADD COLUMN {column} {action.type} NOT NULL DEFAULT …;"
        return [sight.finding("adding-required-field", action.table, effect, advice)]
    if known is not None and not sight.empty(action.table):
        effect = f"fails: {sight.described(action.table)} has rows, and {action.column} would have no value in them"
    else:
        effect = f"fails as soon as {sight.described(action.table)} has a row"
    effect += "; and an INSERT of the release that serves, which does not know the column, fails afterwards"
    advice = (
        "add it without NOT NULL, let the new release fill it, and demand it in a later one:\n"
        f"ALTER TABLE {table} ADD COLUMN {column} {action.type};\n"
        f"-- later, once every row has one:\nALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;"
    )
    seen, _ = sight.use(action.table, "")
    unused = sight.empty(action.table) and (not sight.ground.serves or (sight.ground.source is not None and not seen))
    return [sight.finding("adding-required-field", action.table, effect, advice, harmless=unused)]


def not_null(sight: Sight, action: act.SetNotNull) -> list[Finding]:
    """`adding-not-nullable-field`, with the number of nulls that there really are."""
    if (action.table, action.column) in sight.proven:
        return []
    table, column = quoted(action.table), quoted(action.column)
    nulls = sight.answer(Nulls(table=action.table, column=action.column))
    fill = f"UPDATE {table} SET {column} = … WHERE {column} IS NULL;"
    if nulls:
        rows = "row has" if nulls == 1 else "rows have"
        effect = f"fails: {nulls:,} {rows} no {action.column} in {sight.described(action.table)}"
        advice = f"fill the column first, then add NOT NULL in a later release:\n{fill}"
        return (
            []
            if sight.is_fresh(action.table)
            else [sight.finding("adding-not-nullable-field", action.table, effect, advice)]
        )
    name = called(action.table, action.column, "not_null")
    advice = (
        f"let a constraint prove it, which blocks nobody; SET NOT NULL then reads nothing (PostgreSQL 12):\n{fill}\n"
        f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID;\n"
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};  -- in a migration of its own\n"
        f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL;\n"
        f"ALTER TABLE {table} DROP CONSTRAINT {name};"
    )
    none = "every row is read for a null (there is none)" if nulls == 0 else "every row is read for a null"
    doing = none if nulls == 0 or sight.empty(action.table) else f"{none}, and fails at the first one"
    return sight.locking("adding-not-nullable-field", action.table, EXCLUSIVE, Work.SCAN, doing, advice)


def repeated(sight: Sight, table: str, columns: tuple[str, ...]) -> str:
    """What stands before the sentence about the lock when rows repeat the values."""
    count = sight.answer(Repeated(table=table, columns=columns))
    if not count:
        return ""
    rows = "row repeats" if count == 1 else "rows repeat"
    return f"fails: {count:,} {rows} another one's {', '.join(columns)}; until then it "


def change_type(sight: Sight, action: act.ChangeType) -> list[Finding]:
    """`changing-column-type`. What is only widened is no finding."""
    if sight.is_fresh(action.table):
        return []
    old, ground = sight.ground.type_of(action.table, action.column), sight.ground
    if widened(old, action.type) and not action.using:
        return []
    table, column, new = quoted(action.table), quoted(action.column), quoted(f"{action.column}_new")
    advice = (
        "in three releases: add a column of the new type and write both; use the new one alone; drop the old one:\n"
        f"ALTER TABLE {table} ADD COLUMN {new} {action.type};\n"
        f"UPDATE {table} SET {new} = {column}::{action.type} WHERE {new} IS NULL;  -- in portions\n"
        f"ALTER TABLE {table} DROP COLUMN {column};  -- in the third release"
    )
    change = f"{old} becomes {action.type}" if old else f"it becomes {action.type}"
    doing = f"every row is written anew ({change})"
    if (rewritten := ground.rewritten(action.table)) is not None:
        written = f"{rewritten.rows:,} rows, {weights.size(rewritten.bytes)}"
        doing = f"every row was written anew ({change}; {written})"
    elif ground.rehearsal is not None and ground.held(action.table, least=EXCLUSIVE) is not None:
        doing = f"nothing was written anew ({change})"
    found = sight.locking("changing-column-type", action.table, EXCLUSIVE, Work.REWRITE, doing, advice)
    seen, sentence = sight.use(action.table, action.column)
    return [
        sight.finding(each.rule, each.table, f"{each.effect}; {sentence}", each.advice, harmless=each.harmless)
        if seen
        else each
        for each in found
    ]


def widened(old: str, new: str) -> bool:
    """Whether PostgreSQL takes the values as they lie: to text or a longer varchar from a varchar, to a numeric of more
    digits with the same scale."""
    old, new = normal(old), normal(new)
    if old == new:
        return bool(old)
    (kind, size), (other, more) = sized(old), sized(new)
    if kind == "varchar" and other in ("text", "varchar"):
        return other == "text" or not more or (bool(size) and more[0] >= size[0])
    if kind == "text" and other == "varchar":
        return not more
    if kind == other == "numeric" and size:
        return not more or (more[0] >= size[0] and more[1:] == size[1:])
    return False


def normal(type_: str) -> str:
    """The type in PostgreSQL's short words."""
    words = {
        "character varying": "varchar",
        "decimal": "numeric",
        "int8": "bigint",
        "int4": "integer",
        "int": "integer",
    }
    base, bracket, rest = type_.lower().strip().partition("(")
    base = base.strip()
    return words.get(base, base) + bracket + rest.replace(" ", "")


def sized(type_: str) -> tuple[str, tuple[int, ...]]:
    """`numeric(10,2)` → numeric and (10, 2)."""
    base, _, rest = type_.partition("(")
    digits = rest.partition(")")[0].split(",") if rest else []
    return base, tuple(int(each) for each in digits if each.isascii() and each.isdigit())
