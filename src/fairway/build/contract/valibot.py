"""Schemas of valibot, which are calls around calls: `v.pipe(v.string(), v.url())`, `v.optional(v.string(), "x")`.

What a pipe does after its first schema is done with a value that is there, so the first one decides.
"""

from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from fairway.build.contract.fields import OPTIONAL, REQUIRED, UNSURE, at, choices_of, perhaps, unwrapped_id
from fairway.build.contract.indirect import Found
from fairway.build.contract.judge import Judgement, When
from fairway.build.contract.literals import NAME, Constants, arguments, entries, literal, spread
from fairway.build.contract.moment import Moment
from fairway.build.contract.outcome import ends_on_failure
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import Kind, Need

CHECKS = frozenset({"parse", "safeParse"})
OBJECTS = frozenset({"object", "looseObject", "strictObject", "objectWithRest"})
MAY_MISS = frozenset({"optional", "exactOptional", "undefinedable", "nullish"})
MUST_BE = frozenset({"nonOptional", "nonNullish", "nonNullable"})
SAME = frozenset({"config", "nullable", "lazy", "pipeAsync", "readonly", "message"})
KINDS: dict[str, Kind | None] = {
    "string": Kind.TEXT,
    "number": Kind.NUMBER,
    "bigint": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "date": None,
    "custom": None,
}
FORMATS = {"url": Kind.URL, "email": Kind.EMAIL}
DEEPEST = 10


def checked(
    syntax: Syntax, constants: Constants, call: Node, word: str, environments: frozenset[int], when: When
) -> Iterator[Found]:
    """`v.parse(SCHEMA, process.env)`, and `v.safeParse` with what is done about a failure."""
    given = arguments(call)
    if word not in CHECKS or len(given) < 2 or unwrapped_id(given[1]) not in environments:
        return
    moment_of = when(call)
    if word == "safeParse" and not ends_on_failure(syntax, call):
        moment_of = Moment.LATER
    yield from at(schema_fields(syntax, constants, given[0], 0), "valibot", moment_of)


def schema_fields(syntax: Syntax, constants: Constants, schema: Node, depth: int) -> Iterator[Found]:
    """The fields of `v.object({…})`, also as the first of a pipe; of `v.intersect([…])` those of each."""
    node = constants.value(schema)
    word, given = called(syntax, node)
    first = constants.value(given[0]) if given else None
    if first is None or depth > DEEPEST:
        return
    if word in OBJECTS and first.type == "object":
        for sure, pairs in ((True, entries(syntax, first)), (False, spread(syntax, first))):
            for name, value in pairs:
                if NAME.fullmatch(name):
                    yield name, value, "", perhaps(judge(syntax, constants, value, 0), sure=sure)
    elif word == "pipe":
        yield from schema_fields(syntax, constants, first, depth + 1)
    elif word == "intersect" and first.type == "array":
        for each in first.named_children:
            yield from schema_fields(syntax, constants, each, depth + 1)


def judge(syntax: Syntax, constants: Constants, value: Node, depth: int) -> Judgement:
    """What the schema of one field says."""
    word, given = called(syntax, constants.value(value))
    if word in KINDS:
        return replace(REQUIRED, kind=KINDS[word])
    if not given or depth > DEEPEST:
        return UNSURE
    if word in ("picklist", "enum", "literal"):
        choices = choices_of(syntax, given[:1])
        return replace(REQUIRED, kind=Kind.CHOICE if choices else None, choices=choices)
    if word == "union":
        return either(syntax, constants, given[0], depth)
    inner = judge(syntax, constants, given[0], depth + 1)
    if word in MAY_MISS or word == "fallback":
        if len(given) > 1:
            return replace(inner, need=Need.OPTIONAL, rule="default", default=literal(syntax, given[1]))
        return replace(OPTIONAL, kind=inner.kind, choices=inner.choices)
    if word in MUST_BE:
        return replace(REQUIRED, kind=inner.kind, choices=inner.choices)
    if word == "pipe":
        words = [called(syntax, constants.value(each))[0] for each in given[1:]]
        kind = next((FORMATS[each] for each in words if each in FORMATS), inner.kind)
        # A text that is turned into something else: what it may be is known to the program alone.
        return replace(inner, kind=None if kind is Kind.TEXT and "transform" in words else kind)
    return inner if word in SAME else UNSURE


def either(syntax: Syntax, constants: Constants, listed: Node, depth: int) -> Judgement:
    """What `v.union([…])` says: it holds when one of its schemas does."""
    items = constants.value(listed)
    if items is None or items.type != "array":
        return UNSURE
    found = [judge(syntax, constants, each, depth + 1) for each in items.named_children if each.type != "comment"]
    if any(each.need is Need.OPTIONAL for each in found):
        return OPTIONAL
    return REQUIRED if found and all(each.need is Need.REQUIRED for each in found) else UNSURE


def called(syntax: Syntax, node: Node | None) -> tuple[str, list[Node]]:
    """The function that an expression calls, without `v.` before it, and what it is given."""
    if node is None or node.type != "call_expression":
        return "", []
    function = field_of(node, "function")
    if function is None or function.type not in ("identifier", "member_expression"):
        return "", []
    return syntax.text(function).rsplit(".", 1)[-1].rstrip("_"), arguments(node)
