"""What Python's expressions are worth when that can be read off them, and what a call is given."""

from tree_sitter import Node

from fairway.build.contract.syntax import Syntax, field_of

LITERALS = frozenset({"integer", "float", "true", "false"})


def text_of(syntax: Syntax, node: Node | None) -> str | None:
    """The text of a string without interpolation, None for anything else."""
    if node is None or node.type != "string" or any(each.type == "interpolation" for each in node.named_children):
        return None
    return "".join(syntax.text(each) for each in node.named_children if each.type == "string_content")


def literal(syntax: Syntax, node: Node | None) -> str | None:
    """The text of a literal: a string's, a number's, True or False."""
    found = text_of(syntax, node)
    if found is None and node is not None and node.type in LITERALS:
        return syntax.text(node)
    return found


def texts(syntax: Syntax, node: Node | None) -> tuple[str, ...] | None:
    """The texts of a list, a tuple or a set of them; None when one of its items is something else."""
    if node is None or node.type not in ("list", "tuple", "set"):
        return None
    found = [text_of(syntax, each) for each in node.named_children if each.type != "comment"]
    return tuple(each for each in found if each is not None) if None not in found else None


def argument(call: Node, position: int) -> Node | None:
    """The argument at a position."""
    given = field_of(call, "arguments")
    if given is None:
        return None
    positional = [each for each in given.named_children if each.type not in ("keyword_argument", "comment")]
    return positional[position] if position < len(positional) else None


def keyword(syntax: Syntax, call: Node, name: str) -> Node | None:
    """The keyword argument of that name."""
    for each in (field_of(call, "arguments") or call).named_children:
        if each.type == "keyword_argument" and syntax.text(field_of(each, "name")) == name:
            return field_of(each, "value")
    return None


def constant(syntax: Syntax, node: Node | None) -> str | None:
    """The text of a literal, or of a name that the file's top gives one once."""
    found = text_of(syntax, node)
    if found is not None or node is None or node.type != "identifier":
        return found
    values = [
        field_of(each, "right")
        for each in syntax.all("assignment")
        if syntax.text(field_of(each, "left")) == syntax.text(node)
    ]
    return text_of(syntax, values[0]) if len(values) == 1 else None
