"""Limits of AWS that a fairway.toml can run into, with the values that are allowed. Each names its source."""

LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""For how many days CloudWatch keeps logs (`PutRetentionPolicy`)."""

POSTGRES = ("14", "15", "16", "17", "18")
"""PostgreSQL's major versions that RDS makes without charging for extended support, as of 2026-10-20."""

STORAGE = (20, 65536)
"""GiB of a PostgreSQL instance's gp3 storage (RDS user guide, "General Purpose SSD storage")."""

RETENTION = (0, 35)
"""Days for which RDS keeps automatic backups (`BackupRetentionPeriod`)."""

TARGET_INTERVAL, TARGET_TIMEOUT, TARGET_RETRIES = (5, 300), (2, 120), (2, 10)
"""A target group's health check: seconds, seconds, failures (`CreateTargetGroup`)."""

CONTAINER_INTERVAL, CONTAINER_TIMEOUT, CONTAINER_RETRIES, CONTAINER_START = (5, 300), (2, 60), (1, 10), (0, 300)
"""A container's health check: seconds, seconds, failures, seconds (ECS's `HealthCheck`)."""

TARGET_STATUS = 499
"""The highest status that a target may answer with and be healthy ("Health checks for Application Load Balancer target
groups")."""

TARGET_DRAIN = (0, 3600)
"""Seconds that a target has for the requests that are under way (`deregistration_delay.timeout_seconds`)."""

START_AGE, START_TRIES = (60, 86400), 185
"""For how many seconds EventBridge Scheduler goes on trying to start a task, and how often (`RetryPolicy`)."""

COMMON_NAME = 64
"""Characters of the first domain of a certificate that ACM makes (`RequestCertificate`)."""

BUILD_LEAST = 300.0
"""Seconds: the shortest time-out of a build (CodeBuild's `timeoutInMinutes`)."""

TAGS = 40
"""Tags of the user's own. Most services take 50 on a resource, of which CloudFormation and Fairway have some."""

INSTANCES = 100
"""EC2 instances of one environment; what a launch of more needs, an account has to ask for."""
