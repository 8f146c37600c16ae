"""Schemas of ArkType, whose types are texts (`"string.url"`, `"'a' | 'b' = 'a'"`), by themselves and in ArkEnv.

A key that ends in `?` may be missing, and a text after ` = ` is a default. Types that are made by calls are taken as
far as they are written out; all else is unknown.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from fairway.build.contract import access, moment
from fairway.build.contract.fields import OPTIONAL, REQUIRED, UNSURE, at, chain_of, perhaps, unwrapped_id
from fairway.build.contract.indirect import Found
from fairway.build.contract.judge import Judgement, When
from fairway.build.contract.literals import NAME, Constants, arguments, entries, literal, spread, text_of, unwrap
from fairway.build.contract.moment import Moment, within
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import Kind, Need

DEFAULT = re.compile(r"""\s=\s(?=(?:[^'"]*['"][^'"]*['"])*[^'"]*$)""")
"""The sign before a default, outside quotes; `<=` and `==` have no spaces around their `=`."""
CHOICE = re.compile(r"""\s*(?:'[^']*'|"[^"]*")(?:\s*\|\s*(?:'[^']*'|"[^"]*"))*\s*""")
KINDS = (
    ("string.url", Kind.URL),
    ("string.email", Kind.EMAIL),
    ("string.json", Kind.JSON),
    ("string.integer", Kind.NUMBER),
    ("string.numeric", Kind.NUMBER),
    ("string", Kind.TEXT),
    ("number.port", Kind.PORT),
    ("number", Kind.NUMBER),
    ("boolean", Kind.BOOLEAN),
)
LONGEST = 500
"""Characters of a type that is read: what no person writes could keep the expressions busy for minutes."""
NEUTRAL = frozenset({"pipe", "to", "narrow", "describe", "brand", "configure", "filter", "and"})


def asserted(
    syntax: Syntax, constants: Constants, call: Node, environments: frozenset[int], when: When
) -> Iterator[Found]:
    """`SCHEMA.assert(process.env)`, which throws."""
    given = arguments(call)
    if given and unwrapped_id(given[0]) in environments:
        yield from fields(syntax, constants, field_of(field_of(call, "function"), "object"), "ArkType", when(call))


def asked(
    syntax: Syntax, constants: Constants, call: Node, environments: frozenset[int], when: When
) -> Iterator[Found]:
    """`SCHEMA(process.env)`, which answers with errors: `if (env instanceof type.errors) throw …`."""
    given = arguments(call)
    if given and unwrapped_id(given[0]) in environments:
        moment_of = when(call) if ends_on_errors(syntax, call) else Moment.LATER
        yield from fields(syntax, constants, field_of(call, "function"), "ArkType", moment_of)


def arkenv(
    syntax: Syntax, constants: Constants, call: Node, environments: frozenset[int], when: When
) -> Iterator[Found]:
    """`arkenv({ X: "string" })`, which throws. It may be given another environment than the process's."""
    given = arguments(call)
    if given and (len(given) == 1 or unwrapped_id(given[1]) in environments):
        yield from fields(syntax, constants, given[0], "ArkEnv", when(call))


def fields(syntax: Syntax, constants: Constants, schema: Node | None, how: str, moment_of: Moment) -> Iterator[Found]:
    """The fields of `type({…})`, or of the plain object."""
    holder = constants.value(schema)
    if holder is not None and holder.type == "call_expression" and is_type(syntax, holder):
        holder = constants.value(next(iter(arguments(holder)), None))
    if holder is None or holder.type != "object":
        return
    for sure, pairs in ((True, entries(syntax, holder)), (False, spread(syntax, holder))):
        for key, value in pairs:
            name = key.removesuffix("?")
            if NAME.fullmatch(name):
                judged = perhaps(judge(syntax, constants, value), sure=sure)
                if key != name and judged.need is not Need.OPTIONAL:
                    judged = replace(OPTIONAL, kind=judged.kind, choices=judged.choices)
                yield from at(iter([(name, value, "", judged)]), how, moment_of)


def judge(syntax: Syntax, constants: Constants, value: Node) -> Judgement:
    """What the type of one field says: a text, `["string", "=", "x"]`, or `type("string").default("x")`."""
    node = constants.value(value)
    if node is None:
        return UNSURE
    if (text := text_of(syntax, node)) is not None:
        return judge_text(text)
    if node.type == "array":
        items = [each for each in node.named_children if each.type != "comment"]
        sign = text_of(syntax, items[1]) if len(items) > 1 else None
        if sign == "=" and len(items) > 2:
            return Judgement(Need.OPTIONAL, "default", literal(syntax, items[2]))
        return OPTIONAL if sign == "?" else UNSURE
    chain = chain_of(syntax, node)
    base = node
    for _ in chain:
        inner = unwrap(field_of(field_of(base, "function"), "object"))
        if inner is None:
            return UNSURE
        base = inner
    if not is_type(syntax, base):
        return UNSURE
    first = text_of(syntax, next(iter(arguments(base)), None))
    judged = UNSURE if first is None else judge_text(first)
    for word, given in chain:
        if word == "default":
            return replace(
                judged, need=Need.OPTIONAL, rule="default", default=literal(syntax, given[0]) if given else None
            )
        if word == "optional":
            return replace(OPTIONAL, kind=judged.kind, choices=judged.choices)
        if word not in NEUTRAL:
            return replace(UNSURE, kind=judged.kind)
    return judged


def judge_text(text: str) -> Judgement:
    """What a type says that is written as a text."""
    if len(text) > LONGEST:
        return UNSURE
    definition, *default = DEFAULT.split(text, maxsplit=1)
    choices = tuple(re.findall(r"""['"]([^'"]*)['"]""", definition)) if CHOICE.fullmatch(definition) else ()
    word = definition.strip()
    kind = Kind.CHOICE if choices else next((kind for start, kind in KINDS if word.startswith(start)), None)
    if default:
        return Judgement(Need.OPTIONAL, "default", default[0].strip().strip("'\""), kind, choices)
    needed = OPTIONAL if re.search(r"\bundefined\b", definition) else REQUIRED
    return replace(needed, kind=None if "|" in word and not choices else kind, choices=choices)


def is_type(syntax: Syntax, node: Node) -> bool:
    """Whether it is a call of ArkType's `type`."""
    return node.type == "call_expression" and syntax.text(field_of(node, "function")) == "type"


def ends_on_errors(syntax: Syntax, call: Node) -> bool:
    """Whether an `if` in the same scope asks what the call answered with, and ends the app when these are errors."""
    holder = syntax.parent(access.whole(syntax, call))
    name = field_of(holder, "name") if holder is not None and holder.type == "variable_declarator" else None
    if holder is None or name is None:
        return False
    wanted = re.compile(rf"{re.escape(syntax.text(name))}\s+instanceof\s+(?:type\.errors|ArkErrors|Error)")
    scope = access.scope_of(syntax, holder)
    return any(
        within(syntax, statement, scope)
        and wanted.fullmatch(syntax.text(unwrap(field_of(statement, "condition"))))
        and moment.ends(syntax, field_of(statement, "consequence"))
        for statement in syntax.all("if_statement")
    )
