"""What one file of JavaScript or TypeScript reads of the environment, and what it tells about other files."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tree_sitter import Node

from fairway.build.contract import access, class_validator, dotenv_safe, indirect, judge, moment, schemas
from fairway.build.contract.indirect import Helper
from fairway.build.contract.judge import Judgement
from fairway.build.contract.literals import Constants, arguments, text_of, unwrap
from fairway.build.contract.moment import Moment, within
from fairway.build.contract.syntax import LANGUAGES, Syntax, field_of, parse
from fairway.domain.contract import Need, Use

NOTHING: Mapping[str, Helper] = {}


@dataclass(slots=True)
class Reading:
    """What a file shows: its uses, the places that are dynamic, the functions that read a variable for others, and for
    each function of another file that it calls as it starts, the module and the name there. `prisma`: it makes a
    client of Prisma's that takes its URL from the schema, and connects it at the start; `fills`: it gives variables a
    value by names that are not known here, such as those of a vault; `example`: the file whose every variable
    dotenv-safe asks for then."""

    uses: list[Use] = field(default_factory=list)
    dynamic: list[str] = field(default_factory=list)
    helpers: dict[str, Helper] = field(default_factory=dict)
    starts: list[tuple[str, str]] = field(default_factory=list)
    prisma: bool = False
    fills: bool = False
    example: str = ""
    cut: bool = False


def read(
    path: str,
    content: bytes,
    suffix: str,
    *,
    called: frozenset[str] = frozenset(),
    imported: Mapping[str, Helper] = NOTHING,
    provided: frozenset[str] = frozenset(),
    checked: frozenset[str] = frozenset(),
    held: frozenset[str] = frozenset(),
    main: bool = True,
    is_local: Callable[[str], bool] = lambda module: module.startswith("."),
) -> Reading:
    """Read a file. `called` are its functions that other files call as they start, `imported` the helpers of other
    files by the name that this one has for them, `provided` the classes that NestJS makes as the app starts,
    `checked` the schemas that it holds against the environment then, `held` the classes; `main`: it is what is
    started; `is_local` tells a module of the repository from an installed package."""
    syntax = parse(path, content, LANGUAGES[suffix], main=main, provided=provided)
    constants = Constants(syntax)
    found = Reading(cut=syntax.cut)

    def when(node: Node) -> Moment:
        return moment.moment(syntax, node, called)

    def use(name: str, node: Node, how: str, judged: Judgement) -> None:
        found.uses.append(as_use(syntax, name, node, how, judged))

    accesses = access.find(syntax, constants)
    found.fills = accesses.fills
    for each in accesses.known:
        use(each.name, each.node, each.how, judge.judge(syntax, each, when))
    for each in accesses.front:
        use(each.name, each.node, each.how, Judgement(Need.OPTIONAL, "front-end"))
    for node, index in accesses.dynamic:
        listed = indirect.listed(syntax, constants, node, index, when)
        helper = None if listed is not None else indirect.helper(syntax, node, index, called)
        if listed is not None:
            for reading in listed:
                use(*reading)
        elif helper is not None:
            found.helpers[helper.name] = helper
        else:
            found.dynamic.append(f"{path}:{syntax.line(node)}")
    unread: list[Node] = []
    for name, known in {**bound_helpers(syntax, imported, is_local), **found.helpers}.items():
        for reading in indirect.calls(syntax, constants, known, name, when, unread.append):
            use(*reading)
    found.dynamic += [f"{path}:{syntax.line(node)}" for node in unread]
    for reading in (
        *schemas.find(syntax, constants, accesses.whole, when, checked),
        *class_validator.find(syntax, held),
    ):
        use(*reading)
    found.starts = list(calls_at_start(syntax, when, is_local))
    found.example = dotenv_safe.example(syntax, when) if b"dotenv-safe" in content else ""
    found.prisma = makes_prisma(syntax) and connects(syntax, when)
    return found


def bound_helpers(syntax: Syntax, imported: Mapping[str, Helper], is_local: Callable[[str], bool]) -> dict[str, Helper]:
    """The helpers that the file imports from the repository, by the names that it has for them."""
    if not imported:
        return {}
    return {
        local: imported[original]
        for local, (module, original) in bindings(syntax).items()
        if original in imported and is_local(module)
    }


def as_use(syntax: Syntax, name: str, node: Node, how: str, judged: Judgement) -> Use:
    """The use that the contract keeps."""
    return Use(
        name=name,
        file=syntax.path,
        line=syntax.line(node),
        how=how,
        need=judged.need,
        rule=judged.rule,
        default=judged.default,
        kind=judged.kind,
        choices=judged.choices,
        sets=judged.sets,
    )


def bindings(syntax: Syntax) -> dict[str, tuple[str, str]]:
    """The names that the file imports: for each its module, and its name there ("*": the whole, "default")."""
    found: dict[str, tuple[str, str]] = {}
    for statement in syntax.all("import_statement"):
        module = text_of(syntax, field_of(statement, "source")) or ""
        for node in syntax.all("import_specifier"):
            if within(syntax, node, statement):
                name = syntax.text(field_of(node, "name"))
                found[syntax.text(field_of(node, "alias")) or name] = (module, name)
        for node in syntax.all("import_clause"):
            if within(syntax, node, statement):
                for child in node.named_children:
                    if child.type == "identifier":
                        found[syntax.text(child)] = (module, "default")
    for declarator in syntax.all("variable_declarator"):
        value, pattern = unwrap(field_of(declarator, "value")), field_of(declarator, "name")
        if value is None or value.type != "call_expression" or syntax.text(field_of(value, "function")) != "require":
            continue
        given = arguments(value)
        module = (text_of(syntax, given[0]) if given else None) or ""
        if pattern is not None and pattern.type == "identifier":
            found[syntax.text(pattern)] = (module, "default")
        if pattern is None or pattern.type != "object_pattern":
            continue
        for child in pattern.named_children:
            if child.type == "shorthand_property_identifier_pattern":
                found[syntax.text(child)] = (module, syntax.text(child))
            elif child.type == "pair_pattern":
                found[syntax.text(field_of(child, "value"))] = (module, syntax.text(field_of(child, "key")))
    return found


def calls_at_start(syntax: Syntax, when: judge.When, is_local: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """The functions of the repository's other files that the file calls as it starts, each with its module."""
    known = bindings(syntax)
    for name, (module, there) in known.items():
        calls = syntax.calls(name)
        if calls and is_local(module) and any(when(call) is Moment.START for call in calls):
            yield module, there


def connects(syntax: Syntax, when: judge.When) -> bool:
    """Whether it connects a client of Prisma's as it starts; one that is not asks for its URL at the first query."""
    return any(
        syntax.text(field_of(field_of(call, "function"), "property")) == "$connect" and when(call) is Moment.START
        for call in syntax.all("call_expression")
    )


def makes_prisma(syntax: Syntax) -> bool:
    """Whether it makes a PrismaClient without saying itself where the database is."""
    for node in syntax.all("new_expression"):
        if syntax.text(field_of(node, "constructor")).rsplit(".", 1)[-1] == "PrismaClient":
            given = "".join(syntax.text(each) for each in arguments(node))
            if not any(word in given for word in ("datasource", "adapter", "accelerateUrl")):
                return True
    # A service of NestJS's is a PrismaClient itself.
    return any("PrismaClient" in syntax.text(node) for node in syntax.all("class_heritage"))
