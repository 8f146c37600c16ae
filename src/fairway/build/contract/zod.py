"""Schemas of zod, by themselves and in t3-env."""

from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from fairway.build.contract.fields import (
    OPTIONAL,
    REQUIRED,
    UNSURE,
    Chain,
    at,
    choices_of,
    fields,
    object_fields,
    unwrapped_id,
)
from fairway.build.contract.indirect import Found
from fairway.build.contract.judge import Judgement, When
from fairway.build.contract.literals import Constants, arguments, entry, literal
from fairway.build.contract.moment import Moment
from fairway.build.contract.outcome import ends_on_failure
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import Kind, Need

ZOD_NEUTRAL = frozenset(
    {
    "min", "max", "length", "email", "url", "uuid", "cuid", "cuid2", "ulid", "regex", "includes",
    "startsWith", "endsWith", "datetime", "ip", "trim", "toLowerCase", "toUpperCase", "int", "positive",
    "nonnegative", "negative", "nonpositive", "finite", "safe", "gt", "gte", "lt", "lte", "multipleOf",
    "nonempty", "describe", "brand", "readonly", "refine", "superRefine", "transform", "meta", "ipv4",
    "ipv6", "base64", "jwt", "nanoid", "emoji", "check"
    }
)  # fmt: skip
ZOD_KINDS = {
    "string": Kind.TEXT,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "url": Kind.URL,
    "email": Kind.EMAIL,
    "enum": Kind.CHOICE,
    "nativeEnum": None,
    "literal": Kind.CHOICE,
    "stringbool": Kind.BOOLEAN,
}


def zod_parsed(
    syntax: Syntax, constants: Constants, call: Node, method: str, environments: frozenset[int], when: When
) -> Iterator[Found]:
    """`SCHEMA.parse(process.env)`, and `safeParse` with what is done about a failure."""
    given = arguments(call)
    if not given or unwrapped_id(given[0]) not in environments:
        return
    moment_of = when(call)
    if method == "safeParse" and not ends_on_failure(syntax, call):
        moment_of = Moment.LATER
    schema = field_of(field_of(call, "function"), "object")
    yield from at(fields(syntax, constants, schema, zod_field), "zod", moment_of)


def zod_field(syntax: Syntax, chain: Chain) -> Judgement:
    """What a field of zod's says. `z.coerce` makes a value of undefined: a text and a boolean pass then."""
    words = [word for word, _ in chain]
    if not words:
        return UNSURE
    coerced = words[0] == "coerce"
    base = words[1] if coerced and len(words) > 1 else words[0]
    rest = chain[2 if coerced else 1 :]
    kind = ZOD_KINDS.get(base)
    if base not in ZOD_KINDS:
        return UNSURE
    choices = choices_of(syntax, chain[0][1]) if base in ("enum", "literal") else ()
    if kind is Kind.CHOICE and not choices:
        kind = None
    for word, given in rest:
        kind = {"url": Kind.URL, "email": Kind.EMAIL}.get(word, kind)
        if word in ("transform", "pipe"):
            kind = None if kind is Kind.TEXT else kind
        if word in ("optional", "nullish"):
            return replace(OPTIONAL, kind=kind, choices=choices)
        if word in ("default", "catch", "prefault"):
            return replace(
                OPTIONAL,
                rule="default",
                default=literal(syntax, given[0]) if given else None,
                kind=kind,
                choices=choices,
            )
        if word not in ZOD_NEUTRAL and word != "pipe":
            return replace(UNSURE, kind=kind)
    if coerced and base in ("string", "boolean"):
        return replace(OPTIONAL, kind=kind)
    return replace(REQUIRED, kind=kind, choices=choices)


def t3(syntax: Syntax, constants: Constants, call: Node, when: When) -> Iterator[Found]:
    """`createEnv({ server, shared, client })`. What the client gets is built into it."""
    given = arguments(call)
    options = constants.value(given[0]) if given else None
    for part in ("server", "shared", "client"):
        holder = entry(syntax, options, part)
        if holder is None:
            continue
        moment_of = Moment.LATER if part == "client" else when(call)
        for name, node, how, judged in at(object_fields(syntax, constants, holder, zod_field), "t3-env", moment_of):
            yield (
                name,
                node,
                how,
                replace(judged, rule="front-end", need=Need.OPTIONAL) if part == "client" else judged,
            )
