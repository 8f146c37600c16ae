"""Django: modules in each app's folder of migrations, in django_migrations by app and name."""

import ast
import posixpath
import re
from collections.abc import Collection, Mapping, Sequence

from fairway.domain import migration_tools
from fairway.domain.address import Address
from fairway.domain.migrations import Migrations, Plan, Step, Tool
from fairway.migrate.tools import django_apps, graph, ledger, pythonic
from fairway.migrate.tools.shipped import Ask, Configs, Migration, Place, Rows, Shipped, Unsure
from fairway.ports.images import Folder

TOOL = Tool.DJANGO
KNOWN = migration_tools.KNOWN[TOOL]
PART = re.compile(r"\bmigrate\s+(?:-\S+\s+)*(?!-)([^\s&|;]+)|\s--(fake\S*|run-syncdb|database)\b")
NO_WAY_BACK = re.compile(r"RunPython\(\s*[\w.]+\s*,?\s*\)|RunSQL\(\s*(\"[^\"]*\"|'[^']*')\s*,?\s*\)")


def wants(configs: Configs, settings: Migrations) -> Sequence[str]:
    """The settings, then where Django is installed, then what tells of each app."""
    sites = [django_apps.marker(site) for site in django_apps.sites(configs)]
    return [*django_apps.wanted_settings(configs), *sites, *django_apps.wanted_apps(configs)]


def place(configs: Configs, settings: Migrations) -> Place:
    """From the settings. Raises Unsure."""
    if part := PART.search(configs.command):
        raise Unsure(f"the command migrates a part only: {part[0].strip()}")
    elsewhere = django_apps.modules(configs)
    labels: dict[str, str] = {}
    for app in django_apps.installed(configs):
        module = elsewhere.get(app.label, "")
        if module == "":
            labels[posixpath.join(app.folder, "migrations")] = app.label
        elif module is not None:
            labels[module.replace(".", "/")] = app.label
    return Place(directories=tuple(labels), table=KNOWN.table, options=labels)


def read(place: Place, folders: Mapping[str, Folder]) -> Shipped:
    """Each behind what it needs; an app without migrations has none. Raises Unsure."""
    found: dict[str, Migration] = {}
    there = Place(directories=tuple(name for name in place.directories if name in folders), table=place.table)
    for directory, name, content in ledger.files(there, folders, (".py",)):
        if not name.startswith(("_", "~")):
            each = migration(place.options[directory], posixpath.join(directory, name), content)
            found[each.step.name] = each
    if not found:
        raise Unsure("none of its apps has migrations where they are looked for")
    order = graph.in_order({name: each.after for name, each in found.items()})
    return Shipped(place=place, migrations=tuple(found[name] for name in order))


def migration(label: str, file: str, content: bytes) -> Migration:
    """The class Migration of one module. Raises Unsure when there is none, or it is made otherwise."""
    tree = pythonic.parse(content, file)
    found = next((node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Migration"), None)
    if found is None:
        raise Unsure(f"{file} has no class Migration")
    names = dict(pythonic.assigned(found.body))
    own = f"{label}.{posixpath.basename(file).removesuffix('.py')}"
    atomic = pythonic.value(names["atomic"], f"atomic of {file}") if "atomic" in names else True
    step = Step(name=own, file=file, down=not NO_WAY_BACK.search(ledger.text(content)), transactional=bool(atomic))
    return Migration(step=step, after=pairs(names, "dependencies", file), replaces=pairs(names, "replaces", file))


def pairs(names: Mapping[str, ast.expr], name: str, file: str) -> tuple[str, ...]:
    """The (app, migration) of a list; what is no such pair (a user model that can be exchanged) is passed over in
    dependencies, whose order is all that they are for here."""
    node = names.get(name)
    if node is None:
        return ()
    if not isinstance(node, ast.List | ast.Tuple):
        raise Unsure(f"{name} of {file} is no list")
    found = []
    for each in node.elts:
        if isinstance(each, ast.Tuple):
            app, migration = pythonic.value(each, f"{name} of {file}")
            found.append(f"{app}.{migration}")
        elif name == "replaces":
            raise Unsure(f"replaces of {file} is no list of pairs")
    return tuple(found)


def asks(place: Place, address: Address) -> Sequence[Ask]:
    """App and name of each."""
    return (Ask(table=place.table, columns=("id", "app", "name"), order="id"),)


def plan(shipped: Shipped, rows: Sequence[Rows]) -> Plan:
    """As Django's loader and executor do it: a squashed one stands for those that it replaces when all or none of them
    are applied."""
    applied = tuple(f"{row['app']}.{row['name']}" for row in ledger.counted(rows[0]) or ())
    done = set(applied)
    there, dropped = squash(shipped.migrations, done)
    replaced = {name for each in shipped.migrations for name in each.replaces}
    known = {each.step.name for each in shipped.migrations} | replaced
    return Plan(
        tool=TOOL,
        applied=applied,
        pending=tuple(each.step for each in there if each.step.name not in done),
        missing=tuple(name for name in applied if name not in known),
        trouble=(*conflicts(there), *inconsistent(there, done, dropped)),
    )


def squash(migrations: Sequence[Migration], done: set[str]) -> tuple[Sequence[Migration], set[str]]:
    """Those that count, and the names of those that do not. Adds to `done` what is applied by all that it replaces."""
    dropped: set[str] = set()
    for each in migrations:
        if not each.replaces:
            continue
        applied = [name in done for name in each.replaces]
        if all(applied):
            done.add(each.step.name)
        if all(applied) or not any(applied):
            dropped.update(each.replaces)
        elif each.step.name not in done:
            dropped.add(each.step.name)
    return [each for each in migrations if each.step.name not in dropped], dropped


def conflicts(migrations: Sequence[Migration]) -> Sequence[str]:
    """Apps with more than one last migration: Django refuses before it looks at the database."""
    # One that only another app's stands on is still the last of its own.
    needed = {need for each in migrations for need in each.after if app_of(need) == app_of(each.step.name)}
    last: dict[str, list[str]] = {}
    for each in migrations:
        if each.step.name not in needed:
            last.setdefault(app_of(each.step.name), []).append(each.step.name)
    return [
        f"Django will refuse: {' and '.join(names)} both come last; makemigrations --merge joins them"
        for names in last.values()
        if len(names) > 1
    ]


def app_of(name: str) -> str:
    """The label before the point."""
    return name.partition(".")[0]


def inconsistent(migrations: Sequence[Migration], done: Collection[str], dropped: Collection[str]) -> Sequence[str]:
    """Applied ones that stand on one that is not."""
    names = {each.step.name for each in migrations}
    return [
        f"Django will refuse: {each.step.name} was applied before {need}, which it stands on"
        for each in migrations
        if each.step.name in done
        for need in each.after
        if need in names and need not in done and need not in dropped
    ]
