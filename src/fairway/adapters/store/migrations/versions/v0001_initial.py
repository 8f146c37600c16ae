"""The first tables."""

import sqlalchemy as sa
from alembic import op

from fairway.adapters.store.tables import Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them all."""
    create_apps()
    create_executions()
    create_releases()
    create_environments()
    create_sources()
    create_server()


def create_apps() -> None:
    """Apps, with their counters."""
    op.create_table(
        "apps",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("manifest", Words),
        sa.Column("server", sa.Text),
        sa.Column("executions", sa.Integer, nullable=False, server_default="0"),
        sa.Column("releases", sa.Integer, nullable=False, server_default="0"),
        sa.Column("deployments", sa.Integer, nullable=False, server_default="0"),
        sa.Column("definitions", sa.Integer, nullable=False, server_default="0"),
    )


def create_executions() -> None:
    """Executions, their stages and those's actions."""
    op.create_table(
        "executions",
        sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", Words),
        sa.Column("commit", Words, nullable=False),
        sa.Column("subject", Words, nullable=False),
        sa.Column("branch", Words, nullable=False),
        sa.Column("author", Words, nullable=False),
        sa.Column("tag", Words, nullable=False, server_default=""),
        sa.Column("pull_request", sa.Integer),
        sa.Column("trigger_kind", Words, nullable=False),
        sa.Column("trigger_by", Words, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("ended_at", sa.Double),
        sa.Column("override", Words),
        sa.Column("outputs", sa.Text, nullable=False, server_default="{}"),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("rollback", sa.Text),
        sa.Column("definition", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("app", "key", name="executions_key"),
    )
    op.create_index("executions_status", "executions", ["status", "app", "number"])
    op.create_index("executions_branch", "executions", ["app", "branch", "number"])
    op.create_index("executions_pull_request", "executions", ["app", "pull_request", "number"])
    op.create_index("executions_commit", "executions", ["app", "commit", "number"])
    op.create_table(
        "stages",
        sa.Column("app", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("ended_at", sa.Double),
        sa.Column("run", sa.Integer, nullable=False, server_default="0"),
        sa.Column("on_failure", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["app", "number"], ["executions.app", "executions.number"], ondelete="CASCADE"),
    )
    op.create_table(
        "actions",
        sa.Column("app", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("stage", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("definition", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
        sa.Column("started_at", sa.Double),
        sa.Column("ended_at", sa.Double),
        sa.Column("summary", Words, nullable=False, server_default=""),
        sa.Column("cause", sa.Text),
        sa.ForeignKeyConstraint(
            ["app", "number", "stage"], ["stages.app", "stages.number", "stages.name"], ondelete="CASCADE"
        ),
    )
    op.create_table(
        "transitions",
        sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("stage", sa.Text, primary_key=True),
        sa.Column("reason", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_table(
        "definitions",
        sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "schedules",
        sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("branch", Words, nullable=False),
        sa.Column("cron", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("due", sa.Double, nullable=False),
    )


def create_releases() -> None:
    """Releases and deployments."""
    op.create_table(
        "releases",
        sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True),
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
    op.create_table(
        "deployments",
        sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True),
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


def create_environments() -> None:
    """Desired states and configurations."""
    op.create_table(
        "desired",
        sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("environment", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "configurations",
        sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("environment", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )


def create_sources() -> None:
    """Where apps' code comes from, and the webhooks that were taken."""
    op.create_table(
        "sources",
        sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("url", Words, nullable=False),
        sa.Column("forge", sa.Text),
        sa.Column("username", Words, nullable=False),
        sa.Column("token", sa.LargeBinary),
        sa.Column("deploy_key", sa.LargeBinary),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("poll", sa.Double),
        sa.Column("webhook", sa.LargeBinary),
        sa.Column("wanted_at", sa.Double),
        sa.Column("wanted_by", Words, nullable=False),
        sa.Column("tried_at", sa.Double),
        sa.Column("fetched_at", sa.Double),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("trouble", Words, nullable=False),
        sa.Column("host_keys", Words, nullable=False),
    )
    op.create_table(
        "deliveries",
        sa.Column("app", sa.Text, sa.ForeignKey("sources.app", ondelete="CASCADE"), primary_key=True),
        sa.Column("id", Words, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_table(
        "pulls",
        sa.Column("app", sa.Text, sa.ForeignKey("sources.app", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("target", Words, nullable=False),
        sa.Column("source", Words, nullable=False),
        sa.Column("ref", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("opened", sa.Integer, nullable=False),
        sa.Column("decided", sa.Boolean, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
    )


def create_server() -> None:
    """Events, tokens, and the servers that share the database."""
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("app", sa.Text),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("execution", sa.Integer),
        sa.Column("deployment", sa.Integer),
    )
    op.create_index("events_app", "events", ["app", "id"])
    op.create_table(
        "tokens",
        sa.Column("name", Words, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("created_at", sa.Double, nullable=False),
    )
    op.create_table(
        "servers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", Words, nullable=False),
        sa.Column("url", Words, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("renewals", sa.Integer, nullable=False),
        sa.Column("renewed_at", sa.Double, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("lost", sa.Boolean, nullable=False),
        sa.Column("terms", sa.Text, nullable=False),
    )
