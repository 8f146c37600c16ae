"""Runs of jobs, what scaled services, and who changed variables."""

import sqlalchemy as sa
from alembic import op

from fairway.adapters.store.tables import Words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    for counter in ("activities", "runs"):
        op.add_column("apps", sa.Column(counter, sa.Integer, nullable=False, server_default="0"))
    create_runs()
    create_activities()
    # Of the versions that there are nobody noted who made them of what.
    for column, kind, before in (("by", Words, ""), ("how", Words, "set"), ("changed", sa.Text, "[[], []]")):
        op.add_column("configurations", sa.Column(column, kind, nullable=False, server_default=before))


def create_runs() -> None:
    """The runs of jobs, and when each is due next."""
    op.create_table(
        "runs",
        sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("job", sa.Text, nullable=False),
        sa.Column("due", sa.Double),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", Words, nullable=False),
        sa.UniqueConstraint("app", "environment", "job", "due", name="runs_due"),
    )
    op.create_index("runs_job", "runs", ["app", "environment", "job", "number"])
    op.create_index("runs_status", "runs", ["status"])
    op.create_table(
        "job_times",
        sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True),
        sa.Column("environment", sa.Text, primary_key=True),
        sa.Column("job", sa.Text, primary_key=True),
        sa.Column("cron", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("due", sa.Double, nullable=False),
    )


def create_activities() -> None:
    """How services were scaled."""
    op.create_table(
        "activities",
        sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True),
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
    )
    op.create_index("activities_service", "activities", ["app", "environment", "service", "id"])
    op.create_index("activities_status", "activities", ["status"])
