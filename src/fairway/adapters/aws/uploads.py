"""Templates that are too large to go with a call: put into the app's own bucket, where CloudFormation reads them."""

from fairway.adapters.aws.session import Session
from fairway.domain.aws import templates
from fairway.domain.aws.stack import Stack


async def put(session: Session, stack: Stack, bucket: str) -> str:
    """The address of the template, once it lies there. CloudFormation reads it with the caller's permissions."""
    key = templates.key(stack)
    await session.call(
        "s3",
        "PutObject",
        Bucket=bucket,
        Key=key,
        Body=templates.written(stack.template).encode(),
        ContentType="application/json",
    )
    suffix = "amazonaws.com.cn" if session.region.startswith("cn-") else "amazonaws.com"
    return f"https://{bucket}.s3.{session.region}.{suffix}/{key}"
