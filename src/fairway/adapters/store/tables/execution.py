"""What executions leave: their stages and actions, what steers them, and the pipelines that they follow."""

import sqlalchemy as sa

from fairway.adapters.store.tables.columns import METADATA, Words, of_app

APPS = sa.Table(
    "apps",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("created_at", sa.Double, nullable=False),
    sa.Column("manifest", Words),
    sa.Column("server", sa.Text),
    sa.Column("executions", sa.Integer, nullable=False, server_default="0"),
    sa.Column("releases", sa.Integer, nullable=False, server_default="0"),
    sa.Column("deployments", sa.Integer, nullable=False, server_default="0"),
    sa.Column("definitions", sa.Integer, nullable=False, server_default="0"),
    sa.Column("activities", sa.Integer, nullable=False, server_default="0"),
    sa.Column("runs", sa.Integer, nullable=False, server_default="0"),
    sa.Column("backups", sa.Integer, nullable=False, server_default="0"),
    sa.Column("passages", sa.Integer, nullable=False, server_default="0"),
)

EXECUTIONS = sa.Table(
    "executions",
    METADATA,
    of_app(),
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
    # They end with the number, by which the lists are ordered.
    sa.Index("executions_status", "status", "app", "number"),
    sa.Index("executions_branch", "app", "branch", "number"),
    sa.Index("executions_pull_request", "app", "pull_request", "number"),
    sa.Index("executions_commit", "app", "commit", "number"),
)

STAGES = sa.Table(
    "stages",
    METADATA,
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

ACTIONS = sa.Table(
    "actions",
    METADATA,
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

TRANSITIONS = sa.Table(
    "transitions",
    METADATA,
    of_app(),
    sa.Column("stage", sa.Text, primary_key=True),
    sa.Column("reason", Words, nullable=False),
    sa.Column("by", Words, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
)
"""The inbound transitions that are disabled."""

DEFINITIONS = sa.Table(
    "definitions",
    METADATA,
    of_app(),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
"""Which number each content of the pipeline's definition has."""

SCHEDULES = sa.Table(
    "schedules",
    METADATA,
    of_app(),
    sa.Column("branch", Words, nullable=False),
    sa.Column("cron", sa.Text, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("due", sa.Double, nullable=False),
)
"""When the head of an app's branch is deployed next."""
