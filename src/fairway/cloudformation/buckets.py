"""A bucket that the app's own roles alone get at: encrypted, never public, in TLS, and tidied by itself.

It stays when its stack goes, for CloudFormation deletes no bucket that holds something; one that a failed creation left
is empty and may go. Its name is CloudFormation's, so that one that stayed is in nobody's way.
"""

from collections.abc import Mapping

from troposphere import GetAtt, Ref, Sub, Template, s3

from fairway.cloudformation import argued

UNFINISHED_DAYS = 7


def add(
    template: Template,
    logical: str,
    *,
    days: int | None,
    unfinished: int = UNFINISHED_DAYS,
    argued_exceptions: Mapping[str, str],
) -> None:
    """The bucket with that logical id, and that it is spoken to in TLS alone. Its objects are gone after so many days,
    None: never; what was begun to be uploaded and not finished, after `unfinished` days."""
    expiry = {} if days is None else {"ExpirationInDays": days}
    template.add_resource(
        s3.Bucket(
            logical,
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
                        **expiry,
                        AbortIncompleteMultipartUpload=s3.AbortIncompleteMultipartUpload(
                            DaysAfterInitiation=unfinished
                        ),
                    )
                ]
            ),
            Metadata=argued.exceptions(argued_exceptions),
        )
    )
    template.add_resource(
        s3.BucketPolicy(
            f"{logical}Policy",
            Bucket=Ref(logical),
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
                            GetAtt(logical, "Arn"),
                            Sub(f"${{{logical}.Arn}}/*"),
                        ],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            },
        )
    )
