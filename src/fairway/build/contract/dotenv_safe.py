"""dotenv-safe: the app ends when a variable that its example file names is missing or empty.

So the example, which elsewhere only documents, is the schema, and it must be in the image, for it is read at the start.
"""

import posixpath
import re

from tree_sitter import Node

from fairway.build.contract.judge import When
from fairway.build.contract.literals import arguments, entry, text_of, unwrap
from fairway.build.contract.moment import Moment
from fairway.build.contract.syntax import Syntax, field_of

MODULE = "dotenv-safe"
USUAL = ".env.example"
FILE = re.compile(r"""['"`](?:[^'"`]*/)?([^'"`/]+)['"`]\s*+\)?\s*+$""")


def example(syntax: Syntax, when: When) -> str:
    """The name of the example file that the app is held against as it starts, "" when it is held against none."""
    if any(
        text_of(syntax, field_of(each, "source")) in (f"{MODULE}/config", f"{MODULE}/config.js")
        for each in syntax.all("import_statement")
    ):
        return USUAL
    for call in syntax.all("call_expression"):
        function = unwrap(field_of(call, "function"))
        if when(call) is not Moment.START or function is None:
            continue
        if required(syntax, call) in (f"{MODULE}/config", f"{MODULE}/config.js"):
            return USUAL
        method = syntax.text(field_of(function, "property"))
        owner = unwrap(field_of(function, "object"))
        if method in ("config", "load") and owner is not None and is_module(syntax, owner):
            return named(syntax, call)
    return ""


def is_module(syntax: Syntax, owner: Node) -> bool:
    """Whether the expression is dotenv-safe: `require("dotenv-safe")`, or a name that the file has for it."""
    if owner.type == "call_expression":
        return required(syntax, owner) == MODULE
    name = syntax.text(owner)
    for statement in syntax.all("import_statement"):
        if text_of(syntax, field_of(statement, "source")) == MODULE:
            return re.search(rf"\b{re.escape(name)}\b", syntax.text(statement)) is not None
    return any(
        syntax.text(field_of(each, "name")) == name and required(syntax, unwrap(field_of(each, "value"))) == MODULE
        for each in syntax.all("variable_declarator")
    )


def required(syntax: Syntax, node: Node | None) -> str:
    """The module that `require(…)` loads, "" for another expression."""
    if node is None or node.type != "call_expression" or syntax.text(field_of(node, "function")) != "require":
        return ""
    given = arguments(node)
    return (text_of(syntax, given[0]) if given else None) or ""


def named(syntax: Syntax, call: Node) -> str:
    """The example's name in the options: the last text of `example: path.join(__dirname, "../.env.example")`."""
    given = arguments(call)
    options = unwrap(given[0]) if given else None
    value = entry(syntax, options, "example") or entry(syntax, options, "sample")
    found = FILE.search(syntax.text(value)) if value is not None else None
    return posixpath.basename(found[1]) if found else USUAL
