"""The tables of `fairway.toml` become the domain's App: defaults filled in, overrides applied."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fairway.domain.action import Command, Placed, Request
from fairway.domain.app import (
    App,
    Build,
    Defaults,
    Environment,
    Filter,
    Mode,
    OnFailure,
    PullEvent,
    Rollout,
    Service,
    Source,
)
from fairway.domain.aws.wanted import Aws
from fairway.domain.fulfilment import Exceptions
from fairway.domain.health import AliveCheck, Check, CommandCheck, HttpCheck, TcpCheck, Timing
from fairway.domain.ids import AppName, EnvironmentName, JobName, ServiceName
from fairway.domain.job import Concurrency, Job
from fairway.domain.migrations import Migrations
from fairway.domain.schedule import Schedule
from fairway.manifest import commands, database_translate, migration_translate, scaling_translate, times
from fairway.manifest.schema import (
    REDIRECT,
    ActionTable,
    ContractTable,
    EnvironmentTable,
    ExceptionsTable,
    FileTable,
    HealthTable,
    JobTable,
    ServiceTable,
    SourceTable,
)

GUESSED_PORT = 3000
DETECTED_ACCEPTS_BELOW = 500
PLAIN_KEYS = ("replicas", "cpu", "memory", "stop_timeout", "stop_signal")
JOB_KEYS = ("cpu", "memory", "timeout", "retries")
TIMING_KEYS = ("interval", "timeout", "retries", "start_period")


def make_app(table: FileTable, environments: Mapping[str, Environment], aws: Aws | None = None) -> App:
    """The App. The tables have been checked."""
    stages = table.pipeline.stages or order_stages(tuple(environments))
    build = table.build
    return App(
        name=AppName(table.app),
        source=make_source(table.source),
        build=Build(
            directory=build.directory,
            dockerfile=build.dockerfile,
            test=build.test,
            args=dict(build.args),
            secrets=tuple(dict.fromkeys(build.secrets)),
            timeout=build.timeout,
        ),
        environments=tuple(environments.values()),
        stages=tuple(EnvironmentName(stage) for stage in stages),
        mode=Mode(table.pipeline.mode.upper()),
        silenced=dict(table.check.silence),
        aws=aws,
    )


def make_source(table: SourceTable) -> Source:
    """Which pushes start an execution. With a filter of any kind of push, the branch does so only if it is written too;
    to try pull requests besides changes nothing about it."""
    filtered = table.tags is not None or any(not each.pull_requests for each in table.filters)
    return Source(
        branch=table.branch,
        paths=table.paths,
        branches=table.branches,
        tags=table.tags,
        filters=tuple(
            Filter(
                branches=each.branches,
                files=each.files,
                tags=each.tags,
                pull_requests=tuple(PullEvent(event) for event in each.pull_requests),
            )
            for each in table.filters
        ),
        schedule=None if table.schedule is None else Schedule(cron=table.schedule, zone=table.timezone or "UTC"),
        by_branch=table.branches is None and ("branch" in table.model_fields_set or not filtered),
    )


def make_environments(table: FileTable, defaults: Defaults) -> dict[str, Environment]:
    """The environments by name, in the file's order; one `production` when the file names none."""
    tables = table.environments or {"production": EnvironmentTable()}
    return {name: _environment(name, content, table, defaults) for name, content in tables.items()}


def order_stages(environments: tuple[str, ...]) -> tuple[str, ...]:
    """The file's order, but staging before production."""
    if {"staging", "production"} <= set(environments):
        order = [name for name in environments if name != "staging"]
        if environments.index("staging") > environments.index("production"):
            order.insert(order.index("production"), "staging")
            return tuple(order)
    return environments


def _environment(name: str, content: EnvironmentTable, table: FileTable, defaults: Defaults) -> Environment:
    services = table.services or {"web": ServiceTable()}
    main = find_main({service: part.port is not None for service, part in services.items()})
    migrations = migration_translate.make(migration_translate.merge(table.migrations, content.migrations), name)
    return Environment(
        name=EnvironmentName(name),
        services=tuple(
            _service(
                service,
                merge(part, content.services.get(service)),
                environment=name,
                defaults=defaults if service == main else Defaults(),
            )
            for service, part in services.items()
        ),
        env_file=content.env_file,
        domains=content.domains,
        redirect=content.https == REDIRECT,
        rollout=Rollout(**content.deployment.model_dump()),
        approval=content.approval_timeout if content.approval else None,
        on_failure=OnFailure(content.on_failure.upper()),
        jobs=tuple(
            job
            for job_name, part in table.jobs.items()
            if (job := make_job(job_name, merge_job(part, content.jobs.get(job_name)), name)) is not None
        ),
        databases=database_translate.make_all(table.databases, content.databases),
        contract=require_database(merge_contract(table.contract, content.contract), migrations),
        actions=tuple(placed for each in content.actions if (placed := make_action(each, name)) is not None),
        migrations=migrations,
    )


def merge_contract(common: ContractTable, own: ExceptionsTable) -> Exceptions:
    """The exceptions of one environment: its own names before those that hold for all."""
    required = {*own.required, *(name for name in common.required if name not in (*own.optional, *own.ignore))}
    optional = {*own.optional, *(name for name in common.optional if name not in (*own.required, *own.ignore))}
    return Exceptions(
        enabled=common.enabled,
        required=tuple(sorted(required)),
        optional=tuple(sorted(optional)),
        ignore=tuple(sorted({*common.ignore, *own.ignore} - {*own.required, *own.optional})),
    )


def require_database(exceptions: Exceptions, migrations: Migrations | None) -> Exceptions:
    """The exceptions with the variable that the migrations need, whatever the code says of it, unless the file says
    otherwise by name: without its value no deployment gets through the guard."""
    if migrations is None or migrations.database in (*exceptions.optional, *exceptions.ignore):
        return exceptions
    return replace(exceptions, required=tuple(sorted({*exceptions.required, migrations.database})))


def make_action(table: ActionTable, environment: str) -> Placed | None:
    """The action; None for one without a name or anything to do, which `action_rules` refuses."""
    if table.name is None:
        return None
    common: dict[str, Any] = {"name": table.name, "order": table.run_order}
    if table.timeout is not None:
        common["timeout"] = table.timeout
    action: Command | Request
    if table.http is not None and table.http.url is not None:
        action = Request(**common, **table.http.model_dump())
    elif table.command is not None:
        action = Command(
            **common,
            command=commands.exec_list(table.command, environment),
            variables=dict(table.variables),
            outputs=table.outputs,
            artifacts=table.artifacts,
            cpu=table.cpu,
            memory=table.memory,
        )
    else:
        return None
    return Placed(action=action, before=table.before is not None)


def merge_job(job: JobTable, override: JobTable | None) -> JobTable:
    """The job as one environment has it."""
    if override is None:
        return job
    return job.model_copy(update={key: getattr(override, key) for key in override.model_fields_set})


def make_job(name: str, table: JobTable, environment: str) -> Job | None:
    """The job; None for one without a command, which `job_rules` refuses."""
    if table.command is None:
        return None
    written = {key: getattr(table, key) for key in JOB_KEYS if getattr(table, key) is not None}
    if table.concurrency is not None:
        written["concurrency"] = Concurrency(table.concurrency.upper())
    if table.starting_deadline is not None:
        written["deadline"] = table.starting_deadline
    if table.schedule is not None and table.schedule != times.NEVER:
        written["schedule"] = Schedule(cron=table.schedule, zone=table.timezone or "UTC")
    return Job(name=JobName(name), command=commands.exec_list(table.command, environment), **written)


def find_main(services: Mapping[str, bool]) -> str | None:
    """The service that detection speaks of: `web`, else the only one with a port, else the only one."""
    with_port = [name for name, has_port in services.items() if has_port]
    if "web" in services:
        return "web"
    if len(with_port) == 1:
        return with_port[0]
    return next(iter(services)) if len(services) == 1 else None


def merge(service: ServiceTable, override: ServiceTable | None) -> ServiceTable:
    """The service as one environment has it. A kind of check in the override replaces the other kinds; its timing
    is taken key by key."""
    if override is None:
        return service
    changes = {key: getattr(override, key) for key in override.model_fields_set - {"health", "scaling"}}
    scaling = scaling_translate.merge(service.scaling, override.scaling, fixed=override.replicas is not None)
    health = service.health.model_dump(exclude_none=True)
    changed = override.health.model_dump(exclude_none=True)
    if changed.keys() - set(TIMING_KEYS):
        health = {key: value for key, value in health.items() if key in TIMING_KEYS}
    merged = HealthTable.model_construct(**{**health, **changed})
    return service.model_copy(update={**changes, "health": merged, "scaling": scaling})


def _service(name: str, table: ServiceTable, *, environment: str, defaults: Defaults) -> Service:
    port = table.port
    if port is None and name == "web":
        port = defaults.port or GUESSED_PORT
    command = defaults.command if table.command is None else commands.exec_list(table.command, environment)
    written = {key: getattr(table, key) for key in PLAIN_KEYS if getattr(table, key) is not None}
    scaling = scaling_translate.make(table.scaling)
    if scaling is not None:
        # Without a task a first deployment would show nothing.
        written.setdefault("replicas", max(1, scaling.minimum))
    return Service(
        name=ServiceName(name),
        command=command,
        port=port,
        port_declared=table.port is not None,
        health=make_check(table.health, port=port, environment=environment, detected_path=defaults.health_path),
        scaling=scaling,
        **written,
    )


def make_check(health: HealthTable, *, port: int | None, environment: str, detected_path: str | None) -> Check:
    """The check that the file names; else the detected path, else TCP; without a port, that the process stays up."""
    written = {key: getattr(health, key) for key in TIMING_KEYS if getattr(health, key) is not None}
    timing = Timing(**written)
    if health.command is not None:
        return CommandCheck(command=commands.exec_list(health.command, environment), timing=timing)
    if health.path is not None:
        return HttpCheck(path=health.path, timing=timing)
    if port is None:
        return AliveCheck(timing=timing)
    if detected_path and not health.tcp:
        return HttpCheck(path=detected_path, accept_below=DETECTED_ACCEPTS_BELOW, timing=timing)
    return TcpCheck(timing=timing)
