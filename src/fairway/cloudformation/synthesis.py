"""An app becomes its stacks on AWS.

Each kind of stack has a module that makes its template; here they are put in order, named, tagged, and wired: a
template's parameter that an earlier stack has as an output takes it from there, by its name alone. So no template knows
of another. Nothing is looked up: the same app and the same things known give the same stacks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from troposphere import Template

from fairway.cloudformation import asked, registry, wires
from fairway.cloudformation.data import stack as data
from fairway.cloudformation.network import stack as network
from fairway.cloudformation.pipeline import stack as pipeline
from fairway.cloudformation.services import stack as services
from fairway.domain.app import App, Environment
from fairway.domain.aws import names
from fairway.domain.aws.stack import APP_TAG, ENVIRONMENT_TAG, KIND_TAG, VERSION_TAG, Kind, OutputOf, Stack
from fairway.domain.aws.wanted import ExistingNetwork, OwnNetwork
from fairway.domain.ids import EnvironmentName


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What templates need to know and fairway.toml does not say: the names of each environment's variables, sorted (of
    an environment that is not there, none are known), and the version of Fairway, "0.1.0"."""

    variables: Mapping[EnvironmentName, tuple[str, ...]] = field(default_factory=dict)
    version: str


Made = Iterator[tuple[Environment | None, Template]]
"""A kind's templates; None: it is the whole app's."""


def _network(app: App, given: Given) -> Made:
    if isinstance(asked.aws(app).network, OwnNetwork):
        yield None, network.make(app)


def _registry(app: App, given: Given) -> Made:
    yield None, registry.make(app)


def _data(app: App, given: Given) -> Made:
    for environment in app.environments:
        yield environment, data.make(app, environment)


def _services(app: App, given: Given) -> Made:
    for environment in app.environments:
        yield environment, services.make(app, environment, given.variables.get(environment.name, ()))


def _pipeline(app: App, given: Given) -> Made:
    yield None, pipeline.make(app, given.version)


MAKERS: Mapping[Kind, Callable[[App, Given], Made]] = MappingProxyType(
    {
        Kind.NETWORK: _network,
        Kind.REGISTRY: _registry,
        Kind.DATA: _data,
        Kind.SERVICES: _services,
        Kind.PIPELINE: _pipeline,
    }
)


def synthesize(app: App, given: Given) -> tuple[Stack, ...]:
    """The app's stacks, in the order in which they are made. Raises UsageError for what can't be had on AWS."""
    stacks: list[Stack] = []
    for kind in Kind:
        if kind in MAKERS:
            for environment, template in MAKERS[kind](app, given):
                stacks.append(_stack(app, given, kind, environment, template.to_dict(), stacks))
    return tuple(stacks)


def _stack(
    app: App,
    given: Given,
    kind: Kind,
    environment: Environment | None,
    template: Mapping[str, Any],
    earlier: Iterable[Stack],
) -> Stack:
    about = [environment] if environment is not None else app.environments
    return Stack(
        name=names.stack(app.name, kind, environment.name if environment is not None else ""),
        kind=kind,
        template=template,
        environment=environment.name if environment is not None else None,
        parameters=_wired(app, template, environment, earlier),
        tags=_tags(app, given, kind, environment),
        protected=any(asked.hosting(app, each).protected for each in about),
    )


def _wired(
    app: App, template: Mapping[str, Any], environment: Environment | None, earlier: Iterable[Stack]
) -> Mapping[str, str | OutputOf]:
    """The parameters that an earlier stack of the whole app, or of the same environment, has as an output; a stack of
    the whole app takes any environment's. And those of a network that somebody else keeps. The others are left to
    their defaults, and to whoever deploys."""
    known: dict[str, str | OutputOf] = dict(_existing(app))
    for stack in earlier:
        if environment is None or stack.environment in (None, environment.name):
            known |= {output: OutputOf(stack=stack.name, output=output) for output in stack.template.get("Outputs", {})}
    return {name: known[name] for name in template.get("Parameters", {}) if name in known}


def _existing(app: App) -> Mapping[str, str]:
    found = asked.aws(app).network
    if not isinstance(found, ExistingNetwork):
        return {}
    return {
        wires.VPC: found.vpc,
        wires.PUBLIC_SUBNETS: ",".join(found.public),
        wires.PRIVATE_SUBNETS: ",".join(found.private),
    }


def _tags(app: App, given: Given, kind: Kind, environment: Environment | None) -> Mapping[str, str]:
    """The user's own, and Fairway's, which nothing may hide."""
    tags = {**asked.aws(app).tags, APP_TAG: app.name, KIND_TAG: kind.value, VERSION_TAG: given.version}
    return tags if environment is None else {**tags, ENVIRONMENT_TAG: environment.name}
