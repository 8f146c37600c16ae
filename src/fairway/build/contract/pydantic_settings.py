"""pydantic's settings: a class of fields, each a variable, made from the environment when the class is called.

A field is required when it has no default, and something makes the settings at the start without giving it a value. The
name is that of pydantic: the alias, else prefix and field, in capitals as the custom is (case does not matter there).
"""

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from fairway.build.contract.judge import Judgement
from fairway.build.contract.moment import Moment
from fairway.build.contract.python_literals import argument, keyword, literal, text_of, texts
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import ANY_CASE, Kind, Need

Found = tuple[str, Node, str, Judgement]
TYPES = {
    "str": Kind.TEXT,
    "SecretStr": Kind.TEXT,
    "int": Kind.NUMBER,
    "PositiveInt": Kind.NUMBER,
    "float": Kind.NUMBER,
    "bool": Kind.BOOLEAN,
    "AnyUrl": Kind.URL,
    "AnyHttpUrl": Kind.URL,
    "HttpUrl": Kind.URL,
    "PostgresDsn": Kind.URL,
    "RedisDsn": Kind.URL,
    "AmqpDsn": Kind.URL,
    "MySQLDsn": Kind.URL,
    "MongoDsn": Kind.URL,
    "EmailStr": Kind.EMAIL,
}


def find(syntax: Syntax, when: Callable[[Node], Moment]) -> Iterator[Found]:
    """The fields of every settings class in the file."""
    if not any(
        "pydantic" in syntax.text(field_of(each, "module_name")) for each in syntax.all("import_from_statement")
    ):
        return
    classes = {syntax.text(field_of(each, "name")): each for each in syntax.all("class_definition")}
    settings = {name for name, each in classes.items() if is_settings(syntax, each, classes)}
    for name in settings:
        made = [each for each in syntax.all("call") if syntax.text(field_of(each, "function")) == name]
        start = any(when(each) is Moment.START and field_of(each, "arguments") is not None for each in made)
        given = {
            syntax.text(field_of(each, "name"))
            for call in made
            for each in (field_of(call, "arguments") or call).named_children
            if each.type == "keyword_argument"
        }
        # What is given by hand, `_env_file` above all, is not missing when the environment has none.
        yield from fields(syntax, classes[name], start=start and not given and not other_sources(syntax, classes[name]))


def other_sources(syntax: Syntax, node: Node) -> bool:
    """Whether the values may come from elsewhere: files of secrets, or sources of the class's own."""
    names = {syntax.text(each) for each in syntax.all("identifier") if inside(each, node)}
    return bool(names & {"secrets_dir", "settings_customise_sources", "customise_sources"})


def is_settings(syntax: Syntax, node: Node, classes: dict[str, Node], depth: int = 0) -> bool:
    """Whether the class inherits from BaseSettings, perhaps through another one of the file."""
    for base in (field_of(node, "superclasses") or node).named_children:
        name = syntax.text(base).rsplit(".", 1)[-1]
        if name == "BaseSettings":
            return True
        other = classes.get(name) if base.type == "identifier" else None
        if depth < 5 and other is not None and is_settings(syntax, other, classes, depth + 1):
            return True
    return False


def fields(syntax: Syntax, node: Node, *, start: bool) -> Iterator[Found]:
    """The fields of one class."""
    body = field_of(node, "body")
    if body is None:
        return
    prefix = text_of(syntax, setting(syntax, body, "env_prefix")) or ""
    exact = syntax.text(setting(syntax, body, "case_sensitive")) == "True"
    for statement in body.named_children:
        assignment = statement.named_children[0] if statement.type == "expression_statement" else None
        if assignment is None or assignment.type != "assignment":
            continue
        name, kind = syntax.text(field_of(assignment, "left")), field_of(assignment, "type")
        value = field_of(assignment, "right")
        if kind is None or name.startswith("_") or name == "model_config" or "ClassVar" in syntax.text(kind):
            continue
        for variable, judged in judge(syntax, name, prefix, syntax.text(kind), value, start=start):
            yield (
                variable if exact else variable.upper(),
                assignment,
                ANY_CASE if not exact else f"{ANY_CASE}, exact",
                judged,
            )


def setting(syntax: Syntax, body: Node, name: str) -> Node | None:
    """The value of a setting of the class: in model_config, as a call or a dictionary, or in the inner class Config."""
    for node in syntax.all("keyword_argument", "assignment", "pair"):
        if not inside(node, body):
            continue
        key = field_of(node, {"keyword_argument": "name", "assignment": "left", "pair": "key"}[node.type])
        if (text_of(syntax, key) or syntax.text(key)) == name:
            return field_of(node, "right" if node.type == "assignment" else "value")
    return None


def inside(node: Node, outer: Node) -> bool:
    """Whether it stands within the other."""
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def judge(
    syntax: Syntax, name: str, prefix: str, annotation: str, value: Node | None, *, start: bool
) -> Iterator[tuple[str, Judgement]]:
    """The variable of a field, or those when it has several names."""
    optional = re.search(r"\bNone\b|\bOptional\b", annotation) is not None
    plain = re.sub(r"\s*\|\s*None|\bOptional\[(.*)\]", r"\1", annotation)
    kind = TYPES.get(plain.rsplit(".", 1)[-1])
    choices = tuple(re.findall(r"['\"]([^'\"]*)['\"]", annotation)) if "Literal[" in annotation else ()
    if choices:
        kind = Kind.CHOICE
    names, default, has_default = [f"{prefix}{name}"], literal(syntax, value), value is not None
    if value is not None and value.type == "call" and syntax.text(field_of(value, "function")).endswith("Field"):
        first = argument(value, 0) or keyword(syntax, value, "default")
        factory = keyword(syntax, value, "default_factory")
        has_default = factory is not None or (first is not None and first.type != "ellipsis")
        default = literal(syntax, first)
        names = aliases(syntax, value) or names
    if value is not None and value.type == "ellipsis":
        has_default = False
    if len(names) > 1 or (
        value is not None and value.type == "call" and not has_default and "Field" not in syntax.text(value)
    ):
        need, rule = Need.UNKNOWN, "schema-unclear"
    elif has_default:
        need, rule = Need.OPTIONAL, "default"
    elif optional and not has_default:
        # pydantic 1 gives such a field None, pydantic 2 refuses it.
        need, rule = Need.UNKNOWN, "schema-unclear"
    elif kind is None:
        # A model of its own, whose fields may be variables by themselves.
        need, rule = Need.UNKNOWN, "schema-unclear"
    else:
        need, rule = (Need.REQUIRED, "schema") if start else (Need.UNKNOWN, "throws-later")
    for each in names:
        yield each, Judgement(need, rule, default, kind, choices)


def aliases(syntax: Syntax, field: Node) -> list[str]:
    """The names that an alias gives."""
    for word in ("validation_alias", "alias", "env"):
        value = keyword(syntax, field, word)
        if value is None:
            continue
        if (text := text_of(syntax, value)) is not None:
            return [text]
        if value.type == "call" and syntax.text(field_of(value, "function")).endswith("AliasChoices"):
            given = [text_of(syntax, each) for each in (field_of(value, "arguments") or value).named_children]
            return [each for each in given if each]
        if (listed := texts(syntax, value)) is not None:
            return [*listed]
    return []
