"""Where JavaScript reads a variable: every expression that is worth one, every name that is bound to one.

`process.env` is followed under the names that the file gives it: `const env = process.env`, `import { env } from
"node:process"`, a parameter that a call of this file gives it to. Which variable an access reads is a literal or a
constant, or it is dynamic.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from fairway.build.contract import libraries
from fairway.build.contract.literals import NAME, WRAPPED, Constants, arguments, text_of, unwrap
from fairway.build.contract.moment import FUNCTIONS, within
from fairway.build.contract.syntax import Syntax, field_of, same

PROCESS = frozenset({"process", "node:process"})
CHECKS = frozenset(
    {"parse", "safeParse", "parseAsync", "cleanEnv", "validate", "validateSync", "attempt", "createEnv", "assert"}
)
"""What a schema is asked with."""
EXPRESSIONS = ("member_expression", "subscript_expression")


@dataclass(frozen=True, slots=True)
class Access:
    """One reading of a variable. `node` is the expression, or the name that a destructuring binds; `bound` is that
    name; `default` the expression that a destructuring gives in its place."""

    name: str
    node: Node
    how: str
    bound: Node | None = None
    default: Node | None = None


@dataclass(slots=True)
class Accesses:
    """All of a file: those of known variables, those by an expression (with it), and `import.meta.env`'s. `fills`: the
    file puts variables into `process.env` that only the running app knows; `whole` are the ids of every expression that
    is worth `process.env`."""

    known: list[Access] = field(default_factory=list)
    dynamic: list[tuple[Node, Node | None]] = field(default_factory=list)
    front: list[Access] = field(default_factory=list)
    fills: bool = False
    whole: frozenset[int] = frozenset()


def find(syntax: Syntax, constants: Constants) -> Accesses:
    """Every access of the file."""
    worth = list(environments(syntax))
    found = Accesses(whole=frozenset(node.id for node in worth))
    for environment in worth:
        outer = whole(syntax, environment)
        parent = syntax.parent(outer)
        if parent is None:
            continue
        if parent.type in EXPRESSIONS and same(field_of(parent, "object"), outer):
            index = field_of(parent, "index")
            name = syntax.text(field_of(parent, "property")) if index is None else constants.text(index)
            if name is None and is_written(syntax, parent):
                found.fills = True
            elif name is None or not NAME.fullmatch(name):
                found.dynamic.append((parent, index))
            elif name not in ("hasOwnProperty", "toString"):
                how = f"process.env.{name}" if index is None else f"process.env[{syntax.text(index)}]"
                found.known.append(Access(name, parent, how))
        elif parent.type == "variable_declarator" and same(field_of(parent, "value"), outer):
            destructure(syntax, constants, field_of(parent, "name"), found)
        elif parent.type == "assignment_expression" and same(field_of(parent, "right"), outer):
            destructure(syntax, constants, unwrap(field_of(parent, "left")), found)
        elif parent.type == "binary_expression" and syntax.text(field_of(parent, "operator")) == "in":
            name = constants.text(field_of(parent, "left"))
            if name is not None and NAME.fullmatch(name):
                found.known.append(Access(name, parent, f"{name!r} in process.env"))
        elif parent.type == "arguments":
            handed_on(syntax, outer, syntax.parent(parent), found)
    for pattern in syntax.all("object_pattern"):
        # `const { env: { X } } = process`
        around = syntax.parent(pattern)
        if around is not None and around.type == "pair_pattern" and is_process_pattern(syntax, around):
            destructure(syntax, constants, pattern, found)
    for node in syntax.all("member_expression"):
        if (
            syntax.content.startswith(b"import.meta.env", node.start_byte)
            and syntax.text(field_of(node, "object")) == "import.meta.env"
        ):
            name = syntax.text(field_of(node, "property"))
            found.front.append(Access(name, node, f"import.meta.env.{name}"))
    return found


def handed_on(syntax: Syntax, environment: Node, call: Node | None, found: Accesses) -> None:
    """The whole environment is what a call is given: to be filled, to be checked by a schema, to a function of this
    file, or to somebody else, of whom nothing is known."""
    called = syntax.text(field_of(call, "function"))
    if called == "Object.assign" and same(arguments(call)[0], environment):
        found.fills = True
    elif (
        called.rpartition(".")[2] not in CHECKS
        and called not in libraries.imports(syntax).get("znv", ())
        # A schema of ArkType's is asked by a call of its own name.
        and "arktype" not in libraries.imports(syntax)
        and function_named(syntax, called) is None
    ):
        found.dynamic.append((environment, None))


def is_written(syntax: Syntax, node: Node) -> bool:
    """Whether the expression is assigned to."""
    parent = syntax.parent(node)
    return parent is not None and "assignment" in parent.type and same(field_of(parent, "left"), node)


def whole(syntax: Syntax, node: Node) -> Node:
    """The outermost expression that is worth the same: parentheses, types, `!`."""
    parent = syntax.parent(node)
    while parent is not None and parent.type in WRAPPED:
        node, parent = parent, syntax.parent(parent)
    return node


def environments(syntax: Syntax) -> Iterator[Node]:
    """Every expression that is worth `process.env`."""
    direct = [node for node in syntax.all(*EXPRESSIONS) if is_environment(syntax, node)]
    yield from direct
    names = list(imported(syntax))
    for node in direct:
        outer = whole(syntax, node)
        names.extend(aliases(syntax, outer))
    seen: set[tuple[str, int]] = set()
    for name, scope in names:
        key = (name, scope.id)
        if key in seen:
            continue
        seen.add(key)
        yield from references(syntax, name, scope)


def is_environment(syntax: Syntax, node: Node) -> bool:
    """`process.env`, `process["env"]`, `globalThis.process.env`."""
    if not syntax.content.startswith((b"process", b"global"), node.start_byte):
        return False
    owner = syntax.text(field_of(node, "object"))
    if owner not in ("process", "globalThis.process", "global.process"):
        return False
    index = field_of(node, "index")
    return syntax.text(field_of(node, "property")) == "env" if index is None else text_of(syntax, index) == "env"


def imported(syntax: Syntax) -> Iterator[tuple[str, Node]]:
    """The names under which the file imports `env` from `process`."""
    for statement in syntax.all("import_statement"):
        if text_of(syntax, field_of(statement, "source")) not in PROCESS:
            continue
        for each in syntax.all("import_specifier"):
            if within(syntax, each, statement) and syntax.text(field_of(each, "name")) == "env":
                yield syntax.text(field_of(each, "alias")) or "env", syntax.root
    for declarator in syntax.all("variable_declarator"):
        pattern = field_of(declarator, "name")
        if pattern is None or pattern.type != "object_pattern":
            continue
        value = unwrap(field_of(declarator, "value"))
        if value is None or not is_process(syntax, value):
            continue
        for each in pattern.named_children:
            if each.type == "shorthand_property_identifier_pattern" and syntax.text(each) == "env":
                yield "env", scope_of(syntax, declarator)
            elif each.type == "pair_pattern" and syntax.text(field_of(each, "key")) == "env":
                bound = field_of(each, "value")
                if bound is not None and bound.type == "identifier":
                    yield syntax.text(bound), scope_of(syntax, declarator)


def is_process(syntax: Syntax, value: Node) -> bool:
    """`process`, or `require("process")`."""
    if value.type == "call_expression" and syntax.text(field_of(value, "function")) == "require":
        given = arguments(value)
        return bool(given) and text_of(syntax, given[0]) in PROCESS
    return syntax.text(value) == "process"


def is_process_pattern(syntax: Syntax, pair: Node) -> bool:
    """Whether the pair is `env: …` of what is taken out of `process`."""
    pattern = syntax.parent(pair)
    declarator = None if pattern is None else syntax.parent(pattern)
    value = unwrap(field_of(declarator, "value"))
    return syntax.text(field_of(pair, "key")) == "env" and value is not None and is_process(syntax, value)


def aliases(syntax: Syntax, node: Node) -> Iterator[tuple[str, Node]]:
    """The names that get this `process.env`, each with the part of the file in which it has that meaning."""
    parent = syntax.parent(node)
    if parent is None:
        return
    if parent.type == "variable_declarator" and same(field_of(parent, "value"), node):
        name = field_of(parent, "name")
        if name is not None and name.type == "identifier":
            yield syntax.text(name), scope_of(syntax, parent)
    elif parent.type in ("assignment_pattern", "required_parameter", "optional_parameter"):
        # `function load(env = process.env)`
        name = field_of(parent, "left") or field_of(parent, "pattern")
        if name is not None and name.type == "identifier":
            yield syntax.text(name), scope_of(syntax, parent)
    elif parent.type == "arguments":
        call = syntax.parent(parent)
        function = function_named(syntax, syntax.text(field_of(call, "function")))
        position = [each.id for each in arguments(call)].index(node.id)
        names = parameters(syntax, function)
        if function is not None and position < len(names) and names[position]:
            yield names[position], function


def scope_of(syntax: Syntax, node: Node) -> Node:
    """The function around it, or the file."""
    return next((parent for _, parent in syntax.above(node) if parent.type in FUNCTIONS), syntax.root)


def function_named(syntax: Syntax, name: str) -> Node | None:
    """The file's function of that name, None when there is none or more than one."""
    if not name:
        return None
    found = [node for node in syntax.all(*FUNCTIONS) if syntax.text(field_of(node, "name")) == name]
    for node in syntax.all("variable_declarator"):
        value = unwrap(field_of(node, "value"))
        if value is not None and value.type in FUNCTIONS and syntax.text(field_of(node, "name")) == name:
            found.append(value)
    return found[0] if len(found) == 1 and found[0].type != "method_definition" else None


def parameters(syntax: Syntax, function: Node | None) -> list[str]:
    """The names of a function's parameters, "" for one that is a pattern."""
    if function is None:
        return []
    single = field_of(function, "parameter")
    given = field_of(function, "parameters")
    nodes = [single] if single is not None else ([] if given is None else given.named_children)
    names = []
    for node in nodes:
        inner = field_of(node, "pattern") or field_of(node, "left") or node
        names.append(syntax.text(inner) if inner.type == "identifier" else "")
    return names


def references(syntax: Syntax, name: str, scope: Node) -> Iterator[Node]:
    """Where the name stands in its scope, and means what it means there."""
    for node in syntax.all("identifier"):
        if (
            within(syntax, node, scope)
            and syntax.text(node) == name
            and not binds(syntax, node)
            and not hidden(syntax, node, name, scope)
        ):
            yield node


def binds(syntax: Syntax, node: Node) -> bool:
    """Whether the name is being given its meaning here."""
    parent = syntax.parent(node)
    if parent is None:
        return False
    if parent.type == "variable_declarator":
        return same(field_of(parent, "name"), node)
    if parent.type in ("assignment_pattern", "required_parameter", "optional_parameter"):
        return same(field_of(parent, "left") or field_of(parent, "pattern"), node)
    return parent.type in ("import_specifier", "import_clause", "formal_parameters", "pair_pattern")


def hidden(syntax: Syntax, node: Node, name: str, scope: Node) -> bool:
    """Whether a function between the name and its scope has a parameter of the same name."""
    for _, parent in syntax.above(node):
        if same(parent, scope):
            return False
        if parent.type in FUNCTIONS and name in parameters(syntax, parent):
            return True
    return False


def destructure(syntax: Syntax, constants: Constants, pattern: Node | None, found: Accesses) -> None:
    """The variables that `{ A, B = "b", C: c, [D]: d }` takes out."""
    if pattern is None or pattern.type != "object_pattern":
        return
    for each in pattern.named_children:
        if each.type == "shorthand_property_identifier_pattern":
            name = syntax.text(each)
            found.known.append(Access(name, each, f"{{ {name} }} = process.env", bound=each))
        elif each.type == "object_assignment_pattern":
            bound = field_of(each, "left")
            name = syntax.text(bound)
            how = f"{{ {name} = … }} = process.env"
            found.known.append(Access(name, each, how, bound=bound, default=field_of(each, "right")))
        elif each.type == "pair_pattern":
            key, value = field_of(each, "key"), field_of(each, "value")
            computed = key is not None and key.type == "computed_property_name"
            inner = key.named_children[0] if computed and key is not None and key.named_children else key
            text = constants.text(inner) if computed else (text_of(syntax, key) or syntax.text(key))
            if text is None or not NAME.fullmatch(text):
                found.dynamic.append((each, inner))
                continue
            given = field_of(value, "right") if value is not None and value.type == "assignment_pattern" else None
            bound = field_of(value, "left") if given is not None else value
            found.known.append(Access(text, each, f"{{ {text}: … }} = process.env", bound=bound, default=given))
