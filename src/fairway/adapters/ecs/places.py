"""Where on ECS an environment's tasks run: `ecs.toml` in the server's home, read once, wrong in all places at once.

What stands there was made by somebody else: a stack, a template, a colleague. Nothing in the file is a secret.

    region = "eu-central-1"
    cluster = "fairway"
    subnets = ["subnet-0a1", "subnet-0b2"]
    security_groups = ["sg-0c3"]
    execution_role = "arn:aws:iam::111122223333:role/fairway-execution"
    task_role = "arn:aws:iam::111122223333:role/shop-tasks"
    log_group = "/fairway/tasks"

    [environments."shop/production"]
    target_group = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/shop/0123456789abcdef"

Every key but `region` may stand in an environment too, and counts there in place of the one above.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from fairway.errors import Finding, UsageError

FILE = "ecs.toml"
TEXTS = ("cluster", "execution_role", "task_role", "log_group", "capacity", "architecture", "target_group")
LISTS = ("subnets", "security_groups")
NEEDED = ("cluster", "subnets", "security_groups", "execution_role", "log_group")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "capacity": ("FARGATE", "FARGATE_SPOT", "EC2"),
    "architecture": ("X86_64", "ARM64"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one environment's tasks run. Roles and the target group are ARNs; `task_role` is what the app itself may do
    on AWS, None: nothing. The service that takes requests is registered in `target_group`, None: nobody reaches it
    through a load balancer. `public`: tasks get addresses on the internet, which public subnets without a NAT need."""

    cluster: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    execution_role: str
    log_group: str
    task_role: str | None = None
    target_group: str | None = None
    capacity: str = "FARGATE"
    architecture: str = "X86_64"
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """`usual` is where an environment is that is not named; `named` has the others, by `APP/ENVIRONMENT`."""

    region: str
    usual: Place
    named: Mapping[str, Place] = field(default_factory=dict)

    def of(self, app: str, environment: str) -> Place:
        """The environment's."""
        return self.named.get(f"{app}/{environment}", self.usual)

    def clusters(self) -> Sequence[str]:
        """Every cluster in which there may be services, sorted."""
        return sorted({self.usual.cluster, *(place.cluster for place in self.named.values())})


def read(home: Path) -> Places:
    """Raises UsageError when the file is not there, is no TOML, or says what can't be; with every finding at once."""
    path = home / FILE
    try:
        table = tomllib.loads(path.read_text())
    except FileNotFoundError as error:
        raise UsageError(
            f"{path} is not there",
            why="with FAIRWAY_ENGINE=ecs it says in which cluster and in which subnets tasks run",
            hint="docs/how-to/deploy-to-ecs.md has one to begin with",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no TOML", why=str(error)) from error
    except OSError as error:
        raise UsageError(f"{path} can't be read", why=error.strerror or str(error)) from error
    return parse(table, str(path))


def parse(table: Mapping[str, Any], file: str) -> Places:
    """As `read`, of what the file holds."""
    findings: list[Finding] = []
    environments = table.get("environments", {})
    usual = {key: value for key, value in table.items() if key not in ("region", "environments")}
    check(usual, file, "", findings)
    if not isinstance(table.get("region"), str) or not table.get("region"):
        findings.append(Finding(file=file, line=0, key="region", message="is missing", hint='region = "eu-central-1"'))
    if not isinstance(environments, dict):
        findings.append(Finding(file=file, line=0, key="environments", message="is no table"))
        environments = {}
    for name, one in environments.items():
        key = f'environments."{name}"'
        if name.count("/") != 1 or not isinstance(one, dict):
            hint = '[environments."shop/production"]'
            findings.append(
                Finding(file=file, line=0, key=key, message="is no APP/ENVIRONMENT with a table", hint=hint)
            )
        else:
            check(one, file, f"{key}.", findings)
    missing = [key for key in NEEDED if key not in usual]
    findings += [Finding(file=file, line=0, key=key, message="is missing") for key in missing]
    if findings:
        raise UsageError(f"{file} can't be used", findings=findings)
    place = make(usual)
    named = {name: replace(place, **values(one)) for name, one in environments.items()}
    return Places(region=table["region"], usual=place, named=named)


def check(table: Mapping[str, Any], file: str, prefix: str, findings: list[Finding]) -> None:
    """Note what is wrong with the keys of one table."""
    known = {each.name for each in fields(Place)}
    for key, value in table.items():
        message = ""
        if key not in known:
            message = f"is not known; there are {', '.join(sorted(known))}"
        elif key in TEXTS and (not isinstance(value, str) or not value):
            message = "is no text"
        elif key in LISTS and (not isinstance(value, list) or not value or any(not isinstance(x, str) for x in value)):
            message = "is no list of ids"
        elif key == "public" and not isinstance(value, bool):
            message = "is neither true nor false"
        elif key in CHOICES and value not in CHOICES[key]:
            message = f"is none of {', '.join(CHOICES[key])}"
        if message:
            findings.append(Finding(file=file, line=0, key=f"{prefix}{key}", message=message))


def values(table: Mapping[str, Any]) -> dict[str, Any]:
    """The table's values as those of a Place."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}


def make(table: Mapping[str, Any]) -> Place:
    """The Place that a checked table describes."""
    return Place(**values(table))
