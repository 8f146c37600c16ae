"""Schemas that check the environment: zod (and t3-env, znv), Joi, valibot, ArkType, envalid, convict, env-var,
env-schema, AdonisJS, and NestJS's ConfigService.

A field is required when the library itself would refuse the environment without it, and the check runs at the start
with nothing that catches it. A field whose chain holds a word that is not known here is unknown, whatever else it says.
"""

from collections.abc import Iterator, Mapping

from tree_sitter import Node

from fairway.build.contract import adonis, arktype, env_schema, joi, judge, libraries, valibot, validators, znv, zod
from fairway.build.contract.indirect import Found
from fairway.build.contract.judge import Judgement, When
from fairway.build.contract.literals import NAME, Constants, arguments, entry, literal
from fairway.build.contract.moment import Moment
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import Need

Names = Mapping[str, frozenset[str]]
"""The libraries that a file imports, each with the names that it has for them."""
NONE: frozenset[str] = frozenset()


def find(
    syntax: Syntax,
    constants: Constants,
    environments: frozenset[int],
    when: When,
    checked: frozenset[str] = NONE,
) -> Iterator[Found]:
    """The readings of every schema in the file. `environments` are the ids of the expressions worth `process.env`,
    `checked` the names of schemas that NestJS's ConfigModule is given elsewhere."""
    imported = libraries.imports(syntax)
    if checked and "joi" in imported and "nest" not in imported:
        for declarator in syntax.all("variable_declarator"):
            if syntax.text(field_of(declarator, "name")) in checked:
                yield from joi.joi_fields(syntax, constants, field_of(declarator, "value"), Moment.START)
    if "fastify-env" in imported:
        yield from env_schema.configured(syntax, constants, environments)
    for call in syntax.all("call_expression") if imported else ():
        function = field_of(call, "function")
        if function is not None and function.type == "identifier":
            yield from by_name(syntax, constants, call, syntax.text(function), imported, environments, when)
        elif function is not None:
            yield from by_method(syntax, constants, call, function, imported, environments, when)


def by_name(
    syntax: Syntax,
    constants: Constants,
    call: Node,
    name: str,
    imported: Names,
    environments: frozenset[int],
    when: When,
) -> Iterator[Found]:
    """The readings of a call by a name that the file imports."""
    match next((library for library, names in imported.items() if name in names), ""):
        case "t3":
            yield from zod.t3(syntax, constants, call, when)
        case "envalid":
            yield from validators.envalid(syntax, constants, call, environments, when)
        case "znv":
            yield from znv.parsed(syntax, constants, call, environments, when)
        case "env-schema":
            yield from env_schema.checked(syntax, constants, call, environments, when)
        case "valibot":
            yield from valibot.checked(syntax, constants, call, name, environments, when)
        case "arkenv":
            yield from arktype.arkenv(syntax, constants, call, environments, when)
        case "" if "arktype" in imported:
            yield from arktype.asked(syntax, constants, call, environments, when)
        case "convict":
            given = arguments(call)
            holder = constants.value(given[0]) if given else None
            if holder is not None and holder.type == "object":
                yield from validators.convict(syntax, holder)


def by_method(
    syntax: Syntax,
    constants: Constants,
    call: Node,
    function: Node,
    imported: Names,
    environments: frozenset[int],
    when: When,
) -> Iterator[Found]:
    """The readings of a call of something's method."""
    owner, method = syntax.text(field_of(function, "object")), syntax.text(field_of(function, "property"))
    last = syntax.text(function).rsplit(".", 1)[-1].split("(")[-1]
    if method in ("parse", "safeParse") and "zod" in imported:
        yield from zod.zod_parsed(syntax, constants, call, method, environments, when)
    elif function.type == "call_expression" and "arktype" in imported:
        yield from arktype.asked(syntax, constants, call, environments, when)
    elif method == "assert" and "arktype" in imported:
        yield from arktype.asserted(syntax, constants, call, environments, when)
    elif owner in imported.get("valibot", NONE):
        yield from valibot.checked(syntax, constants, call, method, environments, when)
    elif last == "cleanEnv" and "envalid" in imported:
        yield from validators.envalid(syntax, constants, call, environments, when)
    elif method in ("validate", "attempt") and "joi" in imported:
        yield from joi.joi_checked(syntax, constants, call, method, environments, when)
    elif method == "forRoot" and "nest" in imported:
        given = arguments(call)
        schema = entry(syntax, given[0], "validationSchema") if given else None
        if schema is not None and "joi" in imported:
            yield from joi.joi_fields(syntax, constants, schema, when(call))
    elif method in ("get", "getOrThrow") and "nest" in imported:
        yield from nest(syntax, constants, call, method, when)
    elif method == "get" and owner in imported.get("env-var", NONE):
        yield from validators.env_var(syntax, constants, call, when)
    elif owner in imported.get("adonis", NONE):
        yield from adonis.find(syntax, constants, call, method, when)
    elif method == "register" and "fastify-env" in imported:
        yield from env_schema.registered(syntax, constants, call, imported["fastify-env"], environments)


def nest(syntax: Syntax, constants: Constants, call: Node, method: str, when: When) -> Iterator[Found]:
    """`configService.get("X")`, `getOrThrow("X")`. A name in small letters is a key of the configuration."""
    given = arguments(call)
    owner = syntax.text(field_of(field_of(call, "function"), "object"))
    name = constants.text(given[0]) if given else None
    if name is None or not NAME.fullmatch(name) or name != name.upper() or "config" not in owner.lower():
        return
    how = f"ConfigService.{method}"
    if method == "getOrThrow":
        yield name, call, how, judge.certain(when(call), "throws")
    elif len(given) > 1 and given[1].type != "object":
        yield name, call, how, Judgement(Need.OPTIONAL, "default", literal(syntax, given[1]))
    else:
        yield name, call, how, judge.judge_value(syntax, call, when, name, follow=True)
