"""Roles of IAM, from the table of `permissions`: who may take one, and what it may do.

Why each permission is there stands in the role's own metadata, so that an exported template says it too.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import Ref, Template, iam

from fairway.cloudformation.roles import permissions
from fairway.cloudformation.roles.permissions import Statement

POLICY = "calls"


def make(
    title: str,
    service: str,
    path: str,
    statements: Sequence[Statement],
    *,
    source: Any = None,
    parts: Sequence[Any] = (),
) -> iam.Role:
    """A role that the service (`codebuild.amazonaws.com`) takes in this account alone, and for the resource whose ARN
    is `source` alone, when one is given. `parts` are the ARNs of policies that it has besides (`add_part`)."""
    attached = {"ManagedPolicyArns": list(parts)} if parts else {}
    return iam.Role(
        title,
        Path=path,
        AssumeRolePolicyDocument=_trust(service, source),
        Policies=[iam.Policy(PolicyName=POLICY, PolicyDocument=permissions.document(statements))],
        Metadata=_explained(statements),
        **attached,
    )


def make_of_parts(
    template: Template,
    title: str,
    service: str,
    path: str,
    parts: Mapping[str, Sequence[Statement]],
    *,
    source: Any = None,
) -> None:
    """Add such a role whose statements are too many for one policy: each part is one of its own, whose logical id ends
    in the part's name."""
    attached = [add_part(template, f"{title}{part}", path, statements) for part, statements in parts.items()]
    template.add_resource(
        iam.Role(
            title,
            Path=path,
            AssumeRolePolicyDocument=_trust(service, source),
            ManagedPolicyArns=attached,
        )
    )


def add_part(template: Template, title: str, path: str, statements: Sequence[Statement]) -> Any:
    """Add a policy of that logical id, and give its ARN."""
    template.add_resource(
        iam.ManagedPolicy(
            title,
            Path=path,
            PolicyDocument=permissions.document(statements),
            Metadata=_explained(statements),
        )
    )
    return Ref(title)


def _explained(statements: Sequence[Statement]) -> dict[str, Any]:
    return {"Permissions": {each.name: each.why for each in statements}}


def _trust(service: str, source: Any) -> dict[str, Any]:
    """Without the conditions anybody's pipeline could have the service take the role ("confused deputy")."""
    conditions: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}
    if source is not None:
        conditions["ArnLike"] = {"aws:SourceArn": source}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
                "Condition": conditions,
            }
        ],
    }
