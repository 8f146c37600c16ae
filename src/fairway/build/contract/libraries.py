"""Which libraries that check the environment a file imports, and by which names."""

from fairway.build.contract.literals import arguments, text_of, unwrap
from fairway.build.contract.moment import within
from fairway.build.contract.syntax import Syntax, field_of

LIBRARIES = {
    "zod": "zod",
    "zod/v4": "zod",
    "zod/v3": "zod",
    "zod/mini": "zod",
    "znv": "znv",
    "znv/compat": "znv",
    "joi": "joi",
    "@hapi/joi": "joi",
    "envalid": "envalid",
    "convict": "convict",
    "env-var": "env-var",
    "@nestjs/config": "nest",
    "env-schema": "env-schema",
    "@fastify/env": "fastify-env",
    "fastify-env": "fastify-env",
    "valibot": "valibot",
    "arktype": "arktype",
    "arkenv": "arkenv",
    "@adonisjs/env": "adonis",
    "@adonisjs/core/env": "adonis",
    "@ioc:Adonis/Core/Env": "adonis",
    "#start/env": "adonis",
}
"""The library that each module belongs to. `#start/env` is an AdonisJS app's own file: what it exports is its Env."""


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
    return "t3" if module.startswith("@t3-oss/env") else LIBRARIES.get(module, "")
