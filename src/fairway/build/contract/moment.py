"""When a piece of JavaScript runs: as the app starts, then but on a condition, or later.

Only what surely runs at the start may make a variable required, so each doubt ends in CONDITION or LATER: a branch, a
`catch` that goes on, a return before it, a function that nobody in this file calls.
"""

import re
from enum import StrEnum

from tree_sitter import Node

from fairway.build.contract.syntax import Syntax, field_of, same

DEEPEST = 6
"""Calls of functions that are followed to the start."""
FUNCTIONS = frozenset(
    {
        "function_declaration",
        "function_expression",
        "arrow_function",
        "method_definition",
        "generator_function_declaration",
        "generator_function",
    }
)
AT_ONCE = frozenset({"forEach", "map", "filter", "some", "every", "reduce", "find", "flatMap"})
"""Methods that call what they are given before they return."""
NEST = frozenset({"constructor", "onModuleInit", "onApplicationBootstrap"})
"""What NestJS calls, while it starts, of a class that one of its modules lists."""
LISTS = frozenset({"array", "identifier", "member_expression"})
"""What a loop goes over that is taken to hold something: a list that is written out, or that has a name."""
MAIN = re.compile(r"require\.main|import\.meta\.(main|url)")


class Moment(StrEnum):
    """When it runs."""

    START = "start"
    CONDITION = "condition"
    LATER = "later"


def moment(
    syntax: Syntax,
    node: Node,
    called: frozenset[str] = frozenset(),
    depth: int = 0,
    *,
    origin: Node | None = None,
) -> Moment:
    """When this node runs. `called` are the exported functions that other files call as they start; with `origin`, a
    function around it, the question is when it runs in a call of that one."""
    certain = True
    for child, parent in syntax.above(node):
        if parent.type in FUNCTIONS:
            if not same(child, field_of(parent, "body")):
                continue
            inside = same(parent, origin)
            when = Moment.START if inside else function_moment(syntax, parent, called, depth)
            return when if certain or when is Moment.LATER else Moment.CONDITION
        if parent.type in ("public_field_definition", "field_definition") and not is_static(parent):
            return Moment.LATER
        if is_conditional(syntax, child, parent):
            certain = False
        if parent.type == "program":
            return Moment.START if certain else Moment.CONDITION
    return Moment.START if certain and node.type == "program" else Moment.LATER


def function_moment(syntax: Syntax, function: Node, called: frozenset[str], depth: int) -> Moment:
    """When the function's body runs."""
    if depth >= DEEPEST:
        return Moment.LATER
    around = syntax.parent(function)
    outer = function
    while around is not None and around.type == "parenthesized_expression":
        outer, around = around, syntax.parent(around)
    if around is None:
        return Moment.LATER
    if around.type == "call_expression" and same(field_of(around, "function"), outer):
        return moment(syntax, around, called, depth + 1)
    if around.type == "arguments":
        call = syntax.parent(around)
        name = syntax.text(field_of(field_of(call, "function"), "property"))
        owner = field_of(field_of(call, "function"), "object")
        at_once = name in AT_ONCE and owner is not None and owner.type in LISTS
        return moment(syntax, call, called, depth + 1) if call is not None and at_once else Moment.LATER
    if around.type == "pair" and syntax.text(field_of(around, "key")) == "useFactory":
        return moment(syntax, around, called, depth + 1)
    if function.type == "method_definition":
        return method_moment(syntax, function, called, depth)
    return calls_moment(syntax, name_of(syntax, function), function, called, depth)


def method_moment(syntax: Syntax, method: Node, called: frozenset[str], depth: int) -> Moment:
    """When a class's method runs: a provider's that NestJS calls, or the constructor of what this file makes."""
    name = syntax.text(field_of(method, "name"))
    owner = next((parent for _, parent in syntax.above(method) if parent.type.startswith("class_decl")), None)
    if owner is None:
        return Moment.LATER
    title = syntax.text(field_of(owner, "name"))
    if name in NEST and title in syntax.provided:
        return Moment.START
    if name != "constructor":
        return Moment.LATER
    made = [node for node in syntax.all("new_expression") if syntax.text(field_of(node, "constructor")) == title]
    return earliest([moment(syntax, node, called, depth + 1) for node in made[:20] if not within(syntax, node, owner)])


def calls_moment(syntax: Syntax, name: str, function: Node, called: frozenset[str], depth: int) -> Moment:
    """When a function runs: as early as the earliest of its calls."""
    if "default" in called and is_default(syntax, function, name):
        return Moment.START
    if not name:
        return Moment.LATER
    if name in called and is_exported(syntax, function, name):
        return Moment.START
    calls = syntax.calls(name)[:20]
    return earliest([moment(syntax, node, called, depth + 1) for node in calls if not within(syntax, node, function)])


def earliest(moments: list[Moment]) -> Moment:
    """The earliest, LATER when there is none."""
    return next((each for each in Moment if each in moments), Moment.LATER)


def name_of(syntax: Syntax, function: Node) -> str:
    """The function's name, or that of the constant that it is the value of."""
    if name := syntax.text(field_of(function, "name")):
        return name
    around = syntax.parent(function)
    return syntax.text(field_of(around, "name")) if around is not None and around.type == "variable_declarator" else ""


def is_default(syntax: Syntax, function: Node, name: str) -> bool:
    """Whether the function is what the file exports by itself: `export default f`, `export default () => …`,
    `module.exports = f`."""
    own = {name, syntax.text(function)} - {""}
    for statement in syntax.all("export_statement"):
        inner = field_of(statement, "value") or field_of(statement, "declaration")
        if any(child.type == "default" for child in statement.children) and (
            same(inner, function) or syntax.text(inner) in own
        ):
            return True
    return any(
        syntax.text(field_of(node, "left")) == "module.exports"
        and (same(field_of(node, "right"), function) or syntax.text(field_of(node, "right")) in own)
        for node in syntax.all("assignment_expression")
    )


def is_exported(syntax: Syntax, function: Node, name: str) -> bool:
    """Whether other files can call it: `export function f`, `export const f =`, `export { f }`, `module.exports`."""
    for _, parent in syntax.above(function):
        if parent.type == "export_statement":
            return True
        if parent.type in FUNCTIONS:
            return False
    word = re.compile(rf"\b{re.escape(name)}\b")
    exports = [*syntax.all("export_clause"), *syntax.all("export_statement")]
    assigned = [
        node for node in syntax.all("assignment_expression") if "exports" in syntax.text(field_of(node, "left"))
    ]
    return any(word.search(syntax.text(node)) for node in [*exports, *assigned])


def is_conditional(syntax: Syntax, child: Node, parent: Node) -> bool:
    """Whether the parent runs the child only sometimes."""
    match parent.type:
        case "if_statement":
            test = field_of(parent, "condition")
            return not same(child, test) and not (syntax.main and MAIN.search(syntax.text(test)))
        case "ternary_expression":
            return not same(child, field_of(parent, "condition"))
        case "binary_expression":
            second = same(child, field_of(parent, "right"))
            return second and syntax.text(field_of(parent, "operator")) in ("&&", "||", "??")
        case "for_in_statement":
            right = field_of(parent, "right")
            return same(child, field_of(parent, "body")) and (right is None or right.type not in LISTS)
        case "switch_case" | "switch_default" | "catch_clause" | "while_statement" | "for_statement":
            return True
        case "try_statement":
            return same(child, field_of(parent, "body")) and swallows(syntax, parent)
        case "statement_block":
            return returns_before(syntax, child, parent)
    return False


def swallows(syntax: Syntax, statement: Node) -> bool:
    """Whether what is thrown in a `try` does not end the app."""
    handler = field_of(statement, "handler")
    return handler is not None and not ends(syntax, field_of(handler, "body"))


def returns_before(syntax: Syntax, statement: Node, block: Node) -> bool:
    """Whether a branch above the statement may have left its function."""
    for sibling in block.named_children:
        if same(sibling, statement):
            return False
        if sibling.type == "if_statement" and any(
            field_of(sibling, role) is not None and leaves(field_of(sibling, role))
            for role in ("consequence", "alternative")
        ):
            return True
    return False


def leaves(branch: Node | None) -> bool:
    """Whether the branch returns."""
    if branch is None:
        return False
    return branch.type == "return_statement" or any(each.type == "return_statement" for each in branch.named_children)


def ends(syntax: Syntax, branch: Node | None) -> bool:
    """Whether the branch throws or ends the process, as one of its own statements."""
    if branch is None:
        return False
    if branch.type == "else_clause":
        return any(ends(syntax, each) for each in branch.named_children)
    statements = branch.named_children if branch.type == "statement_block" else [branch]
    return any(is_end(syntax, each) for each in statements)


def is_end(syntax: Syntax, statement: Node) -> bool:
    """`throw …`, `process.exit(…)`, `process.abort()`."""
    if statement.type == "throw_statement":
        return True
    called = (
        statement.named_children[0] if statement.type == "expression_statement" and statement.named_children else None
    )
    if called is not None and called.type == "await_expression":
        called = called.named_children[0]
    if called is None or called.type != "call_expression":
        return False
    return syntax.text(field_of(called, "function")) in ("process.exit", "process.abort", "exit")


def is_static(node: Node) -> bool:
    """Whether a class's field is the class's own."""
    return any(child.type == "static" for child in node.children)


def within(syntax: Syntax, node: Node, outer: Node) -> bool:
    """Whether the node stands inside the outer one."""
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte
