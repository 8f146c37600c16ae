"""What the surroundings of a value in Python say: has it a default, is it tested, does the app raise without it."""

import re
from collections.abc import Callable

from tree_sitter import Node

from fairway.build.contract import python_moment
from fairway.build.contract.judge import PLAIN, Judgement, certain, weigh
from fairway.build.contract.moment import Moment
from fairway.build.contract.python_literals import literal
from fairway.build.contract.syntax import Syntax, field_of, same
from fairway.domain.contract import Kind, Need

When = Callable[[Node], Moment]
KINDS = {
    "int": Kind.NUMBER,
    "float": Kind.NUMBER,
    "bool": Kind.BOOLEAN,
    "str": Kind.TEXT,
    "url": Kind.URL,
    "json": Kind.JSON,
    "db": Kind.URL,
    "db_url": Kind.URL,
    "cache": Kind.URL,
    "cache_url": Kind.URL,
    "email_url": Kind.URL,
    "json.loads": Kind.JSON,
    "decimal.Decimal": Kind.NUMBER,
    "Decimal": Kind.NUMBER,
}
TESTED = Judgement(Need.OPTIONAL, "tested")
BOOLEANS = frozenset({"true", "1", "yes", "on", "false", "0", "no", "off", "t", "y"})


def judge_value(syntax: Syntax, node: Node, name: str, when: When, *, follow: bool) -> Judgement:
    """What happens to a value that may be None."""
    for child, parent in syntax.above(node):
        if parent.type == "parenthesized_expression":
            continue
        if parent.type == "boolean_operator":
            word = syntax.text(field_of(parent, "operator"))
            if word == "or" and same(field_of(parent, "left"), child):
                if parent_is_test(syntax, parent):
                    return TESTED
                return Judgement(Need.OPTIONAL, "default", literal(syntax, field_of(parent, "right")))
            if word == "and" and same(field_of(parent, "left"), child):
                return TESTED
            continue
        if parent.type == "not_operator":
            return absent(syntax, parent, when)
        if parent.type == "comparison_operator":
            if syntax.text(parent.named_children[-1]) == "None" and same(parent.named_children[0], child):
                return absent(syntax, parent, when) if " not " not in syntax.text(parent) else TESTED
            return weigh(TESTED, compared(syntax, child))
        if parent.type == "if_statement" or (
            parent.type == "conditional_expression" and same(parent.named_children[1], child)
        ):
            return TESTED
        if guarded(syntax, node, name):
            return TESTED
        if parent.type == "attribute" and same(field_of(parent, "object"), child):
            return certain(when(parent), "used")
        if parent.type == "argument_list":
            kind = converted(syntax, child)
            call = syntax.parent(parent)
            called = syntax.text(field_of(call, "function"))
            if kind is not None and call is not None:
                # int(None) is a TypeError.
                return weigh(certain(when(call), "used"), kind)
            return TESTED if called == "bool" else PLAIN
        if parent.type == "assignment" and follow:
            return judge_name(syntax, field_of(parent, "left"), when)
        if parent.type == "named_expression":
            return TESTED
        return PLAIN
    return PLAIN


def parent_is_test(syntax: Syntax, node: Node) -> bool:
    """Whether the expression is the condition of an `if`."""
    parent = syntax.parent(node)
    return parent is not None and parent.type in ("if_statement", "not_operator")


def judge_name(syntax: Syntax, bound: Node | None, when: When) -> Judgement:
    """What the uses of a name say that a value was given, in the same function or at the same top."""
    if bound is None or bound.type != "identifier":
        return PLAIN
    name, scope = syntax.text(bound), scope_of(syntax, bound)
    said = [
        judge_value(syntax, node, name, when, follow=False)
        for node in syntax.all("identifier")
        if syntax.text(node) == name
        and node.start_byte > bound.start_byte
        and same(scope_of(syntax, node), scope)
        and (syntax.parent(node) or node).type not in ("keyword_argument", "attribute")
    ]
    if required := next((each for each in said if each.need is Need.REQUIRED), None):
        return required
    return next((each for each in said if each.need is Need.OPTIONAL), next(iter(said), PLAIN))


def scope_of(syntax: Syntax, node: Node) -> Node:
    """The function around it, or the module."""
    scopes = ("function_definition", "class_definition")
    return next((parent for _, parent in syntax.above(node) if parent.type in scopes), syntax.root)


def absent(syntax: Syntax, test: Node, when: When) -> Judgement:
    """The test is true when the variable is missing: does the `if` raise then?"""
    for child, parent in syntax.above(test):
        if parent.type == "parenthesized_expression":
            continue
        if parent.type == "boolean_operator" and syntax.text(field_of(parent, "operator")) == "or":
            continue
        if parent.type == "boolean_operator":
            return Judgement(Need.UNKNOWN, "throws-later")
        asked = parent.type == "if_statement" and same(field_of(parent, "condition"), child)
        if asked and python_moment.ends(syntax, field_of(parent, "consequence")):
            return certain(when(parent), "throws")
        break
    return TESTED


def guarded(syntax: Syntax, node: Node, name: str) -> bool:
    """Whether a test of the same variable let it come here."""
    for child, parent in syntax.above(node):
        if parent.type in ("if_statement", "elif_clause"):
            test = field_of(parent, "condition")
            if not same(child, test) and name in syntax.text(test):
                return True
        elif parent.type == "conditional_expression":
            if not same(child, parent.named_children[1]) and name in syntax.text(parent.named_children[1]):
                return True
        elif parent.type == "boolean_operator" and same(child, field_of(parent, "right")):
            if name in syntax.text(field_of(parent, "left")):
                return True
        elif parent.type == "function_definition":
            return False
    return False


def converted(syntax: Syntax, node: Node) -> Kind | None:
    """The type that a conversion around it makes: `int(…)`."""
    around = syntax.parent(node)
    call = syntax.parent(around) if around is not None and around.type == "argument_list" else None
    called = syntax.text(field_of(call, "function"))
    return KINDS.get(called) if called in ("int", "float", "json.loads", "Decimal", "decimal.Decimal") else None


def compared(syntax: Syntax, node: Node) -> Kind | None:
    """A boolean, when it is compared with the words of one: `== "true"`, `.lower() in ("1", "true")`."""
    for _, parent in syntax.above(node):
        if parent.type == "comparison_operator":
            words = re.findall(r"['\"]([A-Za-z0-9]*)['\"]", syntax.text(parent.named_children[-1]))
            return Kind.BOOLEAN if words and all(word.lower() in BOOLEANS for word in words) else None
        if parent.type not in ("attribute", "call", "parenthesized_expression"):
            return None
    return None


def caught(syntax: Syntax, node: Node) -> bool:
    """Whether a KeyError is dealt with: a `try` around it goes on."""
    for child, parent in syntax.above(node):
        if parent.type == "try_statement" and same(field_of(parent, "body"), child):
            handlers = [syntax.text(each)[:200] for each in parent.named_children if each.type == "except_clause"]
            if any("KeyError" in each for each in handlers) and python_moment.swallows(syntax, parent):
                return True
        if parent.type == "function_definition":
            return False
    return False
