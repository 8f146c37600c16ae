"""The REGISTRY stack: the app's images, in one repository for all environments, and a bucket for large templates.

Images are the app's past, by which it goes back: the repository stays when its stack goes. A release is an image's
digest, and a tag once given never moves.

What may go is decided by number and age alone, since ECR knows nothing of what runs: the image of a production that is
seldom deployed may be the oldest of all, and without it no task of it could start again. So very many are kept.
"""

import json
from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, Output, Ref, Template, ecr

from fairway.cloudformation import buckets, wires
from fairway.domain.app import App
from fairway.domain.aws import names

UNTAGGED_DAYS = 7
STORE, TEMPLATE_DAYS = "TemplateStore", 1
"""The bucket for templates that are too large to go with a call. CloudFormation reads one within seconds."""
ARGUED = {
    "CKV_AWS_18": "Only Fairway writes here, and CloudFormation reads it for Fairway a moment later; a log of accesses "
    "would need a second bucket.",
    "CKV_AWS_21": "What lies here is named by its own content, so that nothing is ever overwritten.",
}
KEPT = 1000
"""Images with a tag. They share layers and cost a few dollars a month; one that is gone can't be started again."""


LIFECYCLE: Mapping[str, Any] = {
    "rules": [
        {
            "rulePriority": 1,
            "description": f"Without a tag, for {UNTAGGED_DAYS} days",
            "selection": {
                "tagStatus": "untagged",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": UNTAGGED_DAYS,
            },
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 2,
            "description": f"The newest {KEPT}",
            "selection": {
                "tagStatus": "tagged",
                "tagPatternList": ["*"],
                "countType": "imageCountMoreThan",
                "countNumber": KEPT,
            },
            "action": {"type": "expire"},
        },
    ]
}
"""ECR's policy. An image that others are made of, an index's, is never let go before those."""


def make(app: App) -> Template:
    """The template of the repository."""
    template = Template(Description=f"{app.name}: the images, by Fairway")
    template.add_resource(
        ecr.Repository(
            "Images",
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
            RepositoryName=names.repository(app.name),
            ImageTagMutability="IMMUTABLE",
            ImageScanningConfiguration=ecr.ImageScanningConfiguration(ScanOnPush=True),
            # The account's own aws/ecr key. ECR uses it for whoever may pull, so that no role needs it.
            EncryptionConfiguration=ecr.EncryptionConfiguration(EncryptionType="KMS"),
            LifecyclePolicy=ecr.LifecyclePolicy(LifecyclePolicyText=json.dumps(LIFECYCLE, indent=1)),
        )
    )
    buckets.add(template, STORE, days=TEMPLATE_DAYS, argued_exceptions=ARGUED)
    template.add_output(Output(wires.TEMPLATES, Value=GetAtt(STORE, "Arn")))
    template.add_output(Output(wires.REPOSITORY, Value=Ref("Images")))
    template.add_output(Output(wires.REPOSITORY_ARN, Value=GetAtt("Images", "Arn")))
    template.add_output(Output(wires.REPOSITORY_URI, Value=GetAtt("Images", "RepositoryUri")))
    return template
