"""The SERVICES template of one environment, and what is looked for in it."""

from collections.abc import Iterator, Mapping
from typing import Any

from fairway.cloudformation.services import stack as services
from fairway.domain.app import Environment
from fairway.domain.aws.wanted import Hosting
from support import aws_apps


class Found:
    """A template with ways to look into it."""

    def __init__(self, template: dict[str, Any]) -> None:
        self.template = template
        self.resources: dict[str, Any] = template["Resources"]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of every resource of a type, by logical id: `of_type("ECS::Service")`."""
        return {
            name: each.get("Properties", {}) for name, each in self.resources.items() if each["Type"] == f"AWS::{kind}"
        }

    def only(self, kind: str) -> dict[str, Any]:
        """The properties of the one that there is of a type."""
        found = self.of_type(kind)
        assert len(found) == 1, f"{kind}: {sorted(found)}"
        return next(iter(found.values()))

    def container(self, part: str) -> dict[str, Any]:
        """The container of a service's or a job's task."""
        for each in self.of_type("ECS::TaskDefinition").values():
            container: dict[str, Any] = each["ContainerDefinitions"][0]
            if container["Name"] == part:
                return container
        raise AssertionError(f"nothing runs {part}")

    def service(self, name: str) -> dict[str, Any]:
        """A service's properties."""
        return next(each for each in self.of_type("ECS::Service").values() if each["ServiceName"] == name)

    def statements(self) -> Iterator[Mapping[str, Any]]:
        """Every statement of every role's policies."""
        for role in self.of_type("IAM::Role").values():
            for policy in role["Policies"]:
                yield from policy["PolicyDocument"]["Statement"]


def make(environment: Environment, hosting: Hosting | None = None, variables: tuple[str, ...] = ()) -> Found:
    """The template of an app that has this environment alone."""
    app = aws_apps.make_app(environment, hosting={environment.name: hosting or Hosting()})
    return Found(services.make(app, environment, variables).to_dict())
