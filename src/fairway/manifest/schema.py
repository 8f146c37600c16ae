"""The tables of `fairway.toml` as Pydantic models: the one place that says which keys there are.

The findings, the JSON Schema that editors use, and the test that holds `reference.toml` complete all come from these
models. A key that is planned and not built yet stands in its table's `LATER`, so that it is refused by name instead of
being ignored. Rules between several keys are in `rules`, the way into the domain in `translate`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, get_origin

from pydantic import Field

from fairway.domain import audit, ids, patterns
from fairway.domain.app import Mode, OnFailure, Patterns, PullEvent
from fairway.domain.job import Concurrency
from fairway.manifest import calls, times, values
from fairway.manifest import patterns as filtering
from fairway.manifest.aws_schema import AwsTable, HostingTable
from fairway.manifest.database_schema import DatabaseTable
from fairway.manifest.migration_schema import MigrationsTable
from fairway.manifest.scaling_schema import ScalingTable
from fairway.manifest.table import Table

NAMES = {"propertyNames": {"pattern": f"^{ids.NAME.pattern}$"}}
COMMAND = 'a command: a text ("node server.js") or a list (["node", "server.js"])'
MODES = tuple(mode.lower() for mode in Mode)
PULL_EVENTS = tuple(each.value for each in PullEvent)
REDIRECT = "redirect"
HTTPS = (REDIRECT, "optional")
ON_FAILURE = tuple(each.lower() for each in OnFailure)
CONCURRENCY = tuple(each.lower() for each in Concurrency)
DEPLOY = "deploy"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")
VARIABLES = 'a list of variables, such as ["SENTRY_DSN"]'
INSIDE = "a path within the repository, such as"
WHERE = "a server runs every environment on its host's Docker Engine; for an app on AWS there is [aws]"
OVERRIDDEN = ("services", "jobs", "databases", "migrations", "aws")
"""Tables of the file of which an environment may have one of its own, with the keys that differ."""


class FilterTable(Table):
    """Pushes that start an execution too: `branches`, perhaps with `files`, or `tags`; or pull requests."""

    branches: Annotated[Patterns | None, filtering.reader("feature/**")] = None
    files: Annotated[Patterns | None, filtering.reader("api/**")] = None
    tags: Annotated[Patterns | None, filtering.reader("v*")] = None
    pull_requests: Annotated[
        tuple[str, ...],
        values.texts('a list of "opened", "updated" and "closed"', PULL_EVENTS.__contains__, least=1),
    ] = ()


class SourceTable(Table):
    """Which pushes start an execution."""

    branch: Annotated[str, values.text('a branch\'s name, such as "master"', values.branch)] = "master"
    paths: Annotated[tuple[str, ...], values.texts('a list of patterns, such as ["src/**", "!docs/**"]')] = ()
    branches: Annotated[Patterns | None, filtering.reader("main", "release/**")] = None
    tags: Annotated[Patterns | None, filtering.reader("v*")] = None
    schedule: Annotated[str | None, times.cron()] = None
    timezone: Annotated[str | None, times.zone()] = None
    filters: tuple[FilterTable, ...] = ()


class BuildTable(Table):
    """How a commit becomes an image."""

    directory: Annotated[str, values.text(f'{INSIDE} "api"', values.inside)] = "."
    dockerfile: Annotated[str | None, values.text(f'{INSIDE} "Dockerfile"', values.inside)] = None
    test: Annotated[str | None, values.text('a shell command, such as "npm test"', lines=True)] = None
    args: Annotated[dict[str, str], values.arguments()] = {}
    secrets: Annotated[
        tuple[str, ...], values.texts('a list of variables, such as ["NPM_TOKEN"]', values.variable)
    ] = ()
    timeout: Annotated[float, values.duration(1.0, values.DAY)] = 1800.0


class HealthTable(Table):
    """How a task's health is checked: `path`, `tcp` or `command`, and how often."""

    path: Annotated[str | None, values.text('a URL\'s path, such as "/healthz"', values.url_path)] = None
    tcp: Annotated[bool | None, values.yes("true")] = None
    command: Annotated[str | tuple[str, ...] | None, values.words(COMMAND)] = None
    interval: Annotated[float | None, values.duration(0.1, 3600.0)] = None
    timeout: Annotated[float | None, values.duration(0.1, 3600.0)] = None
    retries: Annotated[int | None, values.whole(1, 100)] = None
    start_period: Annotated[float | None, values.duration(0.0, 3600.0)] = None


class ServiceTable(Table):
    """A long-running process type. In an environment, the keys that differ there."""

    command: Annotated[str | tuple[str, ...] | None, values.words(COMMAND)] = None
    port: Annotated[int | None, values.whole(1, 65535)] = None
    replicas: Annotated[int | None, values.whole(0, 1000)] = None
    cpu: Annotated[float | None, values.number(0.01, 256.0)] = None
    memory: Annotated[int | None, values.size(6 * values.MIB, 4096 * 1024 * values.MIB)] = None
    stop_timeout: Annotated[float | None, values.duration(0.0, 3600.0)] = None
    stop_signal: Annotated[
        str | None,
        values.text(f"one of {', '.join(values.SIGNALS)}", values.SIGNALS.__contains__, enum=list(values.SIGNALS)),
    ] = None
    health: HealthTable = HealthTable()
    scaling: ScalingTable | None = None


class DeploymentTable(Table):
    """How a deployment moves."""

    LATER: ClassVar[Mapping[str, str]] = MappingProxyType({"strategy": "every deployment is a rolling one"})

    minimum_healthy_percent: Annotated[int, values.whole(0, 100)] = 100
    maximum_percent: Annotated[int, values.whole(1, 1000)] = 200
    bake: Annotated[float, values.duration(0.0, values.DAY)] = 2.0
    timeout: Annotated[float, values.duration(1.0, values.DAY)] = 600.0


class HttpTable(Table):
    """An HTTP call."""

    url: Annotated[str | None, values.text('an address, such as "https://hooks.example.com/x"', calls.address)] = None
    method: Annotated[str, values.text(f"one of {', '.join(METHODS)}", METHODS.__contains__, enum=list(METHODS))] = (
        "POST"
    )
    headers: Annotated[dict[str, str], calls.headers()] = {}
    body: Annotated[str | None, values.text("a text", lambda text: True, lines=True)] = None
    expect: Annotated[int | None, values.whole(100, 599)] = None


class ActionTable(Table):
    """An action of one's own in the environment's stage: a command, or an HTTP call."""

    name: Annotated[str | None, values.text('a name, such as "smoke"', pattern=f"^{ids.NAME.pattern}$")] = None
    command: Annotated[str | tuple[str, ...] | None, values.words(COMMAND)] = None
    http: HttpTable | None = None
    after: Annotated[str | None, values.text('"deploy"', DEPLOY.__eq__, enum=[DEPLOY])] = None
    before: Annotated[str | None, values.text('"deploy"', DEPLOY.__eq__, enum=[DEPLOY])] = None
    run_order: Annotated[int, values.whole(1, 999)] = 1
    timeout: Annotated[float | None, values.duration(1.0, values.DAY)] = None
    variables: Annotated[dict[str, str], values.arguments('for example: { URL = "#{smoke.URL}" }')] = {}
    outputs: Annotated[tuple[str, ...], values.texts('a list of variables, such as ["URL"]', values.variable)] = ()
    artifacts: Annotated[
        tuple[str, ...],
        values.texts(
            "a list of patterns that begin with a folder's or a file's name, such as [\"report/**\"]", patterns.fits
        ),
    ] = ()
    cpu: Annotated[float, values.number(0.01, 256.0)] = 1.0
    memory: Annotated[int, values.size(6 * values.MIB, 4096 * 1024 * values.MIB)] = 512 * values.MIB


class JobTable(Table):
    """A command that runs to its end, at its times or when somebody asks. In an environment, the keys that differ."""

    command: Annotated[str | tuple[str, ...] | None, values.words(COMMAND)] = None
    schedule: Annotated[str | None, times.cron_or_never()] = None
    timezone: Annotated[str | None, times.zone()] = None
    cpu: Annotated[float | None, values.number(0.01, 256.0)] = None
    memory: Annotated[int | None, values.size(6 * values.MIB, 4096 * 1024 * values.MIB)] = None
    timeout: Annotated[float | None, values.duration(1.0, values.DAY)] = None
    retries: Annotated[int | None, values.whole(0, 10)] = None
    concurrency: Annotated[
        str | None,
        values.text(f"one of {', '.join(CONCURRENCY)}", CONCURRENCY.__contains__, enum=list(CONCURRENCY)),
    ] = None
    starting_deadline: Annotated[float | None, values.duration(10.0, 7 * values.DAY)] = None


class ExceptionsTable(Table):
    """Exceptions from the contract: variables that are needed, not needed, or not looked at, whatever the code says."""

    required: Annotated[tuple[str, ...], values.texts(VARIABLES, values.variable)] = ()
    optional: Annotated[tuple[str, ...], values.texts(VARIABLES, values.variable)] = ()
    ignore: Annotated[tuple[str, ...], values.texts(VARIABLES, values.variable)] = ()


class ContractTable(ExceptionsTable):
    """The contract, for all environments."""

    enabled: Annotated[bool, values.truth("true or false")] = True


class CheckTable(Table):
    """The audit of the repository."""

    silence: Annotated[dict[str, str], values.reasons(tuple(audit.RULES))] = {}


class EnvironmentTable(Table):
    """Staging, production: its variables' file, its domains, and what differs there."""

    LATER: ClassVar[Mapping[str, str]] = MappingProxyType({"target": WHERE})

    env_file: Annotated[str | None, values.text(f'{INSIDE} ".env.production"', values.inside)] = None
    domains: Annotated[
        tuple[str, ...], values.texts('a list of host names, such as ["api.example.com"]', values.domain)
    ] = ()
    https: Annotated[str, values.text(f"one of {', '.join(HTTPS)}", HTTPS.__contains__, enum=list(HTTPS))] = REDIRECT
    approval: Annotated[bool, values.truth("true or false")] = False
    approval_timeout: Annotated[float, values.duration(60.0, 60 * values.DAY)] = 7 * values.DAY
    on_failure: Annotated[
        str, values.text(f"one of {', '.join(ON_FAILURE)}", ON_FAILURE.__contains__, enum=list(ON_FAILURE))
    ] = "none"
    services: Annotated[dict[str, ServiceTable], Field(json_schema_extra=NAMES)] = {}
    jobs: Annotated[dict[str, JobTable], Field(json_schema_extra=NAMES)] = {}
    databases: Annotated[dict[str, DatabaseTable], Field(json_schema_extra=NAMES)] = {}
    deployment: DeploymentTable = DeploymentTable()
    contract: ExceptionsTable = ExceptionsTable()
    actions: tuple[ActionTable, ...] = ()
    migrations: MigrationsTable | None = None
    aws: HostingTable | None = None


class PipelineTable(Table):
    """The order of the stages, and how executions share them."""

    stages: Annotated[
        tuple[str, ...] | None, values.texts('a list of environments, such as ["staging", "production"]', least=1)
    ] = None
    mode: Annotated[str, values.text(f"one of {', '.join(MODES)}", MODES.__contains__, enum=list(MODES))] = "superseded"


class FileTable(Table):
    """The whole file."""

    LATER: ClassVar[Mapping[str, str]] = MappingProxyType({"target": WHERE})

    app: Annotated[
        str,
        values.text(
            "a name of lower-case letters, digits and dashes, at most 30 characters, that starts with a letter",
            lambda name: ids.NAME.fullmatch(name) is not None,
            propose=ids.propose_name,
            pattern=f"^{ids.NAME.pattern}$",
        ),
    ]
    source: SourceTable = SourceTable()
    build: BuildTable = BuildTable()
    services: Annotated[dict[str, ServiceTable], Field(json_schema_extra=NAMES)] = {}
    jobs: Annotated[dict[str, JobTable], Field(json_schema_extra=NAMES)] = {}
    databases: Annotated[dict[str, DatabaseTable], Field(json_schema_extra=NAMES)] = {}
    environments: Annotated[dict[str, EnvironmentTable], Field(json_schema_extra=NAMES)] = {}
    check: CheckTable = CheckTable()
    contract: ContractTable = ContractTable()
    migrations: MigrationsTable | None = None
    pipeline: PipelineTable = PipelineTable()
    aws: AwsTable | None = None


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `fairway.toml`, for editors."""
    schema = _without_inner_values(FileTable.model_json_schema())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "fairway.toml"}


def _without_inner_values(schema: Any) -> Any:
    """The schema without the classes' names and without defaults, which are not written as in the file."""
    if isinstance(schema, list):
        return [_without_inner_values(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_inner_values(value)
        for key, value in schema.items()
        if key != "default" and not (key == "title" and isinstance(value, str))
    }


def table_at(path: tuple[str | int, ...]) -> type[Table] | None:
    """The model of the table at a path, None when there is no table: `("services", "web")` gives ServiceTable."""
    model: type[Table] | None = FileTable
    named = False
    for part in path:
        if named:
            named = False
        elif model is None or part not in model.model_fields:
            return None
        else:
            model, named = table_at_field(model, str(part))
    return None if named else model


def key_paths() -> set[str]:
    """Every key with its table, names as NAME: `services.NAME.health.path`."""
    return set(_walk(FileTable, ""))


def _walk(table: type[Table], prefix: str) -> list[str]:
    paths = []
    for key in table.model_fields:
        path = f"{prefix}{key}"
        inner, named = table_at_field(table, key)
        if inner is None:
            paths.append(path)
        elif prefix.startswith("environments.") and key in OVERRIDDEN:
            # They take the keys of those above, and are listed there.
            paths.append(path)
        else:
            listed = get_origin(table.model_fields[key].annotation) is tuple
            paths.extend(_walk(inner, f"{path}.NAME." if named and not listed else f"{path}."))
    return paths


def table_at_field(table: type[Table], key: str) -> tuple[type[Table] | None, bool]:
    """The table behind a key and whether names or numbers stand between, `(ServiceTable, True)` for `services`."""
    annotation = table.model_fields[key].annotation
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation, False
    for argument in getattr(annotation, "__args__", ()):
        if isinstance(argument, type) and issubclass(argument, Table):
            return argument, get_origin(annotation) in (dict, tuple)
    return None, False
