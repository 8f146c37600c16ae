"""znv: zod's schemas, one for each variable, of texts that znv has turned into numbers, booleans and JSON before.

What differs from zod alone: lists and objects are JSON, `nullable` makes null of what is missing, `port()` is a schema,
and a field may be `{ schema, defaults }`, whose defaults hang on NODE_ENV; that of `_` holds for every value of it.
"""

from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from fairway.build.contract.fields import OPTIONAL, UNSURE, at, chain_of, perhaps, unwrapped_id
from fairway.build.contract.indirect import Found
from fairway.build.contract.judge import Judgement, When
from fairway.build.contract.literals import NAME, Constants, arguments, entries, entry, literal, spread, unwrap
from fairway.build.contract.moment import Moment
from fairway.build.contract.syntax import Syntax, field_of
from fairway.build.contract.zod import zod_field
from fairway.domain.contract import Kind, Need

JSON = frozenset({"array", "object", "record", "tuple"})


def parsed(
    syntax: Syntax, constants: Constants, call: Node, environments: frozenset[int], when: When
) -> Iterator[Found]:
    """`parseEnv(process.env, { X: z.string() })`. With a reporter of one's own nobody knows what a missing one does."""
    given = arguments(call)
    if len(given) < 2 or unwrapped_id(given[0]) not in environments:
        return
    holder = constants.value(given[1])
    if holder is None or holder.type != "object":
        return
    moment_of = when(call) if len(given) == 2 else Moment.LATER
    for sure, pairs in ((True, entries(syntax, holder)), (False, spread(syntax, holder))):
        for name, value in pairs:
            if NAME.fullmatch(name):
                judged = perhaps(judge_field(syntax, constants, value), sure=sure)
                yield from at(iter([(name, value, "", judged)]), "znv", moment_of)


def judge_field(syntax: Syntax, constants: Constants, value: Node) -> Judgement:
    """What one field says: a schema, or an object with one."""
    described = constants.value(value)
    if described is None or described.type != "object":
        return judge_schema(syntax, described)
    judged = judge_schema(syntax, constants.value(entry(syntax, described, "schema")))
    defaults = constants.value(entry(syntax, described, "defaults"))
    if defaults is None or judged.need is Need.OPTIONAL:
        return judged
    default = entry(syntax, defaults, "_") if defaults.type == "object" else None
    if default is None:
        return replace(UNSURE, kind=judged.kind, choices=judged.choices)
    return replace(judged, need=Need.OPTIONAL, rule="default", default=literal(syntax, default))


def judge_schema(syntax: Syntax, schema: Node | None) -> Judgement:
    """What a schema says of a variable's text."""
    chain = chain_of(syntax, schema)
    match called_first(syntax, schema):
        case "deprecate":
            return OPTIONAL
        case "port":
            judged = zod_field(syntax, [("number", []), *chain])
            return replace(judged, kind=Kind.PORT)
    if any(word == "nullable" for word, _ in chain):
        judged = zod_field(syntax, [each for each in chain if each[0] != "nullable"])
        return replace(judged, need=Need.OPTIONAL, rule=judged.rule if judged.default is not None else OPTIONAL.rule)
    if chain and chain[0][0] in JSON:
        return replace(zod_field(syntax, [("string", []), *chain[1:]]), kind=Kind.JSON)
    return zod_field(syntax, chain)


def called_first(syntax: Syntax, node: Node | None) -> str:
    """The function that a chain of calls begins with: `port` of `port().default(8080)`, "" of `z.string()`."""
    for _ in range(50):
        node = unwrap(node)
        if node is None or node.type not in ("call_expression", "member_expression"):
            break
        inner = field_of(node, "function" if node.type == "call_expression" else "object")
        if node.type == "call_expression" and inner is not None and inner.type == "identifier":
            return syntax.text(inner)
        node = inner
    return ""
