"""The bucket in which the pipeline's stages hand things on: the release of each commit, and its fairway.toml.

It stays when its stack goes: CloudFormation deletes no bucket that holds something, and a pipeline that ran once has
left something in it. What it holds is small, costs next to nothing, and is gone after a year by itself, which is as
long as CodePipeline remembers executions to go back to. Its name is CloudFormation's, so that the bucket that stayed is
in nobody's way. Without versions: each execution writes under a key of its own.
"""

from troposphere import GetAtt, Ref, Sub, Template, s3

from fairway.cloudformation import argued, permissions

DAYS = 365
UNFINISHED_DAYS = 7
ARGUED = {
    "CKV_AWS_18": "Who reads it are the pipeline's own roles, and each stage says in its log what it did; a log of "
    "accesses would need a second bucket.",
    "CKV_AWS_21": "Each execution writes under a key of its own and nothing is ever overwritten.",
}


def add(template: Template) -> None:
    """The bucket `Artifacts`, and that it is spoken to in TLS alone."""
    template.add_resource(
        s3.Bucket(
            permissions.ARTIFACTS,
            # A creation that failed leaves an empty one, which may go.
            DeletionPolicy="RetainExceptOnCreate",
            UpdateReplacePolicy="Retain",
            BucketEncryption=s3.BucketEncryption(
                ServerSideEncryptionConfiguration=[
                    s3.ServerSideEncryptionRule(
                        # The account's own aws/s3 key: S3 uses it for whoever of the account may read.
                        ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(SSEAlgorithm="aws:kms"),
                        BucketKeyEnabled=True,
                    )
                ]
            ),
            PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
                BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
            ),
            OwnershipControls=s3.OwnershipControls(
                Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")]
            ),
            LifecycleConfiguration=s3.LifecycleConfiguration(
                Rules=[
                    s3.LifecycleRule(
                        Id="Expire",
                        Status="Enabled",
                        ExpirationInDays=DAYS,
                        AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(
                            DaysAfterInitiation=UNFINISHED_DAYS
                        ),
                    )
                ]
            ),
            Metadata=argued.exceptions(ARGUED),
        )
    )
    template.add_resource(
        s3.BucketPolicy(
            "ArtifactsPolicy",
            Bucket=Ref(permissions.ARTIFACTS),
            PolicyDocument={
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "EncryptedOnTheWay",
                        "Effect": "Deny",
                        "Principal": "*",
                        # A refusal has to name everything; nothing is allowed by it.
                        "Action": "s3:*",
                        "Resource": [
                            GetAtt(permissions.ARTIFACTS, "Arn"),
                            Sub(f"${{{permissions.ARTIFACTS}.Arn}}/*"),
                        ],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            },
        )
    )
