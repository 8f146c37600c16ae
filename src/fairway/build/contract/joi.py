"""Schemas of Joi."""

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
    unwrapped_id,
)
from fairway.build.contract.indirect import Found
from fairway.build.contract.judge import Judgement, When
from fairway.build.contract.literals import Constants, arguments, literal
from fairway.build.contract.moment import Moment
from fairway.build.contract.outcome import ends_on_failure
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import Kind

JOI_NEUTRAL = frozenset(
    {
    "min", "max", "length", "email", "uri", "hostname", "domain", "pattern", "regex", "alphanum", "trim",
    "lowercase", "uppercase", "integer", "positive", "negative", "port", "description", "label", "messages",
    "message", "error", "note", "example", "insensitive", "allow", "invalid", "truthy", "falsy", "sensitive",
    "guid", "uuid", "base64", "hex", "token", "strict", "empty", "ip", "items", "single", "unit", "greater",
    "less", "case"
    }
)  # fmt: skip
JOI_KINDS = {
    "string": Kind.TEXT,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "bool": Kind.BOOLEAN,
    "uri": Kind.URL,
    "email": Kind.EMAIL,
    "port": Kind.PORT,
    "valid": Kind.CHOICE,
    "equal": Kind.CHOICE,
}


def joi_checked(
    syntax: Syntax, constants: Constants, call: Node, method: str, environments: frozenset[int], when: When
) -> Iterator[Found]:
    """`SCHEMA.validate(process.env)` with what is done about an error, `Joi.attempt(process.env, SCHEMA)`."""
    given = arguments(call)
    if not given or unwrapped_id(given[0]) not in environments:
        return
    if method == "attempt":
        yield from joi_fields(syntax, constants, given[1] if len(given) > 1 else None, when(call))
        return
    moment_of = when(call) if ends_on_failure(syntax, call) else Moment.LATER
    yield from joi_fields(syntax, constants, field_of(field_of(call, "function"), "object"), moment_of)


def joi_fields(syntax: Syntax, constants: Constants, schema: Node | None, moment_of: Moment) -> Iterator[Found]:
    """The fields of a schema of Joi's."""
    yield from at(fields(syntax, constants, schema, joi_field), "Joi", moment_of)


def joi_field(syntax: Syntax, chain: Chain) -> Judgement:
    """What a field of Joi's says: without `required()` a key may be missing."""
    if not chain or chain[0][0] not in JOI_KINDS:
        return UNSURE
    kind: Kind | None = JOI_KINDS[chain[0][0]]
    needed, default, has_default = False, None, False
    choices: tuple[str, ...] = ()
    for word, given in chain[1:]:
        kind = JOI_KINDS.get(word, kind)
        if word in ("valid", "equal"):
            choices = choices_of(syntax, given)
            kind = Kind.CHOICE if choices else None
        elif word in ("required", "exist"):
            needed = True
        elif word == "optional":
            needed = False
        elif word == "default":
            has_default, default = True, literal(syntax, given[0]) if given else None
        elif word not in JOI_NEUTRAL:
            return replace(UNSURE, kind=kind)
    if needed:
        return replace(REQUIRED, kind=kind, choices=choices)
    return replace(OPTIONAL, rule="default" if has_default else "schema", default=default, kind=kind, choices=choices)
