"""ALTER TABLE as what it does: each of its parts is an action of its own."""

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from fairway.domain import statements as act
from fairway.domain.statements import Action, Constraint
from fairway.migrate.judgement import tree

SERIAL = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})
FIXED = frozenset({"now", "current_timestamp", "current_date", "transaction_timestamp", "statement_timestamp"})
"""Functions that are evaluated once for the whole statement: STABLE ones, as PostgreSQL marks them."""
PURE = frozenset({"lower", "upper", "coalesce", "jsonb_build_object", "json_build_object", "make_interval"})
REWRITES = {"kw_logged": "SET LOGGED", "kw_unlogged": "SET UNLOGGED", "kw_tablespace": "SET TABLESPACE"}


def alter(node: Node) -> list[Action]:
    """The actions of all parts of an ALTER TABLE (of an index, a view or a sequence: none)."""
    if not tree.has(node, "kw_table"):
        return []
    table = tree.name(tree.child(node, "relation_expr", "qualified_name"))
    partition = tree.child(node, "partition_cmd")
    if partition is not None:
        return detach(table, partition)
    return [action for part in tree.every(node, "alter_table_cmd") for action in read_part(table, part)]


def detach(table: str, part: Node) -> list[Action]:
    """DETACH PARTITION; attaching one is left to the linter."""
    if not tree.has(part, "kw_detach"):
        return []
    name = tree.name(tree.child(part, "qualified_name"))
    concurrently = tree.first(part, "kw_concurrently") is not None
    return [act.DetachPartition(table=table, partition=name, concurrently=concurrently)]


def read_part(table: str, part: Node) -> Iterator[Action]:
    """One part."""
    column = tree.name(tree.child(part, "ColId"))
    if (definition := tree.child(part, "columnDef")) is not None:
        yield add_column(table, definition)
    elif (constraint := tree.child(part, "TableConstraint")) is not None:
        yield from add_constraint(table, constraint)
    elif tree.has(part, "kw_validate"):
        yield act.ValidateConstraint(table=table, name=tree.name(tree.child(part, "name")))
    elif tree.has(part, "kw_drop") and column and not tree.has(part, "kw_alter", "kw_constraint"):
        yield act.DropColumn(table=table, column=column)
    elif (type_ := tree.child(part, "Typename")) is not None:
        using = tree.child(part, "alter_using")
        yield act.ChangeType(table=table, column=column, type=tree.text(type_), using=tree.text(using))
    elif column and tree.has(part, "kw_set") and tree.has(part, "kw_not") and tree.has(part, "kw_null"):
        yield act.SetNotNull(table=table, column=column)
    elif column and tree.has(part, "kw_add") and tree.has(part, "kw_generated"):
        return
    elif tree.has(part, "kw_set"):
        yield from (act.Rewrite(table=table, how=how) for kind, how in REWRITES.items() if tree.has(part, kind))


def add_column(table: str, definition: Node) -> Action:
    """ADD COLUMN, with the constraints that stand behind the type."""
    type_ = tree.text(tree.child(definition, "Typename"))
    parts = tree.every(definition, "ColConstraintElem")
    default = next((each for each in parts if tree.has(each, "kw_default")), None)
    value = default.children[-1] if default is not None else None
    generated = [each for each in parts if tree.has(each, "kw_generated")]
    reference = next((each for each in parts if tree.has(each, "kw_references")), None)
    serial = type_.lower() in SERIAL
    primary = any(tree.has(each, "kw_primary") for each in parts)
    virtual = any(tree.text(each).upper().endswith("VIRTUAL") for each in generated)
    return act.AddColumn(
        table=table,
        column=tree.name(tree.child(definition, "ColId")),
        type=type_,
        required=primary or any(tree.has(each, "kw_not") and tree.has(each, "kw_null") for each in parts),
        default=tree.text(value),
        computed=serial or bool(generated and not virtual) or (value is not None and volatile(value)),
        unique=primary or any(tree.has(each, "kw_unique") for each in parts),
        check=next((tree.text(each) for each in parts if tree.has(each, "kw_check")), ""),
        references=tree.name(tree.child(reference, "qualified_name")) if reference is not None else "",
    )


def volatile(value: Node) -> bool:
    """Whether the value has to be worked out for each row: it calls a function that is not known to be the same for the
    whole statement."""
    names = (tree.name(each) for each in tree.every(value, "func_name"))
    return any(name.rpartition(".")[2] not in FIXED | PURE for name in names)


def add_constraint(table: str, node: Node) -> Iterator[Action]:
    """ADD CONSTRAINT."""
    element = tree.child(node, "ConstraintElem")
    if element is None:
        return
    columns: Sequence[Node] = tree.every(tree.child(element, "columnList") or element, "columnElem")
    other = tree.child(element, "qualified_name")
    index = tree.child(element, "ExistingIndex")
    attributes = tree.text(tree.child(element, "ConstraintAttributeSpec")).upper()
    yield act.AddConstraint(
        table=table,
        kind=kind(element),
        name=tree.name(tree.child(node, "name")),
        columns=tuple(column(each) for each in columns),
        definition=tree.text(element),
        valid="NOT VALID" not in attributes,
        index=tree.name(tree.child(index, "name")) if index is not None else "",
        other=tree.name(other),
        proves=proves(element),
    )


def kind(element: Node) -> Constraint:
    """Which one it is."""
    words = {
        "kw_foreign": Constraint.FOREIGN_KEY,
        "kw_unique": Constraint.UNIQUE,
        "kw_primary": Constraint.PRIMARY_KEY,
        "kw_exclude": Constraint.EXCLUDE,
    }
    return next((found for each, found in words.items() if tree.has(element, each)), Constraint.CHECK)


def proves(element: Node) -> str:
    """The column of a CHECK (c IS NOT NULL), "" of any other one."""
    expression = tree.child(element, "a_expr") if tree.has(element, "kw_check") else None
    words = tree.text(expression).strip("() ").split()
    if len(words) == 4 and [each.upper() for each in words[1:]] == ["IS", "NOT", "NULL"]:
        return words[0].strip('"') if words[0].startswith('"') else words[0].lower()
    return ""


def column(node: Node) -> str:
    """A column's name, or the text of an expression."""
    leaf = tree.child(node, "ColId")
    return tree.name(leaf) if leaf is not None else tree.text(node)
