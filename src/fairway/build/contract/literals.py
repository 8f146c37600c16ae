"""What JavaScript's expressions are worth when that can be read off them: literals, constants, lists and objects.

A name that is not a constant of this file is worth nothing here: it is never guessed.
"""

import re

from tree_sitter import Node

from fairway.build.contract.syntax import Syntax, field_of

WRAPPED = frozenset(
    {"parenthesized_expression", "non_null_expression", "as_expression", "satisfies_expression", "type_assertion"}
)
"""Expressions that are worth what stands in them."""
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def unwrap(node: Node | None) -> Node | None:
    """The expression without parentheses and types."""
    for _ in range(20):
        if node is None or node.type not in WRAPPED or not node.named_children:
            return node
        # `<T>value` has its type first, all others have the value first.
        node = node.named_children[-1 if node.type == "type_assertion" else 0]
    return None


def text_of(syntax: Syntax, node: Node | None) -> str | None:
    """The text of a string literal, None for anything else."""
    node = unwrap(node)
    if node is None or node.type not in ("string", "template_string"):
        return None
    if any(child.type == "template_substitution" for child in node.named_children):
        return None
    raw = syntax.text(node)
    return raw[1:-1] if len(raw) >= 2 else None


def literal(syntax: Syntax, node: Node | None) -> str | None:
    """The text of a literal: a string's, a number's, true or false."""
    found = text_of(syntax, node)
    node = unwrap(node)
    if found is None and node is not None and node.type in ("number", "true", "false"):
        return syntax.text(node)
    if found is None and node is not None and node.type == "unary_expression":
        inner = field_of(node, "argument")
        return syntax.text(node) if inner is not None and inner.type == "number" else None
    return found


class Constants:
    """The constants of one file by name: `const K = …` at its top, and enums."""

    def __init__(self, syntax: Syntax) -> None:
        self._syntax = syntax
        self._values: dict[str, Node] = {}
        self._enums: dict[str, dict[str, str]] = {}
        for node in syntax.all("variable_declarator"):
            around = syntax.parent(node)
            name, value = field_of(node, "name"), unwrap(field_of(node, "value"))
            if around is None or value is None or name is None or name.type != "identifier":
                continue
            if any(child.type in ("let", "var") for child in around.children):
                continue
            # Twice the same name, in two functions, is no constant of the file.
            text = syntax.text(name)
            if text in self._values:
                del self._values[text]
            else:
                self._values[text] = value
        for node in syntax.all("enum_declaration"):
            members = {}
            for each in (field_of(node, "body") or node).named_children:
                member = text_of(syntax, field_of(each, "value"))
                if each.type == "enum_assignment" and member is not None:
                    members[syntax.text(field_of(each, "name"))] = member
            self._enums[syntax.text(field_of(node, "name"))] = members

    def value(self, node: Node | None) -> Node | None:
        """The expression that a constant stands for, the node itself when it is none."""
        node = unwrap(node)
        for _ in range(5):
            if node is None or node.type not in ("identifier", "shorthand_property_identifier"):
                return node
            node = self._values.get(self._syntax.text(node))
        return None

    def text(self, node: Node | None) -> str | None:
        """The text that the expression is worth: a string, a constant, a member of constants' object or of an enum."""
        node = unwrap(node)
        if node is None:
            return None
        if node.type in ("member_expression", "subscript_expression"):
            return self._member(node)
        return text_of(self._syntax, self.value(node))

    def _member(self, node: Node) -> str | None:
        owner = field_of(node, "object")
        role = "property" if node.type == "member_expression" else "index"
        key = field_of(node, role)
        name = self._syntax.text(key) if role == "property" else text_of(self._syntax, key)
        if owner is None or name is None:
            return None
        if (enum := self._enums.get(self._syntax.text(owner))) is not None:
            return enum.get(name)
        holder = self.value(owner)
        if holder is None or holder.type != "object":
            return None
        return next((text_of(self._syntax, value) for key, value in entries(self._syntax, holder) if key == name), None)

    def texts(self, node: Node | None) -> tuple[str, ...] | None:
        """The texts of a list of them; None when one of its items is something else."""
        node = self.value(node)
        if node is None or node.type != "array":
            return None
        found = [self.text(each) for each in node.named_children if each.type != "comment"]
        return tuple(each for each in found if each is not None) if None not in found else None


def entries(syntax: Syntax, node: Node) -> list[tuple[str, Node]]:
    """The pairs of an object literal whose keys are written out."""
    found = []
    for pair in node.named_children:
        if pair.type == "shorthand_property_identifier":
            found.append((syntax.text(pair), pair))
        key, value = field_of(pair, "key"), field_of(pair, "value")
        if pair.type != "pair" or key is None or value is None:
            continue
        name = text_of(syntax, key) if key.type == "string" else syntax.text(key)
        if name is not None and key.type != "computed_property_name":
            found.append((name, value))
    return found


def spread(syntax: Syntax, node: Node) -> list[tuple[str, Node]]:
    """The pairs that an object literal takes in, which may be there or not: `...(condition && { A: 1 })`."""
    spreads = [each for each in node.named_children if each.type == "spread_element"]
    objects = [each for each in syntax.all("object") if any(is_in(each, outer) for outer in spreads)]
    return [pair for each in objects for pair in entries(syntax, each)]


def is_in(node: Node, outer: Node) -> bool:
    """Whether it stands within the other."""
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def entry(syntax: Syntax, node: Node | None, name: str) -> Node | None:
    """The value of that key in an object literal."""
    if node is None or node.type != "object":
        return None
    return next((value for key, value in entries(syntax, node) if key == name), None)


def arguments(call: Node | None) -> list[Node]:
    """What a call is given."""
    given = field_of(call, "arguments")
    return [] if given is None else [each for each in given.named_children if each.type != "comment"]
