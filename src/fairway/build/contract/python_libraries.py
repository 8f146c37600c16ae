"""django-environ, environs and python-decouple: a call for each variable, which raises without a default."""

from collections.abc import Iterator

from tree_sitter import Node

from fairway.build.contract.judge import Judgement, certain, weigh
from fairway.build.contract.literals import NAME
from fairway.build.contract.python_judge import KINDS, When
from fairway.build.contract.python_literals import argument, constant, keyword, literal
from fairway.build.contract.script import Reading
from fairway.build.contract.syntax import Syntax, field_of
from fairway.domain.contract import Kind, Need

Found = tuple[str, Node, str, Judgement]
ENV_METHODS = frozenset(
    {
    "str", "bool", "int", "float", "json", "list", "tuple", "dict", "url", "db", "db_url", "cache",
    "cache_url", "email_url", "search_url", "path", "bytes"
    }
)  # fmt: skip
DEFAULT_NAMES = {"db": "DATABASE_URL", "db_url": "DATABASE_URL", "cache": "CACHE_URL", "cache_url": "CACHE_URL"}


def environ_env(syntax: Syntax, node: Node, called: str, method: str, when: When, found: Reading) -> Iterator[Found]:
    """django-environ: `env("X")` raises ImproperlyConfigured without a default, its own or that of the Env's scheme."""
    given = argument(node, 0)
    name = constant(syntax, given)
    if given is None and method in DEFAULT_NAMES:
        name = DEFAULT_NAMES[method]
    if name is None:
        if given is not None:
            found.dynamic.append(f"{syntax.path}:{syntax.line(node)}")
        return
    if not NAME.fullmatch(name):
        return
    kind = KINDS.get(method) if method in ENV_METHODS else None
    default = default_of(syntax, node, called)
    how = f'{called}("{name}")'
    if default is not None:
        yield name, node, how, Judgement(Need.OPTIONAL, "default", literal(syntax, default), kind)
        return
    if is_prefixed(syntax):
        yield name, node, how, Judgement(Need.UNKNOWN, "schema-unclear", None, kind)
        return
    scheme = scheme_of(syntax, name)
    if scheme is not None:
        kind, text = scheme
        yield name, node, how, Judgement(Need.OPTIONAL, "default", text, kind)
        return
    yield name, node, how, weigh(certain(when(node), "throws"), kind)


def default_of(syntax: Syntax, node: Node, called: str) -> Node | None:
    """What stands in place of a missing value: `default=…`, `env.str("X", "d")`; in `env("X", str, "d")` the second
    argument is a type."""
    if (named := keyword(syntax, node, "default")) is not None:
        return named
    second = argument(node, 1)
    if "." not in called and second is not None and second.type in ("identifier", "attribute"):
        return argument(node, 2)
    return second


def is_prefixed(syntax: Syntax) -> bool:
    """Whether the file puts something before the names that it asks for: `env.prefixed("SHOP_")`, `env.prefix = …`."""
    calls = (syntax.text(field_of(each, "function")) for each in syntax.all("call"))
    set_to = (syntax.text(field_of(each, "left")) for each in syntax.all("assignment"))
    return any(each.endswith(".prefixed") for each in calls) or any(each.endswith(".prefix") for each in set_to)


def scheme_of(syntax: Syntax, name: str) -> tuple[Kind | None, str | None] | None:
    """The type and the default that `environ.Env(NAME=(bool, False))` gives; None when it gives no default."""
    for call in syntax.all("call"):
        if syntax.text(field_of(call, "function")) in ("environ.Env", "environ.FileAwareEnv", "Env"):
            value = keyword(syntax, call, name)
            if value is not None and value.type == "tuple" and len(value.named_children) == 2:
                return KINDS.get(syntax.text(value.named_children[0])), literal(syntax, value.named_children[1])
    return None


def decoupled(syntax: Syntax, node: Node, called: str, when: When, found: Reading) -> Iterator[Found]:
    """python-decouple: `config("X")` raises UndefinedValueError without a default."""
    name = constant(syntax, argument(node, 0))
    if name is None:
        if argument(node, 0) is not None:
            found.dynamic.append(f"{syntax.path}:{syntax.line(node)}")
        return
    if not NAME.fullmatch(name):
        return
    default = keyword(syntax, node, "default") or argument(node, 1)
    cast = keyword(syntax, node, "cast")
    kind = KINDS.get(syntax.text(cast))
    how = f'{called}("{name}")'
    if default is not None:
        yield name, node, how, Judgement(Need.OPTIONAL, "default", literal(syntax, default), kind)
    else:
        yield name, node, how, weigh(certain(when(node), "throws"), kind)
