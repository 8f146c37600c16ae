"""Rules of a service's `scaling`: bounds that hold something, metrics that can be had, policies that don't flap.

They look at the table as each environment has it, and name the key where it is written: in the environment, or in the
service above.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from fairway.domain.app import Environment, Service
from fairway.domain.scaling import Metric
from fairway.manifest import scaling_levels, scaling_steps, scaling_translate, translate
from fairway.manifest.lines import Path
from fairway.manifest.problems import Problems
from fairway.manifest.scaling_schema import PolicyTable, ScalingTable
from fairway.manifest.schema import EnvironmentTable, FileTable, ServiceTable
from fairway.manifest.values import in_words

HOUR = 3600.0
"""Seconds that samples are kept for at full resolution: no policy can look further back."""


@dataclass(frozen=True, slots=True)
class Place:
    """One service in one environment: its table, and where each key of it is written."""

    table: ScalingTable
    base: Path
    above: Path
    override: ScalingTable | None

    def key(self, *key: str | int) -> Path:
        """The path of a key."""
        here = self.override is not None and (not key or key[0] in self.override.model_fields_set)
        return (*(self.base if here else self.above), *key)


def check(table: FileTable, environments: Mapping[str, Environment], problems: Problems) -> None:
    """Check every environment's services."""
    parts = table.services or {"web": ServiceTable()}
    for name, environment in environments.items():
        content = table.environments.get(name) or EnvironmentTable()
        for service, part in parts.items():
            override = content.services.get(service)
            merged = translate.merge(part, override).scaling
            if merged is None:
                continue
            place = Place(
                merged,
                ("environments", name, "services", service, "scaling"),
                ("services", service, "scaling"),
                override.scaling if override else None,
            )
            made = environment.service(service)
            assert made is not None, "translated from the same tables"
            _check_bounds(place, made, problems)
            _check_replicas(place, part, override, service, problems)
            _check_kinds(place, problems)
            _check_metrics(place, service, environment, problems)
            _check_pace(place, problems)
            scaling_steps.check(place.table, place.key, problems)
            _check_schedules(place, problems)


def policies(place: Place) -> list[tuple[Path, PolicyTable]]:
    """Each policy with the path of its table; that of the short form is the scaling table itself."""
    listed = [(place.key("policies", number), each) for number, each in enumerate(place.table.policies)]
    short = scaling_translate.written(place.table)[: -len(listed) or None]
    return [*((place.key(), each) for each in short), *listed]


def _check_bounds(place: Place, service: Service, problems: Problems) -> None:
    table = place.table
    if table.max is None:
        problems.add(
            place.key(),
            "max is missing: how many tasks there may be at most",
            "max = 10",
            because_of=[place.key("max")],
        )
    elif table.min is not None and table.min > table.max:
        problems.add(
            place.key("min"),
            f"min {table.min} is above max {table.max}",
            f"min = {table.max}, or raise max",
            because_of=[place.key("max")],
        )
    _check_none(place, service, problems)


def _check_none(place: Place, service: Service, problems: Problems) -> None:
    """A minimum of 0 is for what a request can wake up."""
    places = [(place.key("min"), place.table.min)]
    places += [(place.key("schedules", n, "min"), each.min) for n, each in enumerate(place.table.schedules)]
    for path, least in places:
        if least == 0 and service.port is None:
            message = (
                "a service without a port would never come back from no task: it takes no request that could wake it"
            )
            problems.add(path, message, "min = 1", because_of=[("services", service.name, "port")])


def _check_replicas(
    place: Place, part: ServiceTable, override: ServiceTable | None, name: str, problems: Problems
) -> None:
    replicas = override.replicas if override is not None and override.replicas is not None else part.replicas
    least = scaling_translate.LEAST if place.table.min is None else place.table.min
    most = place.table.max
    if replicas is None or most is None or least > most or least <= replicas <= most:
        return
    here = override is not None and override.replicas is not None
    path = (*place.base[:-1], "replicas") if here else ("services", name, "replicas")
    message = f"{replicas} is outside of what scaling allows, {least} to {most} tasks"
    hint = "leave replicas out: the first deployment begins with min, later ones with what scaling has reached"
    problems.add(path, message, hint, because_of=[place.key("min"), place.key("max")])


def _check_kinds(place: Place, problems: Problems) -> None:
    """What stands in place of what: a target or steps, one metric or several policies."""
    table = place.table
    short = table.metric is not None or table.target is not None
    if table.policies and short:
        path = place.key("metric" if table.metric is not None else "target")
        problems.add(path, "it stands beside policies", "make it one of the policies, with a table of its own")
    elif not table.policies and not short and not table.schedules:
        message = "it says no metric and no schedule, so nothing would ever change"
        wrong = [place.key(key) for key in ("metric", "target", "policies", "schedules")]
        problems.add(place.key(), message, 'metric = "requests_per_task", target = 50', because_of=wrong)
    for path, each in policies(place):
        if path != place.key() and any(found[: len(path)] == path for found in problems.found):
            # What is missing follows from what is wrong within.
            continue
        if each.metric is None:
            problems.add(path, "a policy names its metric", 'metric = "cpu"', because_of=[(*path, "metric")])
        elif each.target is not None and each.steps:
            problems.add((*path, "steps"), "a policy has a target or steps, not both", "two policies")
        elif each.target is None and not each.steps:
            message = f"{each.metric} has no target to be kept at"
            problems.add(path, message, "target = …", because_of=[(*path, "target"), (*path, "steps")])
        if each.steps and each.scale_in is not None:
            problems.add((*path, "scale_in"), "steps go one way by themselves", "scale_in belongs to a target")


def _check_metrics(place: Place, service: str, environment: Environment, problems: Problems) -> None:
    routed = takes_requests(environment)
    seen: set[str] = set()
    for path, each in policies(place):
        if each.metric is None:
            continue
        metric, at = Metric(each.metric), (*path, "metric")
        if metric.of_traffic and service != routed:
            names = f"; the requests go to {routed}" if routed else ""
            message = f"{metric} can't be had of {service}: it takes no requests from outside{names}"
            wrong: list[Path] = [("services", service, "port")]
            problems.add(at, message, "cpu and memory can be had of every service", because_of=wrong)
        if each.target is not None:
            if metric in seen:
                problems.add(at, f"two targets of {metric} would pull at the same tasks", "keep one of them")
            seen.add(metric)
            scaling_levels.check(metric, each.target, (*path, "target"), problems)


def takes_requests(environment: Environment) -> str | None:
    """The name of the service that the environment's host names lead to."""
    return None if environment.routed is None else environment.routed.name


def _check_pace(place: Place, problems: Problems) -> None:
    """No policy can look further back than samples are kept."""
    for path, each in policies(place):
        if each.metric is None or (each.target is None and not each.steps):
            continue
        pace = {"period": 60.0, "datapoints": 3, "low_datapoints": 15, **scaling_translate.pace(each, place.table)}
        longest = max(pace["datapoints"], pace["low_datapoints"])
        if pace["period"] * longest > HOUR:
            key = next(
                (key for key in ("period", "low_datapoints", "datapoints") if getattr(each, key) is not None), None
            )
            at = (*path, key) if key else place.key("period" if place.table.period is not None else "low_datapoints")
            message = f"{longest} datapoints of {in_words(pace['period'])} are more than the hour that samples are kept"
            problems.add(at, message, "a shorter period, or fewer datapoints")


def _check_schedules(place: Place, problems: Problems) -> None:
    table = place.table
    seen: dict[tuple[str, str], int] = {}
    for number, each in enumerate(table.schedules):
        path = place.key("schedules", number)
        if each.schedule is None:
            problems.add(path, "its times are missing", 'schedule = "0 8 * * 1-5"', because_of=[(*path, "schedule")])
            continue
        if each.min is None and each.max is None:
            wrong = [(*path, "min"), (*path, "max")]
            problems.add(path, "it changes nothing: it says neither min nor max", "min = 4", because_of=wrong)
        when = (each.schedule, each.timezone or "UTC")
        if when in seen:
            message = f"it never holds: schedules[{seen[when]}] comes at the same times"
            problems.add((*path, "schedule"), message, "put min and max into one of them")
        seen.setdefault(when, number)
    _check_scheduled_bounds(place, problems)


def _check_scheduled_bounds(place: Place, problems: Problems) -> None:
    """Whichever actions came last, what holds must be bounds. Where each says both, only its own two hold together."""
    table = place.table
    both = all(each.min is not None and each.max is not None for each in table.schedules)
    if both:
        for number, each in enumerate(table.schedules):
            if each.min is not None and each.max is not None and each.min > each.max:
                path = place.key("schedules", number)
                problems.add((*path, "min"), f"min {each.min} is above max {each.max}", "raise max")
        return
    leasts = [(each.min, number) for number, each in enumerate(table.schedules) if each.min is not None]
    mosts = [(each.max, number) for number, each in enumerate(table.schedules) if each.max is not None]
    least = max(leasts)[0] if leasts else scaling_translate.LEAST if table.min is None else table.min
    most = min(mosts)[0] if mosts else table.max
    if most is None or least <= most or not (leasts or mosts):
        return
    key, number = ("min", max(leasts)[1]) if leasts else ("max", min(mosts)[1])
    path = place.key("schedules", number, key)
    message = f"min {least} and max {most} would hold at the same time"
    wrong = [place.key("min"), place.key("max")]
    problems.add(path, message, "say min and max in each schedule", because_of=wrong)
