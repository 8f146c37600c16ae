"""Which apps a Django project has, from its settings as they are written: nothing is run.

An app too many does no harm: one without migrations counts for nothing, and one that is not installed after all is seen
as pending, so that the command is run. An app too few would hide a pending migration. So everything that may be an app
is taken for one (what stands behind `if DEBUG:` too), and what can't be read is Unsure.
"""

import ast
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fairway.migrate.tools import ledger, pythonic
from fairway.migrate.tools.shipped import Configs, Unsure

SETTINGS = re.compile(r"DJANGO_SETTINGS_MODULE[\"']?\s*[,=\]]+\s*[\"']([\w.]+)[\"']")
VERSIONS = range(8, 16)
"""Python 3.8 to 3.15."""
GROWING = frozenset({"append", "extend", "insert"})


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An installed one: the folders where its package may lie, and its label in the table."""

    name: str
    label: str
    folder: str


def settings_module(configs: Configs) -> str:
    """`shop.settings`, as the command, manage.py or the image's variables say. Raises Unsure."""
    named = ledger.flag(configs.command, "--settings")
    found = SETTINGS.search(configs.text("manage.py"))
    if named or found:
        return named or (found[1] if found else "")
    raise Unsure("manage.py does not name its settings")


def files_of(module: str) -> tuple[str, str]:
    """Where a module may lie."""
    path = module.replace(".", "/")
    return f"{path}.py", f"{path}/__init__.py"


def sites(configs: Configs) -> Iterator[str]:
    """The folders in which packages may be installed."""
    yield "/usr/lib/python3/dist-packages"
    for prefix in dict.fromkeys((*configs.paths, "/usr/local", ".venv", "venv")):
        yield from (f"{prefix}/lib/python3.{version}/site-packages" for version in VERSIONS)


def marker(site: str) -> str:
    """A file that is there when Django is installed in the folder."""
    return f"{site}/django/__init__.py"


def roots(configs: Configs) -> tuple[str, ...]:
    """Where the project's own packages and the installed ones lie."""
    return (".", *(site for site in sites(configs) if marker(site) in configs.files))


def sources(configs: Configs) -> Iterator[tuple[str, str, ast.Module]]:
    """Module, path and syntax of the settings and of every module that they take everything from. Raises Unsure."""
    left, seen = [settings_module(configs)], set()
    while left:
        module = left.pop()
        if module in seen:
            continue
        seen.add(module)
        if not (path := configs.first(files_of(module))):
            raise Unsure(f"the settings {module} are not in the image")
        tree = pythonic.parse(configs.files[path], path)
        yield module, path, tree
        left.extend(stars(module, path, tree))


def stars(module: str, path: str, tree: ast.Module) -> Iterator[str]:
    """The modules of `from … import *`, and of what is imported that may hold apps."""
    package = module if path.endswith("/__init__.py") else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(name.name == "*" or "APPS" in name.name for name in node.names):
            above = package.split(".")[: len(package.split(".")) - (node.level - 1)] if node.level else []
            yield ".".join([*above, *([node.module] if node.module else [])])


def wanted_settings(configs: Configs) -> Iterator[str]:
    """The paths of all settings, as far as they are known."""
    try:
        yield from files_of(settings_module(configs))
        for module, path, tree in sources(configs):
            for each in stars(module, path, tree):
                yield from files_of(each)
    except Unsure:
        # What is not there yet is asked for first; what never comes is said by `installed`.
        return


def entries(configs: Configs) -> Sequence[str]:
    """Every text that INSTALLED_APPS may have. Raises Unsure."""
    found: dict[str, None] = {}
    for _, path, tree in sources(configs):
        for node in ast.walk(tree):
            for value in values(node):
                found.update(dict.fromkeys(texts(value, path)))
    if not found:
        raise Unsure("the settings have no INSTALLED_APPS that can be read")
    return list(found)


def values(node: ast.AST) -> Iterator[ast.expr]:
    """What a statement puts into a name that holds apps."""
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "include":
        raise Unsure("the settings include others by a call")
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in GROWING:
        if isinstance(node.func.value, ast.Name) and "APPS" in node.func.value.id:
            yield from node.args
        return
    if any(isinstance(target, ast.Name) and "APPS" in target.id for target in targets):
        value = getattr(node, "value", None)
        if isinstance(value, ast.expr):
            yield value


def texts(node: ast.expr, path: str) -> Iterator[str]:
    """The texts of a list, or of several that are joined. Raises Unsure for what is none."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.Constant(value=int()):
            return
        case ast.Name(id=name) if "APPS" in name:
            return
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            for part in parts:
                yield from texts(part, path)
        case ast.Starred(value=inner):
            yield from texts(inner, path)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from texts(left, path)
            yield from texts(right, path)
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one, path)
            yield from texts(other, path)
        case ast.Call(func=ast.Name(id="list" | "tuple" | "set" | "sorted"), args=[inner]):
            yield from texts(inner, path)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="dict"), attr="fromkeys"), args=[inner]):
            yield from texts(inner, path)
        case _:
            raise Unsure(f"{path} computes its apps")


def package_of(entry: str) -> str:
    """The package of an entry: `shop.orders`, and of `shop.orders.apps.OrdersConfig` the same."""
    module, _, last = entry.rpartition(".")
    return module.removesuffix(".apps") if last[:1].isupper() else entry


def wanted_apps(configs: Configs) -> Iterator[str]:
    """What tells of each app where it lies and how it is called."""
    try:
        found = entries(configs)
    except Unsure:
        return
    for entry in found:
        folder = package_of(entry).replace(".", "/")
        for root in roots(configs):
            yield from (ledger.path(root, folder, "__init__.py"), ledger.path(root, folder, "apps.py"))


def installed(configs: Configs) -> Sequence[App]:
    """Every app. Raises Unsure for one that is in no folder that is known."""
    found = []
    for entry in entries(configs):
        package = package_of(entry)
        folder = package.replace(".", "/")
        places = (ledger.path(root, folder) for root in roots(configs))
        place = next((each for each in places if posixpath.join(each, "__init__.py") in configs.files), None)
        if place is None:
            raise Unsure(f"the app {package} is not where apps are looked for")
        found.append(App(name=package, label=label(configs, entry, place), folder=place))
    return found


def label(configs: Configs, entry: str, folder: str) -> str:
    """Its label: as its configuration says, else the last part of its name. Raises Unsure."""
    path = posixpath.join(folder, "apps.py")
    usual = package_of(entry).rpartition(".")[2]
    if path not in configs.files:
        return usual
    chosen = entry.rpartition(".")[2] if entry != package_of(entry) else None
    for node in ast.walk(pythonic.parse(configs.files[path], path)):
        if isinstance(node, ast.ClassDef) and chosen in (None, node.name):
            for name, value in pythonic.assigned(node.body):
                if name == "label":
                    return str(pythonic.value(value, f"label in {path}"))
    return usual


def modules(configs: Configs) -> Mapping[str, str | None]:
    """MIGRATION_MODULES: another package of migrations by the label, None for an app without. Raises Unsure."""
    found: dict[str, str | None] = {}
    for _, path, tree in sources(configs):
        for name, value in pythonic.assigned(tree.body):
            if name == "MIGRATION_MODULES":
                found |= pythonic.value(value, f"MIGRATION_MODULES in {path}")
    return found
