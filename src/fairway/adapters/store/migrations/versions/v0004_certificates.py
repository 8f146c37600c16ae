"""Certificates of domains, and the orders that brought none."""

import sqlalchemy as sa
from alembic import op

from fairway.adapters.store.tables import Words

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "certificates",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("issuer", Words, nullable=False),
        sa.Column("not_before", sa.Double, nullable=False),
        sa.Column("not_after", sa.Double, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("directory", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "certificate_failures",
        sa.Column("host", sa.Text, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("cause", Words, nullable=False),
        sa.Column("again", sa.Double, nullable=False),
    )
