"""AdonisJS's Env: `Env.create(new URL("../", import.meta.url), { … })`, before version 6 `Env.rules({ … })`, and
`env.get("X")` of what these export.

AdonisJS refuses to start without a variable whose rule is not optional; an empty value counts as missing.
"""

from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from fairway.build.contract import judge
from fairway.build.contract.fields import OPTIONAL, REQUIRED, UNSURE, Chain, at, choices_of, object_fields
from fairway.build.contract.indirect import Found
from fairway.build.contract.judge import Judgement, When
from fairway.build.contract.literals import NAME, Constants, arguments, entry, literal, text_of
from fairway.build.contract.moment import Moment
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import Kind, Need

KINDS = {
    "string": Kind.TEXT,
    "secret": Kind.TEXT,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "enum": Kind.CHOICE,
    "oneOf": Kind.CHOICE,
}
FORMATS = {"url": Kind.URL, "email": Kind.EMAIL}


def find(syntax: Syntax, constants: Constants, call: Node, method: str, when: When) -> Iterator[Found]:
    """The readings of one call of a method of Env's."""
    given = arguments(call)
    if method in ("create", "rules") and given:
        moment_of = when(call) if method == "create" or is_default(syntax, call) else Moment.LATER
        yield from at(object_fields(syntax, constants, given[-1], judge_rule), "AdonisJS Env", moment_of)
    elif method == "get" and given:
        name = constants.text(given[0])
        if name is None or not NAME.fullmatch(name):
            return
        if len(given) > 1:
            yield name, call, "env.get", Judgement(Need.OPTIONAL, "default", literal(syntax, given[1]))
        else:
            yield name, call, "env.get", judge.judge_value(syntax, call, when, name, follow=True)


def judge_rule(syntax: Syntax, chain: Chain) -> Judgement:
    """What `Env.schema.string.optional({ format: "url" })` says; a function of the app's own says nothing."""
    words = [word for word, _ in chain]
    if "schema" not in words:
        return UNSURE
    rule = chain[words.index("schema") + 1 :]
    if not rule or rule[0][0] not in KINDS:
        return UNSURE
    given = rule[-1][1]
    kind: Kind | None = KINDS[rule[0][0]]
    choices = choices_of(syntax, given) if kind is Kind.CHOICE else ()
    if kind is Kind.CHOICE and not choices:
        kind = None
    if kind is Kind.TEXT and given:
        kind = FORMATS.get(text_of(syntax, entry(syntax, given[0], "format")) or "", kind)
    match [word for word, _ in rule[1:]]:
        case []:
            return replace(REQUIRED, kind=kind, choices=choices)
        case ["optional"]:
            return replace(OPTIONAL, kind=kind, choices=choices)
    return replace(UNSURE, kind=kind)


def is_default(syntax: Syntax, call: Node) -> bool:
    """Whether the file exports it as its default: AdonisJS 5 then calls it before the app starts."""
    parent = syntax.parent(call)
    return parent is not None and parent.type == "export_statement" and field_of(parent, "value") is not None
