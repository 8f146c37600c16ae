"""env-schema and @fastify/env: a JSON Schema of the environment, written out, by TypeBox, or by fluent-json-schema.

Ajv gives a missing property its default first and asks for the required ones then, so a default wins. @fastify/env
checks as a plugin, whose failure the app may catch: what it requires is told and stops nothing.
"""

from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from fairway.build.contract.fields import OPTIONAL, REQUIRED, UNSURE, at, chain_of, choices_of, perhaps, unwrapped_id
from fairway.build.contract.indirect import Found
from fairway.build.contract.judge import Judgement, When
from fairway.build.contract.literals import NAME, Constants, arguments, entries, entry, literal, spread, text_of, unwrap
from fairway.build.contract.moment import Moment
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import Kind, Need

TYPES = {"string": Kind.TEXT, "number": Kind.NUMBER, "integer": Kind.NUMBER, "boolean": Kind.BOOLEAN}
FORMATS = {"uri": Kind.URL, "url": Kind.URL, "email": Kind.EMAIL}
TYPEBOX = {"String": "string", "Number": "number", "Integer": "integer", "Boolean": "boolean"}


def checked(
    syntax: Syntax, constants: Constants, call: Node, environments: frozenset[int], when: When
) -> Iterator[Found]:
    """`envSchema({ schema, data, env, dotenv })`."""
    given = arguments(call)
    options = constants.value(given[0]) if given else None
    yield from described(syntax, constants, options, environments, "env-schema", when(call))


def registered(
    syntax: Syntax, constants: Constants, call: Node, names: frozenset[str], environments: frozenset[int]
) -> Iterator[Found]:
    """`fastify.register(fastifyEnv, { schema })`, fastifyEnv by one of these names."""
    given = arguments(call)
    if len(given) > 1 and syntax.text(given[0]) in names:
        yield from described(syntax, constants, constants.value(given[1]), environments, "@fastify/env", Moment.LATER)


def configured(syntax: Syntax, constants: Constants, environments: frozenset[int]) -> Iterator[Found]:
    """`export const autoConfig = { schema }`, which @fastify/autoload gives to the plugin that the file exports."""
    written = [
        field_of(node, "value")
        for node in syntax.all("variable_declarator")
        if named(syntax, node, "name", "autoConfig")
    ]
    written += [
        field_of(node, "right")
        for node in syntax.all("assignment_expression")
        if named(syntax, node, "left", "module.exports.autoConfig", "exports.autoConfig")
    ]
    for value in written:
        node = unwrap(value)
        options = unwrap(field_of(node, "body")) if node is not None and node.type == "arrow_function" else node
        yield from described(syntax, constants, constants.value(options), environments, "@fastify/env", Moment.LATER)


def named(syntax: Syntax, node: Node, role: str, *names: str) -> bool:
    """Whether what has that role in the node is written so."""
    return syntax.text(field_of(node, role)) in names


def described(
    syntax: Syntax,
    constants: Constants,
    options: Node | None,
    environments: frozenset[int],
    how: str,
    moment_of: Moment,
) -> Iterator[Found]:
    """The properties of the schema in the options. What `data` holds beside the environment is not known, so nothing is
    surely missing then; with `env: false` and other data, the environment is not asked at all."""
    data = entry(syntax, options, "data")
    alone = data is None or unwrapped_id(data) in environments
    if not alone and syntax.text(entry(syntax, options, "env")) == "false":
        return
    found = properties(syntax, constants, constants.value(entry(syntax, options, "schema")))
    for name, node, judged in found:
        if NAME.fullmatch(name):
            yield from at(iter([(name, node, "", perhaps(judged, sure=alone))]), how, moment_of)


def properties(syntax: Syntax, constants: Constants, schema: Node | None) -> Iterator[tuple[str, Node, Judgement]]:
    """The properties of a schema, in whichever way it is written."""
    if schema is None:
        return
    if schema.type == "object":
        yield from written_out(syntax, constants, schema)
        return
    words = [word for word, _ in chain_of(syntax, schema)]
    if words == ["Object"]:
        yield from typebox(syntax, constants, schema)
    elif words[:1] == ["object"]:
        yield from fluent(syntax, constants, schema)


def written_out(syntax: Syntax, constants: Constants, schema: Node) -> Iterator[tuple[str, Node, Judgement]]:
    """`{ type: "object", required: ["X"], properties: { X: { type: "string" } } }`."""
    listed = entry(syntax, schema, "required")
    required = () if listed is None else constants.texts(listed)
    holder = constants.value(entry(syntax, schema, "properties"))
    if holder is None or holder.type != "object":
        return
    names = set()
    for sure, pairs in ((True, entries(syntax, holder)), (False, spread(syntax, holder))):
        for name, value in pairs:
            names.add(name)
            needed = None if required is None else name in required
            yield name, value, perhaps(judge(syntax, constants.value(value), needed), sure=sure)
    for name in required or ():
        if listed is not None and name not in names:
            yield name, listed, REQUIRED


def judge(syntax: Syntax, options: Node | None, needed: bool | None, word: str = "") -> Judgement:
    """What a property says. `needed`: whether the schema asks for it, None when that is not known; `word` is its type
    where the options do not say it."""
    if options is not None and options.type != "object":
        return UNSURE
    values = entry(syntax, options, "enum")
    choices = choices_of(syntax, [values]) if values is not None and values.type == "array" else ()
    form = FORMATS.get(text_of(syntax, entry(syntax, options, "format")) or "")
    kind = Kind.CHOICE if choices else form or TYPES.get(word or text_of(syntax, entry(syntax, options, "type")) or "")
    default = entry(syntax, options, "default")
    if default is not None:
        return Judgement(Need.OPTIONAL, "default", literal(syntax, default), kind, choices)
    return replace(UNSURE if needed is None else REQUIRED if needed else OPTIONAL, kind=kind, choices=choices)


def typebox(syntax: Syntax, constants: Constants, schema: Node) -> Iterator[tuple[str, Node, Judgement]]:
    """`Type.Object({ X: Type.String(), Y: Type.Optional(Type.Number({ default: 1 })) })`."""
    given = arguments(schema)
    holder = constants.value(given[0]) if given else None
    if holder is None or holder.type != "object":
        return
    for sure, pairs in ((True, entries(syntax, holder)), (False, spread(syntax, holder))):
        for name, value in pairs:
            yield name, value, perhaps(judge_typebox(syntax, constants, value), sure=sure)


def judge_typebox(syntax: Syntax, constants: Constants, value: Node, *, needed: bool = True) -> Judgement:
    """What one of TypeBox's types says."""
    node = constants.value(value)
    chain = chain_of(syntax, node)
    if len(chain) != 1:
        return UNSURE
    word, given = chain[0]
    if word == "Optional" and needed and given:
        return judge_typebox(syntax, constants, given[0], needed=False)
    if word in TYPEBOX:
        return judge(syntax, constants.value(given[0]) if given else None, needed, TYPEBOX[word])
    options = constants.value(given[-1]) if len(given) > 1 else None
    judged = judge(syntax, options if options is not None and options.type == "object" else None, needed)
    return judged if judged.need is Need.OPTIONAL else replace(UNSURE, kind=judged.kind)


def fluent(syntax: Syntax, constants: Constants, schema: Node) -> Iterator[tuple[str, Node, Judgement]]:
    """`S.object().prop("X", S.string().required()).prop("Y", S.number().default(1))`."""
    chain = chain_of(syntax, schema)
    listed = [constants.texts(given[0]) for word, given in chain if word == "required" and given]
    for word, given in chain:
        name = text_of(syntax, given[0]) if word == "prop" and given else None
        if name is None:
            continue
        judged = judge_fluent(syntax, chain_of(syntax, constants.value(given[1])) if len(given) > 1 else [])
        if judged.need is not Need.OPTIONAL or judged.default is not None or not listed:
            yield name, given[0], judged
        elif None in listed:
            yield name, given[0], replace(UNSURE, kind=judged.kind)
        else:
            named = any(name in each for each in listed if each is not None)
            yield name, given[0], replace(REQUIRED, kind=judged.kind) if named else judged


def judge_fluent(syntax: Syntax, chain: list[tuple[str, list[Node]]]) -> Judgement:
    """What one of fluent-json-schema's chains says."""
    kind = TYPES.get(chain[0][0]) if chain else None
    judged = replace(OPTIONAL, kind=kind)
    for word, given in chain:
        if word == "required":
            judged = judged if judged.rule == "default" else replace(judged, need=Need.REQUIRED)
        elif word == "default":
            judged = Judgement(Need.OPTIONAL, "default", literal(syntax, given[0]) if given else None, judged.kind)
        elif word == "enum" and (choices := choices_of(syntax, given)):
            judged = replace(judged, kind=Kind.CHOICE, choices=choices)
    return judged
