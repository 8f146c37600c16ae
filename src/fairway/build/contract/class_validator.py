"""Classes that class-validator checks the environment with, as NestJS's documentation has it.

A class is taken for one of the environment by its fields: they are written in capitals. Which class is held against the
environment is decided by the app's own code: only where that is plain (`held`) is a field required.
"""

import re
from collections.abc import Iterator

from tree_sitter import Node

from fairway.build.contract.fields import choices_of
from fairway.build.contract.indirect import Found
from fairway.build.contract.judge import Judgement
from fairway.build.contract.literals import NAME, arguments, literal, text_of
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import Kind, Need

KINDS = {
    "IsString": Kind.TEXT,
    "IsNumber": Kind.NUMBER,
    "IsInt": Kind.NUMBER,
    "IsPort": Kind.PORT,
    "IsBoolean": Kind.BOOLEAN,
    "IsBooleanString": Kind.BOOLEAN,
    "IsNumberString": Kind.NUMBER,
    "IsUrl": Kind.URL,
    "IsEmail": Kind.EMAIL,
    "IsJSON": Kind.JSON,
    "IsIn": Kind.CHOICE,
}


VALIDATOR = re.compile(r"(?:Is[A-Z]|Min|Max|Length|Matches|Contains|Equals)\w*")


def find(syntax: Syntax, held: frozenset[str] = frozenset()) -> Iterator[Found]:
    """The fields of such classes. `held` are the names of those that the app can't start without."""
    sources = [text_of(syntax, field_of(each, "source")) for each in syntax.all("import_statement")]
    if "class-validator" not in sources:
        return
    for node in syntax.all("public_field_definition"):
        name = syntax.text(field_of(node, "name"))
        decorators = [each for each in node.named_children if each.type == "decorator"]
        if decorators and NAME.fullmatch(name) and name == name.upper():
            owner = next((each for _, each in syntax.above(node) if each.type.startswith("class_decl")), None)
            needed = owner is not None and syntax.text(field_of(owner, "name")) in held
            yield name, node, "class-validator", judge(syntax, node, decorators, needed=needed)


def judge(syntax: Syntax, node: Node, decorators: list[Node], *, needed: bool) -> Judgement:
    """What a field says. One that is checked on a condition, or made of something else before, stays unknown."""
    calls = {syntax.text(field_of(call, "function")): call for each in decorators for call in each.named_children}
    default = field_of(node, "value")
    kind = next((kind for name, kind in KINDS.items() if name in calls), None)
    choices = choices_of(syntax, arguments(calls["IsIn"])) if "IsIn" in calls else ()
    kind = None if kind is Kind.CHOICE and not choices else kind
    if default is not None:
        return Judgement(Need.OPTIONAL, "default", literal(syntax, default), kind, choices)
    optional = "IsOptional" in calls
    if (
        needed
        and not optional
        and not {"ValidateIf", "Transform"} & set(calls)
        and any(map(VALIDATOR.fullmatch, calls))
    ):
        return Judgement(Need.REQUIRED, "schema", None, kind, choices)
    return Judgement(
        Need.OPTIONAL if optional else Need.UNKNOWN, "schema" if optional else "schema-unclear", None, kind, choices
    )
