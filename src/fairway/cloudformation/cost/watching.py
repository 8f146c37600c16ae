"""What is kept and watched costs: secrets, images, backups, logs, alarms."""

from collections.abc import Iterator

from fairway.cloudformation.cost.reading import Properties, Reading, number
from fairway.domain.aws.cost import Item, Unit, exactly

SECRET, IMAGES, BUCKET, TABLE, LOG, ALARM, POLICY, CLUSTER = (
    "AWS::SecretsManager::Secret",
    "AWS::ECR::Repository",
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::Logs::LogGroup",
    "AWS::CloudWatch::Alarm",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::ECS::Cluster",
)
OF_TRACKING = 2
"""Alarms that Application Auto Scaling makes for each policy of the kind TargetTrackingScaling."""
DAYS = 30.4


def kept(reading: Reading) -> Iterator[Item]:
    """Secrets and images."""
    for name, _ in reading.resources(SECRET):
        yield reading.item(name, "secret", "secret.month", Unit.MONTH, exactly(1))
    for name, _ in reading.resources(IMAGES):
        size = reading.usage.images_gb
        yield reading.item(name, "images", "ecr.gb_month", Unit.GB_MONTH, exactly(size), f"{size:g} GB")


def guarded(reading: Reading) -> Iterator[Item]:
    """What the migration guard keeps. Its bucket is the one in which things lie for good, of a size that only the
    database knows; the others hand something on, and are empty again soon."""
    for name, _ in reading.resources(TABLE):
        assumed = "on demand; a deployment's come to less than a cent"
        yield reading.item(name, "records in DynamoDB", "dynamodb.gb_month", Unit.GB_MONTH, None, assumed)
    for name, bucket in reading.resources(BUCKET):
        rules = bucket.get("LifecycleConfiguration", {}).get("Rules", ())
        if rules and not any("ExpirationInDays" in rule for rule in rules):
            assumed = "one before each migration, compressed, as many as migrations.keep says"
            yield reading.item(name, "backups in S3", "s3.gb_month", Unit.GB_MONTH, None, assumed)


def logs(reading: Reading) -> Iterator[Item]:
    """What each log takes in, and holds for as long as it is kept."""
    for name, group in reading.resources(LOG):
        size = reading.usage.log_gb
        months = number(group.get("RetentionInDays"), DAYS) / DAYS
        yield reading.item(name, "logs taken in", "logs.gb", Unit.GB, exactly(size), f"{size:g} GB a month")
        held = exactly(size * months)
        yield reading.item(name, "logs kept", "logs.gb_month", Unit.GB_MONTH, held, "not compressed")


def alarms(reading: Reading) -> Iterator[Item]:
    """An alarm costs by the metrics that it looks at."""
    for name, alarm in reading.resources(ALARM):
        yield reading.item(name, "alarm", "alarm.month", Unit.MONTH, exactly(_metrics(alarm)))
    for name, policy in reading.resources(POLICY):
        if policy.get("PolicyType") == "TargetTrackingScaling":
            count = exactly(OF_TRACKING)
            yield reading.item(name, "alarms of target tracking", "alarm.month", Unit.MONTH, count)
    for name, cluster in reading.resources(CLUSTER):
        settings = {each.get("Name"): each.get("Value") for each in cluster.get("ClusterSettings", ())}
        if settings.get("containerInsights") in ("enabled", "enhanced"):
            what = "Container Insights, for each metric"
            yield reading.item(name, what, "metric.month", Unit.MONTH, None)


def _metrics(alarm: Properties) -> int:
    read = [each for each in alarm.get("Metrics", ()) if "MetricStat" in each]
    return len(read) or 1
