"""Readings by a name that is not written where they stand: `process.env[name]`.

Three of them are certain all the same, and are read: a loop over a list of this file (`for (const k of ["A", "B"])`,
`KEYS.filter((k) => !process.env[k])`), and a function that its calls give literals to (`required("A")`). Everything
else is dynamic, and told as such.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from fairway.build.contract import access, judge, moment
from fairway.build.contract.judge import Judgement, When
from fairway.build.contract.literals import NAME, Constants, arguments, literal, unwrap
from fairway.build.contract.moment import Moment, within
from fairway.build.contract.syntax import Syntax, field_of, same
from fairway.domain.contract import Need

Found = tuple[str, Node, str, Judgement]
"""A variable's name, where it is read, how, and what the place says."""


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that reads the variable that it is given the name of: what it does with the value by itself, and
    which of its parameters stands in place of a value that is missing (None: none does)."""

    name: str
    position: int
    inside: Judgement
    fallback: int | None = None


def listed(syntax: Syntax, constants: Constants, node: Node, index: Node | None, when: When) -> list[Found] | None:
    """The readings of a loop over a list whose items are known; None when it is no such loop."""
    if index is None or index.type != "identifier":
        return None
    name = syntax.text(index)
    for _, parent in syntax.above(node):
        if parent.type == "for_in_statement" and syntax.text(field_of(parent, "left")) == name:
            names = constants.texts(field_of(parent, "right"))
            judged = judge.judge_value(syntax, node, when, name, follow=True)
            return None if names is None else spread(names, node, judged)
        if parent.type in moment.FUNCTIONS and name in access.parameters(syntax, parent):
            call = call_with(syntax, parent)
            method = field_of(call, "function")
            if call is None or method is None or method.type != "member_expression":
                return None
            names = constants.texts(field_of(method, "object"))
            if names is None or access.parameters(syntax, parent)[0] != name:
                return None
            judged = judge.judge_value(syntax, node, when, name, follow=True)
            if syntax.text(field_of(method, "property")) in ("filter", "some", "find"):
                judged = collected(syntax, node, call, when) or judged
            return spread(names, node, judged)
    return None


def spread(names: tuple[str, ...], node: Node, judged: Judgement) -> list[Found]:
    """One reading for each name of the list."""
    return [(name, node, "process.env[…] of a list", judged) for name in names if NAME.fullmatch(name)]


def call_with(syntax: Syntax, function: Node) -> Node | None:
    """The call that is given the function."""
    around = syntax.parent(function)
    return syntax.parent(around) if around is not None and around.type == "arguments" else None


def collected(syntax: Syntax, node: Node, call: Node, when: When) -> Judgement | None:
    """`const missing = KEYS.filter((k) => !process.env[k])`, and what is done when there are any."""
    if not asks_absence(syntax, node):
        return None
    holder = syntax.parent(call)
    if holder is not None and holder.type == "variable_declarator":
        name = syntax.text(field_of(holder, "name"))
        scope = access.scope_of(syntax, holder)
        for statement in syntax.all("if_statement"):
            test = unwrap(field_of(statement, "condition"))
            asked = within(syntax, statement, scope) and syntax.text(test) in positive(name)
            if asked and moment.ends(syntax, field_of(statement, "consequence")):
                return judge.certain(when(statement), "throws")
        return None
    for child, parent in syntax.above(call):
        if parent.type == "if_statement" and same(field_of(parent, "condition"), child):
            plain = syntax.text(unwrap(child)) in positive(syntax.text(call))
            ended = plain and moment.ends(syntax, field_of(parent, "consequence"))
            return judge.certain(when(parent), "throws") if ended else None
        if parent.type not in ("parenthesized_expression", "member_expression", "binary_expression"):
            return None
    return None


def asks_absence(syntax: Syntax, node: Node) -> bool:
    """Whether the expression around it is true when the variable is missing: `!X`, `X === undefined`."""
    around = syntax.parent(node)
    operator = syntax.text(field_of(around, "operator"))
    if around is not None and around.type == "unary_expression" and operator == "!":
        outer = syntax.parent(around)
        return outer is None or outer.type != "unary_expression"
    return operator in judge.EQUAL and syntax.text(field_of(around, "right")) in judge.EMPTY


def positive(name: str) -> frozenset[str]:
    """The ways to ask whether a list holds anything."""
    ways = (".length", ".length > 0", ".length !== 0", ".length != 0", ".length >= 1")
    return frozenset({*(name + way for way in ways), name})


def helper(syntax: Syntax, node: Node, index: Node | None, called: frozenset[str]) -> Helper | None:
    """The function around the reading, when it is one of its parameters that names the variable."""
    if index is None or index.type != "identifier":
        return None
    name = syntax.text(index)
    function = next((parent for _, parent in syntax.above(node) if parent.type in moment.FUNCTIONS), None)
    if function is None:
        return None
    names = access.parameters(syntax, function)
    title = moment.name_of(syntax, function)
    if name not in names or not title or function.type == "method_definition":
        return None

    def when(place: Node) -> Moment:
        return moment.moment(syntax, place, called, origin=function)

    inside = judge.judge_value(syntax, node, when, name, follow=True)
    around = syntax.parent(access.whole(syntax, node))
    right = field_of(around, "right") if around is not None and around.type == "binary_expression" else None
    fallback = syntax.text(right)
    return Helper(title, names.index(name), inside, names.index(fallback) if fallback in names else None)


def calls(
    syntax: Syntax, constants: Constants, known: Helper, name: str, when: When, unread: Callable[[Node], None]
) -> Iterator[Found]:
    """The readings that the calls of a helper make, which this file knows as `name`."""
    for call in syntax.calls(name):
        given = arguments(call)
        text = constants.text(given[known.position]) if known.position < len(given) else None
        if text is None or not NAME.fullmatch(text):
            unread(call)
            continue
        yield text, call, f'{name}("{text}")', judge_call(syntax, known, call, when)


def judge_call(syntax: Syntax, known: Helper, call: Node, when: When) -> Judgement:
    """What a call of a helper says."""
    given = arguments(call)
    inside = known.inside
    if inside.need is Need.REQUIRED:
        return judge.weigh(judge.certain(when(call), "throws"), inside.kind)
    others = [each for position, each in enumerate(given) if position != known.position]
    if known.fallback is not None or inside.rule == "throws-later":
        if others:
            default = literal(syntax, others[0])
            return Judgement(Need.OPTIONAL, "default", default, inside.kind)
        return judge.judge_value(syntax, call, when, "\0", follow=True)
    if inside.rule == "default":
        return inside
    return judge.weigh(judge.judge_value(syntax, call, when, "\0", follow=True), inside.kind)
