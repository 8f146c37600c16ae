"""What everything on AWS is called, so that stacks, roles, stages and commands find each other without a lookup.

Names are unique in one account and region, and begin with `fairway-`, by which roles are narrowed down. An app's name
and an environment's are at most 30 characters each (`ids.NAME`).
"""

import hashlib
import re
from functools import lru_cache

from fairway.domain.aws.stack import Kind

CONNECTION = 32
"""Characters of a connection's name (`CreateConnection`)."""
DASHES = re.compile("-{2,}")
COPY = 46
"""Characters before a passage's digits in the name of its copy: RDS takes 63, and what follows them has 17."""


def stack(app: str, kind: Kind, environment: str = "") -> str:
    """`fairway-shop-api-network`, `fairway-shop-api-production-data`. CloudFormation allows 128 characters."""
    return "-".join(part for part in ("fairway", app, environment, kind.value) if part)


def repository(app: str) -> str:
    """The repository of images in ECR: `fairway/shop-api`."""
    return f"fairway/{app}"


def cluster(app: str, environment: str) -> str:
    """The cluster of ECS: `fairway-shop-api-production`."""
    return f"fairway-{app}-{environment}"


def family(app: str, environment: str, part: str) -> str:
    """A task definition's family, of a service or a job: `fairway-shop-api-production-web`."""
    return f"fairway-{app}-{environment}-{part}"


def secret(app: str, environment: str) -> str:
    """The secret that holds an environment's variables, a JSON object: `fairway/shop-api/production`."""
    return f"fairway/{app}/{environment}"


def passages(app: str, environment: str) -> str:
    """How the families of the tasks that migrate an environment's database begin, for roles: a job's id follows."""
    return family(app, environment, "passage-*")


def actions(app: str, environment: str) -> str:
    """How the families of the tasks that run an environment's own commands begin, for roles: a job's id follows."""
    return family(app, environment, "action-*")


def job_secret(app: str, environment: str) -> str:
    """What the secrets with the variables of those tasks are called, for roles: a job's id, 12 hexadecimal digits,
    stands at the end."""
    return f"{secret(app, environment)}/job-{'?' * 12}"


def copies(app: str, environment: str) -> str:
    """How the snapshots and instances of RDS begin that the migration guard makes of an environment's database:
    `fairway-shop-api-production-copy`. A longer one is cut, and told from others by the first digits of its hash; two
    dashes beside each other, which RDS does not take, are one."""
    name = f"fairway-{app}-{environment}-copy"
    cut = name if len(name) <= COPY and "--" not in name else f"{name[: COPY - 9]}-{_digits(name, 8)}"
    return DASHES.sub("-", cut)


def copy(app: str, environment: str, key: str) -> str:
    """That of the passage with this key, a snapshot's and an instance's alike:
    `fairway-shop-api-production-copy-3fa9c1d2e4`."""
    return f"{copies(app, environment)}-{_digits(key, 10)}"


def log_group(app: str, environment: str, part: str) -> str:
    """Where a service's or a job's output goes: `/fairway/shop-api/production/web`."""
    return f"/fairway/{app}/{environment}/{part}"


def pipeline(app: str) -> str:
    """The pipeline of CodePipeline: `fairway-shop-api`."""
    return f"fairway-{app}"


def pulls(app: str) -> str:
    """The pipeline that tries pull requests: `fairway-shop-api_pull-requests`. No app's name has the underscore."""
    return f"{pipeline(app)}_pull-requests"


def project(app: str, stage: str) -> str:
    """A project of CodeBuild, one for each stage: `fairway-shop-api-build`, `…-deploy-production`, `…-pull-request`."""
    return f"fairway-{app}-{stage}"


def connection(app: str) -> str:
    """The connection to the forge: `fairway-shop-api`. A longer name than its 32 characters is cut, and told from
    others by the first digits of its hash."""
    name = f"fairway-{app}"
    if len(name) <= CONNECTION:
        return name
    return f"{name[: CONNECTION - 9]}-{_digits(name, 8)}"


def _digits(name: str, count: int) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:count]


def path(app: str, environment: str = "", part: str = "") -> str:
    """The path of roles, by which others are allowed to pass or change them: `/fairway/shop-api/production/services/`.
    Names of roles are cut to 64 characters by CloudFormation, paths have 512."""
    return "/".join(("", *(each for each in ("fairway", app, environment, part) if each), ""))


@lru_cache(maxsize=4096)
def logical(*parts: str) -> str:
    """A logical id of a template, letters and digits alone: ("service", "web-app") gives `ServiceWebApp`.

    No two names give the same one. A dash is told by the capital after it; where none can follow, before a digit or
    another dash, it is an X: ("service", "web-2") gives `ServiceWebX2`, and `web2` keeps `ServiceWeb2`. An x that is
    a capital is followed by itself.
    """
    return "".join(_capitals(part) for part in parts)


def _capitals(name: str) -> str:
    found = []
    for place, letter in enumerate(name):
        begins = place == 0 or name[place - 1] == "-"
        if letter == "-":
            found.append("" if name[place + 1 : place + 2].isalpha() else "X")
        elif begins and letter == "x":
            found.append("Xx")
        else:
            found.append(letter.upper() if begins else letter)
    return "".join(found)
