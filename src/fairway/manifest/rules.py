"""Rules between several keys of `fairway.toml`: what each value alone can't show.

They run on the tables as far as these could be read, so that a file's problems are all found at once; a rule says
nothing about a value that is already known to be wrong.
"""

from collections.abc import Mapping, Sequence
from math import ceil, floor

from fairway.domain import ids
from fairway.domain.app import Environment, Rollout
from fairway.domain.health import CommandCheck
from fairway.errors import UsageError
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems, nearest
from fairway.manifest.schema import FileTable, HealthTable

RESERVED_STAGES = ("source", "build", "test", "package")
KINDS = ("path", "tcp", "command")


def check_tables(table: FileTable, problems: Problems) -> None:
    """Check names, references and contradictions."""
    _check_names(table, problems)
    _check_health(table, problems)
    _check_overrides(table, problems)
    _check_stages(table, problems)
    _check_domains(table, problems)


def check_environments(table: FileTable, environments: Mapping[str, Environment], problems: Problems) -> None:
    """Check what only shows once defaults and overrides are applied."""
    for name, environment in environments.items():
        _check_rollout(name, environment, problems)
        _check_ports(table, name, environment, problems)


def _check_names(table: FileTable, problems: Problems) -> None:
    named: list[tuple[str, Path]] = [("service", ("services", name)) for name in table.services]
    named += [("environment", ("environments", name)) for name in table.environments]
    for kind, path in named:
        try:
            ids.check_name(kind, str(path[-1]))
        except UsageError as error:
            problems.add(path, f"{error.what}: {error.why}", error.hint)
    for name in RESERVED_STAGES:
        if name in table.environments:
            message = f'an environment can\'t be named "{name}": a stage of each execution is named so'
            problems.add(("environments", name), message, "for example: staging")


def _check_health(table: FileTable, problems: Problems) -> None:
    places: list[tuple[Path, HealthTable]] = [
        (("services", name, "health"), service.health) for name, service in table.services.items()
    ]
    for environment, content in table.environments.items():
        for name, service in content.services.items():
            places.append((("environments", environment, "services", name, "health"), service.health))
    for path, health in places:
        kinds = [kind for kind in KINDS if getattr(health, kind) is not None]
        if len(kinds) > 1:
            problems.add((*path, kinds[1]), f"a check has one of path, tcp and command; this one has {_list(kinds)}")


def _check_overrides(table: FileTable, problems: Problems) -> None:
    services = set(table.services) or {"web"}
    for environment, content in table.environments.items():
        for name in content.services:
            if name not in services:
                hint = _suggest(name, services) or f"declare it for all environments: [services.{name}]"
                path = ("environments", environment, "services", name)
                problems.add(path, f'there is no service "{name}" to override', hint, because_of=[("services",)])


def _check_stages(table: FileTable, problems: Problems) -> None:
    environments = set(table.environments) or {"production"}
    for number, stage in enumerate(table.pipeline.stages or ()):
        path = ("pipeline", "stages", number)
        if stage not in environments:
            known = f"the environments are {_list(sorted(environments))}"
            hint = _suggest(stage, environments) or known
            problems.add(path, f'there is no environment "{stage}"', hint, because_of=[("environments",)])
        elif stage in (table.pipeline.stages or ())[:number]:
            problems.add(path, f'"{stage}" is deployed twice', "name each environment once")


def _check_domains(table: FileTable, problems: Problems) -> None:
    seen: dict[str, str] = {}
    for environment, content in table.environments.items():
        for number, domain in enumerate(content.domains):
            path = ("environments", environment, "domains", number)
            if domain in seen:
                problems.add(path, f"{domain} already belongs to {seen[domain]}", "give each domain to one environment")
            seen.setdefault(domain, environment)


def _check_rollout(name: str, environment: Environment, problems: Problems) -> None:
    rollout = environment.rollout
    base: Path = ("environments", name, "deployment")
    least, most = (*base, "minimum_healthy_percent"), (*base, "maximum_percent")
    path = most if most in problems.lines else least
    if rollout.minimum_healthy_percent > rollout.maximum_percent:
        message = (
            f"minimum_healthy_percent {rollout.minimum_healthy_percent} is above "
            f"maximum_percent {rollout.maximum_percent}"
        )
        problems.add(path, message, "for example 100 and 200", because_of=[least, most])
    elif rollout.maximum_percent < 100:
        problems.add(most, "below 100 percent not all tasks could ever run", "at least 100", because_of=[least])
    else:
        for service in environment.services:
            if stuck := why_stuck(rollout, service.replicas):
                problems.add(
                    path,
                    f"a deployment of {service.name} could never move: {stuck}",
                    "raise maximum_percent to 200, or lower minimum_healthy_percent",
                    because_of=[least, most, ("services", service.name, "replicas")],
                )


def why_stuck(rollout: Rollout, replicas: int) -> str:
    """Why the two percentages leave no room for a first step, "" when they leave some.

    Concrete example: 3 replicas, 80 and 120 percent: at least ceil(2.4) = 3 have to stay healthy and at most
    floor(3.6) = 3 may run, so none can be stopped and none started. ECS rounds the same way.
    """
    least = ceil(replicas * rollout.minimum_healthy_percent / 100)
    most = floor(replicas * rollout.maximum_percent / 100)
    if replicas == 0 or most > replicas or least < replicas:
        return ""
    tasks = "task" if replicas == 1 else "tasks"
    return f"with {replicas} {tasks}, {least} must stay healthy and {most} may run at a time"


def _check_ports(table: FileTable, name: str, environment: Environment, problems: Problems) -> None:
    with_port = [service for service in environment.services if service.port is not None]
    for service in environment.services:
        health = _health_path(table, name, service.name)
        needs = service.port is None and not isinstance(service.health, CommandCheck)
        if needs and health is not None:
            hint = f"give services.{service.name}.port, or health.command"
            port = ("services", service.name, "port")
            problems.add(health, "a service without a port can't be checked by path or tcp", hint, because_of=[port])
    if environment.domains and not any(service.name == "web" for service in with_port) and len(with_port) != 1:
        names = [service.name for service in with_port]
        why = f"{_list(names)} have a port and none of them is named web" if names else "no service has a port"
        path = ("environments", name, "domains")
        problems.add(
            path,
            f"no service can take the requests: {why}",
            "name it web",
            because_of=_port_paths(environment),
        )


def _port_paths(environment: Environment) -> list[Path]:
    return [("services", service.name, "port") for service in environment.services]


def _health_path(table: FileTable, environment: str, service: str) -> Path | None:
    """Where the file says path or tcp for a service in an environment, None when it does not."""
    places: list[tuple[Path, HealthTable]] = []
    if (content := table.environments.get(environment)) and service in content.services:
        place = ("environments", environment, "services", service, "health")
        places.append((place, content.services[service].health))
    if service in table.services:
        places.append((("services", service, "health"), table.services[service].health))
    for path, health in places:
        for kind in ("path", "tcp"):
            if getattr(health, kind) is not None:
                return (*path, kind)
    return None


def _suggest(word: str, choices: set[str]) -> str:
    close = nearest(word, choices)
    return f'the nearest one is "{close}"' if close else ""


def _list(names: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
