"""Schemas that check the environment: zod (and t3-env), Joi, envalid, convict, env-var, NestJS's ConfigService.

A field is required when the library itself would refuse the environment without it, and the check runs at the start
with nothing that catches it. A field whose chain holds a word that is not known here is unknown, whatever else it says.
"""

from collections.abc import Iterator

from tree_sitter import Node

from fairway.build.contract import joi, judge, validators, zod
from fairway.build.contract.indirect import Found
from fairway.build.contract.judge import Judgement, When
from fairway.build.contract.literals import NAME, Constants, arguments, entry, literal, text_of, unwrap
from fairway.build.contract.moment import within
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import Need


def find(syntax: Syntax, constants: Constants, environments: frozenset[int], when: When) -> Iterator[Found]:
    """The readings of every schema in the file. `environments` are the ids of the expressions worth `process.env`."""
    libraries = imports(syntax)
    for call in syntax.all("call_expression"):
        function = field_of(call, "function")
        called = syntax.text(function)
        last = (
            called.rsplit(".", 1)[-1].split("(")[-1] if function is not None and function.type != "identifier" else ""
        )
        method = syntax.text(field_of(function, "property")) if function is not None else ""
        if method in ("parse", "safeParse") and "zod" in libraries:
            yield from zod.zod_parsed(syntax, constants, call, method, environments, when)
        elif called in libraries.get("t3", ()):
            yield from zod.t3(syntax, constants, call, when)
        elif called in libraries.get("envalid", ()) or (last == "cleanEnv" and "envalid" in libraries):
            yield from validators.envalid(syntax, constants, call, environments, when)
        elif called in libraries.get("convict", ()):
            given = arguments(call)
            holder = constants.value(given[0]) if given else None
            if holder is not None and holder.type == "object":
                yield from validators.convict(syntax, holder)
        elif method in ("validate", "attempt") and "joi" in libraries:
            yield from joi.joi_checked(syntax, constants, call, method, environments, when)
        elif method == "forRoot" and "nest" in libraries:
            given = arguments(call)
            schema = entry(syntax, given[0], "validationSchema") if given else None
            if schema is not None and "joi" in libraries:
                yield from joi.joi_fields(syntax, constants, schema, when(call))
        elif method in ("get", "getOrThrow") and "nest" in libraries:
            yield from nest(syntax, constants, call, method, when)
        elif method == "get" and syntax.text(field_of(function, "object")) in libraries.get("env-var", ()):
            yield from validators.env_var(syntax, constants, call, when)


def imports(syntax: Syntax) -> dict[str, frozenset[str]]:
    """The known libraries that the file imports, each with the names that it has for them."""
    found: dict[str, set[str]] = {}
    for statement in syntax.all("import_statement"):
        if library := library_of(text_of(syntax, field_of(statement, "source")) or ""):
            names = found.setdefault(library, set())
            for node in syntax.all("identifier"):
                if within(syntax, node, statement):
                    names.add(syntax.text(node))
    for declarator in syntax.all("variable_declarator"):
        value = unwrap(field_of(declarator, "value"))
        if value is None or value.type != "call_expression" or syntax.text(field_of(value, "function")) != "require":
            continue
        given = arguments(value)
        if given and (library := library_of(text_of(syntax, given[0]) or "")):
            names = found.setdefault(library, set())
            pattern = field_of(declarator, "name")
            for node in syntax.all("identifier", "shorthand_property_identifier_pattern"):
                if pattern is not None and within(syntax, node, pattern):
                    names.add(syntax.text(node))
    return {library: frozenset(names) for library, names in found.items()}


def library_of(module: str) -> str:
    """The library that a module's name means, "" when it is none of those known here."""
    if module.startswith("@t3-oss/env"):
        return "t3"
    if module in ("zod", "zod/v4", "zod/v3", "zod/mini"):
        return "zod"
    return {
        "joi": "joi",
        "@hapi/joi": "joi",
        "envalid": "envalid",
        "convict": "convict",
        "env-var": "env-var",
        "@nestjs/config": "nest",
    }.get(module, "")


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
