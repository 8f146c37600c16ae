"""What one file of Python reads of the environment: os.environ and os.getenv, django-environ, python-decouple.

pydantic's settings are in `pydantic_settings`. The rules have the names of `judge`'s; `os.environ["X"]` at the start
is `throws` by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from fairway.build.contract import pydantic_settings, python_judge, python_libraries, python_moment
from fairway.build.contract.judge import Judgement, certain, weigh
from fairway.build.contract.literals import NAME
from fairway.build.contract.moment import Moment
from fairway.build.contract.python_judge import TESTED, When
from fairway.build.contract.python_literals import argument, constant, keyword, literal, texts
from fairway.build.contract.script import Reading, as_use
from fairway.build.contract.syntax import Syntax, field_of, parse, same
from fairway.domain.contract import Need


@dataclass(frozen=True, slots=True)
class Names:
    """What the file calls things: os.environ, os.getenv, a django-environ Env, decouple's config."""

    environ: frozenset[str]
    getenv: frozenset[str]
    envs: frozenset[str]
    config: frozenset[str]


def read(path: str, content: bytes, *, main: bool = False) -> Reading:
    """Read a file. `main`: it is what is started."""
    syntax = parse(path, content, "python")
    found = Reading(cut=syntax.cut)
    names = names_of(syntax)

    def when(node: Node) -> Moment:
        return python_moment.moment(syntax, node, main=main)

    def use(name: str, node: Node, how: str, judged: Judgement) -> None:
        found.uses.append(as_use(syntax, name, node, how, judged))

    for name, node, how, judged in (*subscripts(syntax, names, when, found), *calls(syntax, names, when, found)):
        use(name, node, how, judged)
    for name, node, how, judged in membership(syntax, names, when):
        use(name, node, how, judged)
    for name, node, how, judged in pydantic_settings.find(syntax, when):
        use(name, node, how, judged)
    return found


def names_of(syntax: Syntax) -> Names:
    """The names that imports and assignments give."""
    environ, getenv, envs, config = {"os.environ"}, {"os.getenv"}, set(), set()
    for statement in syntax.all("import_from_statement"):
        module = syntax.text(field_of(statement, "module_name"))
        for each in statement.children_by_field_name("name"):
            original = syntax.text(field_of(each, "name")) or syntax.text(each)
            name = syntax.text(field_of(each, "alias")) or original
            if module == "os" and original == "environ":
                environ.add(name)
            elif module == "os" and original == "getenv":
                getenv.add(name)
            elif module in ("decouple", "prettyconf") and original in ("config", "AutoConfig"):
                config.add(name)
    for node in syntax.all("assignment"):
        left, right = syntax.text(field_of(node, "left")), field_of(node, "right")
        if right is None:
            continue
        if syntax.text(right) in environ:
            environ.add(left)
        elif right.type == "call" and syntax.text(field_of(right, "function")) in (
            "environ.Env",
            "environ.FileAwareEnv",
            "Env",
        ):
            envs.add(left)
        elif right.type == "call" and syntax.text(field_of(right, "function")) in ("Config", "AutoConfig"):
            config.add(left)
    return Names(frozenset(environ), frozenset(getenv), frozenset(envs), frozenset(config))


Found = tuple[str, Node, str, Judgement]


def subscripts(syntax: Syntax, names: Names, when: When, found: Reading) -> Iterator[Found]:
    """`os.environ["X"]`: a KeyError without it. Written to, or deleted, it is given a value or not needed."""
    for node in syntax.all("subscript"):
        if syntax.text(field_of(node, "value")) not in names.environ:
            continue
        index = field_of(node, "subscript")
        name = constant(syntax, index)
        if name is None:
            around = syntax.parent(node)
            if around is not None and around.type == "assignment" and same(field_of(around, "left"), node):
                found.fills = True
            elif (listed := in_loop(syntax, node, index)) is not None:
                for each in listed:
                    yield each, node, "os.environ[…] of a list", certain(when(node), "throws")
            else:
                found.dynamic.append(f"{syntax.path}:{syntax.line(node)}")
            continue
        if not NAME.fullmatch(name):
            continue
        parent = syntax.parent(node)
        how = f'os.environ["{name}"]'
        if parent is not None and parent.type == "assignment" and same(field_of(parent, "left"), node):
            yield (
                name,
                node,
                how,
                Judgement(Need.OPTIONAL, "set", literal(syntax, field_of(parent, "right")), sets=True),
            )
        elif parent is not None and parent.type == "delete_statement":
            continue
        elif python_judge.guarded(syntax, node, name) or python_judge.caught(syntax, node):
            yield name, node, how, TESTED
        else:
            yield name, node, how, weigh(certain(when(node), "throws"), python_judge.converted(syntax, node))


def in_loop(syntax: Syntax, node: Node, index: Node | None) -> tuple[str, ...] | None:
    """The items of the list that a loop around it goes over."""
    if index is None or index.type != "identifier":
        return None
    for _, parent in syntax.above(node):
        if parent.type == "for_statement" and syntax.text(field_of(parent, "left")) == syntax.text(index):
            right = field_of(parent, "right")
            if right is not None and right.type == "identifier":
                values = [
                    field_of(each, "right")
                    for each in syntax.all("assignment")
                    if syntax.text(field_of(each, "left")) == syntax.text(right)
                ]
                right = values[0] if len(values) == 1 else None
            return texts(syntax, right)
    return None


def calls(syntax: Syntax, names: Names, when: When, found: Reading) -> Iterator[Found]:
    """`os.getenv("X")`, `os.environ.get("X", "d")`, `env.int("X")`, `config("X", default=…)`."""
    for node in syntax.all("call"):
        function = field_of(node, "function")
        called = syntax.text(function)
        owner, _, method = called.rpartition(".")
        if called in names.getenv or (owner in names.environ and method in ("get", "pop")):
            yield from got(syntax, node, called, when, found)
        elif owner in names.environ and method == "update":
            found.fills = True
        elif owner in names.environ and method == "setdefault":
            name = constant(syntax, argument(node, 0))
            if name is not None:
                default = literal(syntax, argument(node, 1))
                yield name, node, f'{called}("{name}")', Judgement(Need.OPTIONAL, "set", default, sets=True)
        elif called in names.envs or (owner in names.envs and method in python_libraries.ENV_METHODS):
            yield from python_libraries.environ_env(syntax, node, called, method, when, found)
        elif called in names.config:
            yield from python_libraries.decoupled(syntax, node, called, when, found)


def got(syntax: Syntax, node: Node, called: str, when: When, found: Reading) -> Iterator[Found]:
    """`get` with and without a default."""
    name = constant(syntax, argument(node, 0))
    if name is None:
        if (listed := in_loop(syntax, node, argument(node, 0))) is not None:
            for each in listed:
                yield (
                    each,
                    node,
                    f"{called}(…) of a list",
                    python_judge.judge_value(syntax, node, each, when, follow=True),
                )
        elif argument(node, 0) is not None:
            found.dynamic.append(f"{syntax.path}:{syntax.line(node)}")
        return
    if not NAME.fullmatch(name):
        return
    default = argument(node, 1) or keyword(syntax, node, "default")
    how = f'{called}("{name}")'
    if default is not None and default.type != "none":
        judged = Judgement(Need.OPTIONAL, "default", literal(syntax, default))
        yield (
            name,
            node,
            how,
            weigh(judged, python_judge.converted(syntax, node) or python_judge.compared(syntax, node)),
        )
        return
    yield name, node, how, python_judge.judge_value(syntax, node, name, when, follow=True)


def membership(syntax: Syntax, names: Names, when: When) -> Iterator[Found]:
    """`"X" in os.environ`, `"X" not in os.environ`."""
    for node in syntax.all("comparison_operator"):
        if len(node.named_children) != 2 or syntax.text(node.named_children[1]) not in names.environ:
            continue
        name = constant(syntax, node.named_children[0])
        if name is not None and NAME.fullmatch(name):
            negated = " not in " in syntax.text(node)
            yield name, node, f'"{name}" in os.environ', python_judge.absent(syntax, node, when) if negated else TESTED
