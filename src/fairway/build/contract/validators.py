"""Checks of envalid, convict and env-var: a call for each variable instead of one schema."""

from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from fairway.build.contract.fields import (
    OPTIONAL,
    REQUIRED,
    UNSURE,
    at,
    choices_of,
    perhaps,
    unwrapped_id,
)
from fairway.build.contract.indirect import Found
from fairway.build.contract.judge import Judgement, When
from fairway.build.contract.literals import NAME, Constants, arguments, entries, entry, literal, spread, text_of, unwrap
from fairway.build.contract.moment import Moment
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import Kind, Need

ENVALID = {
    "str": Kind.TEXT,
    "bool": Kind.BOOLEAN,
    "num": Kind.NUMBER,
    "email": Kind.EMAIL,
    "host": Kind.TEXT,
    "port": Kind.PORT,
    "url": Kind.URL,
    "json": Kind.JSON,
}
ENV_VAR = {
    "asPortNumber": Kind.PORT,
    "asInt": Kind.NUMBER,
    "asIntPositive": Kind.NUMBER,
    "asFloat": Kind.NUMBER,
    "asBool": Kind.BOOLEAN,
    "asBoolStrict": Kind.BOOLEAN,
    "asUrlString": Kind.URL,
    "asUrlObject": Kind.URL,
    "asEmailString": Kind.EMAIL,
    "asJson": Kind.JSON,
    "asJsonObject": Kind.JSON,
    "asString": Kind.TEXT,
}
CONVICT = {"port": Kind.PORT, "url": Kind.URL, "email": Kind.EMAIL, "int": Kind.NUMBER, "nat": Kind.NUMBER}


def envalid(
    syntax: Syntax, constants: Constants, call: Node, environments: frozenset[int], when: When
) -> Iterator[Found]:
    """`cleanEnv(process.env, { X: str() })`: each is required that has no default. With a reporter of one's own nobody
    knows what a missing one does."""
    given = arguments(call)
    if len(given) < 2 or unwrapped_id(given[0]) not in environments:
        return
    holder = constants.value(given[1])
    if holder is None or holder.type != "object":
        return
    moment_of = when(call) if len(given) == 2 else Moment.LATER
    fields = [(pair, True) for pair in entries(syntax, holder)] + [(pair, False) for pair in spread(syntax, holder)]
    for (name, value), sure in fields:
        validator = unwrap(value)
        if not NAME.fullmatch(name) or validator is None or validator.type != "call_expression":
            continue
        word = syntax.text(field_of(validator, "function")).rsplit(".", 1)[-1]
        options = arguments(validator)
        judged = perhaps(envalid_field(syntax, options[0] if options else None), sure=sure)
        if judged.kind is None:
            judged = replace(judged, kind=ENVALID.get(word))
        yield from at(iter([(name, value, "", judged)]), "envalid", moment_of)


def for_tests(syntax: Syntax, value: Node) -> bool:
    """Whether a default is `testOnly(…)`, which envalid has under NODE_ENV=test alone."""
    inner = unwrap(value)
    called = syntax.text(field_of(inner, "function")) if inner is not None and inner.type == "call_expression" else ""
    return called.rsplit(".", 1)[-1] == "testOnly"


def envalid_field(syntax: Syntax, options: Node | None) -> Judgement:
    """What the options of a validator say."""
    choices = entry(syntax, options, "choices")
    listed = choices_of(syntax, [choices]) if choices is not None else ()
    kind = Kind.CHOICE if listed else None
    default = entry(syntax, options, "default")
    if default is not None:
        return Judgement(Need.OPTIONAL, "default", literal(syntax, default), kind, listed)
    development = entry(syntax, options, "devDefault")
    if options is not None and (
        options.type != "object" or (development is not None and not for_tests(syntax, development))
    ):
        return replace(UNSURE, kind=kind, choices=listed)
    if entry(syntax, options, "requiredWhen") is not None:
        return replace(UNSURE, kind=kind, choices=listed)
    return replace(REQUIRED, kind=kind, choices=listed)


def convict(syntax: Syntax, node: Node, depth: int = 0) -> Iterator[Found]:
    """The `env` keys of convict's schema at any depth. Each entry must have a default; one of null may be refused."""
    name = text_of(syntax, entry(syntax, node, "env"))
    if name is not None and NAME.fullmatch(name):
        default = entry(syntax, node, "default")
        text = literal(syntax, default)
        form = entry(syntax, node, "format")
        kind = CONVICT.get(text_of(syntax, form) or "") or {
            "Number": Kind.NUMBER,
            "Boolean": Kind.BOOLEAN,
            "String": Kind.TEXT,
        }.get(syntax.text(form))
        choices = choices_of(syntax, [form]) if form is not None and form.type == "array" else ()
        absent = default is None or default.type in ("null", "undefined")
        yield (
            name,
            node,
            "convict",
            Judgement(
                Need.UNKNOWN if absent else Need.OPTIONAL,
                "schema-unclear" if absent else "default",
                text,
                Kind.CHOICE if choices else kind,
                choices,
            ),
        )
    if depth < 10:
        for _, value in entries(syntax, node):
            inner = unwrap(value)
            if inner is not None and inner.type == "object":
                yield from convict(syntax, inner, depth + 1)


def env_var(syntax: Syntax, constants: Constants, call: Node, when: When) -> Iterator[Found]:
    """`env.get("X").required().asPortNumber()`."""
    given = arguments(call)
    name = constants.text(given[0]) if given else None
    if name is None or not NAME.fullmatch(name):
        return
    judged = OPTIONAL
    for _, parent in syntax.above(call):
        if parent.type == "member_expression":
            word = syntax.text(field_of(parent, "property"))
            outer = syntax.parent(parent)
            options = arguments(outer) if outer is not None and outer.type == "call_expression" else []
            if word == "required":
                plain = not options or syntax.text(options[0]) == "true"
                judged = replace(REQUIRED if plain else UNSURE, kind=judged.kind)
            elif word == "default":
                default = literal(syntax, options[0]) if options else None
                judged = Judgement(Need.OPTIONAL, "default", default, judged.kind)
            elif word in ("asEnum",) and options:
                choices = choices_of(syntax, options)
                judged = replace(judged, kind=Kind.CHOICE if choices else None, choices=choices)
            elif word in ENV_VAR:
                judged = replace(judged, kind=ENV_VAR[word])
        elif parent.type != "call_expression":
            break
    yield from at(iter([(name, call, "", judged)]), "env-var", when(call))
