"""Apps on AWS that differ in what their pipelines are asked for."""

from collections.abc import Mapping
from dataclasses import replace

from fairway.domain.app import App, Build, Environment, Mode, Service, Source
from fairway.domain.aws.wanted import Aws, Hosting, Provider, Repository
from fairway.domain.ids import AppName, EnvironmentName, ServiceName

DAY = 86400.0


def environment(name: str = "staging", **changes: object) -> Environment:
    made = Environment(name=EnvironmentName(name), services=(Service(name=ServiceName("web")),))
    return replace(made, **changes)  # type: ignore[arg-type]


def app(
    *environments: Environment,
    name: str = "shop",
    mode: Mode = Mode.SUPERSEDED,
    source: Source | None = None,
    hosting: Mapping[str, Hosting] | None = None,
) -> App:
    aws = Aws(
        region="eu-central-1",
        repository=Repository(provider=Provider.GITHUB, name="acme/shop"),
        hosting=hosting or {},
    )
    return App(
        name=AppName(name),
        source=source or Source(),
        build=Build(),
        environments=environments,
        stages=tuple(each.name for each in environments),
        mode=mode,
        aws=aws,
    )
