"""When a piece of Python runs: as its module is imported, then but on a condition, or later."""

from tree_sitter import Node

from fairway.build.contract.moment import Moment
from fairway.build.contract.syntax import Syntax, field_of, same

CONDITIONS = frozenset(
    {"elif_clause", "else_clause", "except_clause", "while_statement", "case_clause", "for_statement"}
)
DEEPEST = 6


def moment(syntax: Syntax, node: Node, *, main: bool = False, depth: int = 0) -> Moment:
    """When this node runs. `main`: the file is what is started, so that what is under `__main__` runs too."""
    certain = True
    for child, parent in syntax.above(node):
        if parent.type in ("function_definition", "lambda"):
            if same(child, field_of(parent, "body")):
                when = function_moment(syntax, parent, main=main, depth=depth)
                return when if certain or when is Moment.LATER else Moment.CONDITION
        elif parent.type == "block" and leaves_before(child, parent):
            certain = False
        elif parent.type in CONDITIONS:
            certain = certain and parent.type == "for_statement" and is_list(field_of(parent, "right"))
        elif parent.type == "if_statement" and not same(child, field_of(parent, "condition")):
            certain = certain and main and "__main__" in syntax.text(field_of(parent, "condition"))
        elif (parent.type == "conditional_expression" and not same(child, parent.named_children[1])) or (
            parent.type == "boolean_operator" and same(child, field_of(parent, "right"))
        ):
            certain = False
        elif parent.type == "try_statement" and same(child, field_of(parent, "body")):
            certain = certain and not swallows(syntax, parent)
        elif parent.type == "with_statement" and "suppress" in syntax.text(parent.named_children[0]):
            certain = False
        if parent.type == "module":
            return Moment.START if certain else Moment.CONDITION
    return Moment.LATER


def function_moment(syntax: Syntax, function: Node, *, main: bool, depth: int) -> Moment:
    """When a function's body runs: as early as the earliest of its calls in this file."""
    name = syntax.text(field_of(function, "name"))
    if not name or depth >= DEEPEST:
        return Moment.LATER
    around = syntax.parent(function)
    method = (
        around is not None and around.type == "block" and (syntax.parent(around) or around).type == "class_definition"
    )
    if method:
        return Moment.LATER
    outside = [
        each for each in syntax.calls(name)[:20] if not function.start_byte <= each.start_byte < function.end_byte
    ]
    moments = [moment(syntax, each, main=main, depth=depth + 1) for each in outside]
    return next((each for each in Moment if each in moments), Moment.LATER)


def is_list(node: Node | None) -> bool:
    """Whether a loop goes over a list that is written out, or has a name: it is taken to hold something."""
    return node is not None and node.type in ("list", "tuple", "set", "identifier")


def leaves_before(statement: Node, block: Node) -> bool:
    """Whether a branch above the statement may have returned."""
    for sibling in block.named_children:
        if same(sibling, statement):
            return False
        if sibling.type == "if_statement":
            body = field_of(sibling, "consequence")
            if body is not None and any(each.type == "return_statement" for each in body.named_children):
                return True
    return False


def swallows(syntax: Syntax, statement: Node) -> bool:
    """Whether an `except` goes on."""
    handlers = [each for each in statement.named_children if each.type in ("except_clause", "except_group_clause")]
    return any(not ends(syntax, each.named_children[-1] if each.named_children else None) for each in handlers)


def ends(syntax: Syntax, block: Node | None) -> bool:
    """Whether a block raises or ends the process."""
    if block is None:
        return False
    return any(is_end(syntax, each) for each in block.named_children)


def is_end(syntax: Syntax, statement: Node) -> bool:
    """`raise …`, `sys.exit(…)`, `exit(…)`."""
    if statement.type == "raise_statement":
        return True
    called = (
        statement.named_children[0] if statement.type == "expression_statement" and statement.named_children else None
    )
    return (
        called is not None
        and called.type == "call"
        and syntax.text(field_of(called, "function"))
        in (
            "sys.exit",
            "exit",
            "os._exit",
            "quit",
        )
    )
