"""Rules about the databases of the file: names, variables, versions, and what an environment may change."""

from fairway.domain import ids
from fairway.domain.managed import VARIABLE
from fairway.errors import UsageError
from fairway.manifest import database_translate
from fairway.manifest.database_schema import DatabaseTable
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems, nearest
from fairway.manifest.schema import EnvironmentTable, ExceptionsTable, FileTable

MOST = 10
"""Databases of one app: each is a server process in each of its environments."""
SERVERS = ("version", "image", "cpu", "memory")
"""Keys that say how a server runs."""
GIVEN = ("PORT", "HOSTNAME", "PATH", "HOME")
"""Variables that a container has already for another purpose."""


def check(table: FileTable, problems: Problems) -> None:
    """Check every database, what environments change, and that no two have one variable."""
    if len(table.databases) > MOST:
        problems.add(("databases",), f"an app has at most {MOST} databases; these are {len(table.databases)}")
    for name, database in table.databases.items():
        _check_name(name, problems)
        _check_one(("databases", name), database, database, problems)
    _check_shared(table, None, problems)
    for environment, content in table.environments.items():
        for name, override in content.databases.items():
            path: Path = ("environments", environment, "databases", name)
            if name in table.databases:
                _check_one(path, override, database_translate.merge(table.databases[name], override), problems)
            else:
                _add_unknown(path, name, table, problems)
        if content.databases:
            _check_shared(table, environment, problems)
    _check_ignored(table, problems)


def _check_name(name: str, problems: Problems) -> None:
    try:
        ids.check_name("database", name)
    except UsageError as error:
        problems.add(("databases", name), f"{error.what}: {error.why}", error.hint)


def _check_one(path: Path, written: DatabaseTable, merged: DatabaseTable, problems: Problems) -> None:
    if path[0] == "databases" and written.engine is None:
        problems.add(path, "a database needs an engine", 'engine = "postgres"', because_of=[(*path, "engine")])
    if merged.engine == "sqlite":
        _check_file(path, written, problems)
    if written.variable in GIVEN:
        problems.add((*path, "variable"), f"{written.variable} has another meaning in a container", f'"{VARIABLE}"')
    if written.image is not None and merged.version is None:
        hint = f'version = "17", if {written.image} is PostgreSQL 17'
        message = "an image needs the version that it is of: a database's files are of one major version for ever"
        problems.add((*path, "image"), message, hint, because_of=[(*path, "version")])


def _check_file(path: Path, written: DatabaseTable, problems: Problems) -> None:
    """A SQLite database is a file: no server runs for it."""
    for key in SERVERS:
        if getattr(written, key) is not None:
            message = f"{key} is for a database's server, and SQLite has none: the tasks open the file themselves"
            problems.add((*path, key), message, f"leave {key} out")


def _check_shared(table: FileTable, environment: str | None, problems: Problems) -> None:
    """Two databases would give one variable to the same task."""
    own = table.environments[environment].databases if environment is not None else {}
    base: Path = () if environment is None else ("environments", environment)
    seen: dict[str, str] = {}
    for name, common in table.databases.items():
        merged = database_translate.merge(common, own.get(name))
        variable = merged.variable or VARIABLE
        if merged.enabled is False:
            continue
        if variable in seen and (environment is None or name in own or seen[variable] in own):
            holder = name if environment is None or name in own else seen[variable]
            path: Path = (*base, "databases", holder)
            hint = f'give it one of its own: variable = "{name.upper().replace("-", "_")}_URL"'
            message = f"{variable} would be the URL of {seen[variable]} and of {name}"
            problems.add(path, message, hint, because_of=[(*path, "variable"), ("databases", seen[variable])])
        seen.setdefault(variable, name)


def _check_ignored(table: FileTable, problems: Problems) -> None:
    """The contract can't leave out of account what a database gives, nor say that it may be missing."""
    places: list[tuple[Path, ExceptionsTable, EnvironmentTable]] = [(("contract",), table.contract, EnvironmentTable())]
    for name, content in table.environments.items():
        places.append((("environments", name, "contract"), content.contract, content))
    for path, exceptions, content in places:
        given = {each.variable: each.name for each in database_translate.make_all(table.databases, content.databases)}
        for key in ("ignore", "optional"):
            for variable in given.keys() & set(getattr(exceptions, key)):
                message = f"{variable} is given by the database {given[variable]}, so it is never missing"
                because: list[Path] = [("databases", given[variable])]
                problems.add((*path, key), message, f"leave it out of {key}", because_of=because)


def _add_unknown(path: Path, name: str, table: FileTable, problems: Problems) -> None:
    close = nearest(name, set(table.databases))
    hint = f'the nearest one is "{close}"' if close else f"declare it for all environments: [databases.{name}]"
    problems.add(path, f'there is no database "{name}" to override', hint, because_of=[("databases",)])
