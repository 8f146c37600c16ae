"""Databases and what guards them: those that Fairway runs, their backups, and the passages of migrations."""

import sqlalchemy as sa

from fairway.adapters.store.tables.columns import METADATA, Words, of_app

BACKUPS = sa.Table(
    "backups",
    METADATA,
    of_app(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", Words, nullable=False),
    sa.Index("backups_environment", "app", "environment", "number"),
)
"""The backups of databases; what they hold lies in the vault."""

PASSAGES = sa.Table(
    "passages",
    METADATA,
    of_app(),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("environment", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", Words, nullable=False),
    sa.UniqueConstraint("app", "key", name="passages_key"),
    sa.Index("passages_environment", "app", "environment", "number"),
    sa.Index("passages_status", "status"),
)
"""Each way of a database through the migration guard."""

MANAGED = sa.Table(
    "managed",
    METADATA,
    of_app(),
    sa.Column("environment", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", Words, nullable=False),
)
"""The databases that Fairway runs."""
