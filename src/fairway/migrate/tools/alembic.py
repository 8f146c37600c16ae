"""Alembic: revisions that name those before them; its table has only the newest of each branch."""

import ast
import configparser
import contextlib
import posixpath
import re
from collections.abc import Mapping, Sequence

from fairway.domain import migration_tools
from fairway.domain.address import Address
from fairway.domain.migrations import Migrations, Plan, Step, Tool
from fairway.migrate.tools import graph, ledger, pythonic
from fairway.migrate.tools.shipped import Ask, Configs, Migration, Place, Rows, Shipped, Unsure
from fairway.ports.images import Folder

TOOL = Tool.ALEMBIC
KNOWN = migration_tools.KNOWN[TOOL]
TARGET = re.compile(r"\bupgrade\s+(?:--\S+\s+)*([^\s&|;]+)")
HEADER = re.compile(r"^(?:async\s+)?def\s", re.MULTILINE)
DOWN = re.compile(
    r"^def downgrade\([^\n]*\n(?:\s+\"\"\"[\s\S]*?\"\"\"\s*\n)?(?:\s*#[^\n]*\n|\s*\n)*\s+(?!pass\b|raise\b|\.\.\.)\S",
    re.MULTILINE,
)
ODD_TABLE = re.compile(r"\bversion_table(_schema)?\s*=\s*(?![\"'])")
TABLE = re.compile(r"\bversion_table\s*=\s*[\"']([^\"']+)[\"']")
SCHEMA = re.compile(r"\bversion_table_schema\s*=\s*[\"']([^\"']+)[\"']")


def ini(configs: Configs) -> str:
    """The configuration's path."""
    named = ledger.flag(configs.command, "-c", "--config")
    return ledger.path(named) if named else configs.first(KNOWN.configs) or "alembic.ini"


def wants(configs: Configs, settings: Migrations) -> Sequence[str]:
    """Its configuration, and the script that connects, which names the table."""
    asked = [ini(configs), "pyproject.toml"]
    if any(path in configs.files for path in asked):
        asked.append(posixpath.join(location(configs), "env.py"))
    return asked


def place(configs: Configs, settings: Migrations) -> Place:
    """From alembic.ini and env.py. Raises Unsure."""
    env = configs.text(posixpath.join(location(configs), "env.py"))
    if ODD_TABLE.search(env) and not settings.table:
        raise Unsure("env.py computes the name of its table: set migrations.table")
    target = TARGET.search(configs.command)
    if target and target[1] not in ("head", "heads"):
        raise Unsure(f"the command upgrades to {target[1]}, not to the newest")
    if re.search(r"recursive_version_locations\s*=\s*true", configs.text(ini(configs)), re.IGNORECASE):
        raise Unsure("its revisions lie in folders of folders")
    table, schema = TABLE.search(env), SCHEMA.search(env)
    named = ledger.whole(schema[1] if schema else None, table[1] if table else KNOWN.table)
    chosen = (ledger.path(settings.directory),) if settings.directory else versions(configs)
    heads = "many" if target and target[1] == "heads" else "one"
    return Place(directories=chosen, table=settings.table or named, options={"heads": heads})


def section(configs: Configs) -> Mapping[str, str]:
    """The settings of alembic.ini, or of pyproject.toml where there is none. Raises Unsure."""
    path = ini(configs)
    if path not in configs.files:
        found = re.search(r"^\[tool\.alembic\]\n((?:(?!\[)[^\n]*\n?)*)", configs.text("pyproject.toml"), re.MULTILINE)
        pairs = re.findall(r"^(\w+)\s*=\s*[\"']([^\"']+)[\"']", found[1], re.MULTILINE) if found else []
        return {name: text.replace("%(here)s", ".") for name, text in pairs}
    # Only %(here)s means something here; every other % is somebody's log format.
    text = configs.text(path).replace("%(here)s", posixpath.dirname(path) or ".")
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise Unsure(f"{path} can't be read") from error
    name = ledger.flag(configs.command, "-n", "--name") or "alembic"
    return dict(parser.items(name)) if parser.has_section(name) else {}


def location(configs: Configs) -> str:
    """The folder of env.py: Alembic's from where it is run, Flask-Migrate's is that of its configuration."""
    written = section(configs).get("script_location")
    if written is None:
        return posixpath.dirname(ini(configs)) or "."
    package, colon, rest = written.partition(":")
    return ledger.path(posixpath.join(package.replace(".", "/"), rest) if colon else written)


def versions(configs: Configs) -> tuple[str, ...]:
    """The folders of the revisions. Raises Unsure."""
    listed = section(configs).get("version_locations")
    if listed is None:
        return (posixpath.join(location(configs), "versions"),)
    return tuple(ledger.path(each) for each in re.split(r"[\s,:;]+", listed.strip()) if each)


def read(place: Place, folders: Mapping[str, Folder]) -> Shipped:
    """Each behind what it needs. Raises Unsure for one that can't be read, and for a circle."""
    found: dict[str, Migration] = {}
    for directory, name, content in ledger.files(place, folders, (".py",)):
        if name != "__init__.py" and (each := revision(posixpath.join(directory, name), content)) is not None:
            if each.step.name in found:
                raise Unsure(f"two files have the revision {each.step.name}")
            found[each.step.name] = each
    order = graph.in_order({name: each.after for name, each in found.items()})
    return Shipped(place=place, migrations=tuple(found[name] for name in order))


def revision(file: str, content: bytes) -> Migration | None:
    """The revision of a file; None for one that has none. What counts stands before its first function.

    Raises Unsure.
    """
    text = ledger.text(content)
    first = HEADER.search(text)
    header = text[: first.start()] if first else text
    names: Mapping[str, ast.expr] = {}
    with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        names = dict(pythonic.assigned(ast.parse(header).body))
    if "revision" not in names:
        # Written below a function, or no revision at all: the whole file tells, and takes ten times as long.
        names = dict(pythonic.assigned(pythonic.parse(content, file).body))
    if "revision" not in names:
        return None
    own = pythonic.value(names["revision"], f"revision of {file}")
    before = [*several(names, "down_revision", file), *several(names, "depends_on", file)]
    if not isinstance(own, str) or not all(isinstance(each, str) for each in before):
        raise Unsure(f"the revision of {file} is no text")
    step = Step(name=own, file=file, down=DOWN.search(text) is not None, transactional="autocommit_block" not in text)
    return Migration(step=step, after=tuple(before))


def several(names: Mapping[str, ast.expr], name: str, file: str) -> Sequence[str]:
    """A value that may be None, one text, or several. Raises Unsure."""
    found = pythonic.value(names[name], f"{name} of {file}") if name in names else None
    if found is None:
        return ()
    return (found,) if isinstance(found, str) else tuple(found) if isinstance(found, list | tuple | set) else (found,)


def asks(place: Place, address: Address) -> Sequence[Ask]:
    """The newest of each branch."""
    return (Ask(table=place.table, columns=("version_num",), order="version_num"),)


def plan(shipped: Shipped, rows: Sequence[Rows]) -> Plan:
    """What the newest ones stand on is applied. A newest one that no file has makes Alembic refuse."""
    needs = {each.step.name: each.after for each in shipped.migrations}
    current = ledger.column(rows[0], "version_num")
    if missing := tuple(name for name in current if name not in needs):
        reason = f"no file has the revision {missing[0]}, which the database has"
        return Plan(tool=TOOL, missing=missing, trouble=(f"Alembic will refuse: {reason}",), known=False, unsure=reason)
    lacking = sorted({need for before in needs.values() for need in before} - needs.keys())
    if lacking:
        raise Unsure(f"no file has the revision {lacking[0]}, which others stand on (or it is only the start of one)")
    done = graph.below(current, needs)
    heads = graph.heads(needs)
    trouble = []
    if len(heads) > 1 and shipped.place.options["heads"] == "one":
        trouble.append(f"Alembic will refuse: there are several heads, {', '.join(heads)}: alembic merge joins them")
    return Plan(
        tool=TOOL,
        applied=tuple(each.step.name for each in shipped.migrations if each.step.name in done),
        pending=tuple(each.step for each in shipped.migrations if each.step.name not in done),
        trouble=tuple(trouble),
    )
