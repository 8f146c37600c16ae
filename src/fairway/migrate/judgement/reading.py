"""The SQL of migrations as what it does: each statement that a rule may be about becomes a `Reading`.

What can't be read is passed over with a note: a new syntax, another database's dialect, a text that is no SQL. Whether
it is wrong, the rehearsal shows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from fairway.domain import sqltext
from fairway.domain import statements as act
from fairway.domain.address import Engine
from fairway.domain.migrations import Step
from fairway.domain.sqltext import Statement
from fairway.domain.statements import Action, Reading
from fairway.migrate.judgement import altering, dialect, tree

WORTH = frozenset(
    {"ALTER", "CREATE", "DROP", "TRUNCATE", "UPDATE", "DELETE", "INSERT"}
    | {"VACUUM", "CLUSTER", "REINDEX", "REFRESH", "LOCK", "SET", "WITH"}
)
"""First words of statements that a rule may be about."""
OTHERS = frozenset(
    {"ABORT", "ANALYZE", "ATTACH", "BEGIN", "CALL", "CHECKPOINT", "CLOSE", "COMMENT", "COMMIT", "COPY", "DEALLOCATE"}
    | {"DECLARE", "DETACH", "DISCARD", "DO", "END", "EXECUTE", "EXPLAIN", "FETCH", "GRANT", "IMPORT", "LISTEN", "LOAD"}
    | {"MERGE", "MOVE", "NOTIFY", "PRAGMA", "PREPARE", "REASSIGN", "RELEASE", "REPLACE", "RESET", "REVOKE", "ROLLBACK"}
    | {"SAVEPOINT", "SECURITY", "SELECT", "SHOW", "START", "TABLE", "UNLISTEN", "VALUES"}
)
"""First words of all the other ones, of PostgreSQL and SQLite."""
MOST = 5_000
"""Statements of a step that are read; a file with more is data."""
ERRORS_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was understood, and a sentence for each thing that was not."""

    readings: tuple[Reading, ...]
    notes: tuple[str, ...] = ()


def read(steps: Iterable[Step], engine: Engine = Engine.POSTGRES) -> Read:
    """The statements of all steps that have SQL, in the engine's dialect."""
    readings: list[Reading] = []
    notes: list[str] = []
    for step in steps:
        sql = step.sql or ""
        statements = sqltext.split(dialect.to_postgres(sql) if engine is Engine.SQLITE else sql)
        if len(statements) > MOST:
            notes.append(f"{step.name}: only the first {MOST:,} of {len(statements):,} statements were read")
        unread: list[Statement] = []
        for statement in statements[:MOST]:
            if (found := read_statement(step, statement, engine)) is None:
                unread.append(statement)
            elif found.actions:
                readings.append(found)
        if unread:
            notes.append(passed_over(step, unread))
    return Read(readings=tuple(readings), notes=tuple(notes))


def passed_over(step: Step, unread: Sequence[Statement]) -> str:
    """`20261123_a.sql: line 3 could not be read and was not judged: CREAT TABLE x`."""
    where = ", ".join(str(each.line) for each in unread[:5]) + (" …" if len(unread) > 5 else "")
    lines = "line" if len(unread) == 1 else "lines"
    shown = unread[0].plain
    shown = shown if len(shown) <= ERRORS_SHOWN else shown[: ERRORS_SHOWN - 1] + "…"
    return f"{step.name}: {lines} {where} could not be read and so not judged: {shown}"


def read_statement(step: Step, statement: Statement, engine: Engine) -> Reading | None:
    """What the statement does; None when it can't be read."""
    actions: tuple[Action, ...] = ()
    if statement.word not in WORTH | OTHERS:
        return None
    if statement.word in WORTH and len(statement.text) <= sqltext.LONGEST:
        node = tree.parse(statement.text)
        if node is not None:
            actions = tuple(READERS[node.type](node)) if node.type in READERS else ()
        elif engine is Engine.SQLITE and (table := dialect.new_table(statement.text)):
            actions = (act.CreateTable(table=table),)
        else:
            return None
    return Reading(
        step=step.name,
        line=statement.line,
        statement=statement.text,
        actions=actions,
        transactional=step.transactional,
    )


def create_table(node: Node) -> list[Action]:
    """CREATE TABLE, with or without AS."""
    return [act.CreateTable(table=tree.name(tree.first(node, "qualified_name")))]


def drop(node: Node) -> list[Action]:
    """DROP TABLE and DROP INDEX; everything else is left to the linter."""
    names = [tree.name(each) for each in tree.every(node, "any_name")]
    if tree.has(node, "kw_index"):
        concurrently = tree.has(node, "kw_concurrently")
        return [act.DropIndex(name=each, concurrently=concurrently) for each in names]
    kind = tree.text(tree.child(node, "object_type_any_name")).upper()
    if kind == "INDEX":
        return [act.DropIndex(name=each) for each in names]
    return [act.DropTable(table=each) for each in names] if kind == "TABLE" else []


def rename(node: Node) -> list[Action]:
    """ALTER TABLE … RENAME of a table or a column."""
    if not tree.has(node, "kw_table"):
        return []
    table = tree.name(tree.child(node, "relation_expr"))
    names = [tree.name(each) for each in node.children if each.type == "name"]
    if tree.has(node, "kw_constraint"):
        return []
    if len(names) == 2:
        return [act.RenameColumn(table=table, column=names[0], to=names[1])]
    return [act.RenameTable(table=table, to=names[0])] if names else []


def create_index(node: Node) -> list[Action]:
    """CREATE INDEX. A column that is an expression is its text."""
    concurrently = tree.child(node, "opt_concurrently") is not None or tree.has(node, "kw_concurrently")
    parameters = tree.child(node, "index_params")
    columns = tuple(altering.column(each) for each in tree.every(parameters, "index_elem")) if parameters else ()
    index = tree.child(node, "opt_single_name", "name")
    table = tree.name(tree.child(node, "relation_expr"))
    partial = tree.child(node, "where_clause") is not None
    return [
        act.CreateIndex(
            table=table,
            name=tree.name(index),
            columns=() if partial else columns,
            unique=tree.child(node, "opt_unique") is not None,
            concurrently=concurrently,
        )
    ]


def reindex(node: Node) -> list[Action]:
    """REINDEX of anything."""
    kind = tree.text(tree.child(node, "reindex_target_relation", "reindex_target_all", "kw_schema")).upper()
    return [
        act.Reindex(
            kind=kind or "DATABASE",
            name=tree.name(tree.child(node, "qualified_name", "name", "opt_single_name")),
            concurrently=tree.first(node, "kw_concurrently") is not None,
        )
    ]


def tables(node: Node) -> list[str]:
    """Every table that the statement names as its object."""
    return [tree.name(each) for each in tree.every(node, "relation_expr")]


def truncate(node: Node) -> list[Action]:
    """TRUNCATE, once for each table."""
    return [act.Truncate(table=each) for each in tables(node)]


def vacuum(node: Node) -> list[Action]:
    """VACUUM FULL; a plain one stands in nobody's way."""
    full = tree.first(node, "kw_full") or any(
        tree.text(each).upper() == "FULL" for each in tree.every(node, "utility_option_name")
    )
    return [act.Rewrite(table=each, how="VACUUM FULL") for each in tables(node) or [""]] if full else []


def cluster(node: Node) -> list[Action]:
    """CLUSTER."""
    return [act.Rewrite(table=tree.name(tree.child(node, "qualified_name")), how="CLUSTER")]


def change_all(node: Node) -> list[Action]:
    """UPDATE and DELETE. What is joined to another table chooses its rows as a WHERE does."""
    chosen = tree.child(node, "where_or_current_clause", "from_clause", "using_clause")
    target = tree.child(node, "relation_expr_opt_alias")
    if chosen is not None:
        return [act.ChangeSome(table=tree.name(target))]
    how = "UPDATE" if node.type == "UpdateStmt" else "DELETE"
    return [act.ChangeAll(table=tree.name(target), how=how)]


def insert(node: Node) -> list[Action]:
    """INSERT; with SELECT … FROM a table it may be how that one is rebuilt."""
    target = tree.child(node, "insert_target")
    source = tree.first(node, "from_clause")
    table = tree.first(source, "relation_expr") if source else None
    if target is None:
        return []
    if table is None:
        return [act.ChangeSome(table=tree.name(tree.first(target, "qualified_name")))]
    return [act.CopyRows(table=tree.name(tree.first(target, "qualified_name")), source=tree.name(table))]


def lock(node: Node) -> list[Action]:
    """LOCK TABLE; without a mode it is the strongest."""
    mode = tree.text(tree.first(node, "lock_type")).upper() or "ACCESS EXCLUSIVE"
    return [act.LockTable(table=each, mode=mode) for each in tables(node)]


def refresh(node: Node) -> list[Action]:
    """REFRESH MATERIALIZED VIEW."""
    view = tree.name(tree.child(node, "qualified_name"))
    return [act.Refresh(view=view, concurrently=tree.child(node, "opt_concurrently") is not None)]


def setting(node: Node) -> list[Action]:
    """SET lock_timeout and SET statement_timeout, with LOCAL or without."""
    variable = tree.name(tree.first(node, "var_name"))
    value = tree.text(tree.first(node, "var_list")).strip("'").lower()
    if variable not in ("lock_timeout", "statement_timeout"):
        return []
    off = value.rstrip("smhdinuo ").strip() in ("0", "") or tree.first(node, "kw_default") is not None
    return [act.SetTimeout(name=variable, off=off)]


READERS: Mapping[str, Callable[[Node], list[Action]]] = {
    "AlterTableStmt": altering.alter,
    "CreateStmt": create_table,
    "CreateAsStmt": create_table,
    "DropStmt": drop,
    "RenameStmt": rename,
    "IndexStmt": create_index,
    "ReindexStmt": reindex,
    "TruncateStmt": truncate,
    "VacuumStmt": vacuum,
    "ClusterStmt": cluster,
    "UpdateStmt": change_all,
    "DeleteStmt": change_all,
    "InsertStmt": insert,
    "LockStmt": lock,
    "RefreshMatViewStmt": refresh,
    "VariableSetStmt": setting,
}
