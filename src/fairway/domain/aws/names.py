"""What everything on AWS is called, so that stacks, roles, stages and commands find each other without a lookup.

Names are unique in one account and region, and begin with `fairway-`, by which roles are narrowed down. An app's name
and an environment's are at most 30 characters each (`ids.NAME`).
"""

from fairway.domain.aws.stack import Kind


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


def log_group(app: str, environment: str, part: str) -> str:
    """Where a service's or a job's output goes: `/fairway/shop-api/production/web`."""
    return f"/fairway/{app}/{environment}/{part}"


def pipeline(app: str) -> str:
    """The pipeline of CodePipeline: `fairway-shop-api`."""
    return f"fairway-{app}"


def project(app: str, stage: str) -> str:
    """A project of CodeBuild, one for each stage: `fairway-shop-api-build`."""
    return f"fairway-{app}-{stage}"


def logical(*parts: str) -> str:
    """A logical id of a template, letters and digits alone: ("service", "web-2") gives `ServiceWeb2`."""
    return "".join(word[:1].upper() + word[1:] for part in parts for word in part.split("-"))
