"""Backups and what seals them, passages through the migration guard, and databases that Fairway runs."""

import sqlalchemy as sa
from alembic import op

from fairway.adapters.store.tables import Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    for counter in ("backups", "passages"):
        op.add_column("apps", sa.Column(counter, sa.Integer, nullable=False, server_default="0"))
    create_backups()
    create_passages()
    op.create_table(
        "sealed_keys",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "managed",
        of_app(),
        sa.Column("environment", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", Words, nullable=False),
    )


def create_backups() -> None:
    """The records of backups."""
    op.create_table(
        "backups",
        of_app(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", Words, nullable=False),
    )
    op.create_index("backups_environment", "backups", ["app", "environment", "number"])


def create_passages() -> None:
    """What went through the guard."""
    op.create_table(
        "passages",
        of_app(),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("document", Words, nullable=False),
        sa.UniqueConstraint("app", "key", name="passages_key"),
    )
    op.create_index("passages_environment", "passages", ["app", "environment", "number"])
    op.create_index("passages_status", "passages", ["status"])


def of_app() -> sa.Column[str]:
    """The app that a record goes with."""
    return sa.Column("app", sa.Text, sa.ForeignKey("apps.name", ondelete="CASCADE"), primary_key=True)
