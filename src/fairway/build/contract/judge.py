"""What the surroundings of one reading say: has it a default, is it tested, does the app throw without it.

The rules, each under the name that a finding shows:

default        `X || "d"`, `X ?? "d"`, a destructuring's default
tested         its absence is dealt with: `if (X)`, `X ? a : b`, `X?.y`, `X === "on"`
throws         its absence throws or ends the process at the start: `if (!X) throw …`, `assert(X)`
used           something at the start that throws on undefined: `X.split(",")`, `new URL(X)`, `JSON.parse(X)`
throws-later   one of those two, in code that does not surely run at the start
plain          it is only read
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tree_sitter import Node

from fairway.build.contract import access, moment
from fairway.build.contract.access import Access
from fairway.build.contract.literals import WRAPPED, arguments, literal
from fairway.build.contract.moment import Moment, within
from fairway.build.contract.syntax import Syntax, field_of, same
from fairway.domain.contract import ORDER, Kind, Need

When = Callable[[Node], Moment]
ASSERTS = frozenset({"assert", "assert.ok", "ok", "invariant", "tiny_invariant", "assert.strict"})
THROWS = frozenset({"JSON.parse", "Buffer.from", "fs.readFileSync", "readFileSync", "new URL", "fs.promises.readFile"})
"""What throws when it is given undefined."""
NUMBERS = frozenset({"Number", "parseInt", "parseFloat", "Number.parseInt", "Number.parseFloat"})
EMPTY = frozenset({"undefined", "null", '""', "''", '"undefined"', "'undefined'"})
EQUAL = frozenset({"===", "=="})
UNEQUAL = frozenset({"!==", "!="})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one place says."""

    need: Need
    rule: str
    default: str | None = None
    kind: Kind | None = None
    choices: tuple[str, ...] = ()
    sets: bool = False


PLAIN = Judgement(Need.UNKNOWN, "plain")


def judge(syntax: Syntax, found: Access, when: When) -> Judgement:
    """What the place of an access says, and where it only gives the value a name, the uses of that name."""
    if found.default is not None:
        return defaulted(syntax, found.default, None)
    if found.bound is not None:
        return judge_name(syntax, found.bound, when) if found.bound.type != "object_pattern" else PLAIN
    if found.node.type == "binary_expression":
        # `"X" in process.env`: the expression is the test itself.
        return tested(syntax, found.node, when, present=True)
    return judge_value(syntax, found.node, when, found.name, follow=True)


def judge_name(syntax: Syntax, bound: Node, when: When) -> Judgement:
    """The strongest of what the uses of a name say, in the function that it belongs to."""
    scope = access.scope_of(syntax, bound)
    name = syntax.text(bound)
    said = [
        judge_value(syntax, node, when, name, follow=False)
        for node in access.references(syntax, name, scope)
        if not same(node, bound) and same(access.scope_of(syntax, node), scope)
    ]
    if required := next((each for each in said if each.need is Need.REQUIRED), None):
        return required
    return next((each for each in said if each.need is Need.OPTIONAL), next(iter(said), PLAIN))


def judge_value(syntax: Syntax, node: Node, when: When, name: str, *, follow: bool) -> Judgement:
    """What happens to the value of an expression."""
    kind: Kind | None = None
    asserted = False
    for child, parent in syntax.above(node):
        if parent.type in WRAPPED:
            asserted = asserted or parent.type == "non_null_expression"
        elif parent.type == "arguments":
            call = syntax.parent(parent)
            called = name_called(syntax, call)
            if called in NUMBERS and same(arguments(call)[0], child):
                kind = Kind.NUMBER
            elif called not in ("String", "arguments"):
                return weigh(given_to(syntax, node, call, called, when, name), kind)
        elif parent.type in ("call_expression", "new_expression"):
            if not same(field_of(parent, "arguments"), child):
                return weigh(PLAIN, kind)
        elif parent.type == "unary_expression":
            operator = syntax.text(field_of(parent, "operator"))
            if operator == "delete":
                return Judgement(Need.OPTIONAL, "tested")
            if operator == "!":
                return tested(syntax, parent, when, present=False)
            if operator == "+":
                kind = Kind.NUMBER
        elif parent.type == "binary_expression":
            judged = in_binary(syntax, child, parent, when, name, kind)
            if judged is not None:
                return judged
        elif parent.type == "ternary_expression" and same(field_of(parent, "condition"), child):
            return Judgement(Need.OPTIONAL, "tested", kind=kind)
        elif parent.type == "if_statement":
            return tested(syntax, child, when, present=True)
        elif parent.type in access.EXPRESSIONS and same(field_of(parent, "object"), child):
            return weigh(taken_apart(syntax, node, parent, when, name), kind)
        elif parent.type in ("assignment_expression", "augmented_assignment_expression"):
            if same(field_of(parent, "left"), child):
                # `process.env.X = …` and `process.env.X ||= …` give it a value for whoever reads it later.
                return Judgement(Need.OPTIONAL, "set", literal(syntax, field_of(parent, "right")), sets=follow)
            return weigh(PLAIN, kind)
        elif parent.type == "variable_declarator" and follow:
            bound = field_of(parent, "name")
            judged = judge_name(syntax, bound, when) if bound is not None and bound.type == "identifier" else PLAIN
            return weigh(judged, kind)
        else:
            break
    if guarded(syntax, node, name):
        return Judgement(Need.OPTIONAL, "tested", kind=kind)
    return Judgement(Need.UNKNOWN, "non-null" if asserted else "plain", kind=kind)


def weigh(judged: Judgement, kind: Kind | None) -> Judgement:
    """The judgement with the type that was seen on the way."""
    return judged if kind is None or judged.kind is not None else replace(judged, kind=kind)


def name_called(syntax: Syntax, call: Node | None) -> str:
    """What is called: `JSON.parse`, `new URL`."""
    if call is None:
        return ""
    if call.type == "new_expression":
        return f"new {syntax.text(field_of(call, 'constructor'))}"
    return syntax.text(field_of(call, "function"))


def given_to(syntax: Syntax, node: Node, call: Node | None, called: str, when: When, name: str) -> Judgement:
    """The value is what a call is given."""
    if called in ("Boolean",):
        return Judgement(Need.OPTIONAL, "tested")
    if call is None or guarded(syntax, node, name):
        return Judgement(Need.OPTIONAL, "tested")
    first = bool(arguments(call)) and within(syntax, node, arguments(call)[0])
    if called in ASSERTS and first:
        return certain(when(call), "throws")
    if called in THROWS and first:
        kind = {"new URL": Kind.URL, "JSON.parse": Kind.JSON}.get(called)
        based = called == "new URL" and len(arguments(call)) > 1
        judged = PLAIN if based else certain(when(call), "used")
        return weigh(judged, kind)
    return PLAIN


def taken_apart(syntax: Syntax, node: Node, member: Node, when: When, name: str) -> Judgement:
    """`X.split(",")`: undefined has no members."""
    if any(child.type == "optional_chain" for child in member.children):
        return Judgement(Need.OPTIONAL, "tested")
    if guarded(syntax, node, name):
        return Judgement(Need.OPTIONAL, "tested")
    return certain(when(member), "used")


def certain(at: Moment, rule: str) -> Judgement:
    """Required when it surely runs at the start."""
    if at is Moment.START:
        return Judgement(Need.REQUIRED, rule)
    return Judgement(Need.UNKNOWN, "throws-later")


def in_binary(syntax: Syntax, child: Node, parent: Node, when: When, name: str, kind: Kind | None) -> Judgement | None:
    """The value is one side of an operator; None when the whole is still worth it."""
    operator = syntax.text(field_of(parent, "operator"))
    left, right = field_of(parent, "left"), field_of(parent, "right")
    if operator in ("||", "??"):
        if same(child, left):
            if is_test(syntax, parent):
                # `if (X || Y)`
                return Judgement(Need.OPTIONAL, "tested", kind=kind)
            return defaulted(syntax, right, kind)
        return None
    if operator == "&&":
        return Judgement(Need.OPTIONAL, "tested", kind=kind) if same(child, left) else None
    other = right if same(child, left) else left
    if operator in EQUAL or operator in UNEQUAL:
        if syntax.text(other) in EMPTY:
            return tested(syntax, parent, when, present=operator in UNEQUAL)
        value = literal(syntax, other)
        boolean = value in ("true", "false")
        return Judgement(Need.OPTIONAL, "tested", kind=kind or (Kind.BOOLEAN if boolean else None))
    return weigh(PLAIN, kind)


def is_test(syntax: Syntax, node: Node) -> bool:
    """Whether the expression is only asked for its truth."""
    for child, parent in syntax.above(node):
        if parent.type == "parenthesized_expression" or (
            parent.type == "binary_expression" and syntax.text(field_of(parent, "operator")) in ("||", "&&")
        ):
            continue
        return parent.type == "if_statement" or (
            parent.type == "ternary_expression" and same(field_of(parent, "condition"), child)
        )
    return False


def defaulted(syntax: Syntax, default: Node | None, kind: Kind | None) -> Judgement:
    """There is something in its place. A call may be the one that throws, so it proves nothing."""
    text = literal(syntax, default)
    if text is None and default is not None and default.type == "call_expression":
        return Judgement(Need.UNKNOWN, "plain", kind=kind)
    if text in ("true", "false") and default is not None and default.type == text:
        kind = kind or Kind.BOOLEAN
    if default is not None and default.type == "number":
        kind = kind or Kind.NUMBER
    return Judgement(Need.OPTIONAL, "default", default=text, kind=kind)


def tested(syntax: Syntax, test: Node, when: When, *, present: bool) -> Judgement:
    """The expression is true when the variable is there (`present`), or when it is not. What if it is missing?"""
    for child, parent in syntax.above(test):
        if parent.type == "parenthesized_expression":
            continue
        if parent.type == "unary_expression" and syntax.text(field_of(parent, "operator")) == "!":
            present = not present
            continue
        if parent.type == "arguments" and present:
            call = syntax.parent(parent)
            if call is not None and name_called(syntax, call) in ASSERTS and same(arguments(call)[0], child):
                return certain(when(call), "throws")
        if parent.type == "binary_expression":
            operator = syntax.text(field_of(parent, "operator"))
            # `!A || !B` is true as soon as one is missing; `A && B` false. The other two need both, and prove nothing.
            if operator == ("&&" if present else "||"):
                continue
            if operator in ("&&", "||") and is_test(syntax, parent):
                return Judgement(Need.UNKNOWN, "throws-later") if throws_somewhere(syntax, parent) else TESTED
            return TESTED
        if parent.type == "if_statement" and same(field_of(parent, "condition"), child):
            branch = field_of(parent, "alternative" if present else "consequence")
            return certain(when(parent), "throws") if moment.ends(syntax, branch) else TESTED
        break
    return TESTED


TESTED = Judgement(Need.OPTIONAL, "tested")


def throws_somewhere(syntax: Syntax, test: Node) -> bool:
    """Whether the `if` of the test has a branch that throws."""
    for _, parent in syntax.above(test):
        if parent.type == "if_statement":
            return any(moment.ends(syntax, field_of(parent, role)) for role in ("consequence", "alternative"))
    return False


def guarded(syntax: Syntax, node: Node, name: str) -> bool:
    """Whether the place is only reached when a test of the same variable let it."""
    for child, parent in syntax.above(node):
        if parent.type in ("if_statement", "ternary_expression"):
            test = field_of(parent, "condition")
            if not same(child, test) and name in syntax.text(test):
                return True
        elif parent.type == "binary_expression" and same(child, field_of(parent, "right")):
            if syntax.text(field_of(parent, "operator")) == "&&" and name in syntax.text(field_of(parent, "left")):
                return True
        elif parent.type in moment.FUNCTIONS:
            return False
    return False


def strongest(said: list[Judgement]) -> Judgement:
    """The one that needs it most; PLAIN when nothing was said."""
    return min(said, key=lambda each: ORDER.index(each.need), default=PLAIN)
