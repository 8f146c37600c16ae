"""The REGISTRY stack: the app's images, in one repository for all environments.

Images are the app's past, by which it goes back: the repository stays when its stack goes. A release is an image's
digest, and a tag once given never moves.

What may go is decided by tags alone; ECR knows nothing of what runs. So the deployment of an environment gives the
image a tag of that environment's own (`names.deployed`), and each environment keeps the newest of those. Without them
a busy staging would push production's image out, and production could not even start a task again.
"""

import json

from troposphere import GetAtt, Output, Ref, Template, ecr

from fairway.cloudformation import wires
from fairway.domain.app import App
from fairway.domain.aws import names
from fairway.domain.retention import Policy

UNTAGGED_DAYS = 7
DEPLOYED = Policy().keep
"""Images that each environment keeps: as many as it keeps releases on one machine."""
OTHERS = 1000
"""Images that were deployed nowhere, or by somebody who gave no tag: so many that they cost a few dollars a month, for
to keep one too many is cheap, and one too few can't start again."""


def make(app: App) -> Template:
    """The template of the repository."""
    template = Template(Description=f"{app.name}: the images, by Fairway")
    template.add_resource(
        ecr.Repository(
            "Images",
            DeletionPolicy="Retain",
            UpdateReplacePolicy="Retain",
            RepositoryName=names.repository(app.name),
            ImageTagMutability="IMMUTABLE",
            ImageScanningConfiguration=ecr.ImageScanningConfiguration(ScanOnPush=True),
            # The account's own aws/ecr key. ECR uses it for whoever may pull, so that no role needs it.
            EncryptionConfiguration=ecr.EncryptionConfiguration(EncryptionType="KMS"),
            LifecyclePolicy=ecr.LifecyclePolicy(LifecyclePolicyText=json.dumps(lifecycle(app), indent=1)),
        )
    )
    template.add_output(Output(wires.REPOSITORY, Value=Ref("Images")))
    template.add_output(Output(wires.REPOSITORY_ARN, Value=GetAtt("Images", "Arn")))
    template.add_output(Output(wires.REPOSITORY_URI, Value=GetAtt("Images", "RepositoryUri")))
    return template


def lifecycle(app: App) -> dict[str, object]:
    """ECR's policy. An image that one rule selects is out of reach of the rules after it, so the last stage's come
    first: what staging and production both had, production's rule decides. Worked example with 3 kept: production had
    A, staging A to E; production's rule keeps A, staging's lets B go and would let A go, but may not."""
    last_first = [*reversed(app.stages), *(each.name for each in app.environments if each.name not in app.stages)]
    rules = [
        _rule(
            f"The newest {DEPLOYED} of {environment}",
            {"tagStatus": "tagged", "tagPatternList": [names.deployed(environment, "*")]},
            {"countType": "imageCountMoreThan", "countNumber": DEPLOYED},
        )
        for environment in last_first
    ]
    rules.append(
        _rule(
            f"The newest {OTHERS} that were deployed nowhere",
            {"tagStatus": "tagged", "tagPatternList": ["*"]},
            {"countType": "imageCountMoreThan", "countNumber": OTHERS},
        )
    )
    rules.append(
        _rule(
            f"Without a tag, for {UNTAGGED_DAYS} days",
            {"tagStatus": "untagged"},
            {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": UNTAGGED_DAYS},
        )
    )
    return {"rules": [{"rulePriority": place, **rule} for place, rule in enumerate(rules, start=1)]}


def _rule(why: str, selected: dict[str, object], counted: dict[str, object]) -> dict[str, object]:
    return {"description": why, "selection": {**selected, **counted}, "action": {"type": "expire"}}
