"""The fields of a schema that checks the environment, whatever library it is of.

A field whose chain of words is not known to the last word is unknown, whatever else it says.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from tree_sitter import Node

from fairway.build.contract.indirect import Found
from fairway.build.contract.judge import Judgement
from fairway.build.contract.literals import NAME, Constants, arguments, entries, literal, spread, unwrap
from fairway.build.contract.moment import Moment
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import Need

Chain = list[tuple[str, list[Node]]]
"""The words of `z.string().min(1)` with what each is given: string, min."""
Field = Callable[[Syntax, Chain], Judgement]
REQUIRED = Judgement(Need.REQUIRED, "schema")
OPTIONAL = Judgement(Need.OPTIONAL, "schema")
UNSURE = Judgement(Need.UNKNOWN, "schema-unclear")


def chain_of(syntax: Syntax, node: Node | None) -> Chain:
    """The words of a chain of calls, the first one first; [] for something else."""
    words: Chain = []
    node = unwrap(node)
    for _ in range(50):
        if node is None:
            return []
        given: list[Node] = []
        if node.type == "call_expression":
            given, node = arguments(node), field_of(node, "function")
        if node is None or node.type != "member_expression":
            break
        words.append((syntax.text(field_of(node, "property")), given))
        node = unwrap(field_of(node, "object"))
    if node is None or node.type not in ("identifier", "member_expression"):
        return []
    return words[::-1]


def fields(syntax: Syntax, constants: Constants, schema: Node | None, field: Field) -> Iterator[Found]:
    """The fields of `z.object({…})`, `Joi.object({…})`, `Joi.object().keys({…})` or a plain object, under its chain."""
    schema = constants.value(schema)
    for _ in range(10):
        if schema is None or schema.type != "call_expression":
            break
        function = field_of(schema, "function")
        method = syntax.text(field_of(function, "property"))
        given = arguments(schema)
        if method in ("object", "keys", "strictObject", "looseObject", "extend", "append"):
            if given:
                yield from object_fields(syntax, constants, given[0], field)
            if method not in ("keys", "extend", "append"):
                return
        elif method == "partial":
            return
        schema = constants.value(field_of(function, "object"))
    if schema is not None and schema.type == "object":
        yield from object_fields(syntax, constants, schema, field)


def object_fields(syntax: Syntax, constants: Constants, node: Node, field: Field) -> Iterator[Found]:
    """The fields of an object literal."""
    holder = constants.value(node)
    if holder is None or holder.type != "object":
        return
    for sure, pairs in ((True, entries(syntax, holder)), (False, spread(syntax, holder))):
        for name, value in pairs:
            if NAME.fullmatch(name):
                chain = chain_of(syntax, value if value.type == "call_expression" else constants.value(value))
                yield name, value, "", perhaps(field(syntax, chain), sure=sure)


def perhaps(judged: Judgement, *, sure: bool) -> Judgement:
    """What a field says that is not surely part of its schema."""
    return judged if sure or judged.need is not Need.REQUIRED else replace(judged, need=Need.UNKNOWN, rule=UNSURE.rule)


def at(found: Iterator[Found], how: str, moment_of: Moment) -> Iterator[Found]:
    """The fields as a check at that moment needs them."""
    for name, node, _, judged in found:
        if judged.need is Need.REQUIRED and moment_of is not Moment.START:
            judged = replace(judged, need=Need.UNKNOWN, rule="throws-later")
        yield name, node, how, judged


def choices_of(syntax: Syntax, given: list[Node]) -> tuple[str, ...]:
    """The texts among which a value is chosen: a list of them, or arguments."""
    first = unwrap(given[0]) if given else None
    items = first.named_children if first is not None and first.type == "array" else given
    found = [literal(syntax, item) for item in items]
    return tuple(each for each in found if each is not None) if None not in found else ()


def unwrapped_id(node: Node) -> int:
    """The id of the expression within types and parentheses."""
    inner = unwrap(node)
    return -1 if inner is None else inner.id
