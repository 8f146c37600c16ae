"""The syntax tree of one SQL statement, with a few questions to it.

The grammar is tree-sitter's, made from PostgreSQL's own: it never recurses, takes time in proportion to the text, and
gives a tree for a text that is none too. The nodes have PostgreSQL's names (`AlterTableStmt`, `columnDef`). Walks are
without recursion here as well: a hostile text is as deep as it is long.
"""

from collections.abc import Iterator
from functools import cache

import tree_sitter_postgres
from tree_sitter import Language, Node, Parser


@cache
def language() -> Language:
    """PostgreSQL's grammar."""
    return Language(tree_sitter_postgres.language())


def parse(text: str) -> Node | None:
    """The statement's node (`AlterTableStmt`), None when it can't be read whole."""
    root = Parser(language()).parse(text.encode("utf-8", "replace")).root_node
    if root.has_error:
        return None
    statement = first(root, "stmt")
    return statement.children[0] if statement is not None and statement.children else None


def walk(node: Node, *, into: frozenset[str] | None = None, stop: frozenset[str] = frozenset()) -> Iterator[Node]:
    """The node and everything below it, in the text's order; what is below a node of `stop` is left out."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        yield each
        if each.type not in stop and (into is None or each is node or each.type in into):
            waiting.extend(reversed(each.children))


def first(node: Node, *kinds: str, stop: frozenset[str] = frozenset()) -> Node | None:
    """The first node of one of the kinds, below or at it."""
    return next((each for each in walk(node, stop=stop) if each.type in kinds), None)


def every(node: Node, *kinds: str) -> list[Node]:
    """All nodes of the kinds that are in no other one of them."""
    return [each for each in walk(node, stop=frozenset(kinds)) if each.type in kinds]


def has(node: Node, *kinds: str) -> bool:
    """Whether one of these stands directly below it."""
    return any(child.type in kinds for child in node.children)


def child(node: Node, *kinds: str) -> Node | None:
    """The first of these that stands directly below it."""
    return next((each for each in node.children if each.type in kinds), None)


def text(node: Node | None) -> str:
    """What stands there, in one line; "" for None."""
    return " ".join((node.text or b"").decode("utf-8", "replace").split()) if node is not None else ""


def name(node: Node | None) -> str:
    """A name as the database keeps it: folded to small letters unless it is quoted, with its schema before it."""
    if node is None:
        return ""
    if node.type == "relation_expr" or node.type == "relation_expr_opt_alias":
        node = first(node, "qualified_name") or node
    parts = [each for each in walk(node) if not each.children]
    return "".join(word(part) for part in parts if part.type != "*")


def word(leaf: Node) -> str:
    """One part of a name."""
    found = (leaf.text or b"").decode("utf-8", "replace")
    if leaf.type == "quoted_identifier":
        return found[1:-1].replace('""', '"')
    return found.lower()
