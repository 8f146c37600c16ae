"""What is to run, and what was asked of it: releases, deployments, desired state, variables, jobs and scaling."""

import sqlalchemy as sa

from fairway.adapters.store.tables.columns import METADATA, Words, of_app

RELEASES = sa.Table(
    "releases",
    METADATA,
    of_app(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("image", sa.Text, nullable=False),
    sa.Column("configuration", sa.Integer, nullable=False),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("commit", Words, nullable=False),
    sa.Column("subject", Words, nullable=False),
    sa.Column("execution", sa.Integer),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("rollback_of", sa.Integer),
)

DEPLOYMENTS = sa.Table(
    "deployments",
    METADATA,
    of_app(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("key", Words, nullable=False),
    sa.Column("release", sa.Integer, nullable=False),
    sa.Column("previous", sa.Integer),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("started_at", sa.Double, nullable=False),
    sa.Column("ended_at", sa.Double),
    sa.Column("reason", Words, nullable=False, server_default=""),
    sa.Column("cause", sa.Text),
    sa.Column("before", sa.Text),
    sa.UniqueConstraint("app", "key", name="deployments_key"),
)

RUNS = sa.Table(
    "runs",
    METADATA,
    of_app(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("job", sa.Text, nullable=False),
    sa.Column("due", sa.Double),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", Words, nullable=False),
    sa.UniqueConstraint("app", "environment", "job", "due", name="runs_due"),
    sa.Index("runs_job", "app", "environment", "job", "number"),
    sa.Index("runs_status", "status"),
)
"""The runs of jobs. The columns beside the document repeat of it what is searched for. A time has one run: those that
were started by hand have no time, and NULL is never equal to NULL."""

JOB_TIMES = sa.Table(
    "job_times",
    METADATA,
    of_app(),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("cron", sa.Text, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("due", sa.Double, nullable=False),
)
"""When each scheduled job is due next."""

DESIRED = sa.Table(
    "desired",
    METADATA,
    of_app(),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
)

ACTIVITIES = sa.Table(
    "activities",
    METADATA,
    of_app(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("before", sa.Integer, nullable=False),
    sa.Column("after", sa.Integer, nullable=False),
    sa.Column("cause", Words, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("ended_at", sa.Double),
    sa.Column("cooldown", sa.Double, nullable=False),
    sa.Column("base", sa.Integer, nullable=False),
    sa.Index("activities_service", "app", "environment", "service", "id"),
    sa.Index("activities_status", "status"),
)
"""How the services were scaled, and why."""

CONFIGURATIONS = sa.Table(
    "configurations",
    METADATA,
    of_app(),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.Text, nullable=False),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("by", Words, nullable=False, server_default=""),
    sa.Column("how", Words, nullable=False, server_default="set"),
    sa.Column("changed", sa.Text, nullable=False, server_default="[[], []]"),
)

EVENTS = sa.Table(
    "events",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("kind", Words, nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("app", sa.Text),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("service", sa.Text, nullable=False),
    sa.Column("execution", sa.Integer),
    sa.Column("deployment", sa.Integer),
    sa.Index("events_app", "app", "id"),
)
"""No foreign key: what is told of an app while it goes must not fail for that."""
